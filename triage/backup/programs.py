"""PostgreSQL's own pg_dump and pg_restore, driven with a stream at the other end. No password is on a command line."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url

from triage.embedded import client_program
from triage.errors import CommandRefused

PIECE = 1 << 18  # bytes read at once
SAFE = ("PATH", "HOME", "LANG")  # and PostgreSQL's own: they lead where our connection goes
DUMP = ("--format=custom", "--exclude-extension=*", "--lock-wait-timeout=60s", "--no-password")
RESTORE = ("--single-transaction", "--exit-on-error", "--no-password")


class ProgramFailed(CommandRefused):
    """pg_dump or pg_restore ended without having done it: in its own words."""


def connect(url: str) -> "psycopg.Connection[Any]":
    """A connection to the database of that address. CommandRefused where there is none to be had."""
    try:
        return psycopg.connect(libpq(url))
    except psycopg.OperationalError as error:
        raise CommandRefused(f"The database does not answer: {_last_line(str(error))}") from error


def libpq(url: str) -> str:
    """The address as PostgreSQL's own programs read it: by words, since an address writes spaces in ways of its own."""
    address = make_url(url)
    return make_conninfo(**address.translate_connect_args(username="user", database="dbname"), **address.query)


@contextmanager
def dumping(url: str, snapshot: str) -> Iterator[Iterator[bytes]]:
    """The whole database as that snapshot sees it, in pieces. ProgramFailed after the last, where it is not whole."""
    with _running("pg_dump", url, [*DUMP, f"--snapshot={snapshot}"], stdout=subprocess.PIPE) as process:
        yield iter(lambda: process.stdout.read(PIECE), b"")


@contextmanager
def restoring(url: str) -> Iterator[IO[bytes]]:
    """Takes what `dumping` gave: all of it is there at the end of the block or, where anything fails, nothing is."""
    with _running("pg_restore", url, RESTORE, stdin=subprocess.PIPE) as process:
        yield process.stdin


@contextmanager
def _running(program: str, url: str, options: Any, **pipes: Any) -> Iterator[Any]:
    """The program until it ends by itself; killed where the block fails: what it had begun, PostgreSQL undoes."""
    where = conninfo_to_dict(libpq(url))
    environment = {name: told for name, told in os.environ.items() if name in SAFE or name.startswith("PG")}
    if password := where.pop("password", None):
        environment["PGPASSWORD"] = str(password)
    command = [str(client_program(program)), *options, f"--dbname={make_conninfo(**where)}"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, stderr=said, **pipes)
        try:
            yield process
            if process.stdin:
                process.stdin.close()
        except BrokenPipeError:
            pass  # it ended before it had taken everything: its own words say why
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
            _close(process)
        if process.returncode:
            said.seek(0)
            raise ProgramFailed(f"{program} could not do it: {_last_line(said.read().decode(errors='replace'))}")


def _close(process: Any) -> None:
    for pipe in filter(None, (process.stdin, process.stdout)):
        with suppress(BrokenPipeError):
            pipe.close()


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if "error" in line.lower() or "fatal" in line.lower()]
    return (lines or said.strip().splitlines() or ["it said nothing"])[0]
