"""What whoever is on duty is shown: what will breach, what the night begins with, what it did and left."""

from datetime import date, datetime, time, timedelta

import pytest

from tests.acting import EVERYBODY, act, in_days
from tests.asking import asked_of
from tests.making import an_enquiry, decide_as, screen
from tests.reading import main_of
from triage.database import act_as
from triage.models import Recommendation
from triage.services.duty import list_due, prepare_brief, prepare_morning
from workflows.calendar import LONDON

MONDAY_CLOSED, TUESDAY = date(2013, 5, 6), date(2013, 5, 7)  # a bank holiday, and the day after it
FRIDAY = date(2013, 5, 3)
WEDNESDAY = date(2013, 5, 8)
GRAVE = {"indicators": ("C4_NAI",)}


def at(day, hour, minute=0):
    """That time of that day by the office's clocks."""
    return datetime.combine(day, time(hour, minute), LONDON)


def log(office, instant, **details):
    office.clock.at = instant
    return an_enquiry(office, **({"indicators": ()} | details))


def refer(office, *, section_47=False, **details):
    """A referral to social care of an enquiry that is logged, screened and decided now."""
    enquiry = an_enquiry(office, **(GRAVE | details))
    screen(office, enquiry, rag="red")
    why_not = {} if section_47 else {"section_47": "Made up: explained"}
    decide_as(office, "social_worker", enquiry, route="social_care", level=4, section_47=section_47, why_not=why_not)
    (referral,) = enquiry.referrals
    return referral


def references(listed):
    """The references on a list, in its order."""
    cases = getattr(listed, "cases", listed)
    return [getattr(each, "listed", each).case.reference for each in cases]


def due_by_closing(office, who="mash_manager"):
    desk = office.desk(who)
    office.session.flush()
    return list_due(desk, desk.pack.calendar.next_closing(desk.now))


def brief(office):
    office.session.flush()
    return prepare_brief(office.desk("emergency_duty_team"))


def morning(office):
    office.session.flush()
    return prepare_morning(office.desk("mash_manager"), office.clock.now())


def test_most_overdue_stands_first_and_what_is_due_tomorrow_not_at_all(office):
    later = log(office, at(FRIDAY, 16))
    overdue = log(office, at(FRIDAY, 10))
    log(office, at(TUESDAY, 10))
    most_overdue = log(office, at(date(2013, 5, 2), 10))
    office.clock.at = at(TUESDAY, 13)
    due = due_by_closing(office)
    assert references(due) == [most_overdue.reference, overdue.reference, later.reference]
    assert (due.total, due.overdue) == (3, 2)


def test_case_with_several_clocks_is_one_line_with_the_first_at_its_head(office):
    enquiry = log(office, at(FRIDAY, 10), indicators=("P4_UNSAFE",))
    office.clock.at = at(TUESDAY, 13)
    due = due_by_closing(office)
    (listed,) = due.cases
    assert listed.case is enquiry
    assert sorted(clock.kind for clock in listed.clocks) == ["decision", "screening"]
    assert listed.due_at == min(clock.due_at for clock in listed.clocks)
    assert due.total == 1


def test_clock_that_stands_still_is_not_due(office):
    enquiry = log(office, at(FRIDAY, 16))
    act(
        office,
        "mash_manager",
        enquiry,
        "pause_clock",
        clock="decision",
        until=in_days(office, 7),
        reason="The family is away",
    )
    office.clock.at = at(TUESDAY, 13)
    assert references(due_by_closing(office)) == []


def test_list_that_is_cut_keeps_the_worst_and_says_how_many_there_are(office, monkeypatch):
    monkeypatch.setattr("triage.services.duty.MOST", 1)
    log(office, at(FRIDAY, 11))
    worst = log(office, at(FRIDAY, 10))
    office.clock.at = at(TUESDAY, 13)
    due = due_by_closing(office)
    assert (references(due), due.total, due.overdue) == ([worst.reference], 2, 2)


@pytest.fixture
def two_localities(office):
    """A social care referral accepted by nobody yet, overdue, in the west and in the north."""
    office.clock.at = at(FRIDAY, 10)
    referrals = {place: refer(office, postcode=code) for place, code in (("west", "NG15 7AA"), ("north", "S80 1AA"))}
    for place, referral in referrals.items():
        act(office, "mash_manager", referral, "allocate", team_code=f"social_care_{place}")
    office.clock.at = at(WEDNESDAY, 13)
    return referrals


def test_locality_manager_sees_their_own_localitys_and_no_other(office, two_localities):
    assert len(due_by_closing(office).cases) == 2
    act_as(office.session, office.actor("locality_manager:west"))
    assert references(due_by_closing(office, "locality_manager:west")) == [two_localities["west"].reference]


def test_offer_is_due_from_whom_it_was_made_to_and_nothing_else_of_that_case(office, two_localities):
    referral = two_localities["north"]
    office.clock.at = at(FRIDAY, 11)
    offer = {"transfer_to": "social_care_west", "reason": "The family moved"}
    act(office, "mash_manager", referral, "offer_transfer", **offer)
    office.clock.at = at(WEDNESDAY, 13)
    office.session.flush()
    act_as(office.session, office.actor("locality_manager:west"))
    due = due_by_closing(office, "locality_manager:west")
    kinds = {each.case.reference: [clock.kind for clock in each.clocks] for each in due.cases}
    assert kinds == {two_localities["west"].reference: ["acceptance"], referral.reference: ["transfer"]}


def test_brief_tells_of_every_section_47_that_is_open_recommended_or_proposed(office):
    office.clock.at = at(TUESDAY, 10)
    recommended = an_enquiry(office, **GRAVE)
    proposed = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, proposed)
    decide_as(office, "social_worker", proposed, approve=False, route="social_care", level=4, section_47=True)
    opened = refer(office, section_47=True)
    refer(office, section_47=False)
    an_enquiry(office)
    told = references(brief(office).section_47)
    assert sorted(told) == sorted([recommended.reference, proposed.reference, opened.reference])


def test_brief_puts_an_overdue_referral_before_an_enquiry_that_is_not(office):
    office.clock.at = at(FRIDAY, 10)
    referral = refer(office, section_47=True)
    enquiry = log(office, at(TUESDAY, 13), **GRAVE)
    assert references(brief(office).section_47) == [referral.reference, enquiry.reference]


def test_brief_goes_by_what_is_recommended_last(office):
    enquiry = log(office, at(TUESDAY, 10), **GRAVE)
    first = enquiry.subjects[0].recommendation
    told = {column.key: getattr(first, column.key) for column in Recommendation.__table__.columns}
    told |= {"made_at": at(TUESDAY, 11), "section_47": False, "rag": "green"}
    del told["id"], told["subject_id"]
    office.session.add(Recommendation(subject=enquiry.subjects[0], **told))
    assert references(brief(office).section_47) == references(brief(office).reds) == []


def test_brief_leaves_out_a_section_47_that_ended_in_a_plan(office):
    office.clock.at = at(TUESDAY, 10)
    referral = refer(office, section_47=True)
    act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
    act(office, "locality_worker:west", referral, "immediate_danger", reason="Hit again")
    assert references(brief(office).section_47) == [referral.reference]
    act(office, "locality_worker:west", referral, "call_strategy_discussion", invited=EVERYBODY)
    act(office, "locality_worker:west", referral, "open_section_47", came=EVERYBODY)
    act(office, "locality_worker:west", referral, "call_conference")
    act(office, "locality_worker:west", referral, "make_protection_plan")
    assert references(brief(office).section_47) == []


def test_brief_tells_of_other_reds_rated_or_not_yet_rated(office):
    office.clock.at = at(TUESDAY, 10)
    rated = an_enquiry(office)
    screen(office, rated, rag="red", finish=False)
    lowered = an_enquiry(office)
    screen(office, lowered, rag="amber", finish=False)
    unallocated = refer(office)
    begun = refer(office)
    act(office, "mash_manager", begun, "allocate", team_code="social_care_west")
    for action in ("accept", "start_assessment"):
        act(office, "locality_worker:west", begun, action)
    told = brief(office)
    assert sorted(references(told.reds)) == sorted([rated.reference, unallocated.reference])
    assert references(told.section_47) == []


def test_brief_tells_who_handed_over_and_why_and_what_came_by_itself(office):
    handed = log(office, at(TUESDAY, 15))
    act(office, "social_worker", handed, "hand_over_to_edt", reason="Nobody answered the door")
    at_night = log(office, at(TUESDAY, 20), **GRAVE)
    back = log(office, at(TUESDAY, 20, 30))
    act(office, "social_worker", back, "hand_over_to_edt", reason="Look in")
    act(office, "emergency_duty_team", back, "hand_back", reason="All is well")
    told = {each.listed.case.reference: each.handover for each in brief(office).with_edt}
    assert set(told) == {handed.reference, at_night.reference}
    assert told[at_night.reference] is None
    reason, by = told[handed.reference].data["reason"], told[handed.reference].actor_name
    assert (reason, by) == ("Nobody answered the door", "Made-up social_worker")


def test_case_that_was_handed_back_and_turns_red_at_night_came_by_itself(office):
    enquiry = log(office, at(TUESDAY, 15))
    act(office, "social_worker", enquiry, "hand_over_to_edt", reason="Look in")
    act(office, "emergency_duty_team", enquiry, "hand_back", reason="All is well")
    screen(office, enquiry, finish=False)
    office.clock.at = at(TUESDAY, 20)
    act(office, "emergency_duty_team", enquiry, "set_rag", rag="red", reason="The child rang")
    (told,) = brief(office).with_edt
    assert (told.listed.case, told.handover) == (enquiry, None)


def test_child_split_off_is_with_the_night_for_the_reason_that_both_were(office):
    siblings = log(office, at(TUESDAY, 15))
    act(office, "social_worker", siblings, "hand_over_to_edt", reason="Nobody answered the door")
    other = log(office, at(TUESDAY, 15))
    other.split_from_id, other.with_edt = siblings.id, True
    told = {each.listed.case.reference: each.handover.data["reason"] for each in brief(office).with_edt}
    assert told[other.reference] == told[siblings.reference] == "Nobody answered the door"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(TUESDAY, 16, 30), at(WEDNESDAY, 8, 30)),
        (at(TUESDAY, 23), at(WEDNESDAY, 8, 30)),
        (at(WEDNESDAY, 7), at(WEDNESDAY, 8, 30)),
        (at(FRIDAY, 16), at(TUESDAY, 8, 30)),
    ],
    ids=["before closing", "at night", "before opening", "before a long weekend"],
)
def test_night_lasts_until_the_office_opens(office, now, until):
    office.clock.at = now
    assert brief(office).until == until


def test_brief_tells_what_is_due_before_the_office_opens_and_not_what_was_or_will_be(office):
    log(office, at(FRIDAY, 10))
    tonight = log(office, at(FRIDAY, 16, 15), indicators=())
    red = log(office, at(TUESDAY, 15), indicators=("P4_UNSAFE",))
    screen(office, red, rag="red", finish=False)
    log(office, at(TUESDAY, 15, 30))
    office.clock.at = at(TUESDAY, 16)
    assert references(brief(office).due) == [tonight.reference, red.reference]


def test_morning_tells_what_came_and_what_is_left_since_the_office_closed(office):
    log(office, at(FRIDAY, 16))
    left = log(office, at(FRIDAY, 18), **GRAVE)
    came = log(office, at(MONDAY_CLOSED, 12))
    log(office, at(TUESDAY, 8, 30))
    told = morning(office)
    assert told.since == at(FRIDAY, 16, 30)
    assert references(told.received) == [left.reference, came.reference]
    assert references(told.left) == [left.reference]


def test_morning_tells_what_the_night_did_to_each_case_in_order(office):
    before = log(office, at(FRIDAY, 15))
    act(office, "emergency_duty_team", before, "start_screening")
    enquiry = log(office, at(FRIDAY, 18), **GRAVE)
    other = log(office, at(FRIDAY, 19))
    office.clock.at = at(FRIDAY, 20)
    act(office, "emergency_duty_team", enquiry, "start_screening")
    act(office, "emergency_duty_team", enquiry, "set_rag", rag="red")
    office.clock.at = at(FRIDAY, 21)
    act(office, "emergency_duty_team", enquiry, "immediate_danger", reason="The child was hit")
    act(office, "social_worker", other, "start_screening")
    office.clock.at = at(TUESDAY, 8, 30)
    told = {each.listed.case.reference: [one.type for one in each.events] for each in morning(office).done}
    assert told[enquiry.reference] == ["screening_started", "rag_set", "immediate_danger_declared"]
    assert {before.reference, other.reference} & set(told) == set()


@pytest.fixture
def page_of(sign_in, office):
    """The page as that person sees it now."""

    def get(who):
        client = sign_in(who)
        office.session.flush()
        answer = client.get("/duty")
        assert answer.status_code == 200
        return answer.text

    return get


@pytest.fixture
def a_night(office):
    """A case handed over, one that came at night, one overdue and one not due; it is Tuesday, one o'clock."""
    cases = {
        "overdue": log(office, at(FRIDAY, 10), given_name="Overdue"),
        "handed": log(office, at(FRIDAY, 15), given_name="Handed"),
        "night": log(office, at(FRIDAY, 20), given_name="Night", **GRAVE),
        "later": log(office, at(TUESDAY, 11), given_name="Later"),
    }
    office.clock.at = at(FRIDAY, 16, 20)
    act(office, "social_worker", cases["handed"], "hand_over_to_edt", reason="Nobody <answered> the door")
    office.clock.at = at(TUESDAY, 13)
    return cases


HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")


@pytest.mark.parametrize("who", HUB)
def test_hub_sees_what_will_breach_the_brief_and_the_morning_list(page_of, a_night, who):
    page = page_of(who)
    due, waits, night, after = (page.index(f'id="{part}"') for part in ("due", "waiting", "brief", "morning"))
    assert due < waits < night < after
    assert a_night["overdue"].reference in page[due:waits]
    assert a_night["later"].reference in page[waits:night]  # undecided, and due another day
    assert a_night["later"].reference not in page[:waits] + page[night:]
    assert a_night["handed"].reference in page[night:after]
    assert "Nobody &lt;answered&gt; the door" in page[night:after]
    assert a_night["night"].reference in page[after:]
    assert f'href="/enquiries/{a_night["night"].id}"' in page


def test_overdue_case_is_filled_and_said_in_words_and_counted_at_the_head(page_of, a_night):
    page = page_of("mash_manager")
    rows = [row for row in page.split("<tr") if a_night["overdue"].reference in row]
    assert rows
    assert all("triage-row--overdue" in row and "3 h overdue</span>" in row for row in rows)
    counted = page[page.index("triage-duty__worst") :]
    assert counted[: counted.index("</a>")].endswith("<strong>2</strong> overdue")


def test_locality_manager_sees_what_will_breach_there_and_nothing_of_the_hubs(page_of, two_localities):
    page = page_of("locality_manager:west")
    assert two_localities["west"].reference in page
    assert f'href="/referrals/{two_localities["west"].id}"' in page
    assert two_localities["north"].reference not in page
    for part in ("brief", "morning"):
        assert f'id="{part}"' not in page


@pytest.mark.parametrize("who", ["locality_worker:west", "analyst"])
def test_page_is_not_for_whoever_manages_nothing(sign_in, who):
    client = sign_in(who)
    assert client.get("/duty").status_code == 403
    assert 'href="/duty"' not in client.get("/referrals" if who.startswith("locality") else "/measures").text


def test_quiet_day_is_said_in_words(page_of, office):
    office.clock.at = at(TUESDAY, 13)
    page = page_of("mash_manager")
    assert "Nothing will breach by closing." in page
    assert "Nothing is with the Emergency Duty Team." in page
    assert "triage-duty__worst" not in page


def test_page_asks_the_database_as_often_for_many_cases_as_for_few(page_of, office):
    def count_questions():
        with asked_of(office.session) as asked:
            page_of("mash_manager")
        return len(asked)

    def add(count):
        for number in range(count):
            log(office, at(FRIDAY, 17, number), **GRAVE)
            office.clock.at = at(TUESDAY, 7)
            refer(office)
        office.clock.at = at(TUESDAY, 13)
        office.session.flush()

    add(2)
    count_questions()  # the first time, whoever asks is made up
    few = count_questions()
    add(5)
    assert count_questions() == few


def test_enquiry_that_was_joined_to_another_at_night_leaves_the_page_whole(office, sign_in):
    office.clock.at = at(TUESDAY, 20)
    first = an_enquiry(office)
    office.clock.at += timedelta(minutes=5)
    second = an_enquiry(office, source="6")
    act(office, "emergency_duty_team", second, "join", into_reference=first.reference, reason="The same evening")
    page = sign_in("mash_manager").get("/duty")
    assert page.status_code == 200
    received = main_of(page.text).partition("Received while the office was closed")[2]
    assert received.startswith(" (2)")
    listed = received.partition("What the Emergency Duty Team did")[0]
    assert f"Nothing due {second.reference}" in listed
    assert f"Closed Joined to {first.reference}" in listed
