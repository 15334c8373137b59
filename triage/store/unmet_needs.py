"""Needs that nobody could meet: those of a case, and how many there are, with no case among them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Date, Integer, Text, column, func, select
from sqlalchemy.orm import Session, joinedload

from triage.models import UnmetNeed


@dataclass(frozen=True, slots=True)
class Count:
    """How often a need was not met in a district ("" where it is not known) in the month that begins on that day."""

    district: str
    need: str
    found: str
    month: date
    number: int


def list_unmet(session: Session, referral_ids: Collection[UUID]) -> Sequence[UnmetNeed]:
    """What was noted of these referrals, the last first."""
    query = select(UnmetNeed).where(UnmetNeed.referral_id.in_(referral_ids)).options(joinedload(UnmetNeed.noted_by))
    return session.scalars(query.order_by(UnmetNeed.noted_on.desc(), UnmetNeed.id.desc())).all()


def count_unmet(session: Session, since: date, until: date) -> list[Count]:
    """What was noted from one day to another, both included, as far as this actor may count it."""
    columns = (column("district", Text), column("need", Text), column("found", Text), column("month", Date))
    counted = func.count_unmet_needs(since, until).table_valued(*columns, column("number", Integer))
    return [Count(*row) for row in session.execute(select(counted))]
