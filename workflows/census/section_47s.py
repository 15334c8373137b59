"""Rules about section 47 enquiries and initial child protection conferences.

A conference stands with the enquiry that led to it or, where none here did, with the episode: a rule about its day
is of both.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from workflows.calendar import is_weekend
from workflows.census.records import Episode, Section47
from workflows.census.rule import At, Span, find_overlaps, find_several, is_before, rule

LONGEST = 15  # working days

Held = Section47 | Episode


def is_open(enquiry: Section47) -> bool:
    """Whether no conference was held, and none was found not to be needed."""
    return enquiry.conference is None and enquiry.conference_not_required is not True


TOO_EARLY = (
    "The conference was before the child was referred.",
    "Correct the day of the conference, or of the referral.",
)


@rule("1104", "section_47s", "conference", *TOO_EARLY)
@rule("1104", "episodes", "conference", *TOO_EARLY)
def meets_before_referral(held: Held, at: At) -> bool:
    return is_before(held.conference, at.episode.referred)


OUTSIDE = (
    "The day of the conference is not within the year.",
    "Correct it. A conference of another year belongs in that year's return.",
)


@rule("8715", "section_47s", "conference", *OUTSIDE)
@rule("8715", "episodes", "conference", *OUTSIDE)
def meets_in_another_year(held: Held, at: At) -> bool:
    return at.year.misses(held.conference)


AT_WEEKEND = "The conference was on a Saturday or Sunday.", "Correct the day of the conference."


@rule("8875", "section_47s", "conference", *AT_WEEKEND)
@rule("8875", "episodes", "conference", *AT_WEEKEND)
def meets_at_weekend(held: Held, at: At) -> bool:
    return held.conference is not None and is_weekend(held.conference)


@rule(
    "8870Q",
    "section_47s",
    "target",
    "The day by which the conference was to be held is a Saturday or Sunday.",
    "Correct it: it is 15 working days after the strategy discussion.",
)
def is_due_at_weekend(enquiry: Section47, at: At) -> bool:
    return enquiry.target is not None and is_weekend(enquiry.target)


@rule(
    "8615",
    "section_47s",
    "started conference",
    "The day on which the enquiry started is missing, or is after its conference.",
    "Give the day on which it started, or correct the day of the conference.",
)
def starts_after_conference(enquiry: Section47, at: At) -> bool:
    return enquiry.started is None or is_before(enquiry.conference, enquiry.started)


@rule(
    "2889",
    "section_47s",
    "started",
    "The enquiry started before the child was referred.",
    "Correct the day it started, or the date of referral.",
)
def starts_before_referral(enquiry: Section47, at: At) -> bool:
    return is_before(enquiry.started, at.episode.referred)


@rule(
    "8740",
    "section_47s",
    "started",
    "The enquiry has had no conference, and did not start within the year.",
    "Give the day of the conference, say that none was needed, or correct the day it started.",
)
def is_open_of_another_year(enquiry: Section47, at: At) -> bool:
    return is_open(enquiry) and at.year.misses(enquiry.started)


@rule(
    "8675Q",
    "section_47s",
    "conference",
    "The enquiry started more than 15 working days before the end of the year, and has had no conference.",
    "Give the day of the conference, say that none was needed, or say why it takes longer.",
)
def is_overdue(enquiry: Section47, at: At) -> bool:
    started = enquiry.started
    return is_open(enquiry) and started is not None and at.year.working_days_left(started) > LONGEST


@rule(
    "2884",
    "section_47s",
    "conference",
    "The same conference is there twice: with the enquiry and with the referral.",
    "Keep it with the enquiry that led to it, and take the other away.",
)
def meets_twice(enquiry: Section47, at: At) -> bool:
    """The same conference is one of the same day: taken from the DfE's specification."""
    return enquiry.conference is not None and enquiry.conference == at.episode.conference


@rule(
    "8868",
    "episodes",
    "section_47s closed",
    "The episode is closed, and a section 47 enquiry of it is not.",
    "Give the day of the enquiry's conference or say that none was needed, or take the closure away.",
)
def closes_with_open_enquiry(episode: Episode, at: At) -> bool:
    return episode.closed is not None and any(is_open(each) for each in episode.section_47s)


@rule(
    "2991Q",
    "episodes",
    "section_47s assessments",
    "The episode has a section 47 enquiry and no assessment.",
    "Add the assessment, or say why there was none.",
)
def enquires_without_assessment(episode: Episode, at: At) -> bool:
    return bool(episode.section_47s) and not episode.assessments


@rule(
    "8839",
    "section_47s",
    "conference",
    "The episode has more than one open section 47 enquiry.",
    "Give the day of each one's conference, or say that none was needed.",
    among=True,
)
def find_open(enquiries: Sequence[Section47], at: At) -> Iterable[int]:
    return find_several(is_open(each) for each in enquiries)


@rule(
    "8890",
    "section_47s",
    "started",
    "The enquiry started while another of the same episode was going on.",
    "Correct the days, or put the two together where they are one.",
    among=True,
)
def find_overlapping(enquiries: Sequence[Section47], at: At) -> Iterable[int]:
    return find_overlaps(span_of(each, at.year.after) for each in enquiries)


def span_of(enquiry: Section47, after: date) -> Span:
    """To its conference, or to `after` while it is open. When one that needed none ended is not told: at once."""
    ends = enquiry.conference or (after if is_open(enquiry) else enquiry.started)
    return enquiry.started, ends or after
