"""A receiver that does not answer, says no, or is gone: nothing is lost, nothing is held up, and somebody sees it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.disposing import service_desk
from tests.hooking import VAULT, Receiver, a_webhook, send_all, waiting
from tests.making import an_enquiry
from triage.access.vault import Vault
from triage.calling_out import NotAllowed
from triage.models import SEND_WEBHOOK, OutboxMessage
from triage.services import webhooks
from triage.services.relay import due_messages
from triage.services.sending_webhooks import GIVEN_UP, Way, send_webhook, wait_after
from triage.store.webhooks import count_failed

HUB = "mash_officer"


def messages(office):
    office.session.flush()
    return office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == SEND_WEBHOOK)).all()


def test_waits_grow_from_half_a_minute_to_six_hours():
    assert [wait_after(number).total_seconds() for number in (1, 2, 3, 10, 11, 200)] == [
        30,
        60,
        120,
        15360,
        21600,
        21600,
    ]


@pytest.mark.parametrize("answer", ["away", 500, 503, 429, 404, 301, 100])
def test_what_is_not_taken_is_tried_again_with_the_same_id_and_says_why(office, answer):
    receiver = Receiver([answer])
    a_webhook(office, HUB)
    an_enquiry(office)
    (message,) = send_all(office, receiver)
    assert message.last_error in ("It did not answer within ten seconds.", f"It answered {answer}.")
    assert send_all(office, receiver) == []
    office.clock.at += timedelta(seconds=30)
    assert message in due_messages(office.session, office.clock.now())
    send_all(office, receiver)
    assert (receiver.ids[0], message.attempts, bool(message.done_at)) == (receiver.ids[1], 1, True)


def test_while_nobody_answers_all_others_of_it_wait_unsent(office):
    webhook, _secret = a_webhook(office, HUB)
    receiver = Receiver(["away"])
    for _ in range(5):
        an_enquiry(office)
    send_all(office, receiver)
    assert (len(receiver.came), len(waiting(office))) == (1, 5)
    assert {each.available_at for each in messages(office)} == {webhook.next_try_at}
    office.clock.at += timedelta(seconds=30)
    send_all(office, receiver)
    assert (len(receiver.came), waiting(office), webhook.failures) == (6, [], 0)


def test_one_webhook_that_fails_holds_up_no_other(office):
    a_webhook(office, HUB, name="away")
    other, _secret = a_webhook(office, "mash_manager", name="here")
    an_enquiry(office)
    receiver = Receiver(["away"])
    send_all(office, receiver)
    assert len(receiver.came) == 2
    assert [each.payload["webhook_id"] for each in messages(office) if each.done_at] == [str(other.id)]


def test_after_three_days_it_is_left_for_a_person_who_sends_it_again(office):
    webhook, _secret = a_webhook(office, HUB)
    an_enquiry(office)
    an_enquiry(office)
    receiver, begun = Receiver(["away"] * 1000), office.clock.at
    while waiting(office):
        office.clock.at = min(each.available_at for each in waiting(office))
        send_all(office, receiver)
    assert GIVEN_UP <= office.clock.at - begun < GIVEN_UP + timedelta(hours=7)
    assert 15 < len(receiver.came) < 40
    assert {bool(each.last_error) for each in messages(office)} == {True}
    assert count_failed(office.session) == {webhook.id: 2}
    again = Receiver()
    assert webhooks.send_failed_again(service_desk(office), "cases") == 2
    send_all(office, again)
    assert set(again.ids) == {each.payload["event_id"] for each in messages(office)}
    assert count_failed(office.session) == {}


def test_what_waited_while_we_were_down_is_tried_before_it_is_given_up(office):
    a_webhook(office, HUB)
    an_enquiry(office)
    office.clock.at += timedelta(days=5)
    receiver = Receiver(["away"])
    (message,) = send_all(office, receiver)
    assert message.failed_at is None
    office.clock.at += timedelta(seconds=30)
    send_all(office, receiver)
    assert message.done_at


def test_receiver_that_says_that_it_is_gone_is_paused_and_nothing_is_lost(office):
    webhook, _secret = a_webhook(office, HUB)
    receiver = Receiver([410])
    for _ in range(2):
        an_enquiry(office)
    send_all(office, receiver)
    assert (len(receiver.came), webhook.paused_because) == (1, "It answered 410: it is there no more.")
    webhooks.resume_webhook(service_desk(office), "cases")
    send_all(office, receiver)
    assert len(set(receiver.ids)) == 2


def test_name_that_leads_within_is_a_failure_that_says_so(office):
    def refuse(*_: object) -> int:
        raise NotAllowed("Its name leads to a private address.")

    a_webhook(office, HUB)
    an_enquiry(office)
    (message,) = waiting(office)
    send_webhook(service_desk(office), message, Way(VAULT, post=refuse))
    assert (message.attempts, message.last_error) == (1, "Its name leads to a private address.")


def test_receivers_go_by_everybodys_clocks_in_the_demo_too(office):
    a_webhook(office, HUB)
    an_enquiry(office)
    receiver = Receiver()
    (message,) = waiting(office)
    send_webhook(service_desk(office), message, Way(VAULT, behind=timedelta(days=-4000), post=receiver.take))
    ((headers, _body),) = receiver.came
    assert int(headers["webhook-timestamp"]) == int((office.clock.now() + timedelta(days=4000)).timestamp())


def test_secret_is_sealed(office):
    webhook, secret = a_webhook(office, HUB)
    assert secret.encode() not in webhook.secret
    assert Vault(["a made-up key of somebody else with letters"]) is not None
    assert VAULT.unseal("webhooks", webhook.secret).decode() == secret
