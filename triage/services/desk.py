"""What every use case has at hand: the transaction, who acts, what time it is, and whose county this is."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from triage.access.actor import Actor
from triage.clock import Clock
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
