"""What the database itself refuses, whoever asks: what is published stays, and nobody publishes their own."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.drafting import AUTHOR, REVIEWER, a_draft, a_published, a_reviewed, a_text, act, proved, publish
from tests.making import an_enquiry
from triage.access.actor import SYSTEM
from triage.database import act_as
from triage.errors import Conflict
from triage.models import User
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
        publish(office, policy, prove=proved)


def test_reviewer_cannot_change_the_text_in_the_same_breath(office):
    policy = a_draft(office)
    change = (
        "UPDATE policies SET state = 'reviewed', reviewed_by_id = :me, reviewed_at = now(), text = 'x' WHERE id = :id"
    )
    with pytest.raises(DBAPIError, match="its text can be changed in a draft alone"):
        attempt(office, REVIEWER, change, id=policy.id)


PUBLISH = """
UPDATE policies SET state = 'published', published_by_id = {who}, published_at = reviewed_at, proof = {proof}
WHERE id = :id
"""
PROOF = """jsonb_build_object('hash', hash, 'proofs', '[{}]'::jsonb)"""


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
    with pytest.raises(DBAPIError, match="keeps its name and its author"):
        attempt(
            office, REVIEWER, "UPDATE policies SET drafted_by_id = :other WHERE id = :id", id=policy.id, other=other
        )


def test_draft_is_not_published_unreviewed(office):
    policy = a_draft(office)
    with pytest.raises(DBAPIError, match="cannot go from draft to published"):
        attempt(office, REVIEWER, PUBLISH.format(who=":me", proof=PROOF), id=policy.id)


@pytest.mark.parametrize(
    "proof",
    [
        *("NULL", "'null'", "'[]'", "'{}'"),
        "jsonb_build_object('hash', hash, 'proofs', '[]'::jsonb)",
        "jsonb_build_object('hash', hash, 'proofs', '{}'::jsonb)",
        """'{"hash": "another", "proofs": [{}]}'""",
    ],
)
def test_nothing_is_published_without_a_proof(office, proof):
    policy = a_reviewed(office)
    attempt(office, REVIEWER, "UPDATE policies SET state = 'superseded' WHERE state = 'published'")
    with pytest.raises(DBAPIError, match="lacks the proofs of its text"):
        attempt(office, REVIEWER, PUBLISH.format(who=":me", proof=proof), id=policy.id)


def test_early_help_unit_cannot_publish(office):
    policy = act(office, REVIEWER, a_draft(office, "mash_manager:west"), "review")
    with pytest.raises(DBAPIError, match="is published by a MASH manager"):
        attempt(office, AUTHOR, PUBLISH.format(who=":me", proof=PROOF), id=policy.id)


def test_two_are_never_published_without_one_following_the_other(office):
    policy = a_reviewed(office)
    with pytest.raises(DBAPIError, match="uq_policies_name_published"):
        attempt(office, REVIEWER, PUBLISH.format(who=":me", proof=PROOF), id=policy.id)


REVIEW = "UPDATE policies SET state = 'reviewed' {} WHERE id = :id"


def test_draft_is_not_reviewed_under_a_name_left_over(office):
    policy = act(office, REVIEWER, act(office, REVIEWER, a_draft(office), "review"), "send_back", reason="Page 12")
    with pytest.raises(DBAPIError, match="is reviewed by whoever reviews it"):
        attempt(office, AUTHOR, REVIEW.format(""), id=policy.id)
    reviewed = act(office, REVIEWER, policy, "review")
    back = "UPDATE policies SET state = 'draft' WHERE id = :id"
    with pytest.raises(DBAPIError, match="is reviewed anew once it was sent back"):
        attempt(office, AUTHOR, back, id=reviewed.id)


def test_review_says_when_and_is_a_managers(office):
    policy = a_draft(office, REVIEWER)
    own = ", reviewed_by_id = :me, reviewed_at = {}"
    with pytest.raises(DBAPIError, match="is reviewed by whoever reviews it"):
        attempt(office, "mash_manager:west", REVIEW.format(own.format("NULL")), id=policy.id)
    with pytest.raises(DBAPIError, match="is reviewed by a MASH manager"):
        attempt(office, AUTHOR, REVIEW.format(own.format("drafted_at")), id=policy.id)
    assert attempt(office, "mash_manager:west", REVIEW.format(own.format("drafted_at")), id=policy.id) == 1


def test_whoever_only_says_that_they_are_a_manager_or_was_one_publishes_nothing(office):
    policy = a_reviewed(office)
    said = replace(office.actor(AUTHOR), role="mash_manager")
    gone = office.actor("mash_manager:west")
    office.session.get(User, gone.id).active = False
    for actor in (office.actor("mash_officer"), said, gone):
        office.actors["somebody"] = replace(actor, role="mash_manager")
        with pytest.raises(DBAPIError, match=r"is published by a MASH manager|published_by_another"):
            attempt(office, "somebody", PUBLISH.format(who=":me", proof=PROOF), id=policy.id)


@pytest.mark.parametrize(
    ("first_day", "says"),
    [
        (date(2016, 1, 4), "a day ahead or later"),
        (date(2018, 1, 5), "within two years"),
        (date(2106, 2, 1), "within two years"),
        (date(2016, 2, 1), "after the newest version published"),
    ],
)
def test_nothing_is_published_for_a_day_that_is_not_ahead_and_after_the_newest(office, first_day, says):
    a_published(office, version="V5.5")
    policy = a_reviewed(office, effective_from=first_day)
    with pytest.raises(DBAPIError, match=says):
        attempt(office, REVIEWER, PUBLISH.format(who=":me", proof=PROOF), id=policy.id)


@pytest.mark.parametrize(
    "change",
    ["SELECT", "UPDATE policies SET state = 'published' WHERE policy_version = 'V4'"],
    ids=["the newest superseded by nothing", "an earlier one published again"],
)
def test_newest_is_the_one_published_when_a_transaction_ends(office, change):
    attempt(office, REVIEWER, "UPDATE policies SET state = 'superseded' WHERE state = 'published'")
    attempt(office, REVIEWER, change)
    with pytest.raises(DBAPIError, match="only the version with the last first day"):
        attempt(office, REVIEWER, "SET CONSTRAINTS ALL IMMEDIATE")


def test_what_happened_to_it_is_not_counted_anew(office):
    with pytest.raises(DBAPIError, match="keeps what happened to it"):
        attempt(office, AUTHOR, "UPDATE policies SET event_number = 0 WHERE id = :id", id=a_draft(office).id)


WITHDRAW = "UPDATE policies SET state = 'withdrawn', withdrawn_by_id = :me, withdrawn_at = {} WHERE id = :id"


def test_reviewed_version_is_withdrawn_by_its_author_or_a_manager_who_says_so(office):
    policy = act(office, REVIEWER, a_draft(office, "mash_manager:west"), "review")
    with pytest.raises(DBAPIError, match="is withdrawn by its author or by a MASH manager"):
        attempt(office, AUTHOR, WITHDRAW.format("drafted_at"), id=policy.id)
    with pytest.raises(DBAPIError, match="is withdrawn by whoever withdraws it"):
        attempt(office, REVIEWER, "UPDATE policies SET state = 'withdrawn' WHERE id = :id", id=policy.id)
    assert attempt(office, REVIEWER, WITHDRAW.format("drafted_at"), id=policy.id) == 1


def test_published_version_is_not_withdrawn_by_its_author_or_once_begun_or_where_it_came_with_us(office):
    policy = act(office, "mash_manager:west", a_draft(office, REVIEWER), "review")
    publish(office, policy, "mash_manager:west", prove=proved)
    shipped = find_policy(office.session, "pathway_to_provision", "2013")
    with pytest.raises(DBAPIError, match="another than its author withdraws it"):
        attempt(office, REVIEWER, WITHDRAW.format("published_at"), id=policy.id)
    with pytest.raises(DBAPIError, match="cannot go from superseded to withdrawn"):
        attempt(office, REVIEWER, WITHDRAW.format("'2010-01-01'"), id=shipped.id)
    for at in ("'2016-02-01'", "'2016-01-01'"):
        with pytest.raises(DBAPIError, match="has begun"):
            attempt(office, "mash_manager:west", WITHDRAW.format(at), id=policy.id)
    assert attempt(office, "mash_manager:west", WITHDRAW.format("published_at"), id=policy.id) == 1


def test_version_that_has_answered_is_not_withdrawn_whatever_day_is_said(office, clock):
    policy = a_published(office)
    clock.at = datetime(2016, 2, 2, 9, tzinfo=UTC)
    an_enquiry(office)
    with pytest.raises(DBAPIError, match="has begun"):
        attempt(office, REVIEWER, WITHDRAW.format("published_at"), id=policy.id)


def test_no_draft_has_the_hash_of_what_is_published(office):
    hash_ = find_policy(office.session, "pathway_to_provision", "V5").hash
    draft = a_draft(office)
    with pytest.raises(DBAPIError, match="has the hash of another text"):
        attempt(office, AUTHOR, "UPDATE policies SET hash = :hash WHERE id = :id", id=draft.id, hash=hash_)
    forged = INSERT.format(state="'draft'", author=":me", reviewer="NULL").replace("'x', 'x'", "hash, 'x'")
    with pytest.raises(DBAPIError, match="has the hash of another text"):
        attempt(office, AUTHOR, forged)


def test_event_of_a_policy_is_added_by_those_who_have_a_part_in_it(office):
    policy = a_published(office)
    office.session.flush()
    forged = """
    INSERT INTO events (id, case_kind, case_id, number, type, at, actor_id, actor_name, actor_role, data,
        previous_hash, hash)
    SELECT gen_random_uuid(), case_kind, case_id, 99, type, at, actor_id, actor_name, actor_role, data, hash, 'x'
    FROM events WHERE case_id = :id AND number = 1
    """
    for who in ("mash_officer", "partner_system"):
        with pytest.raises(DBAPIError, match="row-level security"):
            attempt(office, who, forged, id=policy.id)


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


EVENTS = "SELECT * FROM events WHERE case_id = :id"


@pytest.mark.parametrize("who", ["mash_officer", "social_worker", "locality_manager:west", "analyst", "partner_system"])
def test_everybody_reads_what_is_published_and_changes_none(office, who):
    policy = a_draft(office)
    assert attempt(office, who, "SELECT * FROM policies") == 3
    assert attempt(office, who, EVENTS, id=policy.id) == 0
    assert attempt(office, AUTHOR, EVENTS, id=policy.id) == 1
    assert attempt(office, who, "UPDATE policies SET state = 'withdrawn' WHERE id = :id", id=policy.id) == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        attempt(office, who, INSERT.format(state="'draft'", author=":me", reviewer="NULL"))
