"""The log of what was disposed of is whole as long as a disposal vouches for it, and for every event of it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tests.conftest import MORNING
from tests.disposing import LATER, agreed, dispose_all, service_desk
from tests.ledgers import KEYS, Commands, faults_in, hash_anew, keep_ledger, run
from tests.services import own_database
from triage.access.actor import SYSTEM
from triage.database import act_as
from triage.models import Disposal, DisposalItem, Enquiry, Event, Person
from triage.pack import load_pack
from triage.services.auditing import verify_ledger
from triage.services.desk import Desk

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


OTHERS = {
    "id": "gen_random_uuid()",
    "type": "'enquiry_withdrawn'",
    "at": "at + interval '1 microsecond'",
    "actor_id": "(SELECT id FROM users WHERE id <> actor_id LIMIT 1)",
    "actor_name": "'another'",
    "actor_role": "'analyst'",
    "purpose": "'another'",
    "request_id": "'another'",
    "data": """'{"reason": "another"}'""",
    "disposed_at": "disposed_at + interval '1 microsecond'",
}


@pytest.mark.parametrize("kind", CHAINS)
@pytest.mark.parametrize("column", OTHERS)
def test_what_is_left_of_an_event_is_what_its_disposal_left(owner, kind, column):
    of_kind = select(Event.case_id).where(Event.type == "disposed", Event.case_kind == kind)
    change = f"UPDATE events SET {column} = {OTHERS[column]} WHERE case_id = :case AND number = 1"
    run(owner, change, case=owner.scalar(of_kind))
    assert "was changed: what is left is not what the disposal left" in faults_in(owner)


def test_files_that_its_own_log_lets_nobody_dispose_of_are_found(kept, owner):
    told = forge_disposal(kept, owner)
    assert f"disposal {told}: its log does not say that those two prepared it and agreed to it" in faults_in(owner)
    assert "emptied by item" in faults_in(owner)
    assert "another-schedule" not in faults_in(owner)


def test_files_that_went_by_no_schedule_of_the_pack_are_found(kept, owner):
    told = forge_disposal(kept, owner, schedule="another-schedule")
    assert f"disposal {told}: the schedule that it went by, another-sche, is none of the pack's" in faults_in(owner)


def forge_disposal(kept, owner, schedule=None):
    """As the database's owner: nothing is kept for a day, two people agreed who know of nothing, and the file goes."""
    pack = load_pack("nottinghamshire")
    owner.execute(text("ALTER TABLE disposals DISABLE TRIGGER USER"))
    owner.execute(text("ALTER TABLE disposal_items DISABLE TRIGGER USER"))
    run(owner, "UPDATE retention_classes SET since_closing = 0 * since_closing, since_birth = 0 * since_birth")
    run(owner, "UPDATE enquiries SET state = 'closed', closed_at = :at WHERE id = :id", at=LATER, id=kept.second)
    act_as(owner, SYSTEM, LATER)
    schedule = schedule or pack.retention.hash
    forged = Disposal(on_day=LATER.date(), schedule_hash=schedule, counts={}, **in_the_name_of(kept))
    item = DisposalItem(
        cases=[kept.second], references=["x"], code="x", since=None, due_on=LATER.date(), people=1, disposal=forged
    )
    owner.add_all([forged, item])
    owner.flush()
    assert dispose_all(Desk(owner, SYSTEM, kept.clock, pack)) == 1
    assert item.disposed_at == LATER
    return forged.id


def in_the_name_of(kept):
    who = {"prepared": "information_governance", "approved": "mash_manager"}
    at = {f"{did}_at": LATER for did in who}
    return at | {f"{did}_by_id": kept.actors[role].id for did, role in who.items()}


def test_disposals_are_told_with_who_prepared_and_who_agreed(kept, owner):
    (told,) = verify_ledger(owner, KEYS, schedules=load_pack("nottinghamshire").retention.known).disposals
    assert (told.prepared_by, told.agreed_by) == ("Made-up information_governance", "Made-up mash_manager")
    (file,) = told.files
    assert (file.references, file.disposed_at, file.last_at) == (
        (kept.reference,),
        LATER,
        MORNING + timedelta(minutes=10),
    )


def test_verifying_says_in_words_and_in_json_what_was_disposed_of(kept):
    words = Commands(kept)("verify")
    assert words.exit_code == 0, words.output
    first, whole = words.output.splitlines()
    assert first.startswith("Disposed of: 1 files, last worked on 2013-05-07 or before; prepared by Made-up info")
    assert "agreed to by Made-up mash_manager on 2020-01-06" in first
    assert whole.startswith("Whole: ")
    told = json.loads(Commands(kept)("verify", "--json").stdout)
    assert told["whole"] is True
    assert told["faults"] == []
    assert told["disposals"][0]["files"][0]["references"] == [kept.reference]


def test_what_is_left_of_it_tells_of_nobody(owner):
    assert not owner.scalars(select(Event).where(Event.disposed_at.is_not(None), Event.purpose != "")).all()
    assert [each.given_name for each in owner.scalars(select(Person))] == ["Ben"]
    assert owner.scalar(select(DisposalItem.disposed_at)) == LATER
