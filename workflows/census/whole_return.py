"""Rules about the return as a whole: its day, and what its counts make one ask."""

from datetime import date

from workflows.census.codes import NO_DISABILITY
from workflows.census.records import Census, Child
from workflows.census.rule import rule
from workflows.census.year import Year

FEW_DISABILITIES = 8
MANY_WITHOUT_SEX = 50  # one in so many is 2%


@rule(
    "100",
    "census",
    "reference_date",
    "The reference date is not the last day of the year.",
    "Set it to 31 March of the year in which the return ends.",
)
def has_wrong_reference_date(census: Census, year: Year) -> bool:
    return census.reference_date != year.end


@rule(
    "2883",
    "census",
    "children",
    "More child protection plans started in the year than conferences were held.",
    "Look for plans whose conference is missing (rule 2885), and for plans that are there twice.",
)
def has_more_plans_than_conferences(census: Census, year: Year) -> bool:
    episodes = [episode for child in census.children for episode in child.episodes]
    started = [plan.started for episode in episodes for plan in episode.protection_plans]
    held = [episode.conference for episode in episodes]
    held += [enquiry.conference for episode in episodes for enquiry in episode.section_47s]
    return _count_within(year, started) > _count_within(year, held)


@rule(
    "2886Q",
    "census",
    "children",
    "More than 2 in 100 children have no sex, those not yet born aside.",
    "Find out the sex of the children for whom it is not known, or say why it cannot be.",
)
def has_many_without_sex(census: Census, year: Year) -> bool:
    """Those not born yet count among all children, as in the DfE's specification."""
    without = sum(child.sex not in ("M", "F") and child.expected_date is None for child in census.children)
    return without * MANY_WITHOUT_SEX > len(census.children)


@rule(
    "2887Q",
    "census",
    "children",
    "Fewer than 8 kinds of disability are in the return.",
    "Check that disabilities are recorded by their kind, or say why there are so few.",
)
def has_few_disabilities(census: Census, year: Year) -> bool:
    used = {each for child in census.children for each in _disabilities_of(child)}
    return len(used) < FEW_DISABILITIES


@rule(
    "2888Q",
    "census",
    "children",
    "No child has more than one disability.",
    "Check that every disability of a child is recorded, or say why there is only one for each.",
)
def has_single_disabilities(census: Census, year: Year) -> bool:
    """Where no child has any disability there is nothing to ask: 2887Q does."""
    counts = [len(_disabilities_of(child)) for child in census.children]
    return max(counts, default=0) == 1


def _disabilities_of(child: Child) -> list[str]:
    return [each for each in child.disabilities if each != NO_DISABILITY]


def _count_within(year: Year, days: list[date | None]) -> int:
    return sum(day is not None and day in year for day in days)
