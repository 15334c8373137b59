"""A question put to a partner: asked, then answered one way or another, however often it must be chased."""

from dataclasses import dataclass

from workflows.definition import Table, Transition, refuses

HUB = frozenset({"mash_officer", "social_worker", "mash_manager", "system"})
ANSWERS = HUB | {"partner_system"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """What the guards look at."""

    reason: str | None = None


@refuses("no_reason", brought=True)
def has_reason(context: CheckContext) -> str | None:
    return None if context.reason else "no_reason"


AGENCY_CHECK = Table(
    name="Agency check",
    states=("requested", "answered", "nothing_known", "declined"),
    initial="requested",
    final=("answered", "nothing_known", "declined"),
    opens=("agency_check",),
    transitions=(
        Transition(
            action="answer",
            says="Record the answer",
            sources=("requested",),
            target="answered",
            by=ANSWERS,
            event="check_answered",
            stops=("agency_check",),
        ),
        Transition(
            action="nothing_known",
            says="Nothing known",
            sources=("requested",),
            target="nothing_known",
            by=ANSWERS,
            event="check_answered_nothing_known",
            stops=("agency_check",),
        ),
        Transition(
            action="decline",
            says="Declined",
            sources=("requested",),
            target="declined",
            by=ANSWERS,
            event="check_declined",
            guards=(has_reason,),
            stops=("agency_check",),
        ),
        Transition(
            action="chase",
            says="Chase",
            sources=("requested",),
            target=None,
            by=HUB,
            event="check_chased",
        ),
    ),
)
