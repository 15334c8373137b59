"""What the running application holds: its settings, database, clock and pack."""

from dataclasses import dataclass

from flask import Flask

from triage.clock import Clock
from triage.database import Database
from triage.pack import Pack
from triage.settings import Settings


@dataclass(frozen=True, slots=True)
class State:
    """Made once by create_app."""

    settings: Settings
    database: Database
    clock: Clock
    pack: Pack


def state_of(app: Flask) -> State:
    """The state of an application."""
    return app.extensions["triage"]
