"""What the referrals of every service have in common: who may do what, what guards look at, how one is handed over.

An open case stays one referral. Early help steps up to social care and social care steps down to early help; each
closes one referral and opens the next.
"""

from dataclasses import dataclass, replace

from workflows.definition import Transition, refuses
from workflows.guards import (
    Context,
    chooses_clock,
    chooses_paused_clock,
    has_clock,
    has_paused_clock,
    has_reason,
    has_worker,
    is_own_or_managed,
    is_unclaimed,
    says_until_when,
)

ALLOCATES = frozenset({"mash_officer", "social_worker", "mash_manager", "early_help_unit", "system"})
LOCALITY = frozenset({"locality_worker", "locality_manager"})
MANAGERS = frozenset({"locality_manager", "mash_manager"})
MANAGES = MANAGERS | {"early_help_unit"}
NIGHT = frozenset({"emergency_duty_team"})
ANYBODY = ALLOCATES | LOCALITY | NIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralContext(Context):
    """What the guards look at: the referral as it stands, and what the actor brings.

    `closures` are the codes that may be chosen. `is_late` says that the assessment is past due and nobody said why.
    `is_colleague`: the actor works in the team that has it, or in no locality's.
    """

    closures: tuple[str, ...] = ()
    closure: str | None = None
    team_code: str | None = None
    consent: str | None = None
    lead_practitioner: str | None = None
    has_team: bool = True
    is_colleague: bool = True
    is_assessed: bool = False
    assessment_done: bool = False
    is_late: bool = False
    child_protection_plan: bool = False
    transfer_offered: bool = False

    def details(self) -> dict[str, str]:
        """What the plain words of a refusal may name."""
        return {**Context.details(self), "closures": ", ".join(self.closures)}


@refuses("no_team", brings=("team_code",))
def has_team(context: ReferralContext) -> str | None:
    return None if context.team_code else "no_team"


@refuses("no_team_or_worker", brings=("team_code", "worker_id"))
def has_team_or_worker(context: ReferralContext) -> str | None:
    return None if context.team_code or context.to_worker else "no_team_or_worker"


@refuses("has_a_team")
def waits_for_team(context: ReferralContext) -> str | None:
    return "has_a_team" if context.has_team else None


@refuses("no_team_yet")
def is_with_team(context: ReferralContext) -> str | None:
    return None if context.has_team else "no_team_yet"


@refuses("another_team")
def is_of_its_team(context: ReferralContext) -> str | None:
    return None if context.is_colleague else "another_team"


@refuses("another_team")
def works_there(context: ReferralContext) -> str | None:
    """A locality's manager stands in for any of its teams."""
    return None if context.is_colleague or context.is_manager else "another_team"


@refuses("not_assessed")
def is_assessed(context: ReferralContext) -> str | None:
    return None if context.is_assessed else "not_assessed"


@refuses("assessment_done")
def has_assessment_to_complete(context: ReferralContext) -> str | None:
    """When it was completed is written once; a core assessment that was begun is another."""
    return "assessment_done" if context.assessment_done else None


@refuses("late_assessment", brings=("reason",))
def explains_lateness(context: ReferralContext) -> str | None:
    """Working Together 2013: where an assessment takes longer than its time, the reason is recorded."""
    return "late_assessment" if context.is_late and not context.reason else None


@refuses("consent_not_given", brings=("consent",))
def has_consent(context: ReferralContext) -> str | None:
    return None if context.consent == "given" else "consent_not_given"


@refuses("no_lead_practitioner", brings=("lead_practitioner",))
def has_lead_practitioner(context: ReferralContext) -> str | None:
    return None if context.lead_practitioner else "no_lead_practitioner"


@refuses("no_closure", brings=("closure",))
def has_closure(context: ReferralContext) -> str | None:
    return None if context.closure in context.closures else "no_closure"


@refuses("transfer_offered")
def has_no_offer(context: ReferralContext) -> str | None:
    return "transfer_offered" if context.transfer_offered else None


def by_its_team(*rows: Transition) -> tuple[Transition, ...]:
    """Steps that are for whoever works in the team that has the case, and for nobody of another."""
    return tuple(replace(row, guards=(works_there, *row.guards)) for row in rows)


def owned(states: tuple[str, ...]) -> tuple[Transition, ...]:
    """How a case in these states finds its worker, and how its clocks may be stopped for a while: in every service."""
    return (
        Transition("claim", "Take it on", states, None, LOCALITY, "referral_claimed",
                   (is_with_team, is_of_its_team, is_unclaimed)),
        Transition("hand_over", "Hand over to a colleague", states, None, LOCALITY | MANAGES, "referral_handed_over",
                   (is_with_team, is_own_or_managed, has_worker, has_reason)),
        Transition("reassign", "Reassign", states, None, MANAGES, "referral_reassigned",
                   (has_no_offer, has_reason, has_team_or_worker)),
        Transition("pause_clock", "Pause a clock", states, None, MANAGERS, "clock_paused",
                   (has_clock, chooses_clock, says_until_when, has_reason)),
        Transition("resume_clock", "Let a clock run on", states, None, MANAGERS, "clock_resumed",
                   (has_paused_clock, chooses_paused_clock, has_reason)),
    )  # fmt: skip
