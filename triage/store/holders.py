"""Who holds the lock that somebody waits for, as PostgreSQL tells it."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

# How long a transaction has been open is told to whoever may read statistics, as roles.sql lets the schema's owner.
HOLDERS = text("""
SELECT DISTINCT ON (held.pid, l.relation)
    held.pid, coalesce(l.relation::regclass::text, '') AS what, held.usename AS role,
    coalesce(held.application_name, '') AS name, extract(epoch FROM clock_timestamp() - held.xact_start) AS seconds,
    coalesce(held.state, '') LIKE 'idle in transaction%' AS idle, coalesce(host(held.client_addr), '') AS address
FROM pg_stat_activity waits
JOIN pg_locks l ON l.pid = waits.pid AND NOT l.granted
CROSS JOIN unnest(pg_blocking_pids(waits.pid)) holder
JOIN pg_stat_activity held ON held.pid = holder
WHERE waits.datname = current_database() AND waits.application_name = :name
ORDER BY held.pid, l.relation
""")


@dataclass(frozen=True, slots=True)
class Holder:
    """A connection that holds what another waits for; `seconds` is how long its transaction is open, if told.

    `what` is a table or an index, empty where it is a row.
    """

    pid: int
    what: str
    role: str | None
    name: str
    seconds: float | None
    idle: bool
    address: str

    @property
    def key(self) -> tuple[int, str]:
        """Which connection, and what it holds."""
        return self.pid, self.what

    def __str__(self) -> str:
        who = self.name or self.role or "a process of PostgreSQL's own"
        more = [f"process {self.pid}"]
        more += [f"from {self.address}"] if self.address else []
        more += [f"for {self.seconds:.0f} seconds in its transaction"] if self.seconds is not None else []
        more += ["doing nothing now"] if self.idle else []
        return f"{self.what or 'a row'} is held by {who} ({', '.join(more)})."


def find_holders(connection: Connection, name: str) -> list[Holder]:
    """Whoever stands in the way of the connection of that name (application_name); nobody where it does not wait."""
    return [Holder(*row) for row in connection.execute(HOLDERS, {"name": name})]
