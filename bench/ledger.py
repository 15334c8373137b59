"""What the ledger costs: an action with its events sealed beside one with the chain left out, a page with its reading.

Run: `python -m bench.ledger [TIMES] [ENTRIES]`. It starts a private PostgreSQL as production has it, fsync and all,
under the temporary folder, which must lie on a disk. An action is a step of an enquiry's screening, in a transaction
of its own; a page is the one of that enquiry, by the whole application. The ways take turns, so that whatever else the
machine does falls on each alike, and the median of the ratios of each turn is printed. Then ENTRIES events of as many
chains are sealed and verified.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from statistics import median
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from bench.action import CHILD, NOW, PACK, TOLD
from bench.owner import Owner
from bench.row import Row, show
from triage.access.actor import SYSTEM, Actor
from triage.access.signing import SigningKey
from triage.app import create_app
from triage.clock import SettableClock
from triage.database import Database
from triage.demo.staff import PASSWORD, add_staff, load_staff
from triage.models import Event
from triage.pack import load_pack
from triage.private import database_url
from triage.services import events
from triage.services.auditing import verify_ledger
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.logging_enquiry import LogEnquiry, log_enquiry
from triage.services.sealing import seal_heads
from triage.settings import Settings
from triage.web import enquiries as pages

KEY = SigningKey(b"k" * 32)
STEPS = ({"action": "start_screening"}, {"action": "set_rag", "rag": "amber"}, {"action": "finish_screening"})
FILL = """
INSERT INTO events (id, case_kind, case_id, number, type, at, actor_id, actor_name, actor_role, purpose, request_id,
    data, previous_hash, hash)
SELECT gen_random_uuid(), 'person', gen_random_uuid(), 1, 'person_added', now(), :actor, 'Made up', 'system', '', '',
    '{}', '', sha256(n::text::bytea) FROM generate_series(1, :count) n
"""


class Office:
    """A social worker with a database and a browser."""

    def __init__(self, url: str, actor: Actor) -> None:
        self.actor, self.database, self.pack = actor, Database(url), load_pack(PACK)

    @contextmanager
    def desk(self, actor: Actor, request_id: str) -> Iterator[Desk]:
        with self.database.transaction(actor) as session:
            yield Desk(session, actor, SettableClock(NOW), self.pack, request_id and "Made up", request_id)

    def log(self) -> UUID:
        with self.desk(self.actor, "") as desk:
            return log_enquiry(desk, LogEnquiry(subjects=(CHILD,), **TOLD)).id

    def screen(self, enquiry_id: UUID, request_id: str) -> float:
        """Seconds for the three actions."""
        begins = time.perf_counter()
        for step in STEPS:
            with self.desk(self.actor, request_id) as desk:
                act_on_enquiry(desk, EnquiryAction(enquiry_id=enquiry_id, **step))
        return time.perf_counter() - begins


@contextmanager
def without(module: object, name: str, stand_in: Callable[..., object]) -> Iterator[None]:
    """As if that were not done."""
    kept = getattr(module, name)
    setattr(module, name, stand_in)
    yield
    setattr(module, name, kept)


def unsealed(_event: Event) -> bytes:
    return b""


def compare_actions(office: Office, times: int) -> tuple[float, float, float]:
    """Median milliseconds of an action with the chain and without, and the median of their ratios."""
    took = []
    for turn in range(times):
        keys = office.log(), office.log()
        with_first = turn % 2
        pair = {}
        for sealed in (with_first, 1 - with_first):
            if sealed:
                pair[1] = office.screen(keys[1], f"request-{turn:08}")
            else:
                with without(events, "seal", unsealed):
                    pair[0] = office.screen(keys[0], "")
        took.append((pair[1], pair[0]))
    return _sum_up(took, len(STEPS))


def compare_pages(client: FlaskClient, enquiry_id: UUID, times: int) -> tuple[float, float, float]:
    """Median milliseconds of the page of an enquiry with its reading and without, and the median of their ratios."""
    took = []
    for turn in range(times + 5):
        pair = {}
        for noted in (turn % 2, 1 - turn % 2):
            if noted:
                pair[1] = _open(client, enquiry_id)
            else:
                with without(pages, "note_shown", lambda *_: None):
                    pair[0] = _open(client, enquiry_id)
        took.append((pair[1], pair[0]))
    return _sum_up(took[5:], 1)


def _open(client: FlaskClient, enquiry_id: UUID) -> float:
    begins = time.perf_counter()
    answer = client.get(f"/enquiries/{enquiry_id}")
    if answer.status_code != 200:
        raise AssertionError(f"The page was not shown: {answer.status}, {answer.location}")
    return time.perf_counter() - begins


def _sum_up(took: list[tuple[float, float]], of: int) -> tuple[float, float, float]:
    one, other = (median(each[n] for each in took) * 1000 / of for n in (0, 1))
    return one, other, median(each[0] / each[1] for each in took)


def seal_and_verify(office: Office, owner: Owner, count: int) -> tuple[float, float]:
    """Seconds to seal so many new chains of one event, and to look at them all."""
    with owner.transaction() as session:
        session.execute(text(FILL), {"actor": SYSTEM.id, "count": count})
    begins = time.perf_counter()
    with office.desk(SYSTEM, "bench") as desk:
        made = seal_heads(desk, KEY)
    sealed = time.perf_counter()
    with office.desk(SYSTEM, "bench") as desk:
        verdict = verify_ledger(desk.session, {KEY.public.id: KEY.public})
    if made is None or verdict.leaves != made.tree_size or sum(verdict.entries.values()) < count:
        raise AssertionError("Not everything was sealed and looked at.")
    return sealed - begins, time.perf_counter() - sealed


def sign_in(url: str, now: datetime = NOW, who: str = "social.worker") -> tuple[Flask, FlaskClient]:
    """A browser of theirs."""
    told = {"redis_url": "redis://127.0.0.1:9/0", "secret_key": token_urlsafe(48), "demo": True}
    app = create_app(
        Settings(database_url=url, secure_cookies=False, second_factor_required=False, **told), SettableClock(now)
    )
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"username": who, "password": PASSWORD})
    return app, client


def rows(times: int = 300, count: int = 100_000) -> Iterator[Row]:
    """The ratio of an action and of a page is the median of those of each turn."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        Path(name).chmod(0o755)
        with database_url(None, Path(name), PACK) as url, Owner(url) as owner:
            with owner.transaction() as session:
                add_staff(session)
                actor = load_staff(session).social_workers[0]
            office = Office(url, actor)
            acting = compare_actions(office, times)
            _app, client = sign_in(url)
            reading = compare_pages(client, office.log(), times)
            sealing, verifying = seal_and_verify(office, owner, count)
    for what, (one, other, ratio) in (("an action, sealed", acting), ("a page, on record", reading)):
        yield Row(what, one, "ms", f"the same without; of each turn, {ratio:.3f} times", other)
    yield Row(f"{count:,} chains sealed", sealing, "s", "the same, verified", verifying)


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
