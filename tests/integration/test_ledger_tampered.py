"""Whatever the owner of the database does to the ledger is found and named."""

import pytest
from sqlalchemy import select, text

from tests.ledgers import (
    KEY,
    KEYS,
    OTHER_KEY,
    drop_foreign_keys,
    faults_in,
    hash_account_anew,
    hash_anew,
    hash_readings_anew,
    keep_ledger,
    run,
    seal_anew,
)
from tests.services import own_database
from triage.models import AccountEvent, Checkpoint, Event, Leaf, Reading

OF_CASE = "case_id = :case AND number = :number"
OTHERS = {  # another value of each column; `xid` says when to look and nothing of what happened: see below
    "id": "gen_random_uuid()",
    "case_kind": "'referral'",
    "case_id": "gen_random_uuid()",
    "reader_id": "(SELECT id FROM users WHERE id <> reader_id LIMIT 1)",
    "number": "99",
    "type": "'enquiry_withdrawn'",
    "disposed_at": "now()",
    "at": "at + interval '1 microsecond'",
    "actor_id": "(SELECT id FROM users WHERE id <> actor_id LIMIT 1)",
    "user_id": "(SELECT id FROM users WHERE id <> user_id LIMIT 1)",
    "actor_role": "'analyst'",
    "data": """'{"reason": "another"}'""",
    "people": "'{}'",
    "made_at": "made_at + interval '1 day'",
    "tree_size": "tree_size - 1",
    "frontier": "frontier[2:]",
    "horizon": "horizon + 1",
    "position": "99",
    "chain_kind": "'policy'",
    "chain_id": "gen_random_uuid()",
    "checkpoint": "checkpoint + 1",
}


def other(column):
    if column.key in OTHERS:
        return OTHERS[column.key]
    return r"'\x00'" if column.type.python_type is bytes else "'another'"


def columns_of(model):
    return [pytest.param(each, id=each.key) for each in model.__table__.columns if each.key != "xid"]


@pytest.fixture(scope="module")
def kept():
    with own_database() as name:
        yield keep_ledger(name)


@pytest.fixture
def owner(kept):
    with kept.owner() as session:
        yield session


def test_whole_ledger_is_found_whole(kept, owner):
    assert faults_in(owner) == ""
    assert faults_in(owner, kept.exported[2]) == ""
    assert owner.scalar(text("SELECT count(*) FROM ledger_leaves")) > 6


@pytest.mark.parametrize("column", columns_of(Event))
def test_changed_event_is_named(kept, owner, column):
    run(owner, f"UPDATE events SET {column.key} = {other(column)} WHERE {OF_CASE}", case=kept.first, number=2)
    assert f"{kept.reference}: event 2" in faults_in(owner)


@pytest.mark.parametrize("column", columns_of(Reading))
def test_changed_reading_is_named(kept, owner, column):
    statement = f"UPDATE readings SET {column.key} = {other(column)} WHERE reader_id = :reader AND number = 2"
    run(owner, statement, reader=kept.reader)
    assert f"reader {kept.reader}: reading 2" in faults_in(owner)


@pytest.mark.parametrize("number", [1, 3, "last"])
def test_removed_event_is_named(kept, owner, number):
    last = owner.scalar(select(Event.number).where(Event.case_id == kept.first).order_by(Event.number.desc()))
    number = last if number == "last" else number
    run(owner, f"DELETE FROM events WHERE {OF_CASE}", case=kept.first, number=number)
    assert f"{kept.reference}: event {number} is gone" in faults_in(owner)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_removed_reading_is_named(kept, owner, number):
    run(owner, "DELETE FROM readings WHERE reader_id = :reader AND number = :number", reader=kept.reader, number=number)
    assert f"reader {kept.reader}: reading {number} is gone" in faults_in(owner)


def test_last_events_removed_with_the_head_set_back_are_named(kept, owner):
    """As far as they were sealed: the head alone is not trusted."""
    sealed = owner.scalar(select(Leaf.number).where(Leaf.chain_id == kept.first).order_by(Leaf.number.desc()))
    run(owner, "DELETE FROM events WHERE case_id = :case AND number >= :sealed", case=kept.first, sealed=sealed)
    hash_anew(owner, kept.first)
    assert f"{kept.reference}: event {sealed} is gone, sealed in checkpoint 2" in faults_in(owner)


COPY = """
INSERT INTO events (id, case_kind, case_id, number, type, at, actor_id, actor_name, actor_role, purpose, request_id,
    data, previous_hash, hash)
SELECT gen_random_uuid(), case_kind, case_id, {number}, 'enquiry_withdrawn', at, actor_id, actor_name, actor_role,
    purpose, request_id, data, hash, sha256(hash) FROM events WHERE case_id = :case AND number = :number
"""


def test_event_put_in_at_the_end_is_named(kept, owner):
    last = owner.scalar(select(Event.number).where(Event.case_id == kept.first).order_by(Event.number.desc()))
    run(owner, COPY.format(number="number + 1"), case=kept.first, number=last)
    found = faults_in(owner)
    assert f"{kept.reference}: event {last + 1} (enquiry_withdrawn" in found
    assert f"its head is {last}: event {last + 1} was put in after it" in found


def test_event_put_in_between_is_named(kept, owner):
    run(owner, "UPDATE events SET number = -number WHERE case_id = :case AND number > 2", case=kept.first)
    run(owner, "UPDATE events SET number = 1 - number WHERE case_id = :case AND number < 0", case=kept.first)
    run(owner, COPY.format(number="3"), case=kept.first, number=2)
    assert f"{kept.reference}: event 3 (enquiry_withdrawn" in faults_in(owner)


def test_two_events_that_changed_places_are_named(kept, owner):
    for before, after in ((2, -2), (3, 2), (-2, 3)):
        run(owner, f"UPDATE events SET number = {after} WHERE {OF_CASE}", case=kept.first, number=before)
    found = faults_in(owner)
    assert f"{kept.reference}: event 2" in found
    assert f"{kept.reference}: event 3" in found


def test_chain_that_was_hashed_anew_is_given_away_by_its_leaf(kept, owner):
    run(owner, f"UPDATE events SET type = 'rag_unset' WHERE {OF_CASE}", case=kept.first, number=2)
    hash_anew(owner, kept.first)
    found = faults_in(owner)
    assert f"{kept.reference}: event " in found
    assert "checkpoint 1 sealed: event 1 to" in found


def test_readings_that_were_hashed_anew_are_given_away_by_their_leaf(kept, owner):
    run(owner, "UPDATE readings SET people = '{}' WHERE reader_id = :reader AND number = 2", reader=kept.reader)
    hash_readings_anew(owner, kept.reader)
    assert f"reader {kept.reader}: reading 3 (enquiries.show" in faults_in(owner)


@pytest.mark.parametrize("change", ["event_number = event_number - 1", "event_number = 99", r"event_hash = '\x00'"])
def test_changed_head_is_named(kept, owner, change):
    run(owner, f"UPDATE enquiries SET {change} WHERE id = :case", case=kept.first)
    assert f"{kept.reference}: " in faults_in(owner)


@pytest.mark.parametrize("change", ["number = number - 1", r"hash = '\x00'"])
def test_changed_head_of_a_reader_is_named(kept, owner, change):
    run(owner, f"UPDATE reading_heads SET {change} WHERE reader_id = :reader", reader=kept.reader)
    assert f"reader {kept.reader}: its head is" in faults_in(owner)


def test_case_that_is_gone_with_all_its_events_is_named(kept, owner):
    drop_foreign_keys(owner, "enquiries")
    run(owner, "DELETE FROM events WHERE case_id = :case", case=kept.second)
    run(owner, "DELETE FROM enquiries WHERE id = :case", case=kept.second)
    assert f"enquiry {kept.second}: event 1 is gone, sealed in checkpoint 2" in faults_in(owner)


def test_reader_whose_readings_are_all_gone_is_named(kept, owner):
    run(owner, "DELETE FROM readings WHERE reader_id = :reader", reader=kept.reader)
    run(owner, "DELETE FROM reading_heads WHERE reader_id = :reader", reader=kept.reader)
    assert f"reader {kept.reader}: reading 1 to 5 are gone, sealed in checkpoint 2" in faults_in(owner)


OF_ACCOUNT = "user_id = :account AND number = :number"


@pytest.mark.parametrize("column", columns_of(AccountEvent))
def test_changed_event_of_an_account_is_named(kept, owner, column):
    statement = f"UPDATE account_events SET {column.key} = {other(column)} WHERE {OF_ACCOUNT}"
    run(owner, statement, account=kept.reader, number=2)
    assert f"account {kept.reader}: event 2" in faults_in(owner)


@pytest.mark.parametrize("number", [1, 3, 6])
def test_removed_event_of_an_account_is_named(kept, owner, number):
    run(owner, f"DELETE FROM account_events WHERE {OF_ACCOUNT}", account=kept.reader, number=number)
    assert f"account {kept.reader}: event {number} is gone" in faults_in(owner)


def test_event_put_into_an_account_is_named(kept, owner):
    put = (
        "INSERT INTO account_events (id, user_id, number, actor_id, type, at, reason, data, previous_hash, hash)"
        " SELECT gen_random_uuid(), user_id, 7, actor_id, 'account_closed', at, reason, data, hash, sha256(hash)"
        f" FROM account_events WHERE {OF_ACCOUNT}"
    )
    run(owner, put, account=kept.reader, number=6)
    assert f"account {kept.reader}: event 7 (account_closed" in faults_in(owner)


def test_two_events_of_an_account_that_changed_places_are_named(kept, owner):
    for before, after in ((2, -2), (3, 2), (-2, 3)):
        run(owner, f"UPDATE account_events SET number = {after} WHERE {OF_ACCOUNT}", account=kept.reader, number=before)
    found = faults_in(owner)
    assert f"account {kept.reader}: event 2" in found
    assert f"account {kept.reader}: event 3" in found


def test_account_that_was_hashed_anew_is_given_away_by_its_leaf(kept, owner):
    run(owner, f"UPDATE account_events SET reason = 'Another' WHERE {OF_ACCOUNT}", account=kept.reader, number=2)
    hash_account_anew(owner, kept.reader)
    assert f"account {kept.reader}: event 3 (second_factor_reset" in faults_in(owner)


def test_account_whose_events_are_all_gone_is_named(kept, owner):
    run(owner, "DELETE FROM account_events WHERE user_id = :account", account=kept.reader)
    run(owner, "DELETE FROM account_heads WHERE user_id = :account", account=kept.reader)
    assert f"account {kept.reader}: event 1 to 5 are gone, sealed in checkpoint 2" in faults_in(owner)


@pytest.mark.parametrize("change", ["number = number - 1", r"hash = '\x00'"])
def test_changed_head_of_an_account_is_named(kept, owner, change):
    run(owner, f"UPDATE account_heads SET {change} WHERE user_id = :account", account=kept.reader)
    assert f"account {kept.reader}: its head is" in faults_in(owner)


@pytest.mark.parametrize("column", columns_of(Leaf))
def test_changed_leaf_is_found_with_its_checkpoint(kept, owner, column):
    change = f"UPDATE ledger_leaves SET {column.key} = {other(column)} WHERE chain_id = :case AND checkpoint = 1"
    run(owner, change, case=kept.first)
    found = faults_in(owner)
    assert "checkpoint 1" in found
    assert "leaf" in found or "leaves" in found


@pytest.mark.parametrize("position", [0, 1, "last"])
def test_removed_leaf_is_found(kept, owner, position):
    where = "(SELECT max(position) FROM ledger_leaves)" if position == "last" else str(position)
    run(owner, f"DELETE FROM ledger_leaves WHERE position = {where}")
    assert "does not fit its leaves" in faults_in(owner)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("column", columns_of(Checkpoint))
def test_changed_checkpoint_is_named(kept, owner, column, number):
    run(owner, f"UPDATE checkpoints SET {column.key} = {other(column)} WHERE number = :number", number=number)
    assert f"checkpoint {number}" in faults_in(owner)


@pytest.mark.parametrize(("number", "named"), [(1, "checkpoint 1 is gone"), (2, "of checkpoint 2, which is gone")])
def test_removed_checkpoint_is_named(kept, owner, number, named):
    run(owner, "DELETE FROM checkpoints WHERE number = :number", number=number)
    assert named in faults_in(owner)


def test_everything_written_anew_bears_another_signature(kept, owner):
    run(owner, f"UPDATE events SET type = 'rag_unset' WHERE {OF_CASE}", case=kept.first, number=2)
    hash_anew(owner, kept.first)
    seal_anew(owner, OTHER_KEY)
    assert "checkpoint 1 bears no signature of a key that is trusted" in faults_in(owner)


def test_everything_written_anew_with_a_stolen_key_is_not_what_another_body_was_given(kept, owner):
    run(owner, f"UPDATE events SET type = 'rag_unset' WHERE {OF_CASE}", case=kept.first, number=2)
    hash_anew(owner, kept.first)
    seal_anew(owner, KEY)
    assert faults_in(owner) == ""  # nothing here can tell any more
    assert "checkpoint 2 is not the one that was given to another body" in faults_in(owner, kept.exported[2])


def test_ledger_taken_back_to_an_earlier_checkpoint_is_found_by_what_another_body_has(kept, owner):
    run(owner, "DELETE FROM ledger_leaves WHERE checkpoint = 2")
    run(owner, "DELETE FROM checkpoints WHERE number = 2")
    assert faults_in(owner, kept.exported[1]) == ""
    assert "checkpoint 2 was given to another body and is gone" in faults_in(owner, kept.exported[2])


def test_exported_checkpoint_that_was_changed_is_found(kept, owner):
    changed = kept.exported[2] | {"made_at": "2014-01-01T00:00:00.000000+00:00"}
    assert "checkpoint 2 of the file bears no signature" in faults_in(owner, changed)
    assert "of the file bears no signature" in faults_in(
        owner, kept.exported[1], {OTHER_KEY.public.id: OTHER_KEY.public}
    )


@pytest.mark.parametrize("xid", ["1", "9000000000000000000"])
def test_event_that_would_never_be_sealed_is_named(kept, owner, xid):
    last = owner.scalar(select(Event.number).where(Event.case_id == kept.first).order_by(Event.number.desc()))
    run(owner, f"UPDATE events SET xid = {xid} WHERE {OF_CASE}", case=kept.first, number=last)
    found = faults_in(owner, keys=KEYS)
    assert f"{kept.reference}: event {last} (enquiry_closed" in found
    assert "was kept out of the checkpoints" in found
