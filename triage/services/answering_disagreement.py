"""A manager answers a professional who disagrees: the decision stands, or it is looked at again."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from triage.errors import invalid
from triage.models import Decision, Disagreement, Enquiry
from triage.services.clocks import stop_clock
from triage.services.desk import Desk
from triage.services.disagreeing import name, tells_them
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.events import record
from triage.services.firing import fire_action
from triage.services.outbox import promise
from triage.store.disagreements import get_disagreement, list_withdrawers
from triage.store.enquiries import follow_joins
from triage.store.locking import lock
from workflows.disagreement import DISAGREEMENT, LOOK_AGAIN, DisagreementContext
from workflows.engine import Permitted, permitted
from workflows.enquiry import UNSETTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDisagreement:
    """A manager's answer: `answer` is what the professional reads, `reason` what the hub alone does."""

    disagreement_id: UUID
    action: str | None = None
    answer: str = ""
    reason: str = ""


def answer_disagreement(desk: Desk, command: AnswerDisagreement) -> Disagreement:
    """Keep it, stop its clock, write to them, and reopen the enquiry where it is looked at again.

    Invalid where nothing is chosen. Conflict, with every reason, for whoever made or approved the decision, once it is
    answered, without words, or where what it was joined into has to be reopened first. One that was reopened meanwhile
    is being looked at again already.
    """
    row = get_disagreement(desk.session, command.disagreement_id)
    enquiry = lock(desk.session, Enquiry, row.enquiry_id)
    desk.session.refresh(row)
    if command.action is None:
        raise invalid("action", "Choose whether the decision stands, or is looked at again.", "no_choice")
    fired = fire_action(DISAGREEMENT, desk, row, command.action, _read_context(desk, row, enquiry, command))
    row.state, row.answered_at, row.answered_by_id = fired.target, desk.now, desk.actor.id
    row.answer, row.reason = command.answer.strip(), command.reason.strip()
    stop_clock(desk, row.clock)
    record(desk, enquiry, fired.row.event, disagreement=str(row.id), answer=row.state, reason=row.reason)
    if row.sent and tells_them(desk, row, row.sent):
        promise(desk, "disagreement_answered", **name(row))
    if command.action == LOOK_AGAIN and enquiry.state not in UNSETTLED and not enquiry.joined_into_id:
        act_on_enquiry(desk, EnquiryAction(enquiry_id=enquiry.id, action="reopen", reason=row.reason))
    return row


def permitted_on_disagreement(desk: Desk, row: Disagreement) -> tuple[Permitted, ...]:
    """What this actor may answer, or why not."""
    context = _read_context(desk, row, row.enquiry, AnswerDisagreement(disagreement_id=row.id))
    return permitted(DISAGREEMENT, row.state, desk.actor.role, context)


def _read_context(desk: Desk, row: Disagreement, enquiry: Enquiry, said: AnswerDisagreement) -> DisagreementContext:
    """What the guards look at."""
    decided = follow_joins(desk.session, enquiry)
    waits = decided is not enquiry and decided.state not in UNSETTLED
    return DisagreementContext(
        reason=said.reason.strip() or None,
        answer=said.answer.strip() or None,
        is_own_decision=desk.actor.id in set(_find_deciders(desk, row, enquiry)),
        reopen_first=decided.reference if waits else "",
    )


def _find_deciders(desk: Desk, row: Disagreement, enquiry: Enquiry) -> Iterator[UUID | None]:
    """Whoever made or approved what was in force when it was said; of what was decided by nobody, who withdrew it."""
    decisions = [each for subject in enquiry.subjects for each in subject.decisions if _held(each, row)]
    for each in decisions:
        yield from (each.decided_by_id, each.approved_by_id)
    if not decisions:
        yield from list_withdrawers(desk.session, enquiry.id)


def _held(decision: Decision, row: Disagreement) -> bool:
    if decision.took_effect_at is None or decision.took_effect_at > row.said_at:
        return False
    return decision.superseded_at is None or decision.superseded_at >= row.said_at
