"""Running the whole service on one machine: web, worker, beat and a mail box, all ended together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from triage.embedded import Services
from triage.errors import CommandRefused
from triage.processes import spawn, stop

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # nosec B104 # noqa: S104 - asked for by name alone
READY_SECONDS = 180  # a guard against waiting for ever: a busy machine takes its time


class ServingError(CommandRefused):
    """A part of the service did not start or has died: says which and where its log is."""


@dataclass(frozen=True, slots=True)
class Running:
    """The service while it runs: its address and its parts by name."""

    url: str
    parts: dict[str, subprocess.Popen[bytes]]

    def check(self) -> None:
        """ServingError if a part has died."""
        for name, process in self.parts.items():
            if process.poll() is not None:
                raise ServingError(f"{name} has ended by itself. Its log is in var/log/{name}.log.")


def free_port(preferred: int = 0) -> int:
    """`preferred` if nothing listens there on loopback, else any free port."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise ServingError("No port is free on loopback.")


def service_environment(private: Services, secret_key: str, smtp_port: int) -> dict[str, str]:
    """The settings of the service's parts, for a private PostgreSQL and Redis."""
    return {
        **os.environ,
        "TRIAGE_DATABASE_URL": private.postgres.url("triage_app"),
        "TRIAGE_REDIS_URL": private.redis_url,
        "TRIAGE_SECRET_KEY": secret_key,
        "TRIAGE_DEMO": "true",
        "TRIAGE_SECURE_COOKIES": "false",
        "TRIAGE_SMTP_HOST": LOOPBACK,
        "TRIAGE_SMTP_PORT": str(smtp_port),
    }


@contextmanager
def serve_web(environment: dict[str, str], run_dir: Path, host: str = LOOPBACK, port: int = 8000) -> Iterator[Running]:
    """The pages and the API at `port` or the next that is free, until the block ends.

    `host` is LOOPBACK or EVERYWHERE.
    """
    port = free_port(port)
    command = (*_module("gunicorn"), "triage.wsgi:app", *_gunicorn(f"{host}:{port}"))
    with _parts({"web": command}, environment, run_dir) as parts:
        here = Running(f"http://{LOOPBACK}:{port}", parts)
        _wait_until_ready(here)
        yield here


@contextmanager
def serve_background(environment: dict[str, str], run_dir: Path) -> Iterator[Running]:
    """Two workers, beat and a mail box that keeps every letter in `run_dir`/mail, until the block ends."""
    commands = {
        "mail": (*_module("aiosmtpd"), "-n", *_mailbox(environment["TRIAGE_SMTP_PORT"], run_dir / "mail")),
        "worker": _worker("urgent,usual", 4),
        "worker-long": _worker("long", 1),  # of its own, so that a report keeps no letter waiting
        "beat": (*_celery("beat"), "--schedule", run_dir / "beat-schedule"),
    }
    with _parts(commands, environment, run_dir) as parts:
        yield Running("", parts)


@contextmanager
def _parts(
    commands: dict[str, tuple[str | Path, ...]], environment: dict[str, str], run_dir: Path
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    with ExitStack() as stack:
        parts = {}
        for name, command in commands.items():
            parts[name] = spawn(command, run_dir / "log" / f"{name}.log", env=environment, end_with=signal.SIGTERM)
            stack.callback(stop, parts[name])
        yield parts


def _module(name: str) -> tuple[str, ...]:
    return sys.executable, "-m", name


def _celery(what: str) -> tuple[str, ...]:
    return *_module("celery"), "--quiet", "--app", "worker.celery_app", what, "--loglevel", "WARNING"


def _worker(queues: str, threads: int) -> tuple[str, ...]:
    name = queues.partition(",")[0]
    told = "--queues", queues, "--hostname", f"{name}@%h", "--pool", "threads", "--concurrency", str(threads)
    return *_celery("worker"), *told, "--without-mingle"


def _gunicorn(bind: str) -> tuple[str, ...]:
    return "--config", "python:triage.gunicorn_config", "--bind", bind, "--workers", "2", "--threads", "4"


def _mailbox(port: str, folder: Path) -> tuple[str | Path, ...]:
    return "-l", f"{LOOPBACK}:{port}", "-c", "aiosmtpd.handlers.Mailbox", folder


def _wait_until_ready(here: Running) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        here.check()
        try:
            with urlopen(f"{here.url}/health/ready", timeout=2):  # nosec B310 # noqa: S310 - our own loopback address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise ServingError("The service did not become ready in time. Its logs are in var/log.")
