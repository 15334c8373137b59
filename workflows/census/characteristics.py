"""Rules about a child's birth and death, sex, ethnicity and disabilities, and that there is an episode at all."""

from datetime import date

from workflows.census.codes import DISABILITIES, ETHNICITIES, NO_DISABILITY
from workflows.census.records import Child
from workflows.census.rule import is_before, rule
from workflows.census.year import Year

GROWN = 25  # years


def had_birthday(child: Child, age: int, day: date) -> bool:
    """Whether the child was that old before `day`; one who was born on 29 February has theirs on 1 March."""
    born = child.birth_date
    return born is not None and (born.year + age, born.month, born.day) < (day.year, day.month, day.day)


def goes_further(child: Child) -> bool:
    """Whether something was done about any of the child's referrals."""
    return any(each.referral_nfa is False for each in child.episodes)


@rule(
    "8775Q",
    "children",
    "birth_date",
    "The person was over 25 while the case was open.",
    "Check the date of birth, and whether the case should have closed.",
)
def is_grown_up(child: Child, year: Year) -> bool:
    return any(had_birthday(child, GROWN, each.closed or year.end) for each in child.episodes)


@rule(
    "8520",
    "children",
    "birth_date",
    "The date of birth is after the end of the year.",
    "Correct it, or give an expected date of birth for a child who was not born by 31 March.",
)
def is_born_after_year(child: Child, year: Year) -> bool:
    return is_before(year.end, child.birth_date)


@rule(
    "8525Q",
    "children",
    "birth_date expected_date",
    "The child has both a date of birth and an expected one, or neither.",
    "Give one of the two: the expected date of birth only for a child who is not born yet.",
)
def has_not_one_birth(child: Child, year: Year) -> bool:
    return (child.birth_date is None) == (child.expected_date is None)


@rule(
    "8530Q",
    "children",
    "expected_date",
    "The expected date of birth is not between 1 March and 31 December of the year in which the return ends.",
    "Correct it, or give the date of birth if the child is born.",
)
def is_expected_at_another_time(child: Child, year: Year) -> bool:
    expected = child.expected_date
    return expected is not None and not date(year.number, 3, 1) <= expected <= date(year.number, 12, 31)


@rule(
    "8535Q",
    "children",
    "death_date birth_date",
    "The child's date of death is before the date of birth, or there is no date of birth.",
    "Correct whichever of the two dates is wrong.",
)
def died_before_birth(child: Child, year: Year) -> bool:
    """A death without a birth is asked about too, though the text names only the order of the two."""
    return child.death_date is not None and (child.birth_date is None or child.death_date < child.birth_date)


@rule(
    "8545Q",
    "children",
    "death_date",
    "The child's date of death is not within the year.",
    "Correct the date. A child who died before 1 April does not belong in this return.",
)
def died_in_another_year(child: Child, year: Year) -> bool:
    return year.misses(child.death_date)


@rule(
    "4180",
    "children",
    "sex",
    "The child's sex is missing.",
    "Choose male or female; not known is for a child whose sex is not known or who is not born yet.",
)
def lacks_sex(child: Child, year: Year) -> bool:
    return child.sex not in ("M", "F", "U")


@rule(
    "8750",
    "children",
    "sex",
    "A sex is given for a child who is not born yet.",
    "Choose not known, or give the date of birth if the child is born.",
)
def has_sex_before_birth(child: Child, year: Year) -> bool:
    return child.expected_date is not None and child.sex != "U"


@rule(
    "4220",
    "children",
    "ethnicity",
    "The child's ethnicity is missing or is no code of the list.",
    "Choose one; there are answers for one that was refused and for one not yet obtained.",
)
def lacks_ethnicity(child: Child, year: Year) -> bool:
    return child.ethnicity not in ETHNICITIES


@rule(
    "8540",
    "children",
    "disabilities",
    "Nothing, or no code of the list, is said of the child's disabilities.",
    "Choose every disability the child has, or no disability.",
)
def lacks_disabilities(child: Child, year: Year) -> bool:
    """Not asked of a child who is not born, nor of one whose every referral led to nothing."""
    known = bool(child.disabilities) and all(each in DISABILITIES for each in child.disabilities)
    return child.birth_date is not None and goes_further(child) and not known


@rule(
    "8790",
    "children",
    "disabilities",
    "The child has no disability and a disability at once.",
    "Take away no disability, or the others.",
)
def has_none_and_others(child: Child, year: Year) -> bool:
    return NO_DISABILITY in child.disabilities and len(set(child.disabilities)) > 1


@rule(
    "8794",
    "children",
    "disabilities",
    "The same disability is there twice.",
    "Take away the second.",
)
def has_disability_twice(child: Child, year: Year) -> bool:
    return len(set(child.disabilities)) < len(child.disabilities)


@rule(
    "8590",
    "children",
    "episodes",
    "The child is in the return without any episode.",
    "Add the referral, or leave the child out of the return.",
)
def lacks_episodes(child: Child, year: Year) -> bool:
    return not child.episodes
