"""What happens later: letters by a real SMTP server, each once, and clocks that warn and breach once each."""

from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from tests.making import an_enquiry, decide_as, screen
from triage.models import Event, OutboxMessage
from triage.services.notices import deliver, smtp_sender
from triage.services.relay import TRIES, note_failure, relay, take_message
from triage.services.sweep import sweep
from triage.serving import free_port


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
    assert len(set(published)) == 1


def test_broker_that_is_down_loses_nothing(office):
    an_enquiry(office, referrer_email="teacher@school.example")
    office.session.flush()

    def refuse(_message_id):
        raise ConnectionError("broker down")

    with pytest.raises(ConnectionError), office.session.begin_nested():
        relay(office.session, office.clock.now(), refuse)
    assert relay(office.session, office.clock.now(), lambda _message_id: None) == 1


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
