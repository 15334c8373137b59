"""Another authority has the child: told, and watched until they say that they have taken it on.

A child handed over is nobody's until somebody there says yes. So who said it is kept, what they refuse is ours to act
on, and both are timed. The clocks are not paused: whoever does not answer is chased instead.
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
    """What the guards look at. `has_authority`: it is known which one; `transfer_to`: the one that the actor names."""

    has_authority: bool = True
    transfer_to: str | None = None


@refuses("authority_unnamed")
def is_named(context: OtherAuthorityContext) -> str | None:
    return None if context.has_authority else "authority_unnamed"


@refuses("no_authority", brings=("transfer_to",))
def names_authority(context: OtherAuthorityContext) -> str | None:
    return None if context.transfer_to else "no_authority"


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
                   "other_authority_acknowledged", (is_named, has_reason), stops=("authority_acknowledgement",)),
        Transition("record_refusal", "They say it is not theirs", ("handed_over",), "refused", WORKS,
                   "other_authority_refused", (is_named, has_reason),
                   stops=("authority_acknowledgement",), starts=("authority_refusal",)),
        Transition("hand_over_again", "Hand it over again, or to another authority", OPEN, "handed_over", WORKS,
                   "other_authority_told_again", (names_authority, has_reason),
                   stops=("authority_refusal",), starts=("authority_acknowledgement",)),
        Transition("take_back", "Take it back and reopen the enquiry", OPEN, "closed", WEIGHS, "taken_back",
                   (has_reason,), stops=("authority_refusal",)),
        Transition("chase", "Chase", ("handed_over",), None, WORKS, "other_authority_chased"),
        Transition(IMMEDIATE_DANGER, "Immediate danger: straight to social care", OPEN, None, ANYBODY,
                   "immediate_danger_declared", (has_reason,), section_47=True),
    ),
)  # fmt: skip
