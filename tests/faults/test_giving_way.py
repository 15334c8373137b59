"""Where two stand in each other's way PostgreSQL ends one of them, which is tried once more and then told the truth."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from tests.acting import events_of
from tests.calling import Caller
from triage.access.passwords import keep_password
from triage.access.signin import issue_token
from triage.models import Person, Referral, User

DANGER = "Made up: he is at the door"
WEST = "social_care_west"
WAITS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    " AND query LIKE '%FROM referrals%' AND clock_timestamp() - query_start > interval '400 ms'"
)


def by_system(door, app, key):
    """Danger to be declared by a system: each time it is sent, with the same Idempotency-Key."""
    with door.desk() as desk:
        user = desk.session.get_one(User, door.actors[WEST].id)
        token = issue_token(desk.session, user, "test", ["read", "write"], door.clock.now())
    to, sent = f"/referrals/{key}/actions/immediate_danger", {"Idempotency-Key": "once"}
    return lambda: Caller(app.test_client(), token).post(to, {"reason": DANGER}, **sent)


def signed_in(door, app, who=WEST):
    """A browser in which they have signed in."""
    with door.desk() as desk:
        user = desk.session.get_one(User, door.actors[who].id)
        keep_password(desk.session, user.id, "right", door.clock.now())
        name = user.username
    client = app.test_client()
    assert client.post("/sign-in", data={"username": name, "password": "right"}).status_code == 302
    return client


def by_page(door, app, key):
    """Danger to be declared from the page of the case."""
    client = signed_in(door, app)
    to, sent = f"/referrals/{key}/actions/immediate_danger", {"immediate_danger.reason": DANGER}
    return lambda: client.post(to, data=sent)


def await_case(door, begun):
    """Until what was sent has waited for the case for a good while, or is through."""
    while not begun.done():
        with door.desk() as desk:
            if desk.session.scalar(WAITS):
                return


def cross(door, case, send, times):
    """The answer to what is sent while somebody who holds the case reaches for its child, so many times.

    PostgreSQL looks for a ring once somebody has waited a second, and ends whoever looked: who waited first, by far.
    That is what was sent, which holds the child and waits for the case.
    """
    key, child = case
    take = select(Person.id).where(Person.id == child).with_for_update(key_share=True)
    with ThreadPoolExecutor(1) as pool:
        with door.desk() as rival:
            rival.session.execute(select(Referral.id).where(Referral.id == key).with_for_update(key_share=True))
            begun = pool.submit(send)
            for _ in range(times):
                await_case(door, begun)
                with rival.session.begin_nested() as part:
                    rival.session.execute(take)
                    part.rollback()  # lets go of the child again
        return begun.result()


def declared(door, key):
    """The case's state, and how often danger was declared on it."""
    with door.office() as office:
        case = office.session.get_one(Referral, key)
        return case.state, [event.type for event in events_of(office, case)].count("immediate_danger_declared")


@pytest.mark.parametrize(("way", "status"), [(by_system, 200), (by_page, 302)])
def test_what_gave_way_to_somebody_is_done_all_the_same_and_once(door, app, case, way, status):
    assert cross(door, case, way(door, app, case[0]), 1).status_code == status
    assert declared(door, case[0]) == ("section_47", 1)


def test_system_that_gave_way_twice_is_told_so_and_may_send_it_again_with_the_same_key(door, app, case):
    send = by_system(door, app, case[0])
    told = cross(door, case, send, 2)
    assert (told.status_code, told.headers["Retry-After"]) == (503, "5")
    problem = told.get_json()
    assert problem["title"] == "Somebody else was at the same case"
    assert problem["detail"] == (
        "Somebody else changed it at the same moment, and this gave way. Nothing you sent was done: send it again."
    )
    assert declared(door, case[0]) == ("accepted", 0)
    assert [send().status_code, send().status_code] == [200, 200]
    assert declared(door, case[0]) == ("section_47", 1)


def test_page_that_gave_way_twice_says_so_and_keeps_what_was_typed(door, app, case):
    send = by_page(door, app, case[0])
    told = cross(door, case, send, 2)
    assert told.status_code == 503
    assert "Somebody else changed it at the same moment, and this gave way. Nothing was done" in told.text
    assert f'<input type="hidden" name="immediate_danger.reason" value="{DANGER}">' in told.text
    assert "database" not in told.text
    assert declared(door, case[0]) == ("accepted", 0)
    assert send().status_code == 302
