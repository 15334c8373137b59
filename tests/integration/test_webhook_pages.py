"""Administrators see how each webhook does, and send again what did not reach it; nobody else comes near."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.hooking import Receiver, a_webhook, send_all, waiting
from tests.making import a_command, an_enquiry
from triage.models import AccountEvent, Webhook
from triage.services.logging_enquiry import log_enquiry

PAGE = "/admin/webhooks"


@pytest.fixture
def given_up(office):
    """A webhook whose receiver was away for days: two messages were given up. And one that waits for its next try."""
    webhook, secret = a_webhook(office, "mash_officer")
    receiver = Receiver(["away"] * 1000)
    for _ in range(2):
        an_enquiry(office, given_name="Wilhelmina")
    while waiting(office):
        office.clock.at = min(each.available_at for each in waiting(office))
        send_all(office, receiver)
    an_enquiry(office)
    return webhook, secret


def test_page_says_how_it_does_what_failed_and_why(sign_in, given_up, office):
    page = sign_in("administrator").get(PAGE).text
    assert "Does not answer" in page
    assert "<title>Webhooks" in page
    assert "2 messages did not reach it" in page
    assert "It did not answer within ten seconds." in page
    assert "An enquiry was logged" in page
    assert page.count("Given up") == 2
    assert "Waits" in page
    assert "2 messages did not reach another system" in sign_in("administrator").get("/admin/users").text


def test_no_secret_and_nothing_of_a_case_is_on_the_page(sign_in, given_up):
    webhook, secret = given_up
    page = sign_in("administrator").get(PAGE).text
    for word in (secret, webhook.secret.decode(), "Wilhelmina", "ENQ-"):
        assert word not in page


def test_what_was_given_up_is_sent_again_by_a_button(sign_in, given_up, office):
    admin, receiver = sign_in("administrator"), Receiver()
    done = admin.post(f"{PAGE}/cases/send-again", follow_redirects=True).text
    assert "2 messages will be sent to cases again" in done
    assert "Given up" not in done
    office.clock.at += timedelta(seconds=1)
    send_all(office, receiver)
    assert receiver.kinds() == ["enquiry_received"] * 3
    assert "Does not answer" not in admin.get(PAGE).text


def test_it_is_paused_and_goes_on(sign_in, office):
    a_webhook(office, "mash_officer")
    admin, receiver = sign_in("administrator"), Receiver()
    assert "Paused" in admin.post(f"{PAGE}/cases/pause", follow_redirects=True).text
    assert admin.post(f"{PAGE}/cases/pause").status_code == 409
    an_enquiry(office)
    send_all(office, receiver)
    assert receiver.came == []
    assert "until it goes on" in admin.get(PAGE).text
    assert "also of 1 message that had waited" in admin.post(f"{PAGE}/cases/resume", follow_redirects=True).text
    told = office.session.scalars(select(AccountEvent.type).order_by(AccountEvent.id)).all()
    assert told[-2:] == ["webhook_paused", "webhook_resumed"]
    assert office.session.scalars(select(Webhook.paused_at)).one() is None


def test_what_is_not_there_is_not_found(sign_in, office):
    a_webhook(office, "mash_officer")
    admin = sign_in("administrator")
    assert admin.get(PAGE).status_code == 200
    assert [admin.post(f"{PAGE}/{path}").status_code for path in ("cases/eat", "others/pause")] == [404, 404]


def test_page_without_any_says_so(sign_in):
    assert "There is none." in sign_in("administrator").get(PAGE).text


def test_partner_reads_one_that_it_sent_and_no_other(caller, office):
    sent, other = log_enquiry(office.desk("partner_system"), a_command(office)), an_enquiry(office)
    office.session.flush()
    system = caller("partner_system")
    answer = system.get(f"/sent/{sent.reference}")
    assert (answer.status_code, answer.json["stands"]) == (200, "Received")
    assert system.get(f"/sent/{other.reference}").status_code == 404
