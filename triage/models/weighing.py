"""How the files stood when they were last weighed by the schedule, and which of them were due."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Keyed


class Weighing(Base):
    """One row: the last sums, at what time and by which schedule (its hash) they were worked out.

    `due` says of each class how many files and people; `kept` how many files for each reason; `later` how many have
    their day still to come. `asked` counts how often it was asked for, `answered` how many of these are answered.
    """

    __tablename__ = "weighings"
    __table_args__ = (
        CheckConstraint("place = 1", "one_row"),
        CheckConstraint("answered <= asked", "asked_before_answered"),
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asked: Mapped[int]
    answered: Mapped[int]
    later: Mapped[int]
    due: Mapped[dict[str, Any]]
    kept: Mapped[dict[str, Any]]
    worked_at: Mapped[datetime | None]
    schedule_hash: Mapped[str]


class DueFile(Keyed, Base):
    """A file that was due when the files were last weighed, by the keys of its cases; whether it still is, is asked.

    The keys of the rows are in the order of the files.
    """

    __tablename__ = "due_files"
    __table_args__ = (
        Index("ix_due_files_due_on", "due_on", "id"),
        Index("ix_due_files_cases", "cases", postgresql_using="gin"),
    )
    cases: Mapped[list[UUID]]
    code: Mapped[str]
    due_on: Mapped[date]
