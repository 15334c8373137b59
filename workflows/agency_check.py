"""A question put to a partner: asked, acknowledged, answered one way or another, however often it must be chased.

Several run side by side, each with its clock; the enquiry waits for all of them, or goes on without with a reason.
"""

from dataclasses import dataclass

from workflows.definition import IMMEDIATE_DANGER, Table, Transition, refuses
from workflows.enquiry import HUB, SEES_DANGER, WEIGHS
from workflows.guards import Context, has_reason

ANSWERS = HUB | {"partner_system", "partner_contributor"}
SERVICE = frozenset({"system"})
WAITING = ("requested", "acknowledged", "overdue")
ANSWERED = ("answered", "nothing_known", "declined")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext(Context):
    """What the guards look at."""

    answer: str | None = None


@refuses("no_answer", brings=("answer",))
def says_what(context: CheckContext) -> str | None:
    return None if context.answer else "no_answer"


AGENCY_CHECK = Table(
    name="Agency check",
    begins="check_requested",
    states=(*WAITING, *ANSWERED, "withdrawn"),
    initial="requested",
    final=(*ANSWERED, "withdrawn"),
    opens=("agency_check",),
    about_a_child=True,
    transitions=(
        Transition("acknowledge", "Acknowledged", ("requested",), "acknowledged", ANSWERS, "check_acknowledged"),
        Transition("answer", "Record the answer", WAITING, "answered", ANSWERS, "check_answered", (says_what,),
                   stops=("agency_check",)),
        Transition("nothing_known", "Nothing known", WAITING, "nothing_known", ANSWERS, "check_answered_nothing_known",
                   stops=("agency_check",)),
        Transition("decline", "Declined", WAITING, "declined", ANSWERS, "check_declined", (has_reason,),
                   stops=("agency_check",)),
        Transition("pass_due", "Past due", WAITING[:2], "overdue", SERVICE, "check_overdue"),
        Transition("chase", "Chase", WAITING, None, HUB, "check_chased"),
        Transition("escalate", "Escalate to the agency's lead", WAITING, None, HUB, "check_escalated"),
        Transition("withdraw", "No longer needed", WAITING, "withdrawn", WEIGHS, "check_withdrawn", (has_reason,),
                   cancels=("agency_check",)),
        Transition(IMMEDIATE_DANGER, "Immediate danger: straight to social care", WAITING, "answered",
                   SEES_DANGER | ANSWERS, "immediate_danger_answered", (has_reason,), stops=("agency_check",),
                   section_47=True),
    ),
)  # fmt: skip
