"""Pages of numbers: read of a replica of the database where there is one, with how old they are said on them."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from flask import current_app, g
from sqlalchemy.orm import Session

from triage.replica import NOW, AsOf, read_numbers
from triage.request_ids import request_id
from triage.services.desk import Desk
from triage.state import state_of
from triage.web.words import say_day, say_length

Result = TypeVar("Result")


def ask_numbers(ask: Callable[[Desk], Result]) -> Result:
    """What `ask` reads, at a desk for the person signed in at which nothing is written. It may be asked twice."""
    state = state_of(current_app)
    now = state.clock.now()

    def at_desk(session: Session) -> Result:
        return ask(Desk(session, g.actor, state.clock, state.pack, request_id=request_id()))

    found, g.as_of = read_numbers(state.replica, g.actor, now, at_desk, state.database.transaction(g.actor, now))
    return found


def say_as_of() -> str:
    """What whoever reads the page must know of how old its numbers are; nothing where they are up to date."""
    as_of: AsOf = g.get("as_of", NOW)
    if as_of.instead:
        return (
            "The copy of the records that numbers are usually read from cannot be used just now. These were read from"
            " the records themselves, and are up to date."
        )
    if not as_of.is_late:
        return ""
    behind = timedelta(seconds=as_of.behind)
    return (
        f"These numbers are as of {say_day(state_of(current_app).clock.now() - behind)}: the copy of the records"
        f" that they are read from is {say_length(behind)} behind. What was done since is not in them."
    )
