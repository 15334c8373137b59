"""The cases behind a number, read through row-level security: what somebody may not see is only counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from triage.errors import NotFound, Problem
from triage.insight.definition import Measure, get_measure
from triage.insight.facts import key_of
from triage.models import Clock, Enquiry, Referral
from triage.store.behind import load_enquiries, load_referrals

PAGE = 100  # cases
# The measures of those cases that whoever asks may see: a function of the owner is handed their keys, and no others.
SEEN = """measures_of_{kind}(ARRAY(SELECT id FROM {kind}
    WHERE {at} >= CAST(:first AS timestamp) AT TIME ZONE 'Europe/London'
    AND {at} < (CAST(:last AS date) + interval '1 day') AT TIME ZONE 'Europe/London'))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A number: of which measure, over which local days (both among them), of one group (`by`, `key`) or of all.

    `counted` is for what the measure counts; without it, for what else it is a share of.
    """

    name: str
    first: date
    last: date
    by: str | None = None
    key: str | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class CaseBehind:
    """A case, and its first clock of the kind that the measure tells of."""

    case: Enquiry | Referral
    clock: Clock | None

    @property
    def routes(self) -> list[str]:
        """What was decided of those whom an enquiry is about, where that is in force: each once."""
        subjects = self.case.subjects if isinstance(self.case, Enquiry) else ()
        decisions = (each for subject in subjects for each in subject.decisions)
        return list(dict.fromkeys(each.route for each in decisions if each.took_effect_at and not each.superseded_at))


@dataclass(frozen=True, slots=True)
class CasesBehind:
    """A page of the cases, the latest first; how many of them one may see, and what the number is."""

    rows: Sequence[CaseBehind]
    seen: int
    number: int

    @property
    def unseen(self) -> int:
        """How many are not theirs to see, or are kept no longer."""
        return self.number - self.seen


def list_behind(session: Session, asked: Behind, page: int = 1) -> CasesBehind:
    """That page (from 1) of the cases behind a number. NotFound for a measure that there is none of."""
    definition = get_listed(asked.name)
    counted = _within(definition, asked)
    bound = {"first": asked.first, "last": asked.last, "key": asked.key}
    every = f"SELECT count(*) FROM {definition.view} WHERE {counted}"  # nosec B608 # noqa: S608 - our own words
    number = session.scalar(text(every), bound)
    kind, at = definition.among.listed
    seen = f"FROM {SEEN.format(kind=kind, at=at)} WHERE {counted}"
    total = session.scalar(text(f"SELECT count(*) {seen}"), bound)
    listed = f"SELECT id {seen} ORDER BY on_day DESC, reference DESC, id LIMIT {PAGE} OFFSET :skip"
    keys = session.scalars(text(listed), bound | {"skip": (page - 1) * PAGE}).all()
    return CasesBehind(_load(session, definition, keys), total, number)


def get_listed(name: str) -> Measure:
    """The measure of that name, which counts cases. NotFound where it counts something else."""
    definition = get_measure(name)
    if definition.among.listed is None:
        raise NotFound(Problem("not_of_cases", f"What {name!r} counts is listed nowhere: it is no case.", "name"))
    return definition


def _within(definition: Measure, asked: Behind) -> str:
    """What is so of each of them, as SQL. A condition that is not known is not met."""
    conditions = ["on_day BETWEEN :first AND :last", f"({definition.of or 'true'})"]
    conditions.append(f"({definition.counted}) IS {'' if asked.counted else 'NOT '}TRUE")
    if asked.by:
        conditions.append(f"{key_of(asked.by)} = :key")
    return " AND ".join(conditions)


def _load(session: Session, definition: Measure, keys: Sequence[UUID]) -> list[CaseBehind]:
    load: Any = load_enquiries if definition.fact == "enquiry" else load_referrals
    return [CaseBehind(case, _first_clock(case, definition.clock)) for case in load(session, keys)]


def _first_clock(case: Enquiry | Referral, kind: str) -> Clock | None:
    return next((clock for clock in case.clocks if clock.kind == kind), None)
