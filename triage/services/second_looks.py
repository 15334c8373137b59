"""A second look: some decisions that nothing further is done, and all that were not what the policy recommended.

Another manager says, before seeing what was decided, what they would have chosen.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from hashlib import sha256
from uuid import UUID

from triage.errors import Conflict, Invalid, Problem
from triage.models import AgencyCheck, Decision, Enquiry, SecondLook
from triage.models.codes import GRADES, OUTCOMES
from triage.services.choosing import compare_decision
from triage.services.desk import Desk
from triage.services.events import record
from triage.store.locking import lock
from triage.store.second_looks import get_look, list_roots, list_undrawn

BACK = timedelta(days=31)  # as far as a drawing looks: longer than a worker is ever away
NOTHING = "no_further_action"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveLook:
    """What another manager would have chosen, why in a few words, and how good the work was until then."""

    look_id: UUID
    outcome: str | None = None
    grade: str | None = None
    reason: str = ""


def is_drawn(root: bytes, decision_id: UUID, share: Fraction) -> bool:
    """Whether chance draws the decision: the same answer whenever it is asked again.

    `root` is that of the first checkpoint of the ledger after the decision took effect. It hangs on what everybody did
    until then, so that nobody who decides can know it, nor choose it; and whoever has it can draw again.
    """
    number = int.from_bytes(sha256(root + decision_id.bytes).digest()[:8])
    return Fraction(number, 2**64) < share


def draw_second_looks(desk: Desk) -> int:
    """Keep which decisions of late another manager is to weigh, for the service itself. How many there are.

    One that nothing is sealed after yet waits for the next night.
    """
    since, drawn = desk.now - BACK, 0
    checkpoints = list_roots(desk.session, since)
    times = [each.made_at for each in checkpoints]
    for decision in list_undrawn(desk.session, since):
        place = bisect_right(times, decision.took_effect_at)
        if place == len(times):
            break
        why = _why(decision, checkpoints[place].root, desk.pack.second_look_share)
        if why:
            number = checkpoints[place].number if why == "drawn" else None
            desk.session.add(SecondLook(decision_id=decision.id, why=why, checkpoint=number, drawn_at=desk.now))
            drawn += 1
    return drawn


def _why(decision: Decision, root: bytes, share: Fraction) -> str | None:
    if compare_decision(decision) != "same":
        return "override"
    return "drawn" if decision.route == NOTHING and is_drawn(root, decision.id, share) else None


def list_answers_then(look: SecondLook) -> list[AgencyCheck]:
    """What partners had answered when it was decided: nothing that came later."""
    decision = look.decision
    return [each for each in decision.subject.enquiry.checks if each.ended_at and each.ended_at <= decision.decided_at]


def give_second_look(desk: Desk, command: GiveLook) -> SecondLook:
    """Keep what this manager would have chosen. Once: what they think after seeing the other changes nothing.

    Invalid without an outcome, a reason or a grade; Conflict where somebody has looked already; NotFound for whoever
    made or approved the decision.
    """
    problems = tuple(_check(command))
    if problems:
        raise Invalid(*problems)
    look = get_look(desk.session, command.look_id)
    enquiry = lock(desk.session, Enquiry, look.decision.subject.enquiry_id)
    desk.session.refresh(look)
    if look.looked_at is not None:
        raise Conflict(Problem("looked", "Somebody has given this second look already. Yours was not kept."))
    look.looked_at, look.looked_by_id = desk.now, desk.actor.id
    look.outcome, look.reason, look.grade = command.outcome, command.reason.strip(), command.grade
    record(desk, enquiry, "second_look_given")
    return look


def _check(command: GiveLook) -> list[Problem]:
    problems = []
    if command.outcome not in OUTCOMES:
        problems.append(Problem("no_outcome", "Choose what you would have decided.", "outcome"))
    if not command.reason.strip():
        problems.append(Problem("no_reason", "Say in a few words why you would have decided so.", "reason"))
    if command.grade not in GRADES:
        problems.append(Problem("no_grade", "Choose how good the work was.", "grade"))
    return problems
