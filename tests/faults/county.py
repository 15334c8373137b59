"""A county on several hosts: PostgreSQL, Redis and a mail relay that they reach, and a worker on each."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from mailbox import Maildir
from pathlib import Path
from subprocess import Popen

import pytest
from psycopg import OperationalError, sql
from redis import Redis
from redis.exceptions import RedisError

from tests.faults.hosts import Namespaces, Processes
from tests.services import ROLE_PASSWORD, SECRET_KEY
from tests.working import WORKER
from triage import embedded
from triage.database import Database
from triage.embedded import Postgres
from triage.pack import load_pack
from triage.processes import stop
from triage.schema import load_reference_data, migrate

GUARD = 300  # seconds: what a host that is gone had in its hands is sent again after two minutes
MAIL = (sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Mailbox")
DONE = '"task": "outbox.deliver"'


class County:
    """Up as soon as it is made. What is told to this process leads to the same servers, over sockets."""

    def __init__(self, folder: Path, hosts: Namespaces | Processes, told: pytest.MonkeyPatch) -> None:
        self.folder, self.hosts, self.told = folder, hosts, told
        self.ports = {each: hosts.port() for each in ("postgres", "redis", "mail")}
        self.servers: dict[str, Popen[bytes]] = {}

    def start(self) -> None:
        """The servers, then a worker on each host."""
        self.start_postgres()
        self.start_redis()
        where = ("-l", f"{self.hosts.address}:{self.ports['mail']}", str(self.folder / "mail"))
        self.servers["mail"] = self.hosts.serve((*MAIL, *where), self.log("mail"))
        self.database = Database(self.postgres.url("triage_app"))
        for name in self.hosts.names:
            worker = (sys.executable, *WORKER[:-1], "INFO", "--hostname", f"celery@{name}")
            self.hosts.start(name, worker, self.log(name), self.environment())

    def stop(self) -> None:
        """The workers first."""
        for part in self.hosts.parts.values():
            stop(part)
        if hasattr(self, "database"):
            self.database.engine.dispose()
        for server in self.servers.values():
            stop(server, signal.SIGINT)
        embedded.forget(self.folder)

    def start_postgres(self) -> None:
        """On a socket for us, and at the servers' address for the hosts, by password."""
        user = embedded._unprivileged_user()
        data, sockets = embedded.data_home(self.folder) / "postgres", embedded._socket_folder(self.folder, user)
        embedded._initialise(embedded._binaries(user), data, user)
        with (data / "pg_hba.conf").open("a") as file:
            file.write("host triage triage_app samenet scram-sha-256\n")
        where = ("-k", sockets, "-c", f"listen_addresses={self.hosts.address}", "-p", str(self.ports["postgres"]))
        command = (embedded._binaries(user) / "postgres", "-D", data, *where, *embedded.TUNING, "-c", "fsync=off")
        self.servers["postgres"] = self.hosts.serve(command, self.log("postgres"), user)
        self.told.setenv("PGPORT", str(self.ports["postgres"]))  # by which it is found at its socket too
        self.postgres = Postgres(sockets)
        self.wait(lambda: self.postgres.has_database("postgres"))
        self.make_database()

    def make_database(self) -> None:
        self.postgres.ensure_roles()
        self.postgres.create_database("triage")
        with self.postgres._superuser("triage") as connection:
            connection.execute(sql.SQL("ALTER ROLE triage_app PASSWORD {}").format(sql.Literal(ROLE_PASSWORD)))
        migrate(self.postgres.url("triage_owner"))
        load_reference_data(self.postgres.url("triage_owner"), load_pack("nottinghamshire"))

    def start_redis(self) -> None:
        """As above."""
        socket = embedded._socket_folder(self.folder, None) / "redis.sock"
        where = ("--bind", self.hosts.address, "--port", str(self.ports["redis"]), "--dir", self.folder)
        command = (embedded._redis_binary(), *where, "--unixsocket", socket, "--requirepass", ROLE_PASSWORD)
        self.servers["redis"] = self.hosts.serve((*command, "--save", ""), self.log("redis"))
        told = {"REDIS_URL": f"unix://:{ROLE_PASSWORD}@{socket}", "DATABASE_URL": self.postgres.url("triage_app")}
        for name, value in (told | {"SECRET_KEY": SECRET_KEY, "DEMO": "true"}).items():
            self.told.setenv(f"TRIAGE_{name}", value)
        self.wait(lambda: Redis(unix_socket_path=str(socket), password=ROLE_PASSWORD).ping())

    def environment(self) -> dict[str, str]:
        """What a worker is told: where the servers are, over its line."""
        database, redis = (f"{self.hosts.address}:{self.ports[each]}" for each in ("postgres", "redis"))
        told = {
            "DATABASE_URL": f"postgresql+psycopg://triage_app:{ROLE_PASSWORD}@{database}/triage",
            "REDIS_URL": f"redis://:{ROLE_PASSWORD}@{redis}/0",
            "SECRET_KEY": SECRET_KEY,
            "SMTP_HOST": self.hosts.address,
            "SMTP_PORT": str(self.ports["mail"]),
            "DEMO": "true",
        }
        return os.environ | {f"TRIAGE_{key}": value for key, value in told.items()}

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def letters(self) -> list[Message]:
        """All that the relay took."""
        return list(Maildir(self.folder / "mail"))

    def done_by(self) -> Counter[str]:
        """How many letters each host has done."""
        logs = {name: self.log(name).read_text().splitlines() for name in self.hosts.names}
        return Counter(
            {name: sum(DONE in line and '"outcome": "success"' in line for line in logs[name]) for name in logs}
        )

    def wait(self, done: Callable[[], object]) -> None:
        """AssertionError, with what the hosts said last, where it is not done in time."""
        end = time.monotonic() + GUARD
        while time.monotonic() < end:
            with suppress(OperationalError, RedisError, OSError):
                if done():
                    return
            time.sleep(0.1)
        raise AssertionError(
            "\n".join(f"{each}: {each.read_text()[-3000:]}" for each in self.log("x").parent.iterdir())
        )


@contextmanager
def a_county(folder: Path, hosts: Namespaces | Processes, told: pytest.MonkeyPatch) -> Iterator[County]:
    """Everything of it, until the block ends."""
    folder.chmod(0o755)
    with hosts:
        county = County(folder, hosts, told)
        try:
            county.start()
            yield county
        finally:
            county.stop()
