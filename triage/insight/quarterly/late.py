"""How much of what was timed was done on paper while the service was down, and entered afterwards."""

from datetime import timedelta

from sqlalchemy.orm import Session

from triage.insight.definition import LEAST
from triage.insight.measures import Figure
from triage.insight.quarterly.report import Kind, Late
from triage.insight.small import hide_figure, hide_groups
from triage.models.codes import CLOCK_KINDS
from triage.store.outages import count_ended
from workflows.calendar import midnight
from workflows.quarters import Quarter


class Small:
    """As few as are not told of any indicator."""

    least = LEAST


def gather_late(session: Session, quarter: Quarter) -> Late:
    """Of the clocks that were met or missed in the quarter, by true time: how many ends were entered afterwards.

    By kind, of those of which any was. For the service itself.
    """
    since, until = midnight(quarter.first), midnight(quarter.last + timedelta(1))
    ended = {kind: (late, number) for kind, late, number in count_ended(session, since, until)}
    late, number = sum(each[0] for each in ended.values()), sum(each[1] for each in ended.values())
    groups = [(kind, CLOCK_KINDS[kind], _share(*ended[kind])) for kind in CLOCK_KINDS if ended.get(kind, (0, 0))[0]]
    kinds = tuple(Kind(*group) for group in hide_groups(Small(), groups))
    return Late(hide_figure(Small(), _share(late, number)), kinds)


def _share(late: int, number: int) -> Figure:
    return Figure(late / number if number else None, late, number)
