"""Attempts to sign in, counted in the database before they are made."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from triage.access.delays import FORGET, Count, Keys, choose_turn, counted, uncounted, wait_for
from triage.models import SignInDelay


def begin_attempt(session: Session, keys: Keys, now: datetime) -> tuple[timedelta, Keys]:
    """Count the attempt as failed, unless it came too soon. How long it must wait then, and what it is counted by."""
    rows = _lock(session, keys, now)
    counts = {key: Count(row.failures, row.last_at) for key, row in rows.items()}
    keys = choose_turn(counts, keys, now)
    wait = wait_for(counts, keys, now)
    if wait <= timedelta(0):
        for key in keys.values():
            _write(rows[key], counted(counts[key], now))
    return wait, keys


def end_attempt(session: Session, keys: Keys, now: datetime) -> None:
    """It succeeded: it was no failure, and whoever failed before it was the same person."""
    for way, row in zip(keys, _lock(session, keys, now).values(), strict=True):
        count = uncounted(Count(row.failures, row.last_at))
        _write(row, Count(0, count.last_at) if way in ("pair", "device") else count)
    session.execute(delete(SignInDelay).where(SignInDelay.last_at < now - FORGET))


def _lock(session: Session, keys: Keys, now: datetime) -> dict[bytes, SignInDelay]:
    """The rows of these keys, made where there are none, and locked in one order."""
    new = [{"key": key, "failures": 0, "last_at": now} for key in sorted(keys.values())]
    session.execute(insert(SignInDelay).values(new).on_conflict_do_nothing())
    query = select(SignInDelay).where(SignInDelay.key.in_(keys.values())).order_by(SignInDelay.key).with_for_update()
    found = {row.key: row for row in session.scalars(query.execution_options(populate_existing=True))}
    return {key: found[key] for key in keys.values()}


def _write(row: SignInDelay, count: Count) -> None:
    row.failures, row.last_at = count.failures, count.last_at
