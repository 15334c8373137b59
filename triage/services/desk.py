"""What every use case has at hand: the transaction, who acts, what time it is, and whose county this is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from triage.access.actor import SYSTEM, Actor
from triage.clock import Clock
from triage.database import acting_as
from triage.pack import Pack


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk a use case is done at. Services read the time and the actor from it and from nowhere else."""

    session: Session
    actor: Actor
    clock: Clock
    pack: Pack

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def with_actor(self, actor: Actor) -> "Desk":
        """The same desk with somebody else sitting at it."""
        return replace(self, actor=actor)


@contextmanager
def seeing_all(desk: Desk) -> Iterator[None]:
    """The whole county's rows for as long as a child's safety asks for them, whatever this actor may see.

    Where the block fails, so does the transaction, and with it what it was allowed.
    """
    desk.session.flush()
    with acting_as(desk.session, SYSTEM):
        yield
        desk.session.flush()
