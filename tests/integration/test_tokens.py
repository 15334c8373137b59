"""Bearer tokens: recognised by their hash, seen when last used, listed by how they begin, and revoked."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from tests.services import own_database, role_url
from triage.access.command import add_user, issue_token_command, list_tokens_command, revoke_token_command
from triage.access.signin import issue_token
from triage.models import AccessToken, User


def row(office):
    office.session.expire_all()
    return office.session.scalars(select(AccessToken)).one()


def test_when_a_token_was_last_used_is_written_no_more_than_once_a_minute(caller, office):
    system, begun = caller("partner_system"), office.clock.at
    assert row(office).last_used_at is None
    for seconds, used in ((0, 0), (59, 0), (60, 60)):
        office.clock.at = begun + timedelta(seconds=seconds)
        assert system.get("/indicators").status_code == 200
        assert row(office).last_used_at == begun + timedelta(seconds=used)


def test_token_of_somebody_who_left_counts_no_more(caller, office):
    system = caller("partner_system")
    office.session.get(User, office.actor("partner_system").id).active = False
    office.session.flush()
    assert system.get("/indicators").status_code == 401


def test_token_counts_for_no_more_than_two_years(office):
    user = office.session.get(User, office.actor("partner_system").id)
    token = issue_token(office.session, user, "x", ["read"], office.clock.now(), 10_000)
    office.session.flush()
    assert row(office).expires_at == office.clock.now() + timedelta(days=730)
    assert (row(office).prefix, token[:7]) == (token[:15], "triage_")


@pytest.fixture
def run():
    """The commands, on a database of their own."""
    with own_database() as name:

        def command(which, *args):
            done = CliRunner().invoke(which, [*args, "--url", role_url("triage_app", name)])
            return done.exit_code, done.output.strip()

        yield command


def test_token_is_issued_listed_and_revoked_by_command(run):
    named = (
        "--name",
        "Made up",
        "--role",
        "partner_system",
        "--agency",
        "police",
        "--password",
        "herons drumming softly",
    )
    assert run(add_user, "records", *named) == (0, "")
    _done, token = run(issue_token_command, "records", "--scope", "read", "--days", "30")
    _done, listed = run(list_tokens_command)
    assert listed.startswith(f"{token[:15]}…  records  read  until ")
    assert listed.endswith("never used")
    assert token not in listed
    assert run(revoke_token_command, token[:15]) == (0, f"{token[:15]}… counts no more.")
    assert "revoked" in run(list_tokens_command)[1]
    assert run(revoke_token_command, token[:15])[0] == 1
    assert run(revoke_token_command, "")[0] == 1


@pytest.mark.parametrize(
    ("password", "says"),
    [("short", "12 characters or more"), ("password1234", "tried first"), ("Wilma.Testley", "your name")],
)
def test_add_user_refuses_the_same_passwords(run, password, says):
    code, told = run(add_user, "wilma", "--name", "Wilma Testley", "--role", "mash_officer", "--password", password)
    assert (code, says in told) == (1, True)
    assert (
        run(add_user, "wilma", "--name", "Wilma Testley", "--role", "mash_officer", "--password", "herons drum softly")[
            0
        ]
        == 0
    )
