"""What a person assigned stays so until a person assigns it otherwise, whatever the service does by itself."""

import os
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select

from tests.acting import accepted
from tests.faults.invariants import find_faults
from tests.integration.test_worker import mail_server
from tests.making import an_enquiry
from tests.services import REDIS, SECRET_KEY
from triage.clock import SystemClock
from triage.models import Enquiry, Event, OutboxMessage, Referral
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.linking import LinkPerson, link_person
from triage.services.logging_enquiry import NewSubject
from triage.services.moving_cases import move_cases
from triage.services.referral_actions import ReferralAction, act_on_referral
from worker import celery_app
from worker.schedule import SCHEDULE

WEST, NORTH = "social_care_west", "social_care_north"
LATER = timedelta(days=90)  # when all has been warned of, and is past due


@pytest.fixture
def tasks(door, monkeypatch):
    """The worker's own tasks, on this database, `LATER`."""
    with mail_server() as (_sink, port):
        values = {
            "DATABASE_URL": door.database.engine.url.render_as_string(hide_password=False),
            "REDIS_URL": os.environ[REDIS],
            "SECRET_KEY": SECRET_KEY,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "DEMO": "true",
            "CLOCK_OFFSET_SECONDS": str(int((door.clock.at + LATER - SystemClock().now()).total_seconds())),
        }
        for key, value in values.items():
            monkeypatch.setenv(f"TRIAGE_{key}", value)
        celery_app.state.cache_clear()
        celery_app.app.loader.import_default_modules()
        yield celery_app.app.tasks
        celery_app.state().database.engine.dispose()
        celery_app.state.cache_clear()


def do_all(door, tasks):
    """All of the schedule twice over, and every letter that comes of it."""
    for each in (*SCHEDULE.values(), *SCHEDULE.values()):
        tasks[each["task"]]()
    with door.desk() as desk:
        letters = desk.session.scalars(select(OutboxMessage.id)).all()
    for letter in letters:
        tasks["outbox.deliver"](str(letter))


def events_of(door, key):
    with door.desk() as desk:
        return set(desk.session.scalars(select(Event.type).where(Event.case_id == key)))


def who_has_referral(door, key):
    """Team, worker and locality, and every assignment there was."""
    with door.desk() as desk:
        case = desk.session.get_one(Referral, key)
        assigned = [(each.team_code, each.worker_id, each.superseded_at) for each in case.assignments]
        return case.team_code, case.worker_id, case.locality_code, assigned


def who_has_enquiry(door, key):
    with door.desk() as desk:
        case = desk.session.get_one(Enquiry, key)
        return case.owner_id, case.with_edt


def age(door, key):
    """Put a referral back on the version of its table, and in the state, that cases had before."""
    url = door.database.engine.url.set(drivername="postgresql", username="triage_owner")
    with psycopg.connect(url.render_as_string(hide_password=False)) as owner:
        owner.execute("UPDATE referrals SET workflow_version = 1, state = 'in_progress' WHERE id = %s", [key])


@pytest.mark.parametrize(
    ("who", "action", "team", "to"),
    [
        (WEST, "claim", None, None),
        ("manager in the west", "hand_over", None, "colleague in the west"),
        ("mash_manager", "reassign", NORTH, NORTH),
        ("mash_manager", "reassign", NORTH, None),
    ],
)
def test_referral_stays_with_whom_a_person_gave_it_to(door, tasks, who, action, team, to):
    door.hire("colleague in the west", "locality_worker", WEST)
    with door.office() as office:
        case = accepted(office, indicators=("P4_UNSAFE",))
        key, person = case.id, case.person_id
    worker = door.actors[to].id if to else None
    command = ReferralAction(referral_id=key, action=action, reason="Made up", team_code=team, worker_id=worker)
    with door.desk(door.actors[who]) as desk:
        act_on_referral(desk, command)
    given = who_has_referral(door, key)
    do_all(door, tasks)
    news = door.log(NewSubject(person_id=person))
    with door.desk(door.actors["mash_officer"]) as desk:
        act_on_enquiry(desk, EnquiryAction(enquiry_id=news, action="immediate_danger", reason="Made up"))
    age(door, key)
    with door.desk() as desk:
        assert move_cases(desk) == 1
    do_all(door, tasks)
    assert events_of(door, key) >= {"clock_warned", "clock_breached", "immediate_danger_declared", "workflow_moved"}
    assert who_has_referral(door, key) == given


@pytest.mark.parametrize(("who", "action"), [("social_worker", "claim"), ("mash_manager", "hand_over")])
def test_enquiry_stays_with_whom_a_person_gave_it_to(door, tasks, who, action):
    with door.office() as office:
        person = an_enquiry(office).subjects[0].person_id
        key = an_enquiry(office, indicators=("C4_NAI",)).id
    worker = door.actors["social_worker 2"].id if action == "hand_over" else None
    command = EnquiryAction(enquiry_id=key, action=action, reason="Made up", worker_id=worker)
    with door.desk(door.actors[who]) as desk:
        act_on_enquiry(desk, command)
    given = who_has_enquiry(door, key)
    do_all(door, tasks)
    with door.desk(door.actors["mash_officer"]) as desk:
        link_person(desk, LinkPerson(enquiry_id=key, ordinal=1, person_id=person))
    with door.desk() as desk:
        move_cases(desk)
    do_all(door, tasks)
    assert events_of(door, key) >= {"clock_warned", "clock_breached", "person_recognised"}
    assert who_has_enquiry(door, key) == given
    with door.desk() as desk:
        assert find_faults(desk.session) == []
