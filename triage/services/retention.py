"""Which files are due to go, and why each of the others is kept."""

from collections import Counter
from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from triage.services.desk import Desk, seeing_all
from triage.store.retention import forget_routine, read_held, read_links, read_records
from triage.store.weighing import list_were_due, read_records_of, read_story
from workflows.retention import File, find_files


@dataclass(frozen=True, slots=True)
class Standing:
    """How many files and people are due, by the class that kept them longest, and how many files are kept, by why.

    `later` are those whose day is still to come.
    """

    due: dict[str, tuple[int, int]]
    later: int
    kept: dict[str, int]


def weigh_files(desk: Desk) -> list[File]:
    """Every file of the county, and when it may go by the pack's schedule."""
    with seeing_all(desk):
        session = desk.session
        return find_files(desk.pack.retention, read_records(session), read_links(session), read_held(session))


def weigh_those(desk: Desk, cases: Collection[UUID]) -> list[File]:
    """The files that these cases are in, as `weigh_files` says, by what is on record of everybody in them."""
    with seeing_all(desk):
        session = desk.session
        story, links = read_story(session, cases)
        records = list(read_records_of(session, story))
        found = find_files(desk.pack.retention, records, links, read_held(session))
    return [file for file in found if not story.isdisjoint(file.cases)]


def list_due(desk: Desk, code: str | None, promised: Set[UUID], most: int) -> list[File]:
    """The files that may go today, the longest overdue first, so many at most; of one class, or of all.

    Those that are `promised` by any case are left out. It looks among those that were due when the files were last
    weighed, and weighs each anew: what came to be due since is not found, and what is due no longer is not told.
    """
    found: dict[tuple[UUID, ...], File] = {}
    for files in list_were_due(desk.session, code, most):
        cases = {case for file in files if promised.isdisjoint(file) for case in file}
        for file in weigh_those(desk, cases):
            if is_due(file, desk.today) and code in (None, file.due.code) and promised.isdisjoint(file.cases):
                found[file.cases] = file
        if len(found) >= most:
            break
    return in_order(found.values())[:most]


def in_order(due: Iterable[File]) -> list[File]:
    """Files that are due, the longest overdue first."""
    return sorted(due, key=lambda file: (file.due.on, str(file.cases)))


def is_due(file: File, on: date) -> bool:
    """Whether the day has come."""
    return file.due.on is not None and file.due.on <= on


def sum_up(files: Iterable[File], on: date) -> Standing:
    """How the files stand on a day."""
    files = tuple(files)
    due = [file for file in files if is_due(file, on)]
    people: Counter[str] = Counter()
    for file in due:
        people[file.due.code] += len(file.people)
    counted = Counter(file.due.code for file in due)
    kept = Counter(file.due.never for file in files if file.due.never)
    later = len(files) - len(due) - kept.total()
    return Standing({code: (counted[code], people[code]) for code in sorted(counted)}, later, dict(kept))


def forget_routines(desk: Desk) -> dict[str, int]:
    """Let go of the service's own traces that are older than the schedule keeps them; how many rows of each class."""
    return {each.code: forget_routine(desk.session, each.code, desk.now) for each in desk.pack.retention.routines}
