"""Which files are due to go, and why each of the others is kept."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from triage.services.desk import Desk, seeing_all
from triage.store.retention import forget_routine, read_held, read_links, read_records
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


def list_due(desk: Desk, on: date, code: str | None = None) -> list[File]:
    """The files that may go on a day, the longest overdue first; of one class, or of all."""
    due = (file for file in weigh_files(desk) if is_due(file, on) and code in (None, file.due.code))
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
