"""Another authority has the child: told, and watched until they say that they have taken it on.

A child handed over is nobody's until somebody there says yes. So who said it is kept, and recorded by another than
whoever handed the child over; what they refuse is ours to act on, and both are timed. The clocks are not paused:
whoever does not answer is chased instead.
"""

from dataclasses import dataclass

from workflows.definition import IMMEDIATE_DANGER, Table, Transition, refuses
from workflows.enquiry import WEIGHS
from workflows.guards import has_reason
from workflows.referral import ALLOCATES, ANYBODY, ReferralContext

WORKS = ALLOCATES | {"emergency_duty_team"}
CLOSURES = ("taken_on", "came_back")
OPEN = ("handed_over", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAuthorityContext(ReferralContext):
    """What the guards look at. `has_authority`: it is known which one; `transfer_to`: the one that the actor names.

    `is_own_hand_over`: the actor decided so or, if it was handed over again, did that last. `is_hub_manager`: they are
    one, or stand in for one at night. `section_47`: the child may be suffering significant harm.
    """

    has_authority: bool = True
    transfer_to: str | None = None
    is_own_hand_over: bool = False
    is_hub_manager: bool = False
    section_47: bool = False


@refuses("authority_unnamed")
def is_named(context: OtherAuthorityContext) -> str | None:
    return None if context.has_authority else "authority_unnamed"


@refuses("no_authority", brings=("transfer_to",))
def names_authority(context: OtherAuthorityContext) -> str | None:
    return None if context.transfer_to else "no_authority"


@refuses("own_hand_over")
def is_anothers_hand_over(context: OtherAuthorityContext) -> str | None:
    """That a child left, and for where, is never one person's word."""
    return "own_hand_over" if context.is_own_hand_over else None


@refuses("manager_records")
def is_safe_to_let_go(context: OtherAuthorityContext) -> str | None:
    """Whom section 47 is about leaves us only when a manager has heard that somebody there has the child."""
    return "manager_records" if context.section_47 and not context.is_hub_manager else None


OTHER_AUTHORITY = Table(
    name="Another authority",
    begins="other_authority_told",
    states=(*OPEN, "closed"),
    initial="handed_over",
    final=("closed",),
    opens=("authority_acknowledgement",),
    about_a_child=True,
    transitions=(
        Transition("record_acknowledgement", "They have taken it on", ("handed_over",), "closed", WORKS,
                   "other_authority_acknowledged",
                   (is_named, is_anothers_hand_over, is_safe_to_let_go, has_reason),
                   stops=("authority_acknowledgement",)),
        Transition("record_refusal", "They say it is not theirs", ("handed_over",), "refused", WORKS,
                   "other_authority_refused", (is_named, has_reason),
                   stops=("authority_acknowledgement",), starts=("authority_refusal",)),
        Transition("hand_over_again", "Hand it over again, or to another authority", OPEN, "handed_over", WORKS,
                   "other_authority_told_again", (names_authority, has_reason),
                   stops=("authority_refusal",), starts=("authority_acknowledgement",)),
        Transition("take_back", "Take it back and reopen the enquiry", OPEN, "closed", WEIGHS, "taken_back",
                   (has_reason,), stops=("authority_refusal",)),
        Transition("chase", "Chased by telephone", ("handed_over",), None, WORKS, "other_authority_chased",
                   (has_reason,)),
        Transition(IMMEDIATE_DANGER, "Immediate danger: straight to social care", OPEN, None, ANYBODY,
                   "immediate_danger_declared", (has_reason,), section_47=True),
    ),
)  # fmt: skip
