"""What was learned of how people's records agree: read for one who is typed in, and replaced by the next learning."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Session

from triage.models import CommonValue, LearnedWeights, Person

Common = dict[str, dict[str, float]]
TOLD = select(*(func.unnest(bindparam(name, type_=ARRAY(TEXT))) for name in ("fields", "values")))
LEARNED = select(LearnedWeights, CommonValue).outerjoin(
    CommonValue, tuple_(CommonValue.field, CommonValue.value).in_(TOLD)
)


def read_learned(session: Session, values: Mapping[str, str]) -> tuple[LearnedWeights | None, Common]:
    """What was learned last, and how common each of these values is, of those that several people have.

    None and nothing before anything was learned, and for whoever may not look people up.
    """
    rows = session.execute(LEARNED, {"fields": list(values), "values": list(values.values())}).all()
    found: Common = {}
    for _, each in rows:
        if each:
            found.setdefault(each.field, {})[each.value] = each.share
    return rows[0][0] if rows else None, found


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
