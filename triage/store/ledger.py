"""Queries about the ledger: what is to be sealed, and everything in it, in order, a stretch at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from triage.models import (
    AccessRequest,
    AccountEvent,
    AccountHead,
    Checkpoint,
    Disposal,
    Enquiry,
    Event,
    Leaf,
    Person,
    PolicyVersion,
    Reading,
    ReadingHead,
    Referral,
)

AT_ONCE = 2000  # rows that are in memory at a time
SEALER = 2013_0016  # the advisory lock of whoever seals
# A cluster counts the transactions of all its databases together. One that runs elsewhere writes nothing here, and is
# left out if the locks say that it is elsewhere; what they do not tell of is taken to be ours.
OVER = text("""
WITH here AS (SELECT pg_current_snapshot() AS now),
elsewhere AS (
    SELECT l.transactionid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
    AND a.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT least(
    (SELECT pg_snapshot_xmax(now)::text::bigint FROM here),
    pg_current_xact_id_if_assigned()::text::bigint,
    (SELECT min(running::text::bigint) FROM here, pg_snapshot_xip(now) AS running
     WHERE running::xid NOT IN (SELECT transactionid FROM elsewhere)))
""")
NEXT = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
READINGS, ACCOUNTS = "reading", "account"
# Entries that are not a case's, and whose chain each is of.
APART = {READINGS: (Reading, Reading.reader_id), ACCOUNTS: (AccountEvent, AccountEvent.user_id)}
HEADS = {
    "enquiry": select(Enquiry.id, Enquiry.reference, Enquiry.event_number, Enquiry.event_hash),
    "referral": select(Referral.id, Referral.reference, Referral.event_number, Referral.event_hash),
    "person": select(Person.id, literal(None), Person.event_number, Person.event_hash),
    "policy": select(
        PolicyVersion.id,
        func.concat(PolicyVersion.name, "@", PolicyVersion.policy_version),
        PolicyVersion.event_number,
        PolicyVersion.event_hash,
    ),
    "access_request": select(
        AccessRequest.id, AccessRequest.reference, AccessRequest.event_number, AccessRequest.event_hash
    ),
    "disposal": select(Disposal.id, literal(None), Disposal.event_number, Disposal.event_hash),
    READINGS: select(ReadingHead.reader_id, literal(None), ReadingHead.number, ReadingHead.hash),
    ACCOUNTS: select(AccountHead.user_id, literal(None), AccountHead.number, AccountHead.hash),
}


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last entry of a chain."""

    chain_kind: str
    chain_id: UUID
    number: int
    hash: bytes


def begin_sealing(session: Session, *, wait: bool) -> bool:
    """Whether nobody else seals until this transaction ends."""
    if wait:
        session.execute(select(func.pg_advisory_xact_lock(SEALER)))
        return True
    return session.scalar(select(func.pg_try_advisory_xact_lock(SEALER)))


def find_last_checkpoint(session: Session) -> Checkpoint | None:
    """The newest."""
    return session.scalar(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1))


def find_sealed_at(session: Session) -> datetime | None:
    """When the newest was made: for anybody to ask, who may see nothing else of it."""
    return session.scalar(select(func.ledger_sealed_at()))


def find_checkpoint(session: Session, number: int) -> Checkpoint | None:
    """The one of that number."""
    return session.get(Checkpoint, number)


def find_horizon(session: Session) -> int:
    """Every transaction below this one is over: what it wrote is seen, or was undone."""
    return session.scalar(OVER)


def find_next_transaction(session: Session) -> int:
    """No transaction has got this number yet."""
    return session.scalar(NEXT)


def find_new_heads(session: Session, since: int | None, until: int) -> Iterator[ChainHead]:
    """The last entry of each chain that transactions from `since` up to `until` wrote to, unless it is sealed.

    Where `since` is None, of every chain as it stands, whatever transaction its rows say.
    """
    for query in (_heads_of_events(since, until), *(_heads_apart(kind, since, until) for kind in APART)):
        for row in _stream(session, query):
            yield ChainHead(*row)


def _heads_of_events(since: int | None, until: int) -> Select[Any]:
    columns = (Event.case_kind.label("kind"), Event.case_id.label("id"), Event.number, Event.hash)
    query = select(*columns).where(*_between(Event, since, until)).ext(distinct_on(Event.case_kind, Event.case_id))
    return _unsealed(query.order_by(Event.case_kind, Event.case_id, Event.number.desc()))


def _heads_apart(kind: str, since: int | None, until: int) -> Select[Any]:
    model, whose = APART[kind]
    columns = (literal(kind).label("kind"), whose.label("id"), model.number, model.hash)
    query = select(*columns).where(*_between(model, since, until)).ext(distinct_on(whose))
    return _unsealed(query.order_by(whose, model.number.desc()))


def _between(
    model: type[Event | Reading | AccountEvent], since: int | None, until: int
) -> tuple[ColumnElement[bool], ...]:
    return () if since is None else (model.xid >= since, model.xid < until)


def _unsealed(query: Select[Any]) -> Select[Any]:
    """A later entry may have been sealed before: one that was written by a transaction which began earlier."""
    head = query.subquery()
    sealed = exists().where(Leaf.chain_kind == head.c.kind, Leaf.chain_id == head.c.id, Leaf.number >= head.c.number)
    return select(head).where(~sealed).order_by(head.c.kind, head.c.id)


def stream_checkpoints(session: Session) -> Iterator[Any]:
    """All of them in order."""
    return _stream(session, select(*Checkpoint.__table__.columns).order_by(Checkpoint.number))


def stream_leaves(session: Session) -> Iterator[Any]:
    """All of them in order."""
    return _stream(session, select(*Leaf.__table__.columns).order_by(Leaf.position))


def stream_heads(session: Session, kind: str) -> Iterator[Any]:
    """(id, reference or None, number, hash) of each chain of a kind that anything was written to, by id."""
    query = HEADS[kind]
    key, _reference, number, _hash = query.selected_columns
    return _stream(session, query.where(number > 0).order_by(key))


def stream_seals(session: Session, kind: str) -> Iterator[Any]:
    """(chain id, number, hash, checkpoint) of each leaf of a kind of chain, by chain."""
    columns = (Leaf.chain_id, Leaf.number, Leaf.hash, Leaf.checkpoint)
    return _stream(session, select(*columns).where(Leaf.chain_kind == kind).order_by(Leaf.chain_id, Leaf.number))


def stream_entries(session: Session, kind: str) -> Iterator[Any]:
    """Every entry of a kind of chain, by chain and number; the chain's id first."""
    if kind in APART:
        model, whose = APART[kind]
        query = select(whose.label("chain"), *model.__table__.columns)
        return _stream(session, query.order_by(whose, model.number))
    query = select(Event.case_id.label("chain"), *Event.__table__.columns).where(Event.case_kind == kind)
    return _stream(session, query.order_by(Event.case_id, Event.number))


def stream_case(session: Session, case_id: UUID) -> Iterator[Any]:
    """Every event of one case, by number."""
    return _stream(session, select(*Event.__table__.columns).where(Event.case_id == case_id).order_by(Event.number))


def count_entries(session: Session) -> int:
    """Events, readings and events of accounts."""
    models = (Event, *(model for model, _whose in APART.values()))
    return sum(session.scalar(select(func.count()).select_from(model)) for model in models)


def _stream(session: Session, query: Select[Any]) -> Iterator[Any]:
    """By a cursor of the server's, so that memory is bounded."""
    return iter(session.execute(query, execution_options={"yield_per": AT_ONCE}))
