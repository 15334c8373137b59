"""Rules about child protection plans and their reviews."""

from collections.abc import Iterable, Sequence

from workflows.calendar import DAY
from workflows.census.codes import ABUSE
from workflows.census.records import Episode, ProtectionPlan
from workflows.census.rule import At, find_overlaps, find_several, is_before, rule


@rule(
    "8832",
    "episodes",
    "protection_plans referral_nfa",
    "Nothing further was done about the referral, yet it has a child protection plan.",
    "Say that something further was done, or take the plan away.",
)
def went_no_further_and_has_plan(episode: Episode, at: At) -> bool:
    return episode.referral_nfa is True and bool(episode.protection_plans)


@rule(
    "8720",
    "protection_plans",
    "started",
    "The day on which the plan started is missing, or is after the end of the year.",
    "Give the day on which it started; a plan of April or later belongs in the next return.",
)
def lacks_start(plan: ProtectionPlan, at: At) -> bool:
    return plan.started is None or plan.started > at.year.end


@rule(
    "8730",
    "protection_plans",
    "previous",
    "How many child protection plans the child had before is missing.",
    "Give the number; 0 where this is the first, with any authority.",
)
def lacks_count(plan: ProtectionPlan, at: At) -> bool:
    return plan.previous is None


@rule(
    "8905",
    "protection_plans",
    "initial_category",
    "The category of abuse at the beginning is missing, or is no code of the list.",
    "Choose it from the list.",
)
def lacks_initial_category(plan: ProtectionPlan, at: At) -> bool:
    return plan.initial_category not in ABUSE


@rule(
    "8910",
    "protection_plans",
    "latest_category",
    "The latest category of abuse is missing, or is no code of the list.",
    "Choose it from the list; it is the first one again where it never changed.",
)
def lacks_latest_category(plan: ProtectionPlan, at: At) -> bool:
    return plan.latest_category not in ABUSE


@rule(
    "1105",
    "protection_plans",
    "started",
    "The plan started before the child was referred.",
    "Correct the day it started, or the date of referral.",
)
def starts_before_referral(plan: ProtectionPlan, at: At) -> bool:
    return is_before(plan.started, at.episode.referred)


@rule(
    "2885",
    "protection_plans",
    "started",
    "The plan did not start on the day of an initial child protection conference of this episode.",
    "Give the day of the conference with the enquiry that led to it, or with the referral; or correct the day of one.",
)
def starts_without_conference(plan: ProtectionPlan, at: At) -> bool:
    """Asked of plans that started in the year: conferences of other years are not returned."""
    conferences = (at.episode.conference, *(each.conference for each in at.episode.section_47s))
    return plan.started is not None and plan.started in at.year and plan.started not in conferences


@rule(
    "8915",
    "protection_plans",
    "started",
    "The plan started after the child's date of death.",
    "Correct the day it started, or the date of death.",
)
def starts_after_death(plan: ProtectionPlan, at: At) -> bool:
    return is_before(at.child.death_date, plan.started)


@rule(
    "8920",
    "protection_plans",
    "ended",
    "The plan went on after the child's date of death.",
    "End the plan on or before the date of death, or correct that.",
)
def outlives_child(plan: ProtectionPlan, at: At) -> bool:
    """A plan without end goes on too: taken from the DfE's specification."""
    death = at.child.death_date
    return death is not None and (plan.ended is None or plan.ended > death)


@rule("8925", "protection_plans", "ended started", "The plan ended before it started.", "Correct one of the two days.")
def ends_before_start(plan: ProtectionPlan, at: At) -> bool:
    return is_before(plan.ended, plan.started)


@rule(
    "8840",
    "protection_plans",
    "ended started",
    "The plan started and ended on the same day.",
    "Correct one of the two days; leave out a plan that never ran.",
)
def ends_at_once(plan: ProtectionPlan, at: At) -> bool:
    return plan.ended is not None and plan.ended == plan.started


@rule(
    "8930",
    "protection_plans",
    "ended",
    "The day on which the plan ended is not within the year.",
    "Correct it. A plan that ended before 1 April is not returned; one that ended after 31 March is open.",
)
def ends_in_another_year(plan: ProtectionPlan, at: At) -> bool:
    return at.year.misses(plan.ended)


@rule(
    "8841",
    "protection_plans",
    "reviews started",
    "A review was on the day that the plan started, or before.",
    "Correct the day of the review; the conference that began the plan is no review.",
)
def is_reviewed_too_early(plan: ProtectionPlan, at: At) -> bool:
    return plan.started is not None and any(each is not None and each <= plan.started for each in plan.reviews)


@rule(
    "8842Q",
    "protection_plans",
    "reviews",
    "A review has no date.",
    "Give the day of the review, or take it away.",
)
def lacks_review_date(plan: ProtectionPlan, at: At) -> bool:
    return any(each is None for each in plan.reviews)


@rule(
    "8935",
    "protection_plans",
    "ended",
    "The episode has more than one open child protection plan.",
    "Give the day on which the earlier ones ended.",
    among=True,
)
def find_open(plans: Sequence[ProtectionPlan], at: At) -> Iterable[int]:
    """Within an episode, where the plans of one child stand together: two open episodes are 8815."""
    return find_several(each.ended is None for each in plans)


@rule(
    "8940",
    "protection_plans",
    "started ended",
    "The plan started before another child protection plan had ended, or on the day it did.",
    "Correct the dates so that one ends at least a day before the next starts.",
    among=True,
)
def find_overlapping(plans: Sequence[ProtectionPlan], at: At) -> Iterable[int]:
    """Unlike a child in need plan (4014), one may not start on the day another ends: so the DfE's specification."""
    return find_overlaps((each.started, (each.ended or at.year.end) + DAY) for each in plans)
