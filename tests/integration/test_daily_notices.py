"""The notices of the day: at their time, to those concerned, once each, whoever is down, killed or run twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.acting import act
from tests.making import an_enquiry, decide_as, screen
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.database import Database
from triage.models import DailyNotice, OutboxMessage, User
from triage.services.daily_notices import promise_daily_notices
from triage.services.desk import Desk
from triage.services.notices import deliver
from triage.services.referral_actions import ReferralAction, act_on_referral
from workflows.calendar import LONDON

TUESDAY, FRIDAY = date(2013, 5, 7), date(2013, 5, 10)
STAFF = (
    *("mash_manager", "mash_manager 2", "locality_manager:west", "emergency_duty_team"),
    *("mash_officer", "social_worker", "early_help_unit", "locality_worker:west", "analyst"),
)
AT_ONCE = 8


def at(day, hour, minute=0):
    """That time of that day by the office's clocks."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


@pytest.fixture
def staffed(office):
    """One of everybody, and a second manager; (whom, kind) of what was promised by an instant, counted."""
    for who in STAFF:
        office.actor(who)

    def promised_by(instant):
        office.clock.at = instant
        promise_daily_notices(office.desk("system"))
        names = {actor.id: who for who, actor in office.actors.items()}
        rows = office.session.execute(select(DailyNotice.user_id, DailyNotice.kind).order_by(DailyNotice.id))
        return Counter((names[user_id], kind) for user_id, kind in rows)

    return promised_by


def kinds(promised):
    return {kind for _who, kind in promised}


def test_managers_are_told_at_one_o_clock_and_not_a_minute_before(staffed):
    assert "due_by_closing" not in kinds(staffed(at(TUESDAY, 12, 59)))
    told = {who for who, kind in staffed(at(TUESDAY, 13)) if kind == "due_by_closing"}
    assert told == {"mash_manager", "mash_manager 2", "locality_manager:west"}


@pytest.mark.parametrize(("day", "hour", "minute"), [(TUESDAY, 16, 30), (FRIDAY, 16, 0)], ids=["Tuesday", "Friday"])
def test_night_is_briefed_half_an_hour_before_that_days_closing(staffed, day, hour, minute):
    assert "edt_brief" not in kinds(staffed(at(day, hour, minute) - timedelta(minutes=1)))
    told = {who for who, kind in staffed(at(day, hour, minute)) if kind == "edt_brief"}
    assert told == {"emergency_duty_team", "mash_manager", "mash_manager 2"}


def test_managers_get_the_morning_list_when_the_office_opens(staffed):
    assert staffed(at(TUESDAY, 8, 29)) == Counter()
    expected = Counter({("mash_manager", "edt_morning"): 1, ("mash_manager 2", "edt_morning"): 1})
    assert staffed(at(TUESDAY, 8, 30)) == expected


@pytest.mark.parametrize(
    "day", [date(2013, 5, 6), date(2013, 5, 11), date(2013, 5, 12)], ids=["bank holiday", "Saturday", "Sunday"]
)
def test_nobody_is_told_on_a_day_that_the_office_is_closed(staffed, day):
    for hour in (9, 13, 17, 23):
        assert staffed(at(day, hour)) == Counter()


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (date(2014, 3, 28), 13),
        (date(2014, 3, 31), 12),
        (date(2013, 10, 25), 12),
        (date(2013, 10, 28), 13),
    ],
    ids=["before summer time", "after it began", "before it ended", "after"],
)
def test_one_o_clock_is_the_offices_own_beside_both_clock_changes(staffed, day, utc_hour):
    one = datetime.combine(day, time(utc_hour), UTC)
    assert "due_by_closing" not in kinds(staffed(one - timedelta(minutes=1)))
    assert "due_by_closing" in kinds(staffed(one))


def test_nobody_is_told_twice_however_often_it_is_asked(staffed):
    first = staffed(at(TUESDAY, 17))
    assert set(first.values()) == {1}
    assert staffed(at(TUESDAY, 17, 1)) == staffed(at(TUESDAY, 23)) == first


def test_whoever_was_down_at_one_catches_up_that_day_and_not_the_next(staffed, office):
    assert "due_by_closing" in kinds(staffed(at(TUESDAY, 16, 59)))
    wednesday = TUESDAY + timedelta(days=1)
    staffed(at(wednesday, 12, 59))
    days = office.session.scalars(select(DailyNotice.on_day).where(DailyNotice.kind == "due_by_closing"))
    assert set(days) == {TUESDAY}


def test_account_that_is_closed_is_told_nothing(staffed, office):
    office.session.get(User, office.actor("mash_manager 2").id).active = False
    assert "mash_manager 2" not in {who for who, _kind in staffed(at(TUESDAY, 17))}


def test_each_notice_has_one_promise_and_each_promise_one_notice(staffed, office):
    count = sum(staffed(at(TUESDAY, 17)).values())
    notices = office.session.execute(select(DailyNotice.outbox_id, DailyNotice.kind, DailyNotice.user_id)).all()
    promises = {message.id: message for message in office.session.scalars(select(OutboxMessage))}
    assert len(promises) == len(notices) == count
    for key, kind, user_id in notices:
        expected = {"kind": kind, "on_day": "2013-05-07", "user_id": str(user_id)}
        assert (promises[key].task, promises[key].payload) == ("daily_notice", expected)
        assert promises[key].available_at == office.clock.now()


@pytest.fixture(scope="module")
def database():
    """A database of its own, with connections for everybody at once."""
    with own_database() as name, Database(role_url("triage_app", name), pool_size=AT_ONCE) as database:
        with database.transaction(SYSTEM) as session:
            session.add_all(
                User(username=f"m-{uuid4().hex}", name="Made-up", role="mash_manager") for _each in range(5)
            )
        yield database


def promise_at(database, pack, instant):
    with database.transaction(SYSTEM) as session:
        return promise_daily_notices(Desk(session, SYSTEM, SettableClock(instant), pack))


def test_each_is_promised_once_when_eight_ask_at_once(database, pack):
    ready = Barrier(AT_ONCE)

    def ask(_number):
        ready.wait()
        return promise_at(database, pack, at(TUESDAY, 13))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        promised = list(pool.map(ask, range(AT_ONCE)))
    with database.transaction(SYSTEM) as session:
        assert sum(promised) == 10  # five managers: the morning list, and what is due
        assert len(session.scalars(select(OutboxMessage)).all()) == 10
        assert len(session.scalars(select(DailyNotice)).all()) == 10


def test_run_that_was_cut_off_leaves_nothing_and_the_next_promises_all(database, pack):
    wednesday = TUESDAY + timedelta(days=1)

    def cut_off():
        with database.transaction(SYSTEM) as session:
            assert promise_daily_notices(Desk(session, SYSTEM, SettableClock(at(wednesday, 13)), pack)) == 10
            raise InterruptedError

    with pytest.raises(InterruptedError):
        cut_off()
    assert promise_at(database, pack, at(wednesday, 13, 1)) == 10
    assert promise_at(database, pack, at(wednesday, 13, 2)) == 0


@pytest.fixture
def post(office):
    """Delivers what waits; the letters by the username that each went to."""

    def deliver_waiting():
        desk, letters = office.desk("system"), []
        desk.session.flush()
        for message in desk.session.scalars(select(OutboxMessage).where(OutboxMessage.done_at.is_(None))).all():
            deliver(desk, message, "mash@triage.example", letters.append)
        assert {letter["To"].addresses[0].domain for letter in letters} <= {"triage.example"}
        return {letter["To"].addresses[0].username: letter for letter in letters}

    return deliver_waiting


def due_letter(office, post, instant, who="mash_manager"):
    """What that manager is told is due by closing, promised and delivered at that instant."""
    key = office.actor(who).id
    username = office.session.get(User, key).username
    office.clock.at = instant
    promise_daily_notices(office.desk("system"))
    for message in office.session.scalars(select(OutboxMessage).where(OutboxMessage.done_at.is_(None))):
        if message.payload.get("kind") != "due_by_closing":
            message.done_at = instant
    return post()[username]


def refer(office, postcode):
    """A social care referral that waits for the hub to allocate it by this time tomorrow."""
    enquiry = an_enquiry(office, postcode=postcode, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    (referral,) = enquiry.referrals
    return referral


def allocate(office, referral, place):
    command = ReferralAction(referral_id=referral.id, action="allocate", team_code=f"social_care_{place}")
    act_on_referral(office.desk("mash_manager"), command)


def test_manager_is_told_what_is_overdue_first_and_what_will_breach(office, post):
    office.clock.at = at(date(2013, 5, 3), 10)
    overdue = an_enquiry(office, indicators=())
    office.clock.at = at(date(2013, 5, 3), 15)
    soon = an_enquiry(office, indicators=())
    office.clock.at = at(TUESDAY, 12)
    later = an_enquiry(office, indicators=())
    letter = due_letter(office, post, at(TUESDAY, 13))
    text = letter.get_content()
    assert letter["Subject"] == "1 overdue, 1 will breach by closing"
    assert text.index(overdue.reference) < text.index("Due by 17:00 on Tuesday 7 May 2013: 1 case")
    assert text.index("Due by 17:00 on Tuesday 7 May 2013: 1 case") < text.index(soon.reference)
    assert f"{overdue.reference}, green recommended: decision was due 10:00 on Tuesday 7 May 2013" in text
    assert later.reference not in text


def test_manager_is_told_that_nothing_will_breach_so_as_to_know_that_it_was_looked_at(office, post):
    letter = due_letter(office, post, at(TUESDAY, 13))
    assert letter["Subject"] == "Nothing will breach by closing"
    assert "nothing will breach by 17:00 on Tuesday 7 May 2013" in letter.get_content()


def test_letter_says_what_is_so_when_it_goes_and_not_when_it_was_promised(office, post):
    office.clock.at = at(date(2013, 5, 3), 10)
    enquiry = an_enquiry(office, indicators=())
    office.actor("mash_manager")
    office.clock.at = at(TUESDAY, 13)
    promise_daily_notices(office.desk("system"))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    letter = due_letter(office, post, at(TUESDAY, 13, 20))
    assert letter["Subject"] == "Nothing will breach by closing"


def test_locality_manager_is_told_of_their_own_locality_alone(office, post):
    office.clock.at = at(date(2013, 5, 3), 10)
    referrals = {place: refer(office, code) for place, code in (("west", "NG15 7AA"), ("north", "S80 1AA"))}
    for place, referral in referrals.items():
        allocate(office, referral, place)
    offer = {"transfer_to": "social_care_south", "reason": "The family moved"}
    act_on_referral(
        office.desk("mash_manager"),
        ReferralAction(referral_id=referrals["north"].id, action="offer_transfer", **offer),
    )
    enquiry = an_enquiry(office, indicators=(), postcode="NG15 7AA")
    wednesday = TUESDAY + timedelta(days=1)  # two working days after Friday: acceptance is due
    text = due_letter(office, post, at(wednesday, 13), "locality_manager:west").get_content()
    assert f"{referrals['west'].reference}, amber: acceptance was due 10:00 on Wednesday 8 May 2013" in text
    assert referrals["north"].reference not in text
    assert enquiry.reference not in text


def test_notice_whose_night_is_over_is_not_sent(office, post, staffed):
    staffed(at(TUESDAY, 17))
    office.clock.at = at(TUESDAY + timedelta(days=1), 8, 30)
    assert post() == {}
    assert set(office.session.scalars(select(OutboxMessage.cancelled_reason))) == {
        "The office opened again before it went."
    }


def test_morning_list_that_was_held_up_until_the_evening_tells_of_the_night_before_its_day(office, post):
    username = office.session.get(User, office.actor("mash_manager").id).username
    office.clock.at = at(TUESDAY, 7)
    night = an_enquiry(office, indicators=("C4_NAI",))
    office.clock.at = at(TUESDAY, 7, 30)
    again = an_enquiry(office, indicators=())
    into = {"into_reference": night.reference, "reason": "Made up: the same evening"}
    act(office, "emergency_duty_team", again, "join", **into)
    office.clock.at = at(TUESDAY, 16)
    promise_daily_notices(office.desk("system"))
    for message in office.session.scalars(select(OutboxMessage)):
        if message.payload.get("kind") != "edt_morning":
            message.done_at = office.clock.now()
    office.clock.at = at(TUESDAY, 22)
    tonight = an_enquiry(office, indicators=("C4_NAI",))
    letter = post()[username]
    text = letter.get_content()
    assert letter["Subject"] == "The night: 1 still with the Emergency Duty Team, 2 received"
    assert text.startswith(
        "From when the office closed, at 16:30 on Friday 3 May 2013, until 08:30 on Tuesday 7 May 2013."
    )
    assert night.reference in text
    assert f"{again.reference}: joined to {night.reference}" in text
    assert tonight.reference not in text


def test_brief_that_was_held_up_still_goes_during_the_night(office, post, staffed):
    staffed(at(TUESDAY, 17))
    office.clock.at = at(TUESDAY + timedelta(days=1), 8, 29)
    subjects = {letter["Subject"] for letter in post().values()}
    assert any(subject.startswith("Brief for the night") for subject in subjects)


def test_whoever_left_before_the_letter_went_gets_none(office, post, staffed):
    staffed(at(TUESDAY, 17))
    user = office.session.get(User, office.actor("mash_manager 2").id)
    user.active = False
    assert user.username not in post()
