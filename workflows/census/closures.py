"""Rules about how an episode closes, and how a child's episodes stand to each other."""

from collections.abc import Iterable, Sequence
from datetime import date

from workflows.census.codes import AFTER_ASSESSMENT, DIED, closures
from workflows.census.records import Episode
from workflows.census.rule import At, Span, find_overlaps, find_several, is_before, rule


def is_open(episode: Episode) -> bool:
    """Whether it has not closed and something further was, or may yet be, done."""
    return episode.closed is None and episode.referral_nfa is not True


@rule(
    "8620",
    "episodes",
    "closed",
    "The day on which the episode closed is not within the year.",
    "Correct it. An episode that closed before 1 April is not returned; one that closed after 31 March is open.",
)
def closes_in_another_year(episode: Episode, at: At) -> bool:
    return at.year.misses(episode.closed)


@rule(
    "8630",
    "episodes",
    "closed referred",
    "The episode closed before the child was referred.",
    "Correct the date of closure or the date of referral.",
)
def closes_before_referral(episode: Episode, at: At) -> bool:
    return is_before(episode.closed, episode.referred)


@rule(
    "8640",
    "episodes",
    "closure",
    "The reason for closure is no code of this year's list.",
    "Choose it from the list.",
)
def has_unknown_closure(episode: Episode, at: At) -> bool:
    return bool(episode.closure) and episode.closure not in closures(at.year.number)


@rule(
    "8805",
    "episodes",
    "closure",
    "The episode has a date of closure and no reason.",
    "Choose why it closed, or take the date away if it is open.",
)
def closes_without_reason(episode: Episode, at: At) -> bool:
    return episode.closed is not None and not episode.closure


@rule(
    "8810",
    "episodes",
    "closed",
    "The episode has a reason for closure and no date.",
    "Give the day on which it closed, or take the reason away if it is open.",
)
def has_reason_and_is_open(episode: Episode, at: At) -> bool:
    return bool(episode.closure) and episode.closed is None


@rule(
    "8565",
    "episodes",
    "closed",
    "Something is dated after the episode closed: an assessment, an enquiry, a conference or a plan.",
    "Correct that date, or close the episode on or after the last of them.",
)
def goes_on_after_closure(episode: Episode, at: At) -> bool:
    """The dates are those the DfE's specification names: of a protection plan, only its end."""
    days = [episode.conference, *(each.ended for each in episode.protection_plans)]
    days += [day for each in episode.assessments for day in (each.started, each.authorised)]
    days += [day for each in episode.section_47s for day in (each.started, each.conference)]
    days += [day for each in episode.plans for day in (each.started, each.ended)]
    return any(is_before(episode.closed, day) for day in days)


@rule(
    "8825Q",
    "episodes",
    "closure assessments",
    "The episode closed after an assessment (RC8 or RC9), and has no assessment.",
    "Add the assessment, or choose another reason for closure.",
)
def closes_after_no_assessment(episode: Episode, at: At) -> bool:
    return episode.closure in AFTER_ASSESSMENT and not episode.assessments


@rule(
    "2990",
    "episodes",
    "closure",
    "The episode closed after its assessment (RC8 or RC9), yet has an enquiry, a conference or a plan.",
    "Choose another reason for closure, or take the activity away.",
)
def closes_after_assessment_and_was_worked(episode: Episode, at: At) -> bool:
    worked = episode.section_47s or episode.conference or episode.plans or episode.protection_plans
    return episode.closure in AFTER_ASSESSMENT and bool(worked)


@rule(
    "8585Q",
    "episodes",
    "closure",
    "The episode closed because the child died, and the child has no date of death.",
    "Give the date of death, or choose another reason for closure.",
)
def closes_by_death_without_date(episode: Episode, at: At) -> bool:
    return episode.closure == DIED and at.child.death_date is None


@rule(
    "8815",
    "episodes",
    "closed",
    "The child has more than one open episode.",
    "Close those that have ended: a child has one open episode at a time.",
    among=True,
)
def find_open(episodes: Sequence[Episode], at: At) -> Iterable[int]:
    return find_several(is_open(each) for each in episodes)


@rule(
    "8816",
    "episodes",
    "closed referred",
    "The episode is open, and a later one has begun.",
    "Give the day on which this one closed, and why.",
    among=True,
)
def find_open_and_not_latest(episodes: Sequence[Episode], at: At) -> Iterable[int]:
    latest = max((each.referred for each in episodes if each.referred), default=None)
    for place, each in enumerate(episodes):
        if each.closed is None and each.referral_nfa is False and is_before(each.referred, latest):
            yield place


@rule(
    "8820",
    "episodes",
    "referred closed",
    "The child was referred while another episode was open.",
    "Correct the dates so that one episode closes before, or on the day that, the next begins.",
    among=True,
)
def find_overlapping(episodes: Sequence[Episode], at: At) -> Iterable[int]:
    """An episode of which nothing came ends on the day it began."""
    return find_overlaps(span_of(each, at.year.after) for each in episodes)


def span_of(episode: Episode, after: date) -> Span:
    """From referral to closure, or to `after` while it is open."""
    ends = episode.closed or (after if is_open(episode) else episode.referred)
    return episode.referred, ends or after
