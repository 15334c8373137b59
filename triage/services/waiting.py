"""Beside what will breach: what waits longest for a decision, for partners, and for an answer to who disagrees."""

from collections.abc import Sequence
from dataclasses import dataclass

from triage.models import Disagreement, Enquiry
from triage.services.desk import Desk
from triage.services.duty import DutyList, put_on_list
from triage.store.disagreements import list_unanswered
from triage.store.waiting import Asked, list_asked, list_undecided

MOST = 20  # of each: the oldest are what a manager asks about, and the worktray has them all


@dataclass(frozen=True, slots=True)
class Waiting:
    """The undecided, the longest waiting first; the questions and disagreements, the first due first, of how many."""

    undecided: DutyList
    asked: Sequence[Asked]
    of_asked: int
    disagreements: Sequence[Disagreement]
    of_disagreements: int

    @property
    def cases(self) -> list[Enquiry]:
        """Every case that is named."""
        disputed = (each.enquiry for each in self.disagreements)
        return [*(each.case for each in self.undecided.cases), *(each.check.enquiry for each in self.asked), *disputed]


def list_waiting(desk: Desk) -> Waiting:
    """What waits, of what the one who asks may see."""
    oldest, total = list_undecided(desk.session, MOST)
    asked, of_asked = list_asked(desk.session, MOST)
    undecided = DutyList(tuple(put_on_list(each) for each in oldest), total)
    return Waiting(undecided, asked, of_asked, *list_unanswered(desk.session, MOST))
