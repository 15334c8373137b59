"""Other systems are told of what happens: of which cases, in which words, how often, and by whom it is seen to."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from standardwebhooks.webhooks import Webhook as Receives
from standardwebhooks.webhooks import WebhookVerificationError

from tests.acting import a_referral, accepted, act
from tests.asking_for_records import as_
from tests.conftest import MORNING
from tests.disposing import LATER, agreed, closed_enquiry, dispose_all, service_desk
from tests.hooking import ADDRESS, VAULT, Receiver, a_webhook, send_all, waiting
from tests.making import a_command, an_enquiry, decide_as, screen
from tests.restricting import few_see
from triage.access.actor import SYSTEM
from triage.clock import SystemClock
from triage.errors import Conflict, Invalid, NotFound
from triage.models import AccountEvent, OutboxMessage, User
from triage.services import webhooks
from triage.services.logging_enquiry import log_enquiry
from triage.services.sweep import sweep
from triage.store.webhooks import count_failed

HUB, WEST, POLICE = "mash_officer", "locality_worker:west", "partner_system"


@pytest.fixture
def receiver():
    return Receiver()


def sent_by_police(office, **details):
    return log_enquiry(office.desk(POLICE), a_command(office, **details))


def test_each_event_is_promised_as_it_is_written_and_said_small_and_without_names(office, receiver):
    a_webhook(office, HUB)
    enquiry = an_enquiry(office)
    (message,) = waiting(office)
    assert set(message.payload) == {"webhook_id", "event_id", "case_id", "event"}
    send_all(office, receiver)
    assert receiver.said == [
        {
            "type": "enquiry_received",
            "timestamp": "2013-05-07T09:00:00Z",
            "data": {
                "case": "enquiry",
                "id": str(enquiry.id),
                "reference": enquiry.reference,
                "number": 1,
                "url": f"https://triage.example/api/v1/enquiries/{enquiry.id}",
            },
        }
    ]
    assert receiver.ids == [message.payload["event_id"]]
    assert waiting(office) == []


def test_whole_path_is_told_in_its_kinds_with_rising_numbers(office, receiver):
    a_webhook(office, HUB)
    case = a_referral(office)
    act(office, "mash_manager", case, "allocate", team_code="social_care_west")
    act(office, WEST, case, "accept")
    act(office, WEST, case, "close", closure="RC1")
    act(office, HUB, case.enquiry, "close")
    send_all(office, receiver)
    told = [(each["type"], each["data"]["reference"]) for each in receiver.said]
    of_enquiry, of_case = case.enquiry.reference, case.reference
    assert [kind for kind, reference in told if reference == of_enquiry] == [
        *("enquiry_received", "enquiry_decided", "enquiry_closed")
    ]
    assert [kind for kind, reference in told if reference == of_case] == [
        *("referral_opened", "referral_allocated", "referral_accepted", "referral_closed")
    ]
    numbers = [each["data"]["number"] for each in receiver.said if each["data"]["reference"] == of_case]
    assert numbers == sorted(set(numbers))


def test_nothing_of_anybody_is_in_a_message(office, receiver):
    a_webhook(office, HUB)
    a_referral(office, given_name="Wilhelmina", family_name="Quill")
    send_all(office, receiver)
    said = json.dumps(receiver.said)
    assert len(receiver.said) > 2
    assert not any(word in said for word in ("Wilhelmina", "Quill", "2008", "NG15", "P4_UNSAFE", "Made up"))


def test_danger_and_breaches_are_told(office, receiver):
    a_webhook(office, HUB, "immediate_danger_declared", "clock_breached")
    act(office, HUB, an_enquiry(office), "immediate_danger", reason="Made up")
    an_enquiry(office, indicators=())
    office.session.flush()
    office.clock.at += timedelta(days=10)
    sweep(service_desk(office))
    send_all(office, receiver)
    kinds = receiver.kinds()
    assert kinds[0] == "immediate_danger_declared"
    assert set(kinds) == {"immediate_danger_declared", "clock_breached"}


def test_locality_is_told_of_its_own_cases_and_of_no_other(office, receiver):
    a_webhook(office, WEST)
    an_enquiry(office)
    send_all(office, receiver)
    assert receiver.came == []
    case, other = a_referral(office), a_referral(office)
    act(office, "mash_manager", case, "allocate", team_code="social_care_west")
    act(office, "mash_manager", other, "allocate", team_code="social_care_north")
    send_all(office, receiver)
    told = {each["data"]["reference"] for each in receiver.said}
    assert told == {case.reference, case.enquiry.reference}


def test_restricted_case_is_told_to_nobody_who_may_not_see_it(office, receiver):
    a_webhook(office, HUB)
    hidden = an_enquiry(office)
    office.session.flush()
    few_see(office, hidden.id)
    send_all(office, receiver)
    assert receiver.came == []
    (message,) = office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "send_webhook"))
    assert message.cancelled_reason == "Not for the account as which it reads."


def test_account_that_was_closed_is_told_nothing(office, receiver):
    a_webhook(office, HUB)
    an_enquiry(office)
    office.session.get_one(User, office.actor(HUB).id).active = False
    send_all(office, receiver)
    assert receiver.came == []


def test_partner_is_told_of_what_it_sent_in_safe_words_alone(office, receiver):
    a_webhook(office, POLICE)
    an_enquiry(office)
    sent = sent_by_police(office)
    screen(office, sent, ask="health")
    decide_as(office, "social_worker", sent, route="social_care", level=4)
    send_all(office, receiver)
    at = f"https://triage.example/api/v1/sent/{sent.reference}"
    assert [(each["type"], each["data"]["url"]) for each in receiver.said] == [
        ("enquiry_received", at),
        ("enquiry_decided", at),
    ]


def test_partner_is_told_of_danger_in_no_other_words_than_of_any_decision(office, receiver):
    a_webhook(office, POLICE)
    act(office, HUB, sent_by_police(office), "immediate_danger", reason="Made up")
    send_all(office, receiver)
    assert receiver.kinds() == ["enquiry_received", "enquiry_decided"]


def test_partner_hears_of_the_decision_on_what_its_own_was_joined_to(office, receiver):
    a_webhook(office, POLICE)
    first, sent = an_enquiry(office, consent="given"), sent_by_police(office)
    act(office, "social_worker", sent, "join", into_reference=first.reference, reason="Made up: one family")
    screen(office, first)
    decide_as(office, "social_worker", first, route="early_help", level=3)
    send_all(office, receiver)
    assert len(receiver.said) == 2
    decided = receiver.said[-1]
    assert decided["type"] == "enquiry_decided"
    assert (decided["data"]["reference"], "number" in decided["data"]) == (sent.reference, False)


def test_partner_is_told_when_it_is_asked_and_not_when_another_is(office, receiver):
    a_webhook(office, POLICE, "check_requested")
    screen(office, an_enquiry(office), ask="health", finish=False)
    asked = an_enquiry(office)
    screen(office, asked, ask="police", finish=False)
    send_all(office, receiver)
    (said,) = receiver.said
    assert said["data"] == {
        "case": "check",
        "id": str(asked.checks[0].id),
        "reference": asked.reference,
        "url": "https://triage.example/api/v1/checks",
    }


def test_signature_is_taken_by_the_libraries_of_others_and_by_two_secrets_for_a_while(office, receiver):
    office.clock.at = SystemClock().now()  # by which others tell whether a message is fresh
    _webhook, before = a_webhook(office, HUB)
    after = webhooks.renew_secret(service_desk(office), VAULT, "cases")
    an_enquiry(office)
    send_all(office, receiver)
    ((headers, body),) = receiver.came
    for secret in (before, after):
        assert Receives(secret).verify(body, headers)["type"] == "enquiry_received"
    with pytest.raises(WebhookVerificationError):
        Receives(after).verify(body.replace(b"received", b"reopened"), headers)
    office.clock.at += timedelta(days=2)
    an_enquiry(office)
    send_all(office, receiver)
    assert len(receiver.came[-1][0]["webhook-signature"].split()) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Two words"}, "name"),
        ({"name": "taken"}, "name"),
        ({"address": "http://cases.council.example/"}, "address"),
        ({"username": "nobody-at-all"}, "username"),
        ({"kinds": ()}, "kinds"),
        ({"kinds": ("enquiry_eaten",)}, "kinds"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field(office, wrong, field):
    a_webhook(office, HUB, name="taken")
    username = office.session.get_one(User, office.actor(HUB).id).username
    command = {"name": "cases", "address": ADDRESS, "username": username, "kinds": ("enquiry_received",)} | wrong
    with pytest.raises(Invalid) as refusal:
        webhooks.add_webhook(service_desk(office), VAULT, (), webhooks.AddWebhook(**command))
    assert refusal.value.problems[0].field == field


def test_nobody_outside_is_told_what_the_hub_makes_of_it_nor_anybody_who_reads_no_case(office):
    with pytest.raises(Invalid, match="It cannot be told of referral_opened"):
        a_webhook(office, POLICE, "referral_opened")
    with pytest.raises(Invalid, match="may read no case"):
        a_webhook(office, "administrator")


def test_pause_sends_nothing_and_loses_nothing(office, receiver):
    a_webhook(office, HUB)
    desk = office.desk("administrator")
    an_enquiry(office)
    with as_(office, "administrator"):
        webhooks.pause_webhook(desk, "cases")
    an_enquiry(office)
    send_all(office, receiver)
    assert (receiver.came, waiting(office)) == ([], [])
    with as_(office, "administrator"):
        assert webhooks.resume_webhook(desk, "cases") == 2
        with pytest.raises(Conflict, match="not paused"):
            webhooks.resume_webhook(desk, "cases")
    send_all(office, receiver)
    assert receiver.kinds() == ["enquiry_received"] * 2


def test_whoever_changes_one_stands_in_the_log_of_the_account(office):
    a_webhook(office, HUB)
    with as_(office, "administrator"):
        webhooks.pause_webhook(office.desk("administrator"), "cases")
    query = select(AccountEvent).where(AccountEvent.user_id == office.actor(HUB).id).order_by(AccountEvent.number)
    told = [(each.type, each.actor_id, each.data["webhook"]) for each in office.session.scalars(query)]
    assert told == [
        ("webhook_added", SYSTEM.id, "cases"),
        ("webhook_paused", office.actor("administrator").id, "cases"),
    ]


def test_what_happened_is_sent_again_in_its_order_with_the_same_ids(office, receiver):
    a_webhook(office, HUB)
    begun = office.clock.at
    case = accepted(office)
    send_all(office, receiver)
    first = list(zip(receiver.ids, receiver.said, strict=True))
    receiver.came.clear()
    office.clock.at += timedelta(days=1)
    assert webhooks.send_again(service_desk(office), "cases", begun) == len(first)
    assert webhooks.send_again(service_desk(office), "cases", begun) == 0  # they are still to be sent
    office.clock.at += timedelta(minutes=1)
    send_all(office, receiver)
    assert sorted(receiver.ids) == sorted(event for event, _said in first)
    of_case = [each["data"]["number"] for each in receiver.said if each["data"]["reference"] == case.reference]
    assert of_case == sorted(of_case)
    assert len(of_case) > 1


def test_only_what_is_asked_for_is_sent_again(office, receiver):
    a_webhook(office, HUB)
    begun = office.clock.at
    a_referral(office)
    office.clock.at += timedelta(hours=1)
    an_enquiry(office)
    send_all(office, receiver)
    office.clock.at += timedelta(hours=1)
    desk, hour = service_desk(office), timedelta(hours=1)
    assert webhooks.send_again(desk, "cases", begun, begun + hour, ("enquiry_received",)) == 1
    assert webhooks.send_again(desk, "cases", begun + hour, kinds=("enquiry_received",)) == 1
    assert webhooks.send_again(desk, "cases", begun + 2 * hour) == 0


def test_what_is_removed_is_told_nothing_not_even_what_waited(office, receiver):
    a_webhook(office, HUB)
    an_enquiry(office)
    webhooks.remove_webhook(service_desk(office), "cases")
    an_enquiry(office)
    send_all(office, receiver)
    assert (receiver.came, waiting(office)) == ([], [])
    with pytest.raises(NotFound):
        webhooks.get_webhook(service_desk(office), "cases")


def test_messages_go_with_their_case(office, receiver):
    a_webhook(office, HUB)
    gone = closed_enquiry(office, given_name="Old").id
    send_all(office, receiver)
    office.clock.at = LATER
    of_case = select(func.count()).where(OutboxMessage.payload["case_id"].astext == str(gone))
    assert office.session.scalar(of_case) > 1
    agreed(office)
    dispose_all(service_desk(office))
    assert office.session.scalar(of_case) == 0
    assert webhooks.send_again(service_desk(office), "cases", MORNING) == 0


def test_administrators_see_webhooks_and_their_messages_and_change_none_in_the_database(office):
    a_webhook(office, HUB)
    an_enquiry(office, referrer_email="teacher@school.example")
    office.session.flush()
    rows = {"webhooks": "SELECT name FROM webhooks", "messages": "SELECT task FROM outbox"}
    for who, seen in (("administrator", (["cases"], ["send_webhook"])), (HUB, ([], [])), (POLICE, ([], []))):
        office.actor(who)
        with as_(office, who):
            assert tuple(office.session.scalars(text(each)).all() for each in rows.values()) == seen
            assert office.session.execute(text("UPDATE webhooks SET address = 'x'")).rowcount == 0
            assert office.session.execute(text("UPDATE outbox SET attempts = 9 WHERE task <> 'x'")).rowcount == 0
            assert office.session.execute(text("DELETE FROM webhooks")).rowcount == 0
    assert count_failed(office.session) == {}
