"""Taking in figures that partners sent: appended, so that what was sent before stays; the latest stands."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from triage.models import PartnerFigure
from triage.services.desk import Desk
from triage.services.reports import admit
from triage.store.reports import Key, key_of, list_figures


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFigure:
    """An indicator's figure as somebody sent it; `value` as the indicator's unit has it, a share of 1."""

    indicator: str
    district_code: str | None
    first: date
    last: date
    value: float
    counted: int | None
    of: int | None
    supplied_by: str
    supplied_on: date

    @property
    def key(self) -> Key:
        """What it is of: a later one of the same stands in its place."""
        return self.indicator, self.district_code, self.first, self.last


@dataclass(frozen=True, slots=True)
class Coming:
    """What figures would change: which are new, which stand in the place of others, how many stand there already."""

    new: tuple[SentFigure, ...]
    changed: tuple[SentFigure, ...]
    unchanged: int


def compare_figures(desk: Desk, figures: Sequence[SentFigure]) -> Coming:
    """What taking these in would change."""
    until = max((each.last for each in figures), default=desk.today)
    there = {key_of(each): each for each in list_figures(desk.session, until, {each.indicator for each in figures})}
    new = tuple(each for each in figures if each.key not in there)
    changed = tuple(each for each in figures if each.key in there and not _same(each, there[each.key]))
    return Coming(new, changed, len(figures) - len(new) - len(changed))


def take_figures(desk: Desk, figures: Sequence[SentFigure]) -> Coming:
    """Take in those that do not stand there already. Forbidden for a role that makes no reports."""
    if desk.actor.role != "system":
        admit(desk)
    coming = compare_figures(desk, figures)
    desk.session.add_all(
        PartnerFigure(**asdict(each), taken_at=desk.now, taken_by_id=desk.actor.id)
        for each in (*coming.new, *coming.changed)
    )
    desk.session.flush()
    return coming


def _same(sent: SentFigure, kept: PartnerFigure) -> bool:
    return all(getattr(kept, name) == value for name, value in asdict(sent).items())
