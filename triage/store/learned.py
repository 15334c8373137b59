"""What was learned of how people's records agree: read for one who is typed in, and replaced by the next learning."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from triage.models import CommonValue, LearnedWeights, Person

Common = dict[str, dict[str, float]]


def read_learned(session: Session) -> LearnedWeights | None:
    """What was learned last; None before anything was, and for whoever may not look people up."""
    return session.scalar(select(LearnedWeights).order_by(LearnedWeights.learned_at.desc()).limit(1))


def find_common(session: Session, values: Mapping[str, str]) -> Common:
    """How common each of these values is, of those that several people have."""
    pairs = [pair for pair in values.items() if pair[1]]
    query = select(CommonValue).where(tuple_(CommonValue.field, CommonValue.value).in_(pairs))
    found: Common = {}
    for each in session.scalars(query) if pairs else ():
        found.setdefault(each.field, {})[each.value] = each.share
    return found


def stream_people(session: Session, most: int) -> Iterator[Row[Any]]:
    """What is compared of so many people, the latest recorded first; nobody without a name and a date of birth."""
    compared = (Person.given_name, Person.family_name, Person.birth_date, Person.sex, Person.postcode)
    numbers = (Person.address, Person.nhs_number, Person.upn, Person.expected_date)
    known = (Person.given_name != "") & (Person.family_name != "") & Person.birth_date.is_not(None)
    query = select(*compared, *numbers).where(known).order_by(Person.id.desc()).limit(most)
    yield from session.execute(query.execution_options(yield_per=10_000))


def keep_learned(session: Session, at: datetime, people: int, weights: dict[str, object], common: Common) -> None:
    """Put it in place of what was learned before."""
    session.execute(select(func.keep_learned(at, people, _as_json(weights), _as_json(common))))


def _as_json(value: Mapping[str, object]) -> BindParameter[object]:
    return bindparam(None, value, JSONB)
