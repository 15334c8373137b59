"""Rules about assessments: their days, and the factors that they found."""

from collections.abc import Iterable, Sequence

from workflows.census.codes import AFTER_ASSESSMENT, FACTORS, NO_FACTOR
from workflows.census.records import Assessment, Episode
from workflows.census.rule import At, find_overlaps, find_several, is_before, rule

LONGEST = 45  # working days


@rule(
    "1103",
    "assessments",
    "started",
    "The assessment started before the child was referred.",
    "Correct the day it started, or the date of referral.",
)
def starts_before_referral(assessment: Assessment, at: At) -> bool:
    return is_before(assessment.started, at.episode.referred)


@rule(
    "8608",
    "assessments",
    "started authorised",
    "The assessment started after it was authorised.",
    "Correct one of the two days.",
)
def ends_before_start(assessment: Assessment, at: At) -> bool:
    return is_before(assessment.authorised, assessment.started)


@rule(
    "8614",
    "assessments",
    "factors",
    "The assessment has factors and is not authorised.",
    "Give the day on which it was authorised, or take the factors away until it is.",
)
def has_factors_too_early(assessment: Assessment, at: At) -> bool:
    return bool(assessment.factors) and assessment.authorised is None


@rule(
    "8670Q",
    "assessments",
    "authorised",
    "The assessment started more than 45 working days before the end of the year, and is not authorised.",
    "Give the day on which it was authorised, or say why it takes longer.",
)
def is_overdue(assessment: Assessment, at: At) -> bool:
    started = assessment.started
    return assessment.authorised is None and started is not None and at.year.working_days_left(started) > LONGEST


@rule(
    "8696",
    "assessments",
    "authorised",
    "The day on which the assessment was authorised is not within the year.",
    "Correct it. An assessment that ended in another year belongs in that year's return.",
)
def ends_in_another_year(assessment: Assessment, at: At) -> bool:
    return at.year.misses(assessment.authorised)


@rule(
    "8736",
    "assessments",
    "started",
    "The assessment is not authorised, and did not start within the year.",
    "Give the day on which it was authorised, or correct the day it started.",
)
def is_open_of_another_year(assessment: Assessment, at: At) -> bool:
    """One whose start is missing did not start within the year either: no other rule asks for the start."""
    return assessment.authorised is None and (assessment.started is None or assessment.started not in at.year)


@rule(
    "8869",
    "assessments",
    "factors",
    "No factor was found (21), yet there are others.",
    "Take away 21, or the others.",
)
def has_none_and_others(assessment: Assessment, at: At) -> bool:
    return NO_FACTOR in assessment.factors and len(set(assessment.factors)) > 1


@rule("8898", "assessments", "factors", "The same factor is there twice.", "Take away the second.")
def has_factor_twice(assessment: Assessment, at: At) -> bool:
    return len(set(assessment.factors)) < len(assessment.factors)


@rule(
    "8897Q",
    "assessments",
    "factors",
    "The assessment is authorised, and has no factor of the list.",
    "Choose every factor that it found, or 21 where it found none.",
)
def lacks_factors(assessment: Assessment, at: At) -> bool:
    """A retired factor counts as one: 8945Q and 8950Q ask about it."""
    return assessment.authorised is not None and FACTORS.keys().isdisjoint(assessment.factors)


@rule(
    "8945Q",
    "assessments",
    "factors",
    "Physical abuse is there without saying by whom (18A).",
    "Choose by another child (18B) or by an adult (18C).",
    since=2025,
)
def has_retired_physical_abuse(assessment: Assessment, at: At) -> bool:
    return "18A" in assessment.factors


@rule(
    "8950Q",
    "assessments",
    "factors",
    "Sexual abuse is there without saying by whom (19A).",
    "Choose by another child (19B) or by an adult (19C).",
    since=2025,
)
def has_retired_sexual_abuse(assessment: Assessment, at: At) -> bool:
    return "19A" in assessment.factors


@rule(
    "8867",
    "episodes",
    "assessments closed",
    "The episode is closed, and an assessment of it is not authorised.",
    "Give the day on which the assessment was authorised, or take the closure away.",
)
def closes_with_open_assessment(episode: Episode, at: At) -> bool:
    return episode.closed is not None and any(each.authorised is None for each in episode.assessments)


@rule(
    "8873Q",
    "episodes",
    "closure assessments",
    "The only assessment found no factor (21), and the episode closed for another reason than RC8 or RC9.",
    "Choose RC8 or RC9, or the factors that the assessment found.",
)
def closes_otherwise_after_no_factor(episode: Episode, at: At) -> bool:
    """Asked of closed episodes only: an open one has no reason yet."""
    only = episode.assessments[0] if len(episode.assessments) == 1 else None
    found_none = only is not None and only.authorised is not None and NO_FACTOR in only.factors
    return found_none and bool(episode.closure) and episode.closure not in AFTER_ASSESSMENT


@rule(
    "8896",
    "assessments",
    "authorised",
    "The episode has more than one open assessment.",
    "Give the day on which the earlier ones were authorised.",
    among=True,
)
def find_open(assessments: Sequence[Assessment], at: At) -> Iterable[int]:
    return find_several(each.authorised is None for each in assessments)


@rule(
    "8863Q",
    "assessments",
    "started",
    "The assessment started while another of the same episode was going on.",
    "Correct the days, or put the two together where they are one.",
    among=True,
)
def find_overlapping(assessments: Sequence[Assessment], at: At) -> Iterable[int]:
    return find_overlaps((each.started, each.authorised or at.year.after) for each in assessments)
