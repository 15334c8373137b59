"""The why-not ledger: decisions for less than could have been chosen, with the reasons given, drawn to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, joinedload

from triage.models import Decision, Enquiry, Subject

DONE = ("decided", "closed")


@dataclass(frozen=True, slots=True)
class Sample:
    """The decisions drawn, the latest first, and of how many."""

    drawn: Sequence[Decision]
    of: int


def sample_why_nots(
    session: Session, since: datetime, until: datetime, *, rung: str | None, seed: int, size: int
) -> Sample:
    """Draw `size` decisions that took effect and passed over a higher route (`rung`, or any), by chance.

    Of those decided from `since` to `until`. The same seed draws the same ones, whoever asks and when. An enquiry that
    is being weighed again is left out: nobody is shown what was recommended before their own first view.
    """
    nothing = cast({}, JSONB)
    passed_over = Decision.why_not.has_key(rung) if rung else Decision.why_not != nothing
    there = (
        passed_over,
        Decision.subject.has(Subject.enquiry.has(Enquiry.state.in_(DONE))),
        Decision.took_effect_at.is_not(None),
        Decision.decided_at >= since,
        Decision.decided_at <= until,
    )
    chance = func.md5(func.concat(cast(Decision.id, Text), ":", str(seed)))
    drawn = session.scalars(select(Decision).where(*there).options(*_whole()).order_by(chance).limit(size)).all()
    of = session.scalar(select(func.count()).select_from(Decision).where(*there))
    return Sample(sorted(drawn, key=lambda each: each.decided_at, reverse=True), of)


def _whole() -> tuple[object, ...]:
    return (
        joinedload(Decision.decided_by),
        joinedload(Decision.approved_by),
        joinedload(Decision.recommendation),
        joinedload(Decision.subject).joinedload(Subject.enquiry),
        joinedload(Decision.subject).joinedload(Subject.person),
    )
