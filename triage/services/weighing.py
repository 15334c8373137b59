"""How the files stand, as the service worked it out: once a day, and again where somebody asked or something ended.

Nothing goes by it. It says where to look: what is put together, agreed to and let go is weighed anew each time.
"""

from dataclasses import dataclass
from datetime import datetime

from triage.models import Weighing
from triage.services.desk import Desk, seeing_all
from triage.services.retention import Standing, in_order, is_due, sum_up, weigh_files
from triage.store.weighing import ask_to_weigh, keep_due, read_weighing, weigh_alone
from workflows.calendar import LONDON


@dataclass(frozen=True, slots=True)
class KeptStanding:
    """How the files stood at a time; `worked_at` is None where they were not weighed yet.

    `is_old` where it is of an earlier day or by another schedule; `comes` where it is asked for anew.
    """

    standing: Standing
    worked_at: datetime | None
    is_old: bool
    comes: bool


def read_standing(desk: Desk) -> KeptStanding:
    """What was worked out last: one row, however many files there are."""
    last = read_weighing(desk.session)
    due = {code: (files, people) for code, (files, people) in sorted(last.due.items())}
    standing = Standing(due, last.later, dict(sorted(last.kept.items())))
    return KeptStanding(standing, last.worked_at, _is_old(desk, last), last.asked > last.answered)


def ask_again(desk: Desk) -> None:
    """Have it worked out anew, within minutes: something changed that whoever looks next will look for."""
    with seeing_all(desk):
        ask_to_weigh(desk.session)


def work_out(desk: Desk) -> bool:
    """Weigh every file and keep the sums and what is due, where that is wanted; whether it was. For the service itself.

    Nothing where another does so now. Killed at any point, it leaves what was kept before, and is still wanted.
    """
    session = desk.session
    if not weigh_alone(session):
        return False
    last = read_weighing(session)
    if not _is_old(desk, last) and last.asked == last.answered:
        return False
    began, today, asked = desk.now, desk.today, last.asked  # whoever asks meanwhile asks for another
    files = weigh_files(desk)
    keep_due(session, in_order(file for file in files if is_due(file, today)))
    standing = sum_up(files, today)
    # Last of all: whoever asks waits for this row.
    last.due = {code: [*counts] for code, counts in standing.due.items()}
    last.kept, last.later = standing.kept, standing.later
    last.worked_at, last.schedule_hash, last.answered = began, desk.pack.retention.hash, asked
    session.flush()
    return True


def _is_old(desk: Desk, last: Weighing) -> bool:
    """Whether it is of another day or schedule, or there is none."""
    if last.worked_at is None or last.schedule_hash != desk.pack.retention.hash:
        return True
    return last.worked_at.astimezone(LONDON).date() != desk.today
