"""The schema's owner, as whom a benchmark sets its stage: the service itself refuses to be."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from triage.access.actor import SYSTEM
from triage.database import act_as


class Owner:
    """Its connections to the database that the service's address leads to."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url.replace("triage_app", "triage_owner"))

    def __enter__(self) -> "Owner":
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction in the service's name: committed if the block succeeds."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            act_as(session, SYSTEM)
            yield session
