"""A replica that follows a private PostgreSQL by streaming, made as anywhere: pg_basebackup, then a start."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from tests.faults.whole import children_of, kill_all
from triage import embedded
from triage.embedded import Postgres


class Pair:
    """A database, with its schema to be made, and a replica that follows it."""

    def __init__(self, folder: Path) -> None:
        self.homes = {name: folder / name for name in ("primary", "replica")}
        for home in self.homes.values():
            home.mkdir()
            home.chmod(0o755)
        self.servers: dict[str, Any] = {}
        self.primary = self.start("primary")
        self.primary.ensure_roles()
        self.primary.create_database("triage")

    def start(self, name: str) -> Postgres:
        """Start one of the two, or start it again."""
        self.servers[name] = embedded._run_postgres(self.homes[name], durable=True)
        return self.servers[name].__enter__()

    def follow(self) -> Postgres:
        """Make the replica, and start it: it follows from then on."""
        self._let_follow()
        user = embedded._unprivileged_user()
        data = embedded.data_home(self.homes["replica"].absolute()) / "postgres"
        data.mkdir(mode=0o700, parents=True)
        os.chown(data, os.geteuid() if user is None else user, -1)
        where = ("-D", str(data), "-h", str(self.primary.sockets), "-U", "postgres")
        told = {"user": user, "group": user, "extra_groups": None if user is None else ()}
        subprocess.run(
            [embedded._binaries(user) / "pg_basebackup", *where, "-R", "-c", "fast"], cwd="/", check=True, **told
        )
        self.replica = self.start("replica")
        return self.replica

    def _let_follow(self) -> None:
        """Whoever runs the replica may copy, over the socket, and nobody else."""
        data = embedded.data_home(self.homes["primary"].absolute()) / "postgres"
        user = embedded._unprivileged_user()
        name = pwd.getpwuid(os.geteuid() if user is None else user).pw_name
        with (data / "pg_hba.conf").open("a") as file:
            file.write("local replication postgres peer map=follows\n")
        with (data / "pg_ident.conf").open("a") as file:
            file.write(f'follows "{name}" postgres\n')
        with self.as_superuser("primary") as connection:
            connection.execute("SELECT pg_reload_conf()")

    def as_superuser(self, name: str) -> Connection[Any]:
        """A connection that nothing binds."""
        server = self.primary if name == "primary" else self.replica
        return server._superuser("triage")

    def rows(self, table: str) -> int:
        """How many rows the database has there, whoever may see them."""
        with self.as_superuser("primary") as connection:
            return connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0]

    def hold_back(self) -> None:
        """Let the replica take what comes, and show none of it."""
        with self.as_superuser("replica") as connection:
            connection.execute("SELECT pg_wal_replay_pause()")

    def let_go(self) -> None:
        """Let it catch up."""
        with self.as_superuser("replica") as connection:
            connection.execute("SELECT pg_wal_replay_resume()")

    def kill_replica(self) -> None:
        """SIGKILL of it with all its processes, as where its machine is gone."""
        home = embedded.data_home(self.homes["replica"].absolute())
        pid = int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        kill_all([pid, *children_of(pid)])
        self.servers.pop("replica").__exit__(None, None, None)

    def stop(self) -> None:
        """Both, who follows first."""
        for name in ("replica", "primary"):
            if name in self.servers:
                self.servers.pop(name).__exit__(None, None, None)
        for home in self.homes.values():
            embedded.forget(home)


@contextmanager
def a_pair(folder: Path) -> Iterator[Pair]:
    """A database of its own, that nobody follows yet."""
    folder.chmod(0o755)
    pair = Pair(folder)
    try:
        yield pair
    finally:
        pair.stop()
