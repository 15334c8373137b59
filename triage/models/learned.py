"""What was learned from the records of everybody, to tell who is the same person. The database's own to write."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class LearnedWeights(Base):
    """How one person's records agree, and two people's, learned from so many `people`. One row, or none yet."""

    __tablename__ = "learned_weights"
    learned_at: Mapped[datetime] = mapped_column(primary_key=True)
    people: Mapped[int]
    weights: Mapped[dict[str, Any]]


class CommonValue(Base):
    """Which share (0 to 1) of those who have a value in that field, as it is compared, have this one."""

    __tablename__ = "common_values"
    field: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    share: Mapped[float]
