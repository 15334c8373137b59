"""What every use case has at hand: the transaction, who acts, what time it is, and whose county this is."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from triage.access.actor import SYSTEM, Actor
from triage.clock import Clock
from triage.database import acting_as
from triage.models.codes import OUTSIDE
from triage.pack import Pack
from workflows.calendar import LONDON


@dataclass(frozen=True, slots=True)
class Late:
    """That what is done here was done on paper, at the time that the desk's clock says, and is entered later.

    `told` is what an event says of it beside that: in which outage, as stated by whom.
    """

    entered_at: datetime
    told: dict[str, str]


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk a use case is done at. Services read the time and the actor from it and from nowhere else.

    `purpose` is why, where a reason was asked for; `request_id` says which request, task or command this is part of;
    `late` is there while something is entered that was done before.
    """

    session: Session
    actor: Actor
    clock: Clock
    pack: Pack
    purpose: str = ""
    request_id: str = ""
    late: Late | None = None

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def entered_at(self) -> datetime:
        """When it is written down: now, but for what was done before and is entered late."""
        return self.late.entered_at if self.late else self.now

    @property
    def today(self) -> date:
        """The day by the county's calendar."""
        return self.now.astimezone(LONDON).date()

    def with_actor(self, actor: Actor) -> "Desk":
        """The same desk with somebody else sitting at it."""
        return replace(self, actor=actor)


@contextmanager
def reaching_in(desk: Desk) -> Iterator[None]:
    """What somebody from outside asks for is done by the service in their name: they see nothing that it touches."""
    with seeing_all(desk) if desk.actor.role in OUTSIDE else nullcontext():
        yield


@contextmanager
def seeing_all(desk: Desk) -> Iterator[None]:
    """The whole county's rows for as long as a child's safety asks for them, whatever this actor may see.

    Where the block fails, so does the transaction, and with it what it was allowed.
    """
    desk.session.flush()
    with acting_as(desk.session, SYSTEM):
        yield
        desk.session.flush()
