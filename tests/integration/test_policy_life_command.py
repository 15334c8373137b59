"""`triage policy draft` to `show`, and `verify`, from the command line over a database that others see."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import NullPool, create_engine, select

from rules.library import get_policy
from tests.conftest import Office
from tests.drafting import a_text, proved
from tests.making import an_enquiry
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.access.signin import actor_of
from triage.cli import main
from triage.clock import SettableClock, SystemClock
from triage.database import Database
from triage.models import Recommendation, User
from triage.pack import load_pack
from triage.services.desk import Desk
from triage.services.publishing_policy import PublishPolicy, publish_policy
from triage.store.policies import find_policy

TITLE = "pathway_to_provision@V6"
PEOPLE = {"author": "early_help_unit", "manager": "mash_manager", "officer": "mash_officer"}
AHEAD = (SystemClock().now() + timedelta(days=40)).date()


@pytest.fixture
def url():
    with own_database() as name:
        url = role_url("triage_app", name)
        with Database(url) as database, database.transaction(SYSTEM) as session:
            session.add_all(User(username=who, name=f"Made-up {who}", role=role) for who, role in PEOPLE.items())
        yield url


@pytest.fixture
def policy(url, tmp_path):
    """Runs `triage policy` with these words; a text among them becomes a file."""

    def run(*words, who=None):
        given = [write(tmp_path, word) if "\n" in word else word for word in words]
        acting = ["--as", who] if who else []
        return CliRunner().invoke(main, ["policy", *given, "--url", url, *acting])

    return run


def write(folder, text):
    path = folder / f"{uuid4().hex[:6]}.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_life_of_a_version_from_the_command_line(policy, url):
    text = a_text(effective_from=AHEAD)
    said = [
        policy("draft", a_text(effective_from=AHEAD, absence=2), who="author"),
        policy("review", TITLE, who="manager"),
        policy("send-back", TITLE, "--reason", "Absence is level 3", who="manager"),
        policy("revise", TITLE, text, who="author"),
        policy("review", TITLE, who="manager"),
        policy("publish", TITLE, who="manager"),
    ]
    assert [each.exit_code for each in said] == [0] * 6, [each.output for each in said]
    assert f"{TITLE} is published, in force from {AHEAD.day} {AHEAD:%B %Y}." in said[-1].output
    assert policy("show", TITLE, "--text").output == text
    shown = policy("show", TITLE).output
    assert f"{TITLE}: published" in shown
    assert "policy sent back by Made-up manager: Absence is level 3" in shown
    listed = [line.split()[:2] for line in policy("list").output.splitlines()]
    assert listed[:2] == [[TITLE, "published"], ["pathway_to_provision@V5", "superseded"]]


def test_draft_is_withdrawn_with_a_reason(policy):
    policy("draft", a_text(), who="author")
    assert "Missing option '--reason'" in policy("withdraw", TITLE, who="author").output
    assert policy("withdraw", TITLE, "--reason", "Too soon", who="author").output == f"{TITLE} is withdrawn.\n"


@pytest.mark.parametrize(
    ("words", "who", "says"),
    [
        (("draft", a_text(harm="5")), "author", ".yaml, line 24, column 19: a whole number from 1 to 4"),
        (("draft", a_text()), "nobody", "There is no user 'nobody'. Add one with triage add-user."),
        (("draft", a_text()), "officer", "It is for: early help unit, mash manager."),
        (("publish", "pathway_to_provision@V5"), "manager", "That cannot be done while this is published."),
        (("review", "pathway_to_provision@V9"), "manager", "There is no policy pathway_to_provision@V9. There are: "),
        (("show", "pathway_to_provision"), None, "There is no policy pathway_to_provision. There are: "),
    ],
)
def test_what_cannot_be_done_is_one_line_and_nothing_is_kept(policy, words, who, says):
    before = policy("list").output
    done = policy(*words, who=who)
    assert (done.exit_code, says in done.output) == (1, True), done.output
    assert policy("list").output == before


def test_text_comes_from_standard_input_too(url):
    words = ["policy", "draft", "-", "--url", url, "--as", "author"]
    done = CliRunner().invoke(main, words, input=a_text(harm="5"))
    assert "<stdin>, line 24, column 19: a whole number from 1 to 4" in done.output
    done = CliRunner().invoke(main, words, input=a_text())
    assert (done.exit_code, done.output.startswith(f"{TITLE} is a draft.")) == (0, True)


def test_published_version_is_withdrawn_from_the_command_line_before_its_first_day(policy, url):
    policy("draft", a_text(effective_from=AHEAD), who="author")
    policy("review", TITLE, who="manager")
    with Database(url) as database:
        publish_unproved(database)
    done = policy("withdraw", TITLE, "--reason", "The year is wrong", who="manager")
    assert done.output == f"{TITLE} is withdrawn.\n"
    assert f"{TITLE}: withdrawn" in policy("show", TITLE).output
    listed = [line.split()[:2] for line in policy("list").output.splitlines()]
    assert listed[:2] == [[TITLE, "withdrawn"], ["pathway_to_provision@V5", "published"]]


def publish_unproved(database):
    with database.transaction(SYSTEM) as session:
        manager = actor_of(session.scalar(select(User).where(User.username == "manager")))
    with database.transaction(manager) as session:
        key = find_policy(session, *TITLE.split("@")).id
        desk = Desk(session, manager, SystemClock(), load_pack("nottinghamshire"))
        publish_policy(desk, PublishPolicy(policy_id=key), proved)


def test_token_is_for_a_partners_system_and_not_for_a_person(url):
    words = ["issue-token", "manager", "--scope", "read", "--url", url]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, "'manager' is a person, who signs in." in done.output) == (1, True)
    with Database(url) as database, database.transaction(SYSTEM) as session:
        session.add(User(username="hospital", name="Made-up hospital", role="partner_system"))
    assert CliRunner().invoke(main, ["issue-token", "hospital", *words[2:]]).output.startswith("triage_")


def test_version_that_only_the_database_has_is_named_with_how_to_get_its_text(policy):
    done = CliRunner().invoke(main, ["policy", "prove", TITLE])
    assert (done.exit_code, "triage policy show NAME@VERSION --text > file.yaml" in done.output) == (1, True)


def test_file_in_another_encoding_is_told_so(policy, tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: caf\xe9\n".encode("latin-1"))
    assert "latin.yaml: this is not UTF-8 text. Save it as UTF-8." in policy("draft", str(path), who="author").output


def test_what_came_with_the_service_says_so(policy):
    shown = policy("show", "pathway_to_provision@V4").output
    assert shown.splitlines() == [
        "pathway_to_provision@V4: superseded, in force from 1 June 2014",
        f"hash {get_policy('pathway_to_provision', 'V4').hash}",
        "It came with the service.",
    ]


# Asking again


@pytest.fixture
def recorded(url):
    """Five enquiries, judged by three versions."""
    days = [datetime(year, 7, 1, 9, tzinfo=UTC) for year in (2013, 2014, 2015, 2016, 2017)]
    with Database(url) as database, database.transaction(SYSTEM) as session:
        office = Office(session, SettableClock(days[-1]), load_pack("nottinghamshire"))
        for at in days:
            an_enquiry(office, received_at=at, indicators=("C4_NAI", "P4_UNSAFE"))
    return ["2013", "V4", "V4", "V5", "V5"]


def copy_last(url, **changed):
    """Another recommendation like the last, but for `changed`: what the service itself would never write."""
    with Database(url) as database, database.transaction(SYSTEM) as session:
        last = session.query(Recommendation).order_by(Recommendation.id.desc()).first()
        kept = ("made_at", "level", "route", "rag", "section_47", "answer", "facts")
        kept += ("policy_name", "policy_version", "policy_hash")
        values = {name: getattr(last, name) for name in kept} | changed
        session.add(Recommendation(subject=last.subject, **values))
        return last.subject.enquiry.reference, last.answer, last.facts


def test_whole_record_is_found_the_same(policy, recorded):
    done = policy("verify")
    assert done.exit_code == 0, done.output
    assert f"{len(recorded)} asked again: {len(recorded)} the same, 0 not." in done.output
    for version in set(recorded):
        assert f"pathway_to_provision@{version}: {recorded.count(version)} the same." in done.output


def test_recommendation_that_is_not_what_the_policy_says_is_named_with_its_parts(policy, url, recorded):
    _reference, answer, facts = copy_last(url)
    other = answer | {"level": 1, "reasons": []}
    reference, *_rest = copy_last(url, answer=other, level=1)
    copy_last(url, answer=answer, level=4, facts=facts | {"kind": "cat"})
    done = policy("verify")
    assert done.exit_code == 1
    assert f"{reference}, person 1: not the same: level, reasons, level (the column)." in done.output
    assert f"{reference}, person 1: kind: there is no code 'cat'" in done.output
    assert f"{len(recorded) + 3} asked again: {len(recorded) + 1} the same, 2 not." in done.output


def test_hash_that_nobody_knows_is_told_once_with_how_many(policy, url, recorded):
    for _ in range(2):
        reference, *_rest = copy_last(url, policy_version="V99", policy_hash="f" * 64)
    done = policy("verify")
    assert done.exit_code == 1
    said = (
        f"There is no pathway_to_provision@V99 with the hash {'f' * 12}: 2 recommendations, {reference}, person 1 among"
    )
    assert said in done.output
    assert "2 could not be asked." in done.output


def test_text_that_is_not_what_was_published_is_told(policy, url, recorded):
    with create_engine(url.replace("triage_app", "triage_owner"), poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE policies DISABLE TRIGGER keep_policy")
        connection.exec_driver_sql(
            "UPDATE policies SET text = replace(text, 'June 2014', 'May 2014') WHERE policy_version = 'V4'"
        )
        connection.exec_driver_sql("UPDATE policies SET text = 'x' WHERE policy_version = '2013'")
    done = policy("verify")
    assert done.exit_code == 1
    assert "The text of pathway_to_provision@V4 is not the one that was published: its hash is" in done.output
    assert "The text of pathway_to_provision@2013 cannot be read." in done.output


def test_empty_record_is_all_the_same(policy):
    done = policy("verify")
    assert (done.exit_code, "0 asked again: 0 the same, 0 not." in done.output) == (0, True)
