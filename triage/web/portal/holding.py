"""Which telling this browser has before it: its key stands in the signed cookie, and what was typed on the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app, session

from triage.access.actor import Actor, visitor
from triage.request_ids import request_id
from triage.services.desk import Desk
from triage.services.tellings import Told, new_key, open_telling
from triage.state import state_of

KEY, UNTIL = "telling", "telling_until"


def held_key() -> UUID | None:
    """The telling of this browser, until so many hours after it was last kept: a computer may be a library's."""
    until = session.get(UNTIL)
    if KEY not in session or until is None or datetime.fromisoformat(until) <= state_of(current_app).clock.now():
        return None
    return UUID(session[KEY])


def hold(key: UUID) -> None:
    """Let this browser go on with that telling."""
    state = state_of(current_app)
    session[KEY] = str(key)
    session[UNTIL] = (state.clock.now() + timedelta(hours=state.settings.session_hours)).isoformat()


def let_go() -> None:
    """Leave nothing of it in this browser."""
    session.pop(KEY, None)
    session.pop(UNTIL, None)


@contextmanager
def desk_of(actor: Actor) -> Iterator[Desk]:
    """A desk for whoever has no account: committed if the block succeeds."""
    state = state_of(current_app)
    with state.database.transaction(actor, state.clock.now()) as transaction:
        yield Desk(transaction, actor, state.clock, state.pack, request_id=request_id())


def desk_of_visitor(key: UUID | None = None) -> "contextmanager[Desk]":
    """A desk for the visitor who has that telling, or begins one."""
    return desk_of(visitor(key or new_key()))


def read_held() -> Told | None:
    """What was told so far in this browser, if it is kept still."""
    key = held_key()
    if key is None:
        return None
    with desk_of_visitor(key) as desk:
        return open_telling(desk, state_of(current_app).vault)
