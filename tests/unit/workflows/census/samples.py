"""A made-up return without a fault, and small changes to it. The first child has all that a return may have."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from workflows.census.records import Assessment, Census, Child, CinPlan, Episode, ProtectionPlan, Section47
from workflows.people.identifiers import UPN_LETTERS, is_upn

Change = Callable[[Census], Census]
day = date.fromisoformat


def make_upn(rest: str) -> str:
    """The unique pupil number whose last twelve characters are these."""
    return next(letter + rest for letter in UPN_LETTERS if is_upn(letter + rest))


WORKED = Episode(
    referred=day("2025-04-10"),
    source="1A",
    primary_need="N1",
    closed=day("2025-09-10"),
    closure="RC7",
    assessments=(Assessment(started=day("2025-04-11"), authorised=day("2025-05-20"), factors=("3A", "17A")),),
    section_47s=(
        Section47(
            started=day("2025-04-14"),
            target=day("2025-05-06"),
            conference=day("2025-05-06"),
            conference_not_required=False,
        ),
    ),
    plans=(CinPlan(started=day("2025-08-01"), ended=day("2025-09-10")),),
    referral_nfa=False,
    protection_plans=(
        ProtectionPlan(
            started=day("2025-05-06"),
            ended=day("2025-08-01"),
            initial_category="EMO",
            latest_category="NEG",
            previous=0,
            reviews=(day("2025-07-15"),),
        ),
    ),
)
AGAIN = Episode(
    referred=day("2025-10-01"),
    source="5D",
    primary_need="N4",
    assessments=(Assessment(started=day("2025-10-02"), authorised=day("2025-11-10"), factors=("3B",)),),
    plans=(CinPlan(started=day("2025-11-12")),),
    referral_nfa=False,
)
PUPIL = Child(
    identifier="A1",
    upn=make_upn("891123456789"),
    birth_date=day("2015-06-01"),
    sex="F",
    ethnicity="WBRI",
    disabilities=("MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS"),
    episodes=(WORKED, AGAIN),
)
NO_FURTHER = Child(
    identifier="B2",
    upn_unknown="UN7",
    birth_date=day("2014-02-28"),
    sex="M",
    ethnicity="NOBT",
    episodes=(Episode(referred=day("2025-06-02"), source="6", referral_nfa=True),),
)
UNBORN = Child(
    identifier="C3",
    expected_date=day("2026-05-10"),
    sex="U",
    ethnicity="NOBT",
    episodes=(
        Episode(
            referred=day("2026-03-02"),
            source="3B",
            primary_need="N1",
            assessments=(Assessment(started=day("2026-03-03")),),
            section_47s=(Section47(started=day("2026-03-16")),),
            referral_nfa=False,
        ),
    ),
)
FAULTLESS = Census(year=2026, authority="891", children=(PUPIL, NO_FURTHER, UNBORN), reference_date=day("2026-03-31"))


def census(**changes: Any) -> Change:
    return lambda found: replace(found, **changes)


def child(place: int = 0, **changes: Any) -> Change:
    return lambda found: replace(found, children=_put(found.children, place, changes))


def episode(place: int = 0, **changes: Any) -> Change:
    """A change of one of the first child's episodes."""
    return lambda found: child(episodes=_put(found.children[0].episodes, place, changes))(found)


def part(name: str, **changes: Any) -> Change:
    """A change of the one assessment, enquiry or plan of the first child's first episode."""
    return lambda found: episode(**{name: _put(getattr(found.children[0].episodes[0], name), 0, changes)})(found)


def more(name: str, **changes: Any) -> Change:
    """Another assessment, enquiry or plan: like the first, but for these."""

    def change(found: Census) -> Census:
        things = getattr(found.children[0].episodes[0], name)
        return episode(**{name: (*things, *(replace(each, **changes) for each in things[:1]))})(found)

    return change


def all_of(*changes: Change) -> Change:
    def change(found: Census) -> Census:
        for each in changes:
            found = each(found)
        return found

    return change


def _put(things: tuple[Any, ...], place: int, changes: dict[str, Any]) -> tuple[Any, ...]:
    """What another change took away is changed no more."""
    return tuple(replace(each, **changes) if at == place else each for at, each in enumerate(things))
