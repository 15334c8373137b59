"""The log of what was disposed of is whole as long as a disposal vouches for it, and for every event of it."""

import pytest
from sqlalchemy import select, text

from tests.disposing import LATER, agreed, dispose_all, service_desk
from tests.ledgers import faults_in, hash_anew, keep_ledger, run
from tests.services import own_database
from triage.models import Disposal, DisposalItem, Enquiry, Event, Person

EMPTY = "UPDATE events SET data = '{}', purpose = '', disposed_at = now()"
CHAINS = ("enquiry", "person")


@pytest.fixture(scope="module")
def kept():
    """The first enquiry of a ledger, and whom it was about, are gone; the second is open."""
    with own_database() as name:
        kept = keep_ledger(name)
        kept.clock.at = LATER
        with kept.office() as office:
            agreed(office)
            assert dispose_all(service_desk(office)) == 1
        kept.seal()
        yield kept


@pytest.fixture
def owner(kept):
    with kept.owner() as session:
        yield session


def test_what_was_disposed_of_properly_is_whole(kept, owner):
    assert faults_in(owner) == ""
    assert owner.get(Enquiry, kept.first) is None
    assert owner.scalar(select(Disposal.certificate))
    gone = select(Event.case_kind).where(Event.type == "disposed").order_by(Event.case_kind)
    assert tuple(owner.scalars(gone)) == CHAINS


def test_whole_too_while_it_is_not_at_its_end_yet(kept, owner):
    owner.execute(text("ALTER TABLE disposals DISABLE TRIGGER USER"))
    run(owner, "DELETE FROM events WHERE type = 'disposal_executed'")
    _set_head_back(owner)
    run(owner, "UPDATE disposals SET executed_at = NULL, certificate = NULL")
    assert "went with" not in faults_in(owner)
    assert "certificate" not in faults_in(owner)


def _set_head_back(owner):
    last = select(Event.number, Event.hash).where(Event.case_kind == "disposal").order_by(Event.number.desc()).limit(1)
    number, hash_ = owner.execute(last).one()
    run(owner, "UPDATE disposals SET event_number = :number, event_hash = :hash", number=number, hash=hash_)


@pytest.mark.parametrize("where", ["true", "number = 1"])
def test_event_that_was_emptied_by_hand_is_found(kept, owner, where):
    run(owner, f"{EMPTY} WHERE case_id = :case AND {where}", case=kept.second)
    assert "emptied, and it does not end with its disposal" in faults_in(owner)


def test_row_that_stands_beside_its_disposal_is_found(kept, owner):
    end_by_hand(owner, kept.second)
    assert "its row is there, and it ends with its disposal" in faults_in(owner)


def end_by_hand(owner, case):
    """Empty a chain and end it with the item of a disposal that there was."""
    last = owner.scalar(select(Event).where(Event.case_id == case).order_by(Event.number.desc()).limit(1))
    data = owner.scalar(select(Event.data).where(Event.type == "disposed").limit(1))
    copied = ("case_kind", "case_id", "at", "actor_id", "actor_name", "actor_role", "request_id")
    more = {"number": last.number + 1, "type": "disposed", "data": data, "previous_hash": last.hash, "hash": b""}
    owner.add(Event(**{name: getattr(last, name) for name in copied}, **more))
    owner.flush()
    hash_anew(owner, case, last.number + 1)
    run(owner, f"{EMPTY} WHERE case_id = :case AND type <> 'disposed'", case=case)


def test_log_that_was_emptied_in_the_name_of_another_disposal_is_found(kept, owner):
    end_by_hand(owner, kept.second)
    assert "events went with its item" in faults_in(owner)


@pytest.mark.parametrize(
    "change",
    [
        r"UPDATE disposals SET certificate = '\x00'",
        "UPDATE disposals SET certificate = NULL",
        "UPDATE disposals SET schedule_hash = 'another'",
        "UPDATE disposal_items SET code = 'another'",
        "UPDATE disposal_items SET counts = counts || '{\"events\": 99}'",
    ],
)
def test_certificate_that_is_not_that_of_what_it_says_is_found(owner, change):
    owner.execute(text("ALTER TABLE disposals DISABLE TRIGGER USER"))
    run(owner, change)
    assert "its certificate is not that of what it says" in faults_in(owner)


def test_certificate_that_was_worked_out_anew_is_not_what_the_log_says(owner):
    run(owner, "UPDATE disposal_items SET code = 'another'")
    run(owner, "UPDATE disposals SET certificate = certificate_of(id)")
    assert "its certificate is not that of what it says" in faults_in(owner)


@pytest.mark.parametrize(
    "change",
    [
        ("DELETE FROM disposal_items", "DELETE FROM disposals"),
        ("UPDATE disposals SET approved_at = NULL, approved_by_id = NULL, executed_at = NULL",),
        ("UPDATE disposal_items SET disposed_at = NULL",),
    ],
)
def test_disposal_that_is_gone_or_was_never_agreed_to_is_found(owner, change):
    owner.execute(text("ALTER TABLE disposals DISABLE TRIGGER USER"))
    for statement in change:
        run(owner, statement)
    item = owner.scalar(select(Event.data["item"].astext).where(Event.type == "disposed").limit(1))
    assert f"emptied by item {item}, which no disposal let go" in faults_in(owner)


@pytest.mark.parametrize("kind", CHAINS)
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE events SET actor_name = 'another' WHERE type = 'disposed' AND {}", "was changed"),
        ("UPDATE events SET previous_hash = hash WHERE number = 1 AND {}", "does not follow nothing"),
        (r"UPDATE events SET hash = '\x00' WHERE number = 1 AND {}", "does not follow the one before it"),
        ("DELETE FROM events WHERE type = 'disposed' AND {}", "does not end with its disposal"),
        ("DELETE FROM events WHERE number = 1 AND {}", "event 1 is gone"),
        ("UPDATE events SET disposed_at = NULL WHERE number = 1 AND {}", "1 of its events not emptied"),
    ],
)
def test_links_of_what_was_disposed_of_are_looked_at(owner, kind, change, found):
    case = owner.scalar(select(Event.case_id).where(Event.type == "disposed", Event.case_kind == kind))
    run(owner, change.format("case_id = :case"), case=case)
    assert found in faults_in(owner)


def test_what_is_left_of_it_tells_of_nobody(owner):
    assert not owner.scalars(select(Event).where(Event.disposed_at.is_not(None), Event.purpose != "")).all()
    assert [each.given_name for each in owner.scalars(select(Person))] == ["Ben"]
    assert owner.scalar(select(DisposalItem.disposed_at)) == LATER
