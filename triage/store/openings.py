"""Queries for who opened what: the readings of a period that are near, restricted, or of another team's record."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    TableValuedAlias,
    Text,
    Uuid,
    cast,
    column,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from triage.models import Enquiry, GlassBreak, Reading, Restriction, Subject

KEYS, WORDS = ARRAY(Uuid()), ARRAY(Text())
OWN_PAGES = "openings.%"  # whoever looks at the report is not in it for what it lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when until when is looked, and whose readings: everybody's, unless one is named.

    With `of`, a case and whom it is about, only those that showed any of them.
    """

    since: datetime
    until: datetime
    reader_id: UUID | None = None
    of: tuple[UUID, frozenset[UUID]] | None = None

    @property
    def rows(self) -> tuple[ColumnElement[bool], ...]:
        """What holds of a reading in it."""
        within = (Reading.at >= self.since, Reading.at < self.until)
        within += (Reading.reader_id == self.reader_id,) if self.reader_id else ()
        return (*within, self._showed(*self.of)) if self.of else within

    @staticmethod
    def _showed(case_id: UUID, people: frozenset[UUID]) -> ColumnElement[bool]:
        return or_(Reading.case_id == case_id, Reading.people.op("&&")(cast(sorted(people), KEYS)))


@dataclass(frozen=True, slots=True)
class Near:
    """That a person is near to a reader, and how."""

    reader_id: UUID
    person_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A reading and why it is listed: the kinds, whom of those it showed they are about, and a reason given."""

    reading: Reading
    kinds: list[str]
    people: list[UUID]
    reason: str


@dataclass(frozen=True, slots=True)
class Opened:
    """How often a case was opened, and by how many people."""

    case_id: UUID
    readings: int
    readers: int


def list_openings(
    session: Session, span: Span, near: Collection[Near], kind: str | None, *, limit: int, offset: int = 0
) -> list[Opening]:
    """Those of one kind or of any, the latest first."""
    found = _find(span, near)
    person, reason = func.array_agg(found.c.person_id.distinct()), func.string_agg(found.c.reason.distinct(), "; ")
    entries = select(found.c.id, func.array_agg(found.c.kind.distinct()).label("kinds"), person.label("people"))
    entries = entries.add_columns(reason.label("reason")).group_by(found.c.id)
    of_kind = entries.having(func.bool_or(found.c.kind == kind)) if kind else entries
    page = of_kind.subquery()
    query = select(Reading, page.c.kinds, page.c.people, page.c.reason).join(page, page.c.id == Reading.id)
    rows = session.execute(query.order_by(Reading.at.desc(), Reading.id.desc()).limit(limit).offset(offset))
    return [Opening(each, kinds, [key for key in people if key], said or "") for each, kinds, people, said in rows]


def count_openings(session: Session, span: Span, near: Collection[Near]) -> dict[str, int]:
    """How many readings there are of each kind, and under "" of any."""
    found = _find(span, near)
    counts = select(found.c.kind, func.count(found.c.id.distinct())).group_by(func.rollup(found.c.kind))
    return {kind or "": count for kind, count in session.execute(counts)}


def _find(span: Span, near: Collection[Near]) -> Subquery:
    """A row for each reading, kind and person: of another team's record there is no person to be named."""
    other_team = select(Reading.id, literal("other_team"), null(), literal("")).where(*span.rows, Reading.purpose != "")
    every = select(Reading.id, literal("case"), null(), literal("")).where(*span.rows, true() if span.of else false())
    return union_all(_find_near(span, near), *_find_restricted(span), other_team, every).subquery("found")


def _find_near(span: Span, near: Collection[Near]) -> Select[tuple[object, ...]]:
    pairs = func.unnest(
        cast([each.reader_id for each in near], KEYS),
        cast([each.person_id for each in near], KEYS),
        cast([each.kind for each in near], WORDS),
    ).table_valued(column("reader_id", Uuid), column("person_id", Uuid), column("kind", Text))
    pairs, shown = pairs.render_derived(name="near"), _shown()
    query = select(Reading.id.label("id"), pairs.c.kind.label("kind"), pairs.c.person_id.label("person_id"))
    query = query.add_columns(literal("").label("reason")).join_from(Reading, shown, true())
    is_near = (pairs.c.reader_id == Reading.reader_id) & (pairs.c.person_id == shown.c.person_id)
    return query.join(pairs, is_near).where(*span.rows, Reading.reader_id.in_({each.reader_id for each in near}))


def _find_restricted(span: Span) -> Iterator[Select[tuple[object, ...]]]:
    """What was restricted when it was read; and what was seen by having broken the glass."""
    shown, lifted = _shown(), Restriction.lifted_at
    in_force = (Restriction.made_at <= Reading.at, or_(lifted.is_(None), lifted > Reading.at))
    ever = select(func.array_agg(Restriction.person_id)).scalar_subquery()  # few: most readings are left out by it
    counted = (*span.rows, Reading.what.not_like(OWN_PAGES), Reading.people.op("&&")(ever), *in_force)
    is_shown = Restriction.person_id == shown.c.person_id
    restricted = select(Reading.id, literal("restricted"), Restriction.person_id, literal(""))
    yield restricted.join_from(Reading, shown, true()).join(Restriction, is_shown).where(*counted)
    while_open = Reading.at.between(GlassBreak.broken_at, GlassBreak.ends_at)
    is_broken = (GlassBreak.restriction_id == Restriction.id) & (GlassBreak.user_id == Reading.reader_id) & while_open
    opened = select(Reading.id, literal("emergency"), Restriction.person_id, GlassBreak.reason)
    opened = opened.join_from(Reading, shown, true()).join(Restriction, is_shown)
    yield opened.join(GlassBreak, is_broken).where(*counted)


def _shown() -> TableValuedAlias:
    """The people of each reading as rows: no index of an array can be used beneath a row-level policy."""
    return func.unnest(Reading.people).table_valued(column("person_id", Uuid)).render_derived(name="shown")


def list_most_opened(session: Session, span: Span, limit: int) -> list[Opened]:
    """The cases that were opened most often, those first."""
    times, readers = func.count(), func.count(Reading.reader_id.distinct())
    query = select(Reading.case_id, times, readers).where(*span.rows, Reading.case_id.is_not(None))
    query = query.group_by(Reading.case_id).order_by(times.desc(), Reading.case_id).limit(limit)
    return [Opened(*row) for row in session.execute(query)]


def name_latest_enquiries(session: Session, people: Collection[UUID]) -> dict[UUID, str]:
    """The reference of the last enquiry about each of these people."""
    query = select(Subject.person_id, Enquiry.reference).join(Enquiry).where(Subject.person_id.in_(people))
    latest = query.order_by(Subject.person_id, Enquiry.received_at.desc(), Enquiry.id).ext(
        distinct_on(Subject.person_id)
    )
    return {key: reference for key, reference in session.execute(latest)}
