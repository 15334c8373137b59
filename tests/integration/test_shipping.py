"""The policies that come with the service are published once; what contradicts the record is refused, in words."""

import sys
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import NullPool, create_engine, text

from rules.library import get_policy, versions_of
from rules.reading import load
from tests.drafting import a_text
from tests.services import own_database, role_url
from triage import shipping
from triage.access.actor import SYSTEM
from triage.cli import run
from triage.pack import load_pack
from triage.schema import load_reference_data
from triage.shipping import ShippingError

PACK = load_pack("nottinghamshire")
V5 = get_policy(PACK.policy, "V5")
OWN = """
WITH given AS (SELECT CAST(:by AS uuid) AS author, CAST(:state AS text) AS state),
reviewer AS (INSERT INTO users (id, username, name, role, active)
    VALUES (gen_random_uuid(), 'm', 'M', 'mash_manager', true) RETURNING id),
followed AS (UPDATE policies SET state = 'superseded' FROM given WHERE given.state = 'published'
    AND policies.state = 'published')
INSERT INTO policies (id, name, policy_version, effective_from, hash, text, state, drafted_by_id, reviewed_by_id,
    published_by_id, proof, withdrawn_by_id, withdrawn_at, event_number, event_hash, version)
SELECT gen_random_uuid(), 'pathway_to_provision', :version, '2030-01-01', :hash, 'x', given.state, given.author,
    CASE WHEN given.state <> 'draft' THEN reviewer.id END, CASE WHEN given.state = 'published' THEN reviewer.id END,
    '{"hash": "x", "proofs": []}',
    CASE WHEN given.state = 'withdrawn' THEN given.author END, CASE WHEN given.state = 'withdrawn' THEN now() END,
    0, '', 1
FROM given, reviewer
"""


@pytest.fixture
def owner_url():
    with own_database() as name:
        yield role_url("triage_owner", name)


@contextmanager
def owner(url):
    """The schema's owner, who may do what the service may not."""
    engine = create_engine(url, poolclass=NullPool)
    for before_and_after in ("DISABLE", "ENABLE"):
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE policies {before_and_after} TRIGGER USER"))
        if before_and_after == "DISABLE":
            with engine.begin() as connection:
                yield connection


def rows(url):
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        query = text("SELECT policy_version, state, hash, id FROM policies ORDER BY effective_from DESC")
        return [tuple(row) for row in connection.execute(query)]


def test_loading_again_changes_nothing(owner_url):
    before = rows(owner_url)
    load_reference_data(owner_url, PACK)
    assert rows(owner_url) == before
    assert [(version, hash_) for version, _state, hash_, _id in before] == [
        (each.version, each.hash) for each in versions_of(PACK.policy)
    ]


def test_version_of_a_later_release_supersedes_the_one_before(owner_url):
    with owner(owner_url) as connection:
        connection.execute(text("DELETE FROM policies WHERE policy_version = 'V5'"))
        connection.execute(text("UPDATE policies SET state = 'published' WHERE policy_version = 'V4'"))
    load_reference_data(owner_url, PACK)
    assert [row[:2] for row in rows(owner_url)] == [("V5", "published"), ("V4", "superseded"), ("2013", "superseded")]


def test_other_text_under_a_published_version_is_refused(owner_url):
    with owner(owner_url) as connection:
        connection.execute(text("UPDATE policies SET hash = repeat('0', 64) WHERE policy_version = 'V4'"))
    with pytest.raises(
        ShippingError, match="pathway_to_provision@V4 in rules/policies is not the one that was published"
    ):
        load_reference_data(owner_url, PACK)


def test_version_that_would_begin_in_the_past_is_refused(owner_url):
    with owner(owner_url) as connection:
        connection.execute(text("DELETE FROM policies WHERE policy_version = 'V5'"))
        change = "UPDATE policies SET effective_from = '2020-01-01', state = 'published' WHERE policy_version = 'V4'"
        connection.execute(text(change))
    before = rows(owner_url)
    with pytest.raises(
        ShippingError, match=r"from 01 November 2015, and the database's newest version, V4, from 01 January"
    ):
        load_reference_data(owner_url, PACK)
    assert rows(owner_url) == before


@pytest.mark.parametrize("state", ["draft", "reviewed", "withdrawn"])
def test_what_a_council_has_on_its_way_keeps_no_version_of_a_release_away_and_stays(owner_url, state):
    with owner(owner_url) as connection:
        connection.execute(text("DELETE FROM policies WHERE policy_version = 'V5'"))
        connection.execute(text("UPDATE policies SET state = 'published' WHERE policy_version = 'V4'"))
        connection.execute(text(OWN), {"by": SYSTEM.id, "version": "V5", "state": state, "hash": V5.hash})
    assert load_reference_data(owner_url, PACK) == []
    assert {row[:2] for row in rows(owner_url) if row[0] == "V5"} == {("V5", state), ("V5", "published")}


@pytest.fixture
def council(owner_url):
    """A database where the council's own V6 follows V4, and V5 has not come yet."""
    with owner(owner_url) as connection:
        connection.execute(text("DELETE FROM policies WHERE policy_version = 'V5'"))
        connection.execute(text(OWN), {"by": SYSTEM.id, "version": "V6", "state": "published", "hash": "x"})
    return owner_url


def test_council_that_has_its_own_keeps_it_and_is_told_what_is_not_put_in(council, monkeypatch, capsys):
    before = rows(council)
    monkeypatch.setattr(sys, "argv", ["triage", "migrate", "--url", council])
    with pytest.raises(SystemExit) as done:
        run()
    assert done.value.code == 0
    assert capsys.readouterr().err.startswith("Not put in: pathway_to_provision@V5. The council has published")
    assert rows(council) == before


def test_version_of_a_release_that_the_council_has_used_for_its_own_text_is_not_put_in_either(council):
    with owner(council) as connection:
        connection.execute(text("UPDATE policies SET policy_version = 'V5' WHERE policy_version = 'V6'"))
    (said,) = load_reference_data(council, PACK)
    assert "Not put in: pathway_to_provision@V5." in said


def test_later_version_of_a_release_does_not_supersede_the_councils(council, monkeypatch):
    later = a_text(version="V7", effective_from=date(2040, 1, 1))
    shipped = [*shipping._shipped(PACK.policy), shipping.Shipped(load(later), later)]
    monkeypatch.setattr(shipping, "_shipped", lambda name: shipped)
    assert [said.split()[3] for said in load_reference_data(council, PACK)] == [
        f"{PACK.policy}@{v}." for v in ("V5", "V7")
    ]
    assert rows(council)[0][:2] == ("V6", "published")


def test_refusal_is_one_line_to_whoever_migrates(owner_url, monkeypatch):
    with owner(owner_url) as connection:
        connection.execute(text("UPDATE policies SET hash = repeat('0', 64) WHERE policy_version = 'V4'"))
    monkeypatch.setattr(sys, "argv", ["triage", "migrate", "--url", owner_url])
    with pytest.raises(
        SystemExit, match=r"triage: pathway_to_provision@V4 .* put the file of that version back as it was"
    ):
        run()


def test_other_authority_has_its_own(owner_url):
    load_reference_data(owner_url, load_pack("hampshire"))
    assert ("2014", "published") in [row[:2] for row in rows(owner_url)]
