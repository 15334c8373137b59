"""Queries about recommendations: what the policy was asked and said of everybody in a period, as it was kept."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Boolean, ColumnElement, Select, Text, case, cast, exists, func, select, text, tuple_, type_coerce
from sqlalchemy.orm import Session, aliased

from triage.models import Enquiry, Person, Recommendation, Subject

A_TIME = 5_000  # rows fetched at once
LOCAL_MONTH = func.to_char(func.timezone("Europe/London", Enquiry.received_at), "YYYY-MM")


class Recorded(NamedTuple):
    """The last recommendation about one subject. `facts` is JSON text; `month` is of local receipt, like 2013-05.

    `must_be_seen_today` is None where the policy is one of those said to be known.
    """

    reference: str
    ordinal: int
    month: str
    locality: str | None
    district: str | None
    source: str
    ethnicity: str
    sex: str
    facts: str
    policy_hash: str
    level: int
    route: str
    rag: str
    section_47: bool
    must_be_seen_today: bool | None


def list_recorded(session: Session, since: datetime, before: datetime, known: Iterable[str]) -> Iterator[Recorded]:
    """Each subject's last recommendation, of enquiries received from `since` up to `before`, in no order.

    Fetched while it is read, through a cursor of the database. `known` are hashes of policies that can be asked again.
    """
    # A cursor's plan is made for its first rows, unless it is told that all are wanted.
    session.execute(text("SET LOCAL cursor_tuple_fraction = 1"))
    # Not through the session, which would take twice as long over each row.
    connection = session.connection()
    for row in connection.execute(_recorded(since, before, known), execution_options={"yield_per": A_TIME}):
        yield Recorded._make(row)


def _recorded(since: datetime, before: datetime, known: Iterable[str]) -> Select[tuple[object, ...]]:
    row, later = Recommendation, aliased(Recommendation)
    newer = tuple_(later.made_at, later.id) > tuple_(row.made_at, row.id)
    # An answer is long, so it is looked into only where the policy cannot be asked again.
    today = cast(row.answer["must_be_seen_today"].astext, Boolean)
    # The codes were checked when they were written.
    source, ethnicity, sex, route, rag = (
        type_coerce(each, Text) for each in (Enquiry.source, Person.ethnicity, Person.sex, row.route, row.rag)
    )
    return (
        select(
            *(Enquiry.reference, Subject.ordinal, LOCAL_MONTH),
            *(Enquiry.locality_code, Enquiry.district_code, source, ethnicity, sex),
            *(cast(row.facts, Text), row.policy_hash, row.level, route, rag, row.section_47),
            case((row.policy_hash.in_(list(known)), None), else_=today),
        )
        .join_from(row, Subject, Subject.id == row.subject_id)
        .join(Enquiry, Enquiry.id == Subject.enquiry_id)
        .join(Person, Person.id == Subject.person_id)
        .where(*_told_here(since, before))
        .where(~exists().where(later.subject_id == row.subject_id, newer))
    )


def count_subjects(session: Session, since: datetime, before: datetime) -> int:
    """How many people stand in enquiries received from `since` up to `before`; somebody told of twice counts twice."""
    query = select(func.count()).join_from(Subject, Enquiry, Enquiry.id == Subject.enquiry_id)
    return session.scalar(query.where(*_told_here(since, before))) or 0


def _told_here(since: datetime, before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Received then. Of what came by import nobody said what was seen in the policy's words."""
    return Enquiry.received_at >= since, Enquiry.received_at < before, Enquiry.imported_from.is_(None)
