"""Beside what will breach: the enquiries that wait longest for a decision, and what partners have not answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from triage.models import Enquiry
from triage.services.desk import Desk
from triage.services.duty import DutyList, put_on_list
from triage.store.waiting import Asked, list_asked, list_undecided

MOST = 20  # of each: the oldest are what a manager asks about, and the worktray has them all


@dataclass(frozen=True, slots=True)
class Waiting:
    """The undecided, the longest waiting first; the questions, the most overdue first, of how many."""

    undecided: DutyList
    asked: Sequence[Asked]
    of_asked: int

    @property
    def cases(self) -> list[Enquiry]:
        """Every case that is named."""
        return [*(each.case for each in self.undecided.cases), *(each.check.enquiry for each in self.asked)]


def list_waiting(desk: Desk) -> Waiting:
    """What waits, of what the one who asks may see."""
    oldest, total = list_undecided(desk.session, MOST)
    asked, of_asked = list_asked(desk.session, MOST)
    return Waiting(DutyList(tuple(put_on_list(each) for each in oldest), total), asked, of_asked)
