"""The whole path replayed, as a share of PostgreSQL's own simple writes on the same machine in the same run.

Run: `python -m bench.whole [ENQUIRIES] [SECONDS]`. pgbench, of the same PostgreSQL with fsync and all, does its
transaction `simple-update` (an update, a look and an insert, committed) over two connections for so many seconds; then
`triage demo` replays a part of its nine months with two processes: each enquiry logged, matched, judged, screened,
decided, referred and worked by the services that the pages call. Prints how many a second each did.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.row import Row, show
from triage.embedded import Postgres, client_program, services

CONNECTIONS, SCALE = 2, 10
PEER = f"pgbench's simple-update, {CONNECTIONS} connections"


def write_simply(postgres: Postgres, seconds: int) -> float:
    """Transactions a second."""
    reach = ("-h", str(postgres.sockets), "-U", "postgres", "postgres")
    pgbench = str(client_program("pgbench"))
    subprocess.run((pgbench, "--initialize", "--quiet", "--scale", str(SCALE), *reach), check=True, capture_output=True)
    many = ("--client", str(CONNECTIONS), "--jobs", str(CONNECTIONS), "--time", str(seconds))
    done = subprocess.run(
        (pgbench, "--builtin", "simple-update", *many, *reach), check=True, capture_output=True, text=True
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found:
        raise AssertionError(f"pgbench did not say how many: {done.stdout}")
    return float(found[1])


def replay(folder: Path, enquiries: int) -> float:
    """Enquiries a second."""
    command = ("demo", "--no-serve", "--json", "--enquiries", str(enquiries), "--run-dir", str(folder))
    environment = {name: each for name, each in os.environ.items() if not name.startswith("TRIAGE_")}
    done = subprocess.run(
        (sys.executable, "-m", "triage.cli", *command), check=True, capture_output=True, text=True, env=environment
    )
    told = json.loads(done.stdout[done.stdout.index("{") :])
    return float(told["enquiries_a_second"])


def rows(enquiries: int = 300, seconds: int = 10) -> Iterator[Row]:
    """Each on a PostgreSQL of its own, one after the other."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with services(folder / "simple") as private:
            simple = write_simply(private.postgres, seconds)
        yield Row(
            "the whole path of an enquiry, replayed", replay(folder / "whole", enquiries), "a second", PEER, simple
        )


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
