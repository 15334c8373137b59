"""Several at once on one case, and a database that is not there: one wins, the others are told, nothing is lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from uuid import uuid4

import pytest

from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.access.signin import actor_of, issue_token
from triage.app import create_app
from triage.clock import SettableClock
from triage.database import Database
from triage.errors import DomainError
from triage.models import Enquiry, Event, User
from triage.pack import load_pack
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.logging_enquiry import LogEnquiry, NewSubject, log_enquiry
from triage.services.people import NewPerson

CLOCK = SettableClock(datetime(2013, 5, 7, 9, tzinfo=UTC))
WRITERS = 8
TOLD = {
    "received_at": "2013-05-07T09:30:00+01:00",
    "channel": "telephone",
    "source": "2A",
    "witnessed": "Made up.",
    "subjects": [{"person": {"given_name": "Ava"}}],
}


@pytest.fixture(scope="module")
def url():
    with own_database() as name:
        yield role_url("triage_app", name)


@pytest.fixture
def database(url):
    with Database(url, pool_size=WRITERS + 2) as database:
        yield database


@pytest.fixture
def worker(database):
    with database.transaction(SYSTEM) as session:
        user = User(username=f"sw-{uuid4().hex}", name="Made-up", role="social_worker")
        session.add(user)
        session.flush()
        token = issue_token(session, user, "test", ["read", "write"], CLOCK.now())
        return actor_of(user), token


def all_at_once(do):
    """What each of eight threads got, all let go at the same instant."""
    ready = Barrier(WRITERS)

    def run(number):
        ready.wait()
        return do(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def test_one_of_eight_starts_the_screening_and_the_rest_are_told(database, worker):
    actor, _token = worker
    told = LogEnquiry(
        received_at=CLOCK.now(),
        channel="telephone",
        source="2A",
        reported="Made up.",
        subjects=(NewSubject(person=NewPerson(given_name="Ava", birth_date=date(2008, 1, 2))),),
    )
    with database.transaction(SYSTEM) as session:
        enquiry = log_enquiry(Desk(session, SYSTEM, CLOCK, load_pack("nottinghamshire")), told)
        session.flush()
        key, read = enquiry.id, enquiry.version

    def start(_number):
        command = EnquiryAction(enquiry_id=key, action="start_screening", version=read)
        try:
            with database.transaction(actor) as session:
                act_on_enquiry(Desk(session, actor, CLOCK, load_pack("nottinghamshire")), command)
        except DomainError as refusal:
            return refusal.status
        return 200

    assert Counter(all_at_once(start)) == {200: 1, 412: WRITERS - 1}
    with database.transaction(SYSTEM) as session:
        events = session.query(Event).filter_by(case_id=key).order_by(Event.number).all()
        assert [(event.number, event.type) for event in events] == [(1, "enquiry_received"), (2, "screening_started")]


def test_same_key_sent_eight_times_at_once_logs_one_enquiry(database, worker, settings):
    _actor, token = worker
    app = create_app(settings, CLOCK, database)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    with database.transaction(SYSTEM) as session:
        before = session.query(Enquiry).count()

    def post(_number):
        response = app.test_client().post("/api/v1/enquiries", json=TOLD, headers=headers)
        return response.status_code, response.get_json()["reference"]

    assert len(set(all_at_once(post))) == 1
    with database.transaction(SYSTEM) as session:
        assert session.query(Enquiry).count() == before + 1


@pytest.mark.parametrize("path", ["/api/v1/enquiries", "/health/ready"])
def test_database_that_is_not_there_is_503_with_when_to_try_again(settings, tmp_path, path):
    away = Database(f"postgresql+psycopg://triage_app@/triage?host={tmp_path}")
    response = create_app(settings, CLOCK, away).test_client().get(path, headers={"Authorization": "Bearer x"})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
