"""The whole service as its processes, each of which may be killed and is started again as it was, as in production."""

import os
import shutil
import signal
import sys
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from subprocess import Popen
from threading import RLock
from typing import Any

from psycopg import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from tests.faults.partition import Link
from tests.services import SECRET_KEY
from triage import embedded
from triage.access.signing import make_key
from triage.embedded import Postgres
from triage.pack import load_pack
from triage.processes import spawn, stop
from triage.schema import load_reference_data, migrate
from triage.serving import free_port

CELERY = (sys.executable, "-m", "celery", "--quiet", "--app", "worker.celery_app")
WORKER = (*CELERY, "worker", "--without-mingle", "--loglevel", "WARNING")
PACK = load_pack("nottinghamshire")
KEY = make_key()
PARTS = ("web", "worker urgent", "worker", "beat")


class Whole:
    """PostgreSQL, Redis, web, two workers and beat. `offset` is how far their clock stands from the machine's."""

    def __init__(self, run_dir: Path, smtp_port: int, offset: int, only: tuple[str, ...] = PARTS) -> None:
        self.run_dir, self.offset, self.smtp_port = run_dir, offset, smtp_port
        self.port, self.parts, self.stores = free_port(), {}, {}
        self.only = only
        self.lock = RLock()  # of who kills and who starts again
        self.postgres: Postgres
        self.redis_url = ""

    def __enter__(self) -> "Whole":
        self.start_store("postgres")
        self.start_store("redis")
        self.postgres.ensure_roles()
        self.postgres.create_database("triage")
        self.migrate()
        self.link = Link(str(self.postgres.sockets / ".s.PGSQL.5432"))
        for name in self.only:
            self.start(name)
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.parts:
            stop(self.parts[name])
        self.link.close()
        for store in ("redis", "postgres"):
            self.stores[store].__exit__(None, None, None)

    def migrate(self) -> None:
        """As each new version does it, whatever is going on."""
        migrate(self.url("triage_owner"))
        load_reference_data(self.url("triage_owner"), PACK)

    def url(self, role: str = "triage_app") -> str:
        return self.postgres.url(role)

    def commands(self) -> dict[str, tuple[str, ...]]:
        """How production starts them, smaller."""
        bind = ("--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "8")
        return {
            "web": (
                sys.executable,
                "-m",
                "gunicorn",
                "--config",
                "python:triage.gunicorn_config",
                "triage.wsgi:app",
                *bind,
            ),
            "worker urgent": (*WORKER, "--queues", "urgent", "--hostname", "urgent@%h", "--concurrency", "1"),
            "worker": (*WORKER, "--hostname", "all@%h", "--concurrency", "1"),
            "beat": (
                *CELERY,
                "beat",
                "--schedule",
                str(self.run_dir / "beat-schedule"),
                "--pidfile=",
                "--loglevel",
                "WARNING",
            ),
        }

    def environment(self, name: str) -> dict[str, str]:
        """What a part is told. The web reaches the database through a line that can be cut."""
        told = {
            "DATABASE_URL": self.link.url("triage_app") if name == "web" else self.url(),
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": SECRET_KEY,
            "LEDGER_KEY": KEY,
            "DEMO": "true",
            "SECURE_COOKIES": "false",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.smtp_port),
            "CLOCK_OFFSET_SECONDS": str(self.offset),
        }
        return os.environ | {f"TRIAGE_{key}": value for key, value in told.items()}

    def log(self, name: str) -> Path:
        return self.run_dir / "log" / f"{name.replace(' ', '-')}.log"

    def start(self, name: str) -> None:
        """Start a part, in whose place none runs any more."""
        self.parts[name] = spawn(self.commands()[name], self.log(name), env=self.environment(name))

    def start_store(self, name: str) -> None:
        """Start PostgreSQL, which then recovers, or Redis."""
        run: dict[str, AbstractContextManager[Any]] = {
            "postgres": embedded._run_postgres(self.run_dir, durable=True),
            "redis": embedded._run_redis(self.run_dir),
        }
        self.stores[name] = run[name]
        if name == "postgres":
            self.postgres = run[name].__enter__()
        else:
            self.redis_url = run[name].__enter__()

    def watch(self) -> list[str]:
        """Start again whichever part has ended; which those were."""
        with self.lock:
            ended = [name for name, process in self.parts.items() if process.poll() is not None]
            for name in ended:
                self.start(name)
            return ended

    def kill(self, name: str) -> None:
        """SIGKILL of a part with all its processes, and its start."""
        with self.lock:
            kill_group(self.parts[name])
            self.start(name)

    def kill_child(self, name: str) -> None:
        """SIGKILL of one of the processes that a part has made, which starts another itself."""
        kill_all(children_of(self.parts[name].pid)[-1:])

    def kill_postgres(self) -> None:
        """SIGKILL of the server and each of its processes at once, as where the machine is gone, and its start."""
        pid = self.postgres_pid()
        self._restart_store("postgres", [pid, *children_of(pid)])

    def postgres_pid(self) -> int:
        """The number of the server's first process."""
        return int((embedded.data_home(self.run_dir) / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def watch_stores(self) -> None:
        """Start PostgreSQL and Redis again where they have ended by themselves: on a full disk both may."""
        try:
            self.postgres.has_database("triage")
        except OperationalError:
            with suppress(FileNotFoundError):
                kill_all([self.postgres_pid()])
            self._restart_store("postgres", [])
        try:
            Redis(unix_socket_path=self.redis_url.removeprefix("unix://")).ping()
        except RedisError:
            self._restart_store("redis", [])

    def kill_backend(self, number: int) -> None:
        """SIGKILL of one connection's process: PostgreSQL ends all the others and recovers by itself."""
        children = children_of(self.postgres_pid())
        kill_all([children[number % len(children)]])

    def kill_redis(self, *, emptied: bool = False) -> None:
        """SIGKILL of Redis, with or without all that it kept, and its start."""
        with Redis(unix_socket_path=self.redis_url.removeprefix("unix://")) as redis:
            pid = redis.info("server")["process_id"]
        self._restart_store("redis", [pid], lose=self.run_dir / "redis" if emptied else None)

    def _restart_store(self, name: str, pids: list[int], lose: Path | None = None) -> None:
        kill_all(pids)
        self.stores[name].__exit__(None, None, None)
        if lose:
            shutil.rmtree(lose)
        self.start_store(name)

    def step_clock(self, seconds: int) -> None:
        """Set the clock of every part on, or back: each begins anew, because it reads its clock when it begins."""
        with self.lock:
            self.offset += seconds
            for name in self.parts:
                kill_group(self.parts[name])
                self.start(name)


def kill_group(process: Popen[bytes]) -> None:
    """SIGKILL of a process and of all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_all(pids: list[int]) -> None:
    """SIGKILL of whichever of these still run."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def children_of(pid: int) -> list[int]:
    """The numbers of the processes that a process has made."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int(folder.joinpath("stat").read_text().rpartition(") ")[2].split()[1]) == pid:
                found.append(int(folder.name))
    return sorted(found)
