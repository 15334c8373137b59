"""Where everything open waits: counted, listed worst first, and told to systems."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.acting import a_referral, accepted, act, in_days
from tests.making import an_enquiry, view_first
from triage.store.queues import count_enquiries, count_referrals, list_enquiries, list_referrals

WEST, NORTH = "social_care_west", "social_care_north"


@pytest.fixture
def hub(caller):
    return caller("mash_manager")


def count_waiting(office):
    """How many enquiries wait in each queue that has any."""
    return {queue: count for queue, count in count_enquiries(office.session).items() if count}


def paused(office):
    """An enquiry whose clocks all stand still."""
    enquiry = an_enquiry(office)
    for clock in ("screening", "decision"):
        act(
            office,
            "mash_manager",
            enquiry,
            "pause_clock",
            clock=clock,
            until=in_days(office, 7),
            reason="Made up: the school is shut by snow",
        )
    return enquiry


@contextmanager
def counting(session):
    """The statements sent meanwhile."""
    sent = []

    def note(connection, cursor, statement, *_):
        sent.append(statement)

    event.listen(session.connection(), "before_cursor_execute", note)
    yield sent
    event.remove(session.connection(), "before_cursor_execute", note)


def test_enquiry_waits_in_the_queue_of_its_state_until_it_is_closed(office):
    enquiry = view_first(office, "social_worker", an_enquiry(office))
    seen = [count_waiting(office)]
    for who, action in (
        ("social_worker", "start_screening"),
        ("social_worker", "hand_over_to_edt"),
        ("emergency_duty_team", "hand_back"),
        ("social_worker", "withdraw"),
    ):
        act(office, who, enquiry, action, reason="Made up")
        seen.append(count_waiting(office))
    assert seen == [{"received": 1}, {"screening": 1}, {"edt": 1}, {"screening": 1}, {}]


def test_referral_waits_with_the_hub_then_with_its_team_until_it_is_closed(office):
    referral = a_referral(office)
    seen = [count_referrals(office.session)]
    for who, action, brought in (
        ("mash_manager", "allocate", {"team_code": WEST}),
        ("locality_worker:west", "return", {"reason": "Made up: moved to Worksop"}),
        ("mash_manager", "allocate", {"team_code": NORTH}),
        ("locality_worker:north", "accept", {}),
        ("locality_worker:north", "close", {"closure": "RC1"}),
    ):
        act(office, who, referral, action, **brought)
        seen.append(count_referrals(office.session))
    assert seen == [{"hub": 1}, {WEST: 1}, {"hub": 1}, {NORTH: 1}, {NORTH: 1}, {}]


def test_most_overdue_enquiry_is_first_and_one_that_no_clock_times_last(office):
    still, new = paused(office), an_enquiry(office)
    old = an_enquiry(office, received_at=office.clock.now() - timedelta(days=7))
    red = an_enquiry(office, indicators=("C4_NAI",))
    ordered = [each.reference for each in (old, red, new, still)]
    assert [each.reference for each in list_enquiries(office.session, "received")] == ordered
    assert [each.reference for each in list_enquiries(office.session, "received", limit=2)] == ordered[:2]


def test_most_overdue_referral_is_first(office):
    first = a_referral(office, route="early_help")
    office.clock.at += timedelta(days=7)
    last = a_referral(office, route="early_help")
    office.clock.at -= timedelta(days=3)
    middle = a_referral(office, route="early_help")
    ordered = [each.reference for each in (first, middle, last)]
    assert [each.reference for each in list_referrals(office.session, "hub")] == ordered


@pytest.mark.parametrize(
    ("make", "listed"),
    [
        (paused, lambda session: list_enquiries(session, "received")),
        (a_referral, lambda session: list_referrals(session, "hub")),
    ],
)
def test_list_takes_no_more_questions_for_many_than_for_one(office, make, listed):
    def show():
        office.session.flush()
        office.session.expire_all()
        with counting(office.session) as sent:
            for case in listed(office.session):
                people = [case.person] if make is a_referral else [subject.person for subject in case.subjects]
                assert all(person.given_name for person in people)
                assert case.clocks
                assert all(pause.reason for clock in case.clocks for pause in clock.pauses)
        return len(sent)

    make(office)
    one = show()
    for _ in range(3):
        make(office)
    assert show() == one


def test_counts_that_systems_are_told_are_those_of_the_lists(office, hub):
    an_enquiry(office)
    accepted(office)
    queues = {each["queue"]: each for each in hub.get("/queues").get_json()["items"]}
    assert [queues[name]["count"] for name in ("received", "decided", "edt", "hub", WEST, NORTH)] == [1, 1, 0, 0, 1, 0]
    for name, queue in queues.items():
        told = hub.get(f"/queues/{name}").get_json()
        assert len(told["enquiries"]) + len(told["referrals"]) == queue["count"]
        assert [each["queue"] for each in told[queue["holds"]]] == [name] * queue["count"]


def test_worst_of_a_queue_are_told_first_and_as_many_as_were_asked_for(office, hub):
    made = [an_enquiry(office, received_at=office.clock.now() - timedelta(hours=hours)) for hours in (1, 3, 2)]
    told = hub.get("/queues/received", limit=2).get_json()
    assert [each["reference"] for each in told["enquiries"]] == [made[1].reference, made[2].reference]
    assert (told["count"], told["holds"]) == (3, "enquiries")


def test_locality_is_told_of_its_own_referrals_alone(office, caller):
    accepted(office)
    west, north = (caller(f"locality_worker:{place}").get(f"/queues/{WEST}").get_json() for place in ("west", "north"))
    assert (west["count"], len(west["referrals"])) == (1, 1)
    assert (north["count"], north["referrals"]) == (0, [])


def test_queue_that_is_not_there_is_404_and_says_which_are(hub):
    response = hub.get("/queues/nobody")
    assert response.status_code == 404
    assert "awaiting_approval" in response.get_json()["detail"]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}])
def test_query_that_cannot_be_is_422(hub, query):
    assert hub.get("/queues/received", **query).status_code == 422
