"""Queries about proofs and replays: those of a version, the next to be made, and the proof of a text."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, joinedload

from triage.errors import NotFound, Problem
from triage.models import Enquiry, PolicyRun, Subject


def list_runs(session: Session, policy_id: UUID, limit: int) -> Sequence[PolicyRun]:
    """What was asked for of a version, the latest first."""
    query = select(PolicyRun).where(PolicyRun.policy_id == policy_id).options(joinedload(PolicyRun.asked_by))
    return session.scalars(query.order_by(PolicyRun.asked_at.desc(), PolicyRun.id.desc()).limit(limit)).all()


def get_run(session: Session, policy_id: UUID, key: UUID) -> PolicyRun:
    """One of them. NotFound where there is none, or not of that version."""
    run = session.get(PolicyRun, key, options=[joinedload(PolicyRun.asked_by), joinedload(PolicyRun.policy)])
    if run is None or run.policy_id != policy_id:
        raise NotFound(Problem("not_found", "There is no such proof or replay of this version."))
    return run


def find_waiting(session: Session, wanted: PolicyRun, since: datetime) -> PolicyRun | None:
    """What was asked for in the same words already and is still to be made; begun before `since` it never will be."""
    same = (getattr(PolicyRun, name) == getattr(wanted, name) for name in ("policy_id", "kind", "hash"))
    days = (getattr(PolicyRun, name).is_not_distinct_from(getattr(wanted, name)) for name in ("first", "last"))
    waits = PolicyRun.finished_at.is_(None), PolicyRun.begun_at.is_(None) | (PolicyRun.begun_at > since)
    return session.scalar(select(PolicyRun).where(*same, *days, *waits).limit(1))


def take_next(session: Session, since: datetime) -> PolicyRun | None:
    """The one that waits longest, locked; None while another that was begun after `since` is being made."""
    busy = select(PolicyRun.id).where(PolicyRun.finished_at.is_(None), PolicyRun.begun_at > since)
    if session.scalar(busy.limit(1)):
        return None
    waits = select(PolicyRun).where(PolicyRun.begun_at.is_(None)).order_by(PolicyRun.asked_at, PolicyRun.id)
    return session.scalar(waits.limit(1).with_for_update(skip_locked=True))


def find_proof(session: Session, policy_id: UUID, hash_: str) -> PolicyRun | None:
    """The latest proof of a version's text that was made."""
    made = PolicyRun.kind == "proof", PolicyRun.finished_at.is_not(None), PolicyRun.hash == hash_
    query = select(PolicyRun).where(PolicyRun.policy_id == policy_id, *made)
    return session.scalar(query.order_by(PolicyRun.finished_at.desc()).limit(1))


def find_subjects(session: Session, people: Iterable[tuple[str, int]]) -> dict[tuple[str, int], UUID]:
    """The keys of those who stand in these enquiries (their references) at these places."""
    query = select(Enquiry.reference, Subject.ordinal, Subject.id).join_from(Subject, Enquiry)
    found = session.execute(query.where(tuple_(Enquiry.reference, Subject.ordinal).in_(list(people))))
    return {(reference, ordinal): key for reference, ordinal, key in found}


def list_subjects(session: Session, keys: Iterable[UUID]) -> dict[UUID, Subject]:
    """Those of them whom this actor may see, each with the enquiry and the person."""
    query = select(Subject).where(Subject.id.in_(list(keys)))
    whole = joinedload(Subject.enquiry), joinedload(Subject.person)
    return {each.id: each for each in session.scalars(query.options(*whole))}
