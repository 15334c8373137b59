"""Rules about child in need plans, and that none runs beside a child protection plan of the same episode."""

from collections.abc import Iterable, Sequence

from workflows.census.records import CinPlan, Episode, ProtectionPlan
from workflows.census.rule import At, find_overlaps, find_several, is_before, rule

BESIDE = "End the child in need plan on or before the day that the child protection plan starts, or correct the dates."


def runs_at_start(running: CinPlan | ProtectionPlan, starting: CinPlan | ProtectionPlan, at: At) -> bool:
    """Whether one plan runs on the day that another starts. One that ends that day does not; one without end does."""
    if running.started is None or starting.started is None:
        return False
    return running.started <= starting.started < (running.ended or at.year.after)


@rule(
    "4000",
    "episodes",
    "plans referral_nfa",
    "Nothing further was done about the referral, yet it has a child in need plan.",
    "Say that something further was done, or take the plan away.",
)
def went_no_further_and_has_plan(episode: Episode, at: At) -> bool:
    return episode.referral_nfa is True and bool(episode.plans)


@rule(
    "4010",
    "plans",
    "started",
    "The day on which the plan started is missing, or is after the end of the year.",
    "Give the day on which it started; a plan of April or later belongs in the next return.",
)
def lacks_start(plan: CinPlan, at: At) -> bool:
    return plan.started is None or plan.started > at.year.end


@rule("4011", "plans", "ended started", "The plan ended before it started.", "Correct one of the two days.")
def ends_before_start(plan: CinPlan, at: At) -> bool:
    return is_before(plan.ended, plan.started)


@rule(
    "4012Q",
    "plans",
    "ended started",
    "The plan started and ended on the same day.",
    "Check both days.",
)
def ends_at_once(plan: CinPlan, at: At) -> bool:
    return plan.ended is not None and plan.ended == plan.started


@rule(
    "4013",
    "plans",
    "ended",
    "The day on which the plan ended is not within the year.",
    "Correct it. A plan that ended before 1 April is not returned; one that ended after 31 March is open.",
)
def ends_in_another_year(plan: CinPlan, at: At) -> bool:
    return at.year.misses(plan.ended)


@rule(
    "4015",
    "plans",
    "started",
    "The plan started before the child was referred.",
    "Correct the day it started, or the date of referral.",
)
def starts_before_referral(plan: CinPlan, at: At) -> bool:
    return is_before(plan.started, at.episode.referred)


@rule(
    "4008",
    "plans",
    "started",
    "The plan started after the child's date of death.",
    "Correct the day it started, or the date of death.",
)
def starts_after_death(plan: CinPlan, at: At) -> bool:
    return is_before(at.child.death_date, plan.started)


@rule(
    "4009Q",
    "plans",
    "ended",
    "The plan went on after the child's date of death.",
    "End the plan on or before the date of death, or correct that.",
)
def outlives_child(plan: CinPlan, at: At) -> bool:
    """A plan without end goes on too: taken from the DfE's specification."""
    death = at.child.death_date
    return death is not None and (plan.ended is None or plan.ended > death)


@rule(
    "4001",
    "plans",
    "ended",
    "A child in need plan and a child protection plan are both open.",
    "End whichever the other replaced.",
)
def is_open_beside_protection(plan: CinPlan, at: At) -> bool:
    return plan.ended is None and any(each.ended is None for each in at.episode.protection_plans)


@rule("4016", "plans", "started", "The plan started while a child protection plan ran.", BESIDE)
def starts_during_protection(plan: CinPlan, at: At) -> bool:
    return any(runs_at_start(each, plan, at) for each in at.episode.protection_plans)


@rule("4017", "protection_plans", "started", "The plan started while a child in need plan ran.", BESIDE)
def starts_during_plan(plan: ProtectionPlan, at: At) -> bool:
    return any(runs_at_start(each, plan, at) for each in at.episode.plans)


@rule(
    "4003",
    "protection_plans",
    "reviews",
    "The plan was reviewed while a child in need plan ran.",
    "Correct the day of the review, or the dates of the plans.",
)
def is_reviewed_during_plan(plan: ProtectionPlan, at: At) -> bool:
    """A review that ended the protection plan may fall within, and one on the day a plan starts or ends is not in it.

    The first is the DfE's exception; the second is how its own checks are known to read "between".
    """
    spans = [(each.started, each.ended or at.year.after) for each in at.episode.plans if each.started]
    reviews = [each for each in plan.reviews if each and each != plan.ended]
    return any(started < each < ended for each in reviews for started, ended in spans)


@rule(
    "4004",
    "plans",
    "ended",
    "The episode has more than one open child in need plan.",
    "Give the day on which the earlier ones ended.",
    among=True,
)
def find_open(plans: Sequence[CinPlan], at: At) -> Iterable[int]:
    return find_several(each.ended is None for each in plans)


@rule(
    "4014",
    "plans",
    "started ended",
    "The plan started while another child in need plan ran.",
    "Correct the dates so that one ends before, or on the day that, the next starts.",
    among=True,
)
def find_overlapping(plans: Sequence[CinPlan], at: At) -> Iterable[int]:
    return find_overlaps((each.started, each.ended or at.year.after) for each in plans)
