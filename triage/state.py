"""What the running application holds: its settings, database, clock and pack."""

from dataclasses import dataclass
from functools import cached_property

from flask import Flask

from triage.access.vault import Vault
from triage.clock import Clock
from triage.database import Database
from triage.pack import Pack
from triage.replica import Replica, open_replica
from triage.services.files import Cabinet
from triage.settings import Settings


@dataclass(frozen=True)
class State:
    """Made once by create_app."""

    settings: Settings
    database: Database
    clock: Clock
    pack: Pack

    @cached_property
    def replica(self) -> Replica | None:
        """Of which what only reads for managers is asked, if there is one."""
        return open_replica(self.settings.insight_database_url, self.database)

    @cached_property
    def vault(self) -> Vault:
        """What is sealed with the service's secret keys."""
        return Vault(self.settings.secret_keys)

    @cached_property
    def cabinet(self) -> Cabinet:
        """Where letters and photographs are kept."""
        settings = self.settings
        return Cabinet(self.vault, settings.file_limit, settings.case_limit, settings.clamd_address)


def state_of(app: Flask) -> State:
    """The state of an application."""
    return app.extensions["triage"]
