"""How long a family's file is kept, and on which day the last reason to keep it has gone.

A schedule's classes say which records they cover and how long these are kept. A person's records are kept as long as
the one that is kept longest; a file, as long as anybody's whom it is about. What cannot be dated never falls due.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from workflows.retention_schedule import RetentionClass, Schedule

Key = Hashable


@dataclass(frozen=True, slots=True)
class Record:
    """What one file says of one person, in one decision or one referral: all that a schedule may look at.

    `kept_as` names the classes that somebody gave this person by hand.
    """

    person: Key
    file: Key
    route: str
    section_47: bool = False
    protection_plan: bool = False
    is_open: bool = False
    closed_on: date | None = None
    birth_date: date | None = None
    death_date: date | None = None
    kept_as: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Due:
    """From which day something may go, and by which class, counted since when. Or why it never may, as things stand."""

    on: date | None = None
    code: str = ""
    since: date | None = None
    never: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """Cases that are one story, by their keys in order, whom they are about, and when they may go."""

    cases: tuple[Key, ...]
    people: frozenset[Key]
    due: Due


NEVER = {
    "open": "A case of somebody in it is open",
    "held": "Held",
    "undated": "A date that it is counted from is not known",
    "unclassed": "No class of the schedule covers it",
}


def anniversary(day: date, years: int) -> date:
    """So many years later. Who was born on 29 February is a year older on 1 March, where there is no such day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def due_by(kept: RetentionClass, record: Record) -> Due:
    """When the class lets go of a record that it covers: when the longest of its periods is over."""
    if kept.died_before_18 is not None and _died_before_18(record):
        return Due(anniversary(record.death_date, kept.died_before_18), kept.code, record.death_date)
    periods = ((record.birth_date, kept.since_birth), (record.closed_on, kept.since_closing))
    counted = [(since, years) for since, years in periods if years is not None]
    if any(since is None for since, _ in counted):
        return Due(never="undated")
    return max((Due(anniversary(since, years), kept.code, since) for since, years in counted), key=_latest)


def due_of(schedule: Schedule, records: Iterable[Record]) -> Due:
    """When the last class lets go of the last of a person's records."""
    return _last(_due_of_record(schedule, record) for record in records)


def find_files(
    schedule: Schedule, records: Iterable[Record], links: Iterable[tuple[Key, Key]], held: Collection[Key]
) -> list[File]:
    """Every file, and when it may go. `links` join the cases of one story; `held` are cases and people.

    A case that is about nobody any more, because it was joined into another, goes with what it is linked to.
    """
    kept = sorted(records, key=lambda each: str(each.person))
    whose = {person: tuple(group) for person, group in groupby(kept, key=lambda each: each.person)}
    due = {person: due_of(schedule, group) for person, group in whose.items()}
    people: dict[Key, set[Key]] = {}
    joined = tuple(links)
    stories = _stories({each.file for each in kept} | {case for link in joined for case in link}, joined)
    for each in kept:
        people.setdefault(stories[each.file], set()).add(each.person)
    cases: dict[Key, list[Key]] = {}
    for case in sorted(stories, key=str):
        cases.setdefault(stories[case], []).append(case)
    return [_file(tuple(cases[story]), frozenset(people[story]), due, held) for story in people]


def _file(cases: tuple[Key, ...], people: frozenset[Key], due: Mapping[Key, Due], held: Collection[Key]) -> File:
    when = _last(due[person] for person in people)
    if not when.never and any(key in held for key in (*cases, *people)):
        when = Due(never="held")
    return File(cases, people, when)


def _due_of_record(schedule: Schedule, record: Record) -> Due:
    if record.is_open:
        return Due(never="open")
    covering = [each for each in schedule.classes if each.covers(record)]
    return _last(due_by(each, record) for each in covering) if covering else Due(never="unclassed")


def _last(dues: Iterable[Due]) -> Due:
    """The last of several; one that never comes is later than any."""
    return max(dues, key=_latest)


def _latest(due: Due) -> tuple[int, date, str]:
    """In order of time; of those that never come, what is open before what nobody can date."""
    ranks = ("unclassed", "undated", "held", "open")
    return (ranks.index(due.never) + 1 if due.never else 0, due.on or date.max, due.code)


def _died_before_18(record: Record) -> bool:
    if record.death_date is None or record.birth_date is None:
        return False
    return record.death_date < anniversary(record.birth_date, 18)


def _stories(cases: Collection[Key], links: Iterable[tuple[Key, Key]]) -> dict[Key, Key]:
    """Of each case, which of those that are linked with it stands for them all."""
    parent = {case: case for case in cases}

    def root(case: Key) -> Key:
        while parent[case] != case:
            parent[case] = parent[parent[case]]
            case = parent[case]
        return case

    for one, other in links:
        parent[root(one)] = root(other)
    return {case: root(case) for case in cases}
