"""A request for early help: allocated to a team or provider, the family contacted, assessed, a plan, reviewed, closed.

The family's own rating at the end is the plan's quality measure: did the help meet the need?
"""

from dataclasses import dataclass

from workflows.definition import IMMEDIATE_DANGER, Table, Transition, refuses
from workflows.guards import has_reason
from workflows.referral import (
    ALLOCATES,
    ANYBODY,
    LOCALITY,
    ReferralContext,
    explains_lateness,
    has_assessment_to_complete,
    has_closure,
    is_assessed,
    owned,
)

CLOSURES = ("needs_met", "needs_partly_met", "disengaged", "consent_withdrawn")
RATINGS = range(1, 6)  # 1: no help at all, 5: a great help
WORKS = LOCALITY | {"early_help_unit"}
CONTACTED = ("contacted", "assessment", "plan")
WORKED = ("accepted", *CONTACTED)
HELD = ("allocated", "waiting_list", *WORKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyHelpContext(ReferralContext):
    """What the guards look at. `family_rating` is the family's own, 1 to 5; `rating_reason` why there is none."""

    provider_code: str | None = None
    family_rating: int | None = None
    rating_reason: str | None = None


@refuses("no_team_or_provider", brings=("team_code", "provider_code"))
def has_team_or_provider(context: EarlyHelpContext) -> str | None:
    return None if context.team_code or context.provider_code else "no_team_or_provider"


@refuses("no_rating", brings=("family_rating", "rating_reason"))
def has_rating(context: EarlyHelpContext) -> str | None:
    if context.family_rating is None:
        return None if context.rating_reason else "no_rating"
    return None if context.family_rating in RATINGS else "no_rating"


EARLY_HELP = Table(
    name="Early help",
    begins="early_help_requested",
    states=("requested", "allocated", "returned", "waiting_list", *WORKED, "closed"),
    initial="requested",
    final=("closed",),
    opens=("allocation",),
    about_a_child=True,
    version=2,
    moves={1: {"in_progress": "assessment"}},
    transitions=(
        Transition("allocate", "Allocate", ("requested", "returned"), "allocated", ALLOCATES, "referral_allocated",
                   (has_team_or_provider,), starts=("acceptance", "first_contact", "assessment"),
                   stops=("allocation", "reallocation")),
        Transition("accept", "Accept", ("allocated", "waiting_list"), "accepted", WORKS, "referral_accepted",
                   stops=("acceptance",)),
        Transition("return", "Return", ("allocated", "waiting_list"), "returned", WORKS, "referral_returned",
                   (has_reason,), starts=("reallocation",), stops=("acceptance",)),
        Transition("put_on_waiting_list", "Put on the waiting list", ("allocated",), "waiting_list", WORKS,
                   "put_on_waiting_list", (has_reason,), stops=("acceptance",)),
        Transition("contact_family", "Family contacted", ("accepted",), "contacted", WORKS, "family_contacted",
                   stops=("first_contact",)),
        Transition("start_assessment", "Start the assessment", ("contacted",), "assessment", WORKS,
                   "assessment_started"),
        Transition("complete_assessment", "Complete the assessment", ("assessment",), None, WORKS,
                   "assessment_completed", (has_assessment_to_complete, explains_lateness), stops=("assessment",)),
        Transition("make_plan", "Make the plan", ("assessment",), "plan", WORKS, "plan_made", (is_assessed,),
                   starts=("review",)),
        Transition("review", "Record a review", ("plan",), None, WORKS, "plan_reviewed", stops=("review",),
                   starts=("review",)),
        Transition("step_up", "Step up to social care", HELD, "closed", WORKS, "referral_stepped_up", (has_reason,)),
        Transition("close", "Close", WORKED, "closed", WORKS, "referral_closed", (has_closure, has_rating)),
        Transition(IMMEDIATE_DANGER, "Immediate danger: straight to social care", ("requested", "returned", *HELD),
                   "closed", ANYBODY, "immediate_danger_declared", (has_reason,), section_47=True),
        *owned(HELD),
    ),
)  # fmt: skip
