"""What must be so when everything is over, whatever was killed: told from the rows, the letters and the ledger."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.faults.invariants import find_faults
from triage.access.checkpoints import Keys
from triage.models import Clock, Enquiry, Event, OutboxMessage
from triage.services.auditing import verify_ledger

MARKS = ("clock_warned", "clock_breached")


def find_all_faults(session: Session, told: Mapping[str, str], letters: Sequence[Message], keys: Keys) -> list[str]:
    """Everything that is not as it must be, in words."""
    return [
        *_enquiry_faults(session, told),
        *_clock_faults(session),
        *_letter_faults(session, letters),
        *find_faults(session),
        *verify_ledger(session, keys).faults,
    ]


def _enquiry_faults(session: Session, told: Mapping[str, str]) -> Iterator[str]:
    """What was acknowledged is what is stored, each once."""
    stored = {str(key) for key in session.scalars(select(Enquiry.id))}
    if len(set(told.values())) != len(told):
        yield "two keys were answered with one enquiry"
    if lost := set(told.values()) - stored:
        yield f"acknowledged and not stored: {len(lost)}"
    if more := stored - set(told.values()):
        yield f"stored, and acknowledged to nobody: {len(more)}"


def _clock_faults(session: Session) -> Iterator[str]:
    """Each was warned of and breached, once each, and its escalation promised once."""
    clocks = session.scalars(select(Clock)).all()
    late = [clock for clock in clocks if not (clock.warned_at and clock.breached_at)]
    if late:
        yield f"not warned of or not breached: {len(late)} of {len(clocks)} clocks"
    events = session.scalars(select(Event).where(Event.type.in_(MARKS)))
    logged = Counter((event.case_id, event.data["kind"], event.type) for event in events)
    if logged != Counter((clock.enquiry_id, clock.kind, mark) for clock in clocks for mark in MARKS):
        yield f"clocks marked other than once: {[each for each, count in logged.items() if count > 1]}"
    promised = Counter(
        session.scalars(select(OutboxMessage.payload["clock_id"].astext).where(OutboxMessage.task == "escalate_breach"))
    )
    if promised != Counter(str(clock.id) for clock in clocks):
        yield "not one escalation for each clock"


def _letter_faults(session: Session, letters: Sequence[Message]) -> Iterator[str]:
    """Each message is done, and its letter came. One that came again is the same letter, and says so by its id."""
    messages = session.scalars(select(OutboxMessage)).all()
    yield from (f"{each.task} is not done: {each.last_error}" for each in messages if not each.done_at)
    due = {f"<{each.id}@triage.example>" for each in messages if not each.cancelled_reason}
    came = {letter["Message-ID"] for letter in letters}
    if due != came:
        yield f"letters that never came: {len(due - came)}; that nobody promised: {len(came - due)}"
    if len({(letter["Message-ID"], letter.get_payload()) for letter in letters}) != len(came):
        yield "a letter came again with other words"
