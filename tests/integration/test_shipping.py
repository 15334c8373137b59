"""The policies that come with the service are published once; what contradicts the record is refused, in words."""

import sys
from contextlib import contextmanager

import pytest
from sqlalchemy import NullPool, create_engine, text

from rules.library import versions_of
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.cli import run
from triage.pack import load_pack
from triage.schema import load_reference_data
from triage.shipping import ShippingError

PACK = load_pack("nottinghamshire")
DRAFT = """
INSERT INTO policies
    (id, name, policy_version, effective_from, hash, text, state, drafted_by_id, event_number, event_hash, version)
SELECT gen_random_uuid(), name, 'V5', '2030-01-01', 'x', 'x', 'draft', :system, 0, '', 1
FROM policies WHERE policy_version = 'V4'
"""


@pytest.fixture
def owner_url():
    with own_database() as name:
        yield role_url("triage_owner", name)


@contextmanager
def owner(url):
    """The schema's owner, who may do what the service may not."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE policies DISABLE TRIGGER keep_policy"))
        yield connection
        connection.execute(text("ALTER TABLE policies ENABLE TRIGGER keep_policy"))


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
        connection.execute(text("UPDATE policies SET effective_from = '2020-01-01' WHERE policy_version = 'V4'"))
    before = rows(owner_url)
    with pytest.raises(
        ShippingError, match=r"from 01 November 2015, and the database's newest version, V4, from 01 January"
    ):
        load_reference_data(owner_url, PACK)
    assert rows(owner_url) == before


def test_draft_of_a_version_that_comes_with_a_release_is_not_overwritten(owner_url):
    with owner(owner_url) as connection:
        connection.execute(text("DELETE FROM policies WHERE policy_version = 'V5'"))
        connection.execute(text(DRAFT), {"system": SYSTEM.id})
    with pytest.raises(ShippingError, match="the database holds a draft of that version"):
        load_reference_data(owner_url, PACK)


def test_refusal_is_one_line_to_whoever_migrates(owner_url, monkeypatch):
    with owner(owner_url) as connection:
        connection.execute(text("UPDATE policies SET hash = repeat('0', 64) WHERE policy_version = 'V4'"))
    monkeypatch.setattr(sys, "argv", ["triage", "migrate", "--url", owner_url])
    with pytest.raises(SystemExit, match=r"triage: pathway_to_provision@V4 .* give it another version"):
        run()


def test_other_authority_has_its_own(owner_url):
    load_reference_data(owner_url, load_pack("hampshire"))
    assert ("2014", "published") in [row[:2] for row in rows(owner_url)]
