"""What this browser has before it: the key of a telling or of a link stands in the signed cookie, and no word of it.

A browser has one of each. So that two children in two tabs are not mixed, every form bears the key that its page shows,
and what bears another is not done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app, request, session

from triage.access.actor import Actor, visitor
from triage.request_ids import request_id
from triage.services.desk import Desk
from triage.services.tellings import Told, new_key, open_telling
from triage.state import state_of

TELLING, LINK = "telling", "check_link"


def held_key(what: str = TELLING) -> UUID | None:
    """The telling or link of this browser, until so long without a sign of life: a computer may be a library's."""
    until = session.get(f"{what}_until")
    if what not in session or until is None or datetime.fromisoformat(until) <= state_of(current_app).clock.now():
        return None
    key = UUID(session[what])
    hold(key, what)
    return key


def hold(key: UUID, what: str = TELLING) -> None:
    """Let this browser go on with it."""
    state = state_of(current_app)
    session[what] = str(key)
    session[f"{what}_until"] = (state.clock.now() + timedelta(minutes=state.settings.session_idle_minutes)).isoformat()


def let_go(*whats: str) -> None:
    """Leave nothing of it in this browser."""
    for what in whats:
        session.pop(what, None)
        session.pop(f"{what}_until", None)


def key_of_form(what: str = TELLING) -> str:
    """Whose page it was that sent this; empty where it begins a telling."""
    return request.form.get(what, "")


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
