"""Whether time tells what is hidden: a restricted case is asked for beside one that is not there, and what is refused.

Run: `python -m bench.hidden [TIMES] [FAMILIES]`. First, what it takes to begin a transaction, which looks up what is
hidden from whoever acts, before anything is restricted and once FAMILIES are, each of a child and six relatives. Then a
social worker who is not on the list asks the whole application, with a private PostgreSQL beneath it, for the page of a
restricted enquiry, of its child's key and of keys that nothing has; and for a page that their role never sees, which is
refused before anything is looked for. They take turns, and the median of the ratios of each turn is printed: 1.00 tells
nothing.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from bench.action import PACK
from bench.ledger import Office, sign_in
from bench.owner import Owner
from bench.row import Row, show
from triage.access.actor import Actor
from triage.demo.staff import add_staff, load_staff
from triage.private import database_url
from triage.services.people import NewPerson
from triage.services.relating import Relate, relate
from triage.services.restricting import Restrict, restrict

WARM, BEGUN, RELATIVES = 10, 50, 6
PAIRS = (
    ("hidden enquiry", "nothing there"),
    ("its child's key", "nothing there"),
    ("refused, of the child", "refused, of nobody"),
)


@contextmanager
def restricted_case(families: int) -> Iterator[tuple[FlaskClient, UUID, UUID, Row]]:
    """A browser of somebody whom it is hidden from, the hidden enquiry, its child's key; and what it takes to begin."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        Path(name).chmod(0o755)
        with database_url(None, Path(name), PACK) as url, Owner(url) as owner:
            with owner.transaction() as session:
                add_staff(session)
                staff = load_staff(session)
            office = Office(url, staff.managers[0])
            bare = time_beginning(office, staff.social_workers[0])
            for _ in range(families):
                _restrict(office, office.log(), RELATIVES)
            began = time_beginning(office, staff.social_workers[0])
            row = Row(f"a transaction begun, {families} families restricted", began, "ms", "with none", bare)
            hidden = office.log()
            yield sign_in(url)[1], hidden, _restrict(office, hidden, 0), row


def _restrict(office: Office, enquiry_id: UUID, relatives: int) -> UUID:
    with office.desk(office.actor, "bench") as desk:
        child = restrict(desk, Restrict(enquiry_id=enquiry_id, ordinal=1, reason="A colleague's")).person_id
        for number in range(relatives):
            sister = NewPerson(
                given_name=f"Sister{number}", family_name="Testley", birth_date=date(2004, 1, 1 + number)
            )
            relate(desk, Relate(person_id=child, kind="sibling", known_by="The school", relative=sister))
        return child


def time_beginning(office: Office, actor: Actor) -> float:
    """Milliseconds until somebody who is on no list has begun a transaction."""
    took = []
    for _ in range(BEGUN + WARM):
        begins = time.perf_counter()
        with office.desk(actor, "bench"):
            took.append(time.perf_counter() - begins)
    return median(took[WARM:]) * 1000


def ask(client: FlaskClient, at: str, status: int) -> float:
    """Seconds to the answer, which must be as expected."""
    begins = time.perf_counter()
    answer = client.get(at)
    if answer.status_code != status:
        raise AssertionError(f"{at} was answered {answer.status}, not {status}.")
    return time.perf_counter() - begins


def compare(client: FlaskClient, asked: dict[str, tuple[str, int]], times: int) -> dict[str, list[float]]:
    """Seconds of each, in turns that begin with another each time."""
    took: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(times + WARM):
        names = list(asked)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            at, status = asked[name]
            took[name].append(ask(client, at.format(nothing=uuid4()), status))
    return {name: each[WARM:] for name, each in took.items()}


def rows(times: int = 300, families: int = 50) -> Iterator[Row]:
    """The ratio that tells is the median of those of each turn."""
    with restricted_case(families) as (client, hidden, child, row):
        yield row
        took = compare(
            client,
            {
                "nothing there": ("/enquiries/{nothing}", 404),
                "hidden enquiry": (f"/enquiries/{hidden}", 404),
                "its child's key": (f"/enquiries/{child}", 404),
                "refused, of the child": (f"/admin/users/{child}", 403),
                "refused, of nobody": ("/admin/users/{nothing}", 403),
            },
            times,
        )
    for hidden_one, nothing in PAIRS:
        ratio = median(one / other for one, other in zip(took[hidden_one], took[nothing], strict=True))
        one, other = (median(took[name]) * 1000 for name in (hidden_one, nothing))
        yield Row(hidden_one, one, "ms", f"{nothing}; of each turn, {ratio:.3f} times", other)


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
