"""What happens later: letters by a real SMTP server, each once, and clocks that warn and breach once each."""

import os
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from tests.making import an_enquiry, decide_as, screen
from tests.services import REDIS
from triage.clock import SystemClock
from triage.doctor.finding import BROKEN
from triage.doctor.of_database import look_at_database
from triage.models import Event, OutboxMessage
from triage.services.daily_notices import promise_daily_notices
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.notices import deliver, smtp_sender
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.services.relay import TRIES, note_failure, relay, take_message
from triage.services.sweep import sweep
from triage.serving import free_port
from worker import celery_app
from worker.celery_app import app
from worker.schedule import SCHEDULE


class Sink:
    """A mail server that keeps what it is given."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 OK"


@contextmanager
def mail_server():
    """A real SMTP server on loopback: what it was given, and its port."""
    sink, port = Sink(), free_port()
    server = Controller(sink, hostname="127.0.0.1", port=port)
    server.start()
    yield sink, port
    server.stop()


@pytest.fixture
def mail(settings):
    with mail_server() as (sink, port):
        yield sink, smtp_sender(settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port}))


def deliver_all(desk, send):
    for message in desk.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all():
        taken = take_message(desk.session, message.id)
        if taken:
            deliver(desk, taken, "mash@triage.example", send)
            desk.session.flush()


def test_referrer_hears_of_receipt_and_outcome_and_no_name_is_in_it(office, mail):
    sink, send = mail
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",), referrer_email="teacher@school.example")
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    deliver_all(office.desk("system"), send)
    deliver_all(office.desk("system"), send)  # nothing is left to do
    assert [to for to, _letter in sink.letters] == [["teacher@school.example"]] * 2
    text = "".join(str(letter) for _to, letter in sink.letters)
    assert enquiry.reference in text
    assert "Ava" not in text
    assert "Testley" not in text


def test_mail_server_that_is_down_leaves_the_letter_for_a_person_after_every_try(office, settings):
    enquiry = an_enquiry(office, referrer_email="teacher@school.example")
    desk = office.desk("system")
    message = office.session.scalars(select(OutboxMessage)).one()
    closed = smtp_sender(settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 9}))
    for _ in range(TRIES):
        with pytest.raises(OSError, match="refused"):
            deliver(desk, message, "mash@triage.example", closed)
        note_failure(message, desk.now, "ConnectionRefusedError")
    assert (message.attempts, message.failed_at, message.done_at) == (TRIES, desk.now, None)
    assert enquiry.reference


def test_relay_publishes_once_and_again_only_when_lost(office):
    an_enquiry(office, referrer_email="teacher@school.example")
    office.session.flush()
    published = []
    now = office.clock.now()
    assert relay(office.session, now, published.append) == 1
    assert relay(office.session, now + timedelta(seconds=30), published.append) == 0
    assert relay(office.session, now + timedelta(minutes=3), published.append) == 1
    assert len({message.id for message in published}) == 1


def test_broker_that_is_down_loses_nothing(office):
    an_enquiry(office, referrer_email="teacher@school.example")
    office.session.flush()

    def refuse(_message):
        raise ConnectionError("broker down")

    with pytest.raises(ConnectionError), office.session.begin_nested():
        relay(office.session, office.clock.now(), refuse)
    assert relay(office.session, office.clock.now(), lambda _message: None) == 1


def test_sweep_warns_and_breaches_once_each(office):
    enquiry = an_enquiry(office, indicators=())
    desk = office.desk("system")
    office.session.flush()
    assert sweep(desk).warned == 0
    office.clock.at += timedelta(days=10)
    first, second = sweep(desk), sweep(desk)
    assert (first.warned, first.breached) == (2, 2)
    assert (second.warned, second.breached) == (0, 0)
    types = office.session.scalars(select(Event.type).where(Event.case_id == enquiry.id).order_by(Event.number)).all()
    assert types == ["enquiry_received", *["clock_warned"] * 2, *["clock_breached"] * 2]
    escalated = office.session.scalars(select(OutboxMessage.task)).all()
    assert escalated == ["escalate_breach"] * 2


def test_stopped_clock_is_never_warned_of(office):
    enquiry = an_enquiry(office, indicators=())
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    office.session.flush()
    office.clock.at += timedelta(days=10)
    assert sweep(office.desk("system")).breached == 0


def test_breach_is_told_to_the_role_that_the_timescale_names(office, mail):
    sink, send = mail
    an_enquiry(office, indicators=())
    office.session.flush()
    office.clock.at += timedelta(days=10)
    sweep(office.desk("system"))
    deliver_all(office.desk("system"), send)
    assert [to for to, _letter in sink.letters] == [["mash_manager@triage.example"]] * 2


def test_partner_who_does_not_answer_is_chased_by_letter_and_then_their_lead_is_told(office, mail):
    sink, send = mail
    enquiry = an_enquiry(office)
    screen(office, enquiry, finish=False)
    asked = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}
    act_on_enquiry(office.desk("social_worker"), EnquiryAction(enquiry_id=enquiry.id, action="request_check", **asked))
    office.session.flush()
    (clock,) = (clock for clock in enquiry.clocks if clock.agency_check)
    for instant in (clock.warn_at, clock.due_at + timedelta(minutes=1)):
        office.clock.at = instant
        sweep(office.desk("system"))
        sweep(office.desk("system"))
        deliver_all(office.desk("system"), send)
    to_partner = [(to, letter["Subject"]) for to, letter in sink.letters if to[0].endswith("notts.example")]
    assert to_partner == [
        (["police@notts.example"], f"A question to you: enquiry {enquiry.reference}"),
        (["police@notts.example"], f"Please answer: enquiry {enquiry.reference}"),
        (["police-lead@notts.example"], f"Not answered: enquiry {enquiry.reference}"),
    ]
    assert "Ava" not in "".join(str(letter) for _to, letter in sink.letters)


def test_letter_to_two_goes_to_both_in_one_envelope(office, mail):
    sink, send = mail
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    (referral,) = enquiry.referrals
    for who, action in (("mash_manager", "allocate"), ("social_worker", "immediate_danger")):
        details = {"team_code": "social_care_west"} if action == "allocate" else {"reason": "Hit"}
        act_on_referral(office.desk(who), ReferralAction(referral_id=referral.id, action=action, **details))
    deliver_all(office.desk("system"), send)
    (told,) = [to for to, letter in sink.letters if letter["Subject"].startswith("Immediate danger")]
    assert told == ["mash_manager@triage.example", "locality_manager@triage.example"]


def test_manager_gets_what_is_due_by_closing_by_a_real_letter_once(office, mail):
    sink, send = mail
    office.actor("locality_manager")
    office.clock.at = datetime(2013, 5, 7, 12, tzinfo=UTC)  # 13:00 in Nottinghamshire
    for _ in range(2):
        promise_daily_notices(office.desk("system"))
        deliver_all(office.desk("system"), send)
    (told,) = sink.letters
    assert told[1]["Subject"] == "Nothing will breach by closing"


def test_everything_that_beat_asks_for_is_a_task_of_the_worker(monkeypatch, settings):
    monkeypatch.setenv("TRIAGE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("TRIAGE_REDIS_URL", os.environ[REDIS])
    monkeypatch.setenv("TRIAGE_SECRET_KEY", settings.secret_key.get_secret_value())
    app.loader.import_default_modules()
    asked = {entry["task"]: entry["schedule"] for entry in SCHEDULE.values()}
    assert set(asked) <= set(app.tasks)
    # Within the minute in which they are due.
    assert {asked[name] for name in ("clocks.sweep", "notices.promise")} == {60.0}


def test_the_worker_writes_what_is_open_where_the_settings_say(monkeypatch, settings, tmp_path):
    told = {"DATABASE_URL": settings.database_url, "REDIS_URL": os.environ[REDIS], "SNAPSHOT_DIR": ""}
    told["SECRET_KEY"] = settings.secret_key.get_secret_value()
    for name, value in told.items():
        monkeypatch.setenv(f"TRIAGE_{name}", value)
    app.loader.import_default_modules()
    write = app.tasks["worklist.write"]
    with fresh_state():
        assert write() is None
    monkeypatch.setenv("TRIAGE_SNAPSHOT_DIR", str(tmp_path))
    with fresh_state():
        name = write()
    assert "None is open." in (tmp_path / name).read_text()


def test_a_list_on_paper_that_cannot_be_written_is_told_until_one_is(monkeypatch, settings, tmp_path, sign_in):
    told = {"DATABASE_URL": settings.database_url, "REDIS_URL": os.environ[REDIS], "SNAPSHOT_DIR": str(tmp_path / "a")}
    told["SECRET_KEY"] = settings.secret_key.get_secret_value()
    for name, value in told.items():
        monkeypatch.setenv(f"TRIAGE_{name}", value)
    app.loader.import_default_modules()
    write, admin = app.tasks["worklist.write"], sign_in("administrator")
    with fresh_state():
        assert [write.apply().state for _ in range(2)] == ["FAILURE", "FAILURE"]
        paper = found_by_doctor(settings)["paper"]
        assert (paper.how, "2 times in a row" in paper.says, "TRIAGE_SNAPSHOT_DIR" in paper.do) == (BROKEN, True, True)
        page = admin.get("/admin/failed").text
        assert "What is open, on paper" in page
        assert "The folder for it is gone, full, or may not be written to." in page
        (tmp_path / "a").mkdir()
        assert write.apply().state == "SUCCESS"
        assert "paper" not in found_by_doctor(settings)
        assert "What is open, on paper" not in admin.get("/admin/failed").text


def found_by_doctor(settings):
    return {each.check: each for each in look_at_database(settings, SystemClock())}


@contextmanager
def fresh_state():
    """What a worker's process makes when it begins, by the environment as it is."""
    celery_app.state.cache_clear()
    try:
        yield
    finally:
        celery_app.state().database.engine.dispose()
        celery_app.state.cache_clear()
