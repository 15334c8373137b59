"""A professional who told us says that they disagree with what was decided. They hear by when they are answered.

Nobody outside sees a row of it: the service keeps it for them, and tells what they may hear.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from triage.access.actor import VISITOR
from triage.errors import Conflict, NotFound, Problem, invalid
from triage.models import Disagreement, Enquiry, User
from triage.models.codes import OUTSIDE
from triage.services.clocks import start_clock
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.services.outbox import promise
from triage.services.safe_words import (
    ANSWERED_BY_EMAIL,
    ANSWERS,
    DECIDED,
    NEXT_STEP,
    ONCE_MORE,
    hears_outcome,
    is_unchecked,
    say_stands,
)
from triage.store.disagreements import list_said
from triage.store.enquiries import find_by_reference, follow_joins
from triage.store.locking import lock
from triage.store.tellings import find_telling
from workflows.clocks import timescale_on
from workflows.disagreement import CLOCK, DISAGREEMENT, MOST

GONE = "What you sent is kept here no more, or was never here. Ring us."
NOT_NOW = "This cannot be said here now: it is not decided, or what you said before is not answered yet. Open it again."


@dataclass(frozen=True, slots=True)
class Said:
    """When they said it, by when it is answered and, once it is, the answer in safe words and in the manager's.

    What they said is not shown again: whoever finds the code may be whom it is about.
    """

    said_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    means: str
    answer: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What was said so far, the latest last; whether more may be said now; what else they may do, if anything.

    `within` is how soon it is answered: "2 working days".
    """

    said: tuple[Said, ...]
    may: bool
    next_step: str
    within: str


def may_disagree(settled_at: datetime | None, said: Sequence[Disagreement]) -> bool:
    """Whether a professional may: with what is decided, one at a time, and so often with one decision.

    `settled_at` is since when it is decided, None while it is not; `said` is all that they ever said.
    """
    if settled_at is None or any(each.state == DISAGREEMENT.initial for each in said):
        return False
    return _count_since(settled_at, said) < MOST


def _count_since(settled_at: datetime, said: Sequence[Disagreement]) -> int:
    return sum(each.said_at >= settled_at for each in said)


def show_standing(desk: Desk, sent: Enquiry, decided: Enquiry, said: Sequence[Disagreement]) -> Standing:
    """How it stands, for the professional who sent it. For whoever hears no outcome there is nothing of it."""
    settled_at = find_settled(decided)
    may = hears_outcome(sent, desk.pack) and may_disagree(settled_at, said)
    step = ""
    if said and said[-1].state == "stands" and settled_at is not None:
        step = ONCE_MORE if may else NEXT_STEP.format(phone=desk.pack.emergency_phone)
    told = tuple(_show(each, is_unchecked(sent)) for each in said)
    return Standing(told, may, step, timescale_on(CLOCK, None, desk.today).text)


def _show(row: Disagreement, unchecked: bool) -> Said:
    """Whoever has shown nothing but a code reads no answer: it is in the letter to their work."""
    if unchecked and row.answered_at:
        return Said(row.said_at, row.clock.due_at, row.answered_at, ANSWERED_BY_EMAIL, "")
    return Said(row.said_at, row.clock.due_at, row.answered_at, ANSWERS.get(row.state, ""), row.answer)


def find_settled(decided: Enquiry) -> datetime | None:
    """Since when it is decided, as those outside hear it: None where it is not."""
    return (decided.decided_at or decided.closed_at) if say_stands(decided.state) == DECIDED else None


def disagree_as_visitor(desk: Desk, words: str, days: int) -> None:
    """By whoever told without an account. NotFound where it is kept no more; Invalid without words; Conflict else.

    Where it stands may be asked for that many days more, so that the answer is read.
    """
    telling = find_telling(desk.session, desk.actor.id, desk.now, lock=True)
    if telling is None or telling.enquiry_id is None:
        raise NotFound(Problem("gone", GONE))
    with seeing_all(desk):
        _say(desk.with_actor(VISITOR), desk.session.get_one(Enquiry, telling.enquiry_id), words)
    telling.expires_at = max(telling.expires_at, desk.now + timedelta(days=days))


def disagree_as_sender(desk: Desk, reference: str, words: str) -> None:
    """By whoever sent that enquiry with an account or a system of their own. Refused as a visitor is."""
    sent = find_sent(desk, reference)
    with seeing_all(desk):
        _say(desk, sent, words)


def find_sent(desk: Desk, reference: str) -> Enquiry:
    """The enquiry that this actor, who is from outside, sent under that reference. NotFound where they sent none."""
    sent = find_by_reference(desk.session, reference)
    if sent is None or sent.logged_by_id != desk.actor.id or desk.actor.role not in OUTSIDE:
        raise NotFound(Problem("not_found", "You sent no enquiry of that reference."))
    return sent


def _say(desk: Desk, sent: Enquiry, words: str) -> None:
    """Keep it with the decision that it is about, which may be another enquiry's, and let its clock run."""
    if not words.strip():
        raise invalid("words", "Say why you disagree.", "no_words")
    decided = lock(desk.session, Enquiry, follow_joins(desk.session, sent).id)
    said = list_said(desk.session, [sent.id])
    settled_at = find_settled(decided)
    if not hears_outcome(sent, desk.pack) or decided.joined_into_id or not may_disagree(settled_at, said):
        raise Conflict(Problem("not_now", NOT_NOW))
    row = Disagreement(
        enquiry_id=decided.id,
        sent_id=sent.id,
        said_by_id=desk.actor.id,
        said_at=desk.now,
        words=words.strip(),
        again=_count_since(settled_at, said) > 0,
        clock=start_clock(desk, decided, CLOCK),
    )
    desk.session.add(row)
    record(desk, decided, DISAGREEMENT.begins, disagreement=str(row.id))
    promise(desk, "tell_disagreement", **name(row))
    if tells_them(desk, row, sent):
        promise(desk, "disagreement_received", **name(row))


def name(row: Disagreement) -> dict[str, str]:
    """What a promised letter about it names."""
    return {"disagreement_id": str(row.id), "enquiry_id": str(row.sent_id)}


def tells_them(desk: Desk, row: Disagreement, sent: Enquiry) -> bool:
    """Whether they left an address, or have an account of their own."""
    return bool(sent.referrer_email) or find_account(desk, row.said_by_id) is not None


def find_account(desk: Desk, user_id: UUID) -> User | None:
    """The account of somebody outside who signs in, to be written to."""
    user = desk.session.get_one(User, user_id)
    return user if user.role == "referrer" and user.active else None
