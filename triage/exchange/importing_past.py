"""Taking a whole file of past enquiries, batch by batch: each whole or not at all, and what is kept is known again."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from triage.exchange.past_file import Refused, say_problem
from triage.exchange.past_mapping import PastMapping
from triage.exchange.sheet_file import Row, Sheet
from triage.services.desk import Desk
from triage.services.past_enquiries import PastEnquiry, Taken, group_past, take_past
from triage.services.past_people import Met

BATCH = 200  # enquiries


@dataclass(slots=True)
class Outcome:
    """What became of a file: `taken` counts, and `refused` are its rows that were not, by line, with what to mend."""

    taken: Taken
    refused: list[tuple[Row, Sequence[str]]] = field(default_factory=list)


def import_past(
    open_desk: Callable[[], AbstractContextManager[Desk]],
    sheet: Sheet,
    mapping: PastMapping,
    rows: Iterable[PastEnquiry | Refused],
    *,
    keep: bool = True,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Outcome:
    """Take the rows of a file. `open_desk` opens a transaction for a batch; `tell` hears how many of how many are done.

    Without `keep` nothing is changed, and what comes back is what would be.
    """
    read = list(rows)
    groups, taken = group_past(row for row in read if isinstance(row, PastEnquiry))
    met, done, of = Met(), 0, len(groups)
    for start in range(0, of, BATCH):
        batch = groups[start : start + BATCH]
        with open_desk() as desk:
            became = take_past(desk, mapping.system, batch, met, keep=keep)
        taken.add(became)
        done += len(batch)
        tell(done, of)
    return Outcome(taken, _list_refused(sheet, mapping, read, taken))


def _list_refused(
    sheet: Sheet, mapping: PastMapping, read: Iterable[PastEnquiry | Refused], taken: Taken
) -> list[tuple[Row, Sequence[str]]]:
    by_line = {row.line: row for row in sheet.rows}
    refused: list[tuple[Row, Sequence[str]]] = [(each.row, each.words) for each in read if isinstance(each, Refused)]
    for line, problems in taken.refused:
        refused.append((by_line[line], [say_problem(mapping, problem) for problem in problems]))
    return sorted(refused, key=lambda each: each[0].line)
