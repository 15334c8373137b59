"""Queries about the versions of a policy: one, all of them, those in force, and what each has answered."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, case, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from triage.errors import NotFound, Problem
from triage.models import Enquiry, PolicyVersion, Recommendation, Subject
from triage.models.codes import PUBLISHED_STATES

A_TIME = 2000  # rows fetched at once where there may be a million
# Asked each time that an enquiry is logged, so it is neither built anew nor sent through the unit of work.
HASHES = text(
    "SELECT hash FROM policies WHERE name = :name AND state IN ('published', 'superseded') ORDER BY effective_from DESC"
)


def get_policy(session: Session, key: UUID) -> PolicyVersion:
    """The version of that key. NotFound where there is none."""
    version = session.get(PolicyVersion, key)
    if version is None:
        raise NotFound(Problem("not_found", "There is no such version of the thresholds, or it is not yours to see."))
    return version


def list_policies(session: Session, *, state: str | None = None) -> Sequence[PolicyVersion]:
    """All versions, or those in a state: the latest first day first."""
    query = select(PolicyVersion).order_by(PolicyVersion.effective_from.desc(), PolicyVersion.id.desc())
    if state:
        query = query.where(PolicyVersion.state == state)
    return session.scalars(query).all()


def find_policy(session: Session, name: str, version: str) -> PolicyVersion | None:
    """The version that a council calls so: one on its way before one published, one withdrawn where no other is."""
    later = case({"published": 1, "superseded": 1, "withdrawn": 2}, value=PolicyVersion.state, else_=0)
    query = _called(name, version).order_by(later, PolicyVersion.id.desc()).limit(1)
    return session.scalar(query)


def find_taken(session: Session, name: str, version: str, besides: PolicyVersion | None) -> PolicyVersion | None:
    """The version that keeps another, but for `besides`, from being called so."""
    query = _called(name, version).where(PolicyVersion.state != "withdrawn").order_by(PolicyVersion.id)
    return next((each for each in session.scalars(query) if each is not besides), None)


def _called(name: str, version: str) -> Select[tuple[PolicyVersion]]:
    return select(PolicyVersion).where(PolicyVersion.name == name, PolicyVersion.policy_version == version)


def hashes_in_force(session: Session, name: str) -> Sequence[str]:
    """The hash of each version of a name that was ever published, the latest first day first."""
    return [hash_ for (hash_,) in session.connection().execute(HASHES, {"name": name})]


def read_texts(session: Session, hashes: Sequence[str]) -> dict[str, str]:
    """The texts of these hashes, of what was published: a draft says of itself what its hash is."""
    query = select(PolicyVersion.hash, PolicyVersion.text).where(
        PolicyVersion.hash.in_(hashes), PolicyVersion.state.in_(PUBLISHED_STATES)
    )
    return {row.hash: row.text for row in session.connection().execute(query)}


def find_newest(session: Session, name: str) -> date | None:
    """The first day of the newest version of a name that is published, if any is."""
    query = select(func.max(PolicyVersion.effective_from)).where(
        PolicyVersion.name == name, PolicyVersion.state.in_(PUBLISHED_STATES)
    )
    return session.scalar(query)


def find_unfollowed(session: Session, name: str) -> PolicyVersion | None:
    """The version of a name that is published and not superseded yet."""
    return session.scalar(select(PolicyVersion).where(PolicyVersion.name == name, PolicyVersion.state == "published"))


def find_last_followed(session: Session, name: str) -> PolicyVersion | None:
    """The superseded version of a name with the latest first day."""
    query = select(PolicyVersion).where(PolicyVersion.name == name, PolicyVersion.state == "superseded")
    return session.scalar(query.order_by(PolicyVersion.effective_from.desc()).limit(1))


def lock_versions(session: Session | Connection, name: str) -> None:
    """Keep everybody else from adding to the versions of a name until this transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"policy {name}", 0))))


class Kept(NamedTuple):
    """A recommendation as it is kept, and whose it is."""

    reference: str
    ordinal: int
    policy_name: str
    policy_version: str
    policy_hash: str
    level: int
    route: str
    rag: str
    section_47: bool
    facts: dict[str, Any]
    answer: dict[str, Any]


def count_kept(session: Session) -> int:
    """How many recommendations there are."""
    return session.scalar(select(func.count()).select_from(Recommendation))


def stream_kept(session: Session) -> Iterator[Kept]:
    """Every recommendation, in no order, through a cursor of the database: however many, few are held at once."""
    # A cursor's plan is made for its first rows unless it is told that all are wanted.
    session.execute(text("SET LOCAL cursor_tuple_fraction = 1"))
    row = Recommendation
    query = (
        select(
            *(Enquiry.reference, Subject.ordinal),
            *(row.policy_name, row.policy_version, row.policy_hash),
            *(row.level, row.route, row.rag, row.section_47, row.facts, row.answer),
        )
        .join(Subject, Subject.id == row.subject_id)
        .join(Enquiry, Enquiry.id == Subject.enquiry_id)
        .execution_options(yield_per=A_TIME)
    )
    return (Kept(*found) for found in session.execute(query))
