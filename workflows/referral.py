"""A referral, from the hub's request to its closing: allocated to a team, accepted or returned, worked, closed.

An open case stays one referral. Early help steps up to social care and social care steps down to early help; each
closes one referral and opens the next.
"""

from dataclasses import dataclass

from workflows.definition import Table, Transition, refuses

ALLOCATES = frozenset({"mash_officer", "social_worker", "mash_manager", "early_help_unit", "system"})
LOCALITY = frozenset({"locality_worker", "locality_manager"})
MANAGES = frozenset({"locality_manager", "mash_manager", "early_help_unit"})
CLOSURES = {
    "social_care": ("RC1", "RC2", "RC3", "RC4", "RC5", "RC6", "RC7", "RC8", "RC9"),
    "early_help": ("needs_met", "needs_partly_met", "disengaged", "consent_withdrawn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralContext:
    """What the guards look at: the referral as it stands, and what the actor brings."""

    service: str
    reason: str | None = None
    team_code: str | None = None
    worker_id: str | None = None
    closure: str | None = None
    consent: str | None = None
    lead_practitioner: str | None = None
    child_protection_plan: bool = False

    @property
    def closures(self) -> str:
        return ", ".join(CLOSURES[self.service])


@refuses("no_reason", brought=True)
def has_reason(context: ReferralContext) -> str | None:
    return None if context.reason else "no_reason"


@refuses("no_team", brought=True)
def has_team(context: ReferralContext) -> str | None:
    return None if context.team_code else "no_team"


@refuses("no_team_or_worker", brought=True)
def has_team_or_worker(context: ReferralContext) -> str | None:
    return None if context.team_code or context.worker_id else "no_team_or_worker"


@refuses("not_early_help")
def is_early_help(context: ReferralContext) -> str | None:
    return None if context.service == "early_help" else "not_early_help"


@refuses("not_social_care")
def is_social_care(context: ReferralContext) -> str | None:
    return None if context.service == "social_care" else "not_social_care"


@refuses("on_protection_plan")
def is_off_protection_plan(context: ReferralContext) -> str | None:
    """A child steps down from child in need, never straight from child protection."""
    return "on_protection_plan" if context.child_protection_plan else None


@refuses("consent_not_given", brought=True)
def has_consent(context: ReferralContext) -> str | None:
    return None if context.consent == "given" else "consent_not_given"


@refuses("no_lead_practitioner", brought=True)
def has_lead_practitioner(context: ReferralContext) -> str | None:
    return None if context.lead_practitioner else "no_lead_practitioner"


@refuses("no_closure", brought=True)
def has_closure(context: ReferralContext) -> str | None:
    return None if context.closure in CLOSURES[context.service] else "no_closure"


REFERRAL = Table(
    name="Referral",
    states=("requested", "allocated", "accepted", "returned", "in_progress", "closed"),
    initial="requested",
    final=("closed",),
    opens=("allocation", "assessment"),
    urgent="immediate_danger",
    urgent_states=("requested", "allocated", "returned", "accepted", "in_progress"),
    transitions=(
        Transition(
            action="allocate",
            says="Allocate",
            sources=("requested", "returned"),
            target="allocated",
            by=ALLOCATES,
            event="referral_allocated",
            guards=(has_team,),
            starts=("acceptance",),
            stops=("allocation", "reallocation"),
        ),
        Transition(
            action="accept",
            says="Accept",
            sources=("allocated",),
            target="accepted",
            by=LOCALITY,
            event="referral_accepted",
            starts=("first_contact",),
            stops=("acceptance",),
        ),
        Transition(
            action="return",
            says="Return",
            sources=("allocated",),
            target="returned",
            by=LOCALITY,
            event="referral_returned",
            guards=(has_reason,),
            starts=("reallocation",),
            stops=("acceptance",),
        ),
        Transition(
            action="reassign",
            says="Reassign",
            sources=("allocated", "accepted", "in_progress"),
            target=None,
            by=MANAGES,
            event="referral_reassigned",
            guards=(has_reason, has_team_or_worker),
        ),
        Transition(
            action="start",
            says="Start work",
            sources=("accepted",),
            target="in_progress",
            by=LOCALITY,
            event="work_started",
            stops=("first_contact",),
        ),
        Transition(
            action="complete_assessment",
            says="Complete the assessment",
            sources=("in_progress",),
            target=None,
            by=LOCALITY,
            event="assessment_completed",
            stops=("assessment",),
        ),
        Transition(
            action="step_up",
            says="Step up to social care",
            sources=("accepted", "in_progress"),
            target="closed",
            by=LOCALITY | {"early_help_unit"},
            event="referral_stepped_up",
            guards=(is_early_help, has_reason),
        ),
        Transition(
            action="step_down",
            says="Step down to early help",
            sources=("in_progress",),
            target="closed",
            by=LOCALITY,
            event="referral_stepped_down",
            guards=(is_social_care, is_off_protection_plan, has_consent, has_lead_practitioner),
        ),
        Transition(
            action="close",
            says="Close",
            sources=("accepted", "in_progress"),
            target="closed",
            by=LOCALITY,
            event="referral_closed",
            guards=(has_closure,),
        ),
        Transition(
            action="immediate_danger",
            says="Immediate danger: straight to social care",
            sources=("requested", "allocated", "returned", "accepted", "in_progress"),
            target="closed",
            by=ALLOCATES | LOCALITY,
            event="immediate_danger_declared",
            guards=(is_early_help, has_reason),
        ),
    ),
)
