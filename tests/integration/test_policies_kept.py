"""What the database itself refuses, whoever asks: what is published stays, and nobody publishes their own."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.drafting import AUTHOR, REVIEWER, a_draft, a_published, a_reviewed, a_text, act, publish
from triage.access.actor import SYSTEM
from triage.database import act_as
from triage.errors import Conflict
from triage.store.policies import find_policy

pytestmark = pytest.mark.usefixtures("january")


CHANGE = "UPDATE policies SET {} WHERE id = :id"
CHANGES = {
    "its text": "text = text || ' '",
    "its hash": "hash = repeat('0', 64)",
    "its first day": "effective_from = '2030-01-01'",
    "its version": "policy_version = 'V9'",
    "its name": "name = 'another'",
    "its author": "drafted_by_id = NULL",
    "who reviewed it": "reviewed_by_id = '00000000-0000-7000-8000-000000000001'",
    "who published it": "published_by_id = '00000000-0000-7000-8000-000000000001'",
    "when it was published": "published_at = '2001-01-01'",
    "its proof": "proof = '{}'",
    "its state, back to draft": "state = 'draft'",
    "its state, to withdrawn": "state = 'withdrawn'",
}


def attempt(office, who, statement, **values):
    """One statement as a role, in a savepoint: DBAPIError where it is refused, else how many rows it changed."""
    office.session.flush()
    actor = office.actor(who)
    try:
        with office.session.begin_nested():
            act_as(office.session, actor)
            return office.session.execute(text(statement), {"me": actor.id} | values).rowcount
    finally:
        act_as(office.session, SYSTEM)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_of_what_is_published_can_change(office, change):
    policy = a_published(office)
    with pytest.raises(DBAPIError, match="pathway_to_provision@V6"):
        attempt(office, REVIEWER, CHANGE.format(change), id=policy.id)


@pytest.mark.parametrize("change", ["text = text || ' '", "hash = repeat('0', 64)", "effective_from = '2030-01-01'"])
@pytest.mark.parametrize("version", ["2013", "V5"])
def test_nor_of_what_came_with_the_service(office, change, version):
    policy = find_policy(office.session, "pathway_to_provision", version)
    with pytest.raises(DBAPIError, match="its text can be changed in a draft alone"):
        attempt(office, REVIEWER, CHANGE.format(change), id=policy.id)


@pytest.mark.parametrize("who", [AUTHOR, REVIEWER])
def test_text_that_was_reviewed_cannot_change_under_the_reviewers_name(office, who):
    policy = a_reviewed(office)
    with pytest.raises(DBAPIError, match="is reviewed: its text can be changed in a draft alone"):
        attempt(office, who, "UPDATE policies SET text = 'x' WHERE id = :id", id=policy.id)


def test_draft_is_changed_by_nobody_but_its_author(office):
    policy = a_draft(office)
    with pytest.raises(DBAPIError, match="by its author"):
        attempt(office, REVIEWER, "UPDATE policies SET text = 'x' WHERE id = :id", id=policy.id)
    assert attempt(office, AUTHOR, "UPDATE policies SET text = 'x' WHERE id = :id", id=policy.id) == 1


def test_text_that_was_slipped_in_under_another_hash_is_not_published(office):
    policy = a_draft(office)
    slipped = {"id": policy.id, "text": a_text(absence=4)}
    assert attempt(office, AUTHOR, "UPDATE policies SET text = :text WHERE id = :id", **slipped) == 1
    office.session.refresh(policy)
    act(office, REVIEWER, policy, "review")
    with pytest.raises(Conflict, match="is not the one that was reviewed"):
        publish(office, policy, prove=lambda _policy: {"proofs": []})


def test_reviewer_cannot_change_the_text_in_the_same_breath(office):
    policy = a_draft(office)
    change = (
        "UPDATE policies SET state = 'reviewed', reviewed_by_id = :me, reviewed_at = now(), text = 'x' WHERE id = :id"
    )
    with pytest.raises(DBAPIError, match="its text can be changed in a draft alone"):
        attempt(office, REVIEWER, change, id=policy.id)


PUBLISH = """
UPDATE policies SET state = 'published', published_by_id = {who}, published_at = now(), proof = {proof} WHERE id = :id
"""
PROOF = """'{"proofs": []}'"""


def test_nobody_publishes_their_own_draft(office):
    policy = act(office, "mash_manager:west", a_draft(office, REVIEWER), "review")
    attempt(office, REVIEWER, "UPDATE policies SET state = 'superseded' WHERE state = 'published'")
    with pytest.raises(DBAPIError, match="published_by_another"):
        attempt(office, REVIEWER, PUBLISH.format(who=":me", proof=PROOF), id=policy.id)
    assert attempt(office, "mash_manager:west", PUBLISH.format(who=":me", proof=PROOF), id=policy.id) == 1


def test_nobody_publishes_in_somebody_elses_name(office):
    policy = act(office, "mash_manager:west", a_draft(office, REVIEWER), "review")
    with pytest.raises(DBAPIError, match="is published by whoever publishes it"):
        attempt(office, REVIEWER, PUBLISH.format(who="reviewed_by_id", proof=PROOF), id=policy.id)


def test_nobody_reviews_in_somebody_elses_name_or_hides_that_they_are_the_author(office):
    policy, other = a_draft(office, REVIEWER), office.actor("mash_manager:west").id
    forged = "UPDATE policies SET state = 'reviewed', reviewed_by_id = :other, reviewed_at = now() WHERE id = :id"
    with pytest.raises(DBAPIError, match="is reviewed by whoever reviews it"):
        attempt(office, REVIEWER, forged, id=policy.id, other=other)
    with pytest.raises(DBAPIError, match="its name and author cannot change"):
        attempt(
            office, REVIEWER, "UPDATE policies SET drafted_by_id = :other WHERE id = :id", id=policy.id, other=other
        )


def test_draft_is_not_published_unreviewed(office):
    policy = a_draft(office)
    with pytest.raises(DBAPIError, match="cannot go from draft to published"):
        attempt(office, REVIEWER, PUBLISH.format(who=":me", proof=PROOF), id=policy.id)


@pytest.mark.parametrize("proof", ["NULL", "'null'", "'[]'"])
def test_nothing_is_published_without_a_proof(office, proof):
    policy = a_reviewed(office)
    attempt(office, REVIEWER, "UPDATE policies SET state = 'superseded' WHERE state = 'published'")
    with pytest.raises(DBAPIError, match="reviewed_and_proved"):
        attempt(office, REVIEWER, PUBLISH.format(who=":me", proof=proof), id=policy.id)


def test_early_help_unit_cannot_publish(office):
    policy = act(office, REVIEWER, a_draft(office, "mash_manager:west"), "review")
    with pytest.raises(DBAPIError, match="row-level security"):
        attempt(office, AUTHOR, PUBLISH.format(who=":me", proof=PROOF), id=policy.id)


def test_two_are_never_published_without_one_following_the_other(office):
    policy = a_reviewed(office)
    with pytest.raises(DBAPIError, match="uq_policies_name_published"):
        attempt(office, REVIEWER, PUBLISH.format(who=":me", proof=PROOF), id=policy.id)


INSERT = """
INSERT INTO policies (id, name, policy_version, effective_from, hash, text, state, drafted_by_id, reviewed_by_id,
    event_number, event_hash, version)
SELECT gen_random_uuid(), name, 'V9', '2030-01-01', 'x', 'x', {state}, {author}, {reviewer}, 0, '', 1
FROM policies WHERE policy_version = 'V5'
"""


@pytest.mark.parametrize(
    ("state", "author", "reviewer"),
    [
        ("'published'", "NULL", "NULL"),
        ("'published'", ":me", "NULL"),
        ("'superseded'", "NULL", "NULL"),
        ("'reviewed'", ":me", "NULL"),
        ("'draft'", "'00000000-0000-7000-8000-000000000001'", "NULL"),
        ("'draft'", ":me", "'00000000-0000-7000-8000-000000000001'"),
    ],
)
def test_row_begins_as_a_draft_of_ones_own(office, state, author, reviewer):
    with pytest.raises(DBAPIError, match="row-level security"):
        attempt(office, REVIEWER, INSERT.format(state=state, author=author, reviewer=reviewer))
    assert attempt(office, REVIEWER, INSERT.format(state="'draft'", author=":me", reviewer="NULL")) == 1


@pytest.mark.parametrize(
    "statement", ["DELETE FROM policies", "TRUNCATE policies", "ALTER TABLE policies DISABLE TRIGGER ALL"]
)
def test_nothing_is_deleted_and_no_guard_is_taken_away(office, statement):
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        attempt(office, REVIEWER, statement)


@pytest.mark.parametrize("who", ["mash_officer", "social_worker", "locality_manager:west", "analyst", "partner_system"])
def test_everybody_reads_the_thresholds_and_others_change_none(office, who):
    policy = a_draft(office)
    assert attempt(office, who, "SELECT * FROM policies") == 4
    assert attempt(office, who, "UPDATE policies SET state = 'withdrawn' WHERE id = :id", id=policy.id) == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        attempt(office, who, INSERT.format(state="'draft'", author=":me", reviewer="NULL"))
