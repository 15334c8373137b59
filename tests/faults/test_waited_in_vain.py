"""Who waits for what somebody else holds is told so, with nothing done, and succeeds once it is let go."""

from contextlib import contextmanager

import pytest
from sqlalchemy import NullPool, create_engine, select, text

from tests.faults.front_door import FrontDoor
from tests.faults.test_giving_way import DANGER, WEST, by_page, by_system, declared, signed_in
from tests.services import SECRET_KEY, own_database, role_url
from triage.access.actor import SYSTEM
from triage.app import create_app
from triage.database import Database, Part
from triage.models import Enquiry, IdempotencyKey, Referral
from triage.replica import Replica
from triage.state import state_of
from worker.celery_app import state

SOON = Part("triage web", 1)  # as the web, but told after a second
HELD = "Somebody else is at this case, or a new version of the service is coming in, and this waited as long as it may."
CALL = {
    "received_at-day": "7",
    "received_at-month": "5",
    "received_at-year": "2013",
    "received_at-time": "09:00",
    "channel": "telephone",
    "source": "2A",
    "witnessed": "Made up: a bruise.",
    "subjects.0.person.given_name": "Ava",
}


@pytest.fixture
def own():
    with own_database() as name:
        yield name


@pytest.fixture
def door(own):
    """A front door at which nobody waits for long."""
    with Database(role_url("triage_app", own), SOON) as database:
        door = FrontDoor(database)
        door.staff()
        yield door


@contextmanager
def held_by_colleague(door, _name, key):
    """Somebody else is at the case."""
    with door.desk() as rival:
        rival.session.execute(select(Referral.id).where(Referral.id == key).with_for_update(key_share=True))
        yield


@contextmanager
def held_by_migration(_door, name, _key):
    """A new version is coming in: nobody reads or writes any case."""
    with holding(name, "referrals"):
        yield


@contextmanager
def holding(name, table):
    """The table to oneself, as whoever changes its columns has it."""
    with create_engine(role_url("triage_owner", name), poolclass=NullPool).begin() as connection:
        connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield


TOLD = text("SELECT current_setting('application_name'), current_setting('lock_timeout')")
HOLDS = pytest.mark.parametrize("hold", [held_by_colleague, held_by_migration])


@HOLDS
def test_system_is_told_so_and_sends_it_again_with_the_same_key(door, app, case, own, hold):
    send = by_system(door, app, case[0])
    with hold(door, own, case[0]):
        told = send()
    assert (told.status_code, told.headers["Retry-After"]) == (503, "5")
    assert told.content_type == "application/problem+json"
    problem = told.get_json()
    assert problem["title"] == "Somebody else has this just now"
    assert problem["detail"] == f"{HELD} Nothing you sent was done: send it again."
    assert declared(door, case[0]) == ("accepted", 0)
    assert [send().status_code, send().status_code] == [200, 200]
    assert declared(door, case[0]) == ("section_47", 1)


@HOLDS
def test_page_says_so_and_keeps_what_was_typed(door, app, case, own, hold):
    send = by_page(door, app, case[0])
    with hold(door, own, case[0]):
        told = send()
    assert (told.status_code, told.headers["Retry-After"]) == (503, "5")
    assert f"{HELD} Nothing was done, and what you typed is not lost: press Send again." in told.text
    assert f'<input type="hidden" name="immediate_danger.reason" value="{DANGER}">' in told.text
    assert "database" not in told.text
    assert declared(door, case[0]) == ("accepted", 0)
    assert send().status_code == 302
    assert declared(door, case[0]) == ("section_47", 1)


def test_system_that_sends_a_key_again_while_the_first_is_still_being_done_is_told_so(door, app, case):
    send = by_system(door, app, case[0])
    with door.desk(door.actors[WEST]) as first:
        key = {"user_id": first.actor.id, "key": "once", "fingerprint": b"", "created_at": first.now, "people": []}
        first.session.add(IdempotencyKey(**key, headers={}, body=""))
        first.session.flush()
        told = send()
        first.session.rollback()
    assert (told.status_code, told.get_json()["title"]) == (503, "Somebody else has this just now")
    assert send().status_code == 200
    assert declared(door, case[0]) == ("section_47", 1)


def test_page_that_only_shows_a_case_says_so_too(door, app, case, own):
    client = signed_in(door, app)
    with holding(own, "referrals"):
        told = client.get(f"/referrals/{case[0]}")
    assert (told.status_code, told.headers["Retry-After"]) == (503, "5")
    assert f"{HELD} Open this page again in a few seconds." in told.text
    assert client.get(f"/referrals/{case[0]}").status_code == 200


def test_call_that_is_logged_meanwhile_is_not_lost_and_logged_once(door, app, own):
    client, sent = signed_in(door, app, "social_worker"), CALL | {"draft.page": "/enquiries/new"}
    with holding(own, "enquiries"):
        told = client.post("/enquiries/new", data=sent)
    assert (told.status_code, told.headers["Retry-After"]) == (503, "5")
    assert f'<input type="hidden" name="witnessed" value="{CALL["witnessed"]}">' in told.text
    assert client.post("/enquiries/new", data=sent).status_code == 302
    with door.desk() as desk:
        assert desk.session.scalars(select(Enquiry.witnessed)).all() == [CALL["witnessed"]]


def test_each_part_of_the_service_says_for_how_long_it_waits(settings, monkeypatch):
    told = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url, "SECRET_KEY": SECRET_KEY}
    for name, value in told.items():
        monkeypatch.setenv(f"TRIAGE_{name}", value)
    of_web, of_worker = state_of(create_app(settings)).database, state.__wrapped__().database
    waits = [lock_timeout(each) for each in (of_web, of_worker, Database(settings.database_url))]
    assert waits == [("triage web", "10s"), ("triage worker", "30s"), ("triage command", "0")]


def lock_timeout(database):
    with database, database.transaction(SYSTEM) as session:
        return tuple(
            session.execute(text("SELECT current_setting('application_name'), current_setting('lock_timeout')")).one()
        )


def test_replica_is_asked_by_the_same_part_and_waits_as_long(settings):
    with Database(settings.database_url, SOON) as primary, Replica(settings.database_url, primary) as replica:
        assert lock_timeout(replica.database) == ("triage web", "1s")
