"""How long the pages take at the server and how much comes over the line, with thousands of enquiries open.

Run: `python -m bench.pages [ENQUIRIES] [TIMES]`. A social worker asks the whole application, with a private PostgreSQL
beneath it and in one process, for each page in turn, as a browser that reads gzip does. Prints the median and what 95%
keep within, in milliseconds, and how many bytes the page is, as it is and as it is sent; and the median of the second
to the fifth time, while PostgreSQL plans each statement anew because the connection is new. The page to sign in, for
which the database is hardly asked, stands beside them.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from flask.testing import FlaskClient

from bench.action import PACK
from bench.ledger import Office, sign_in
from bench.owner import Owner
from bench.row import Row, show
from triage.demo.staff import add_staff, load_staff
from triage.gunicorn_config import leave_what_stays
from triage.private import database_url

WARM, SIGN_IN = 10, "sign in"
PAGES = {
    SIGN_IN: "/sign-in",
    "worktray": "/enquiries",
    "worktray, page 2": "/enquiries?page=2",
    "log an enquiry": "/enquiries/new",
    "an enquiry": "/enquiries/{enquiry}",
    "referrals": "/referrals",
    "duty": "/duty",
    "directory": "/directory",
    "who covers": "/cover",
    "tell us": "/tell-us",
}
READS = {"Accept-Encoding": "gzip"}


def ask(client: FlaskClient, at: str, **reads: str) -> tuple[float, int]:
    """Seconds to the answer, and its bytes."""
    begins = time.perf_counter()
    answer = client.get(at, headers=reads)
    took = time.perf_counter() - begins
    if answer.status_code != 200:
        raise AssertionError(f"{at} was answered {answer.status}.")
    return took, len(answer.data)


def measure(client: FlaskClient, enquiry: UUID, times: int) -> Iterator[Row]:
    """Ask for all of them in turns."""
    paths = {name: at.format(enquiry=enquiry) for name, at in PAGES.items()}
    took: dict[str, list[float]] = {name: [] for name in paths}
    sent: dict[str, int] = {}
    for _ in range(times + WARM):
        for name, at in paths.items():
            seconds, sent[name] = ask(client, at, **READS)
            took[name].append(seconds * 1000)
    bare = median(took[SIGN_IN][WARM:])
    for name, at in paths.items():
        each, whole = took[name][WARM:], ask(client, at)[1]
        said = f"{name}: {whole:,} bytes, sent as {sent[name]:,}; at first {median(took[name][1:5]):.0f} ms"
        yield Row(said, median(each), "ms", "the page to sign in", bare)
        yield Row(f"{name}, 95% within", quantiles(each, n=20)[-1], "ms")


def rows(count: int = 5_000, times: int = 40) -> Iterator[Row]:
    """Fill the county and measure."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        Path(name).chmod(0o755)
        with database_url(None, Path(name), PACK) as url, Owner(url) as owner:
            with owner.transaction() as session:
                add_staff(session)
                staff = load_staff(session)
            office = Office(url, staff.social_workers[0])
            enquiries = [office.log() for _ in range(count)]
            client = sign_in(url)[1]
            leave_what_stays()
            yield from measure(client, enquiries[-1], times)


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
