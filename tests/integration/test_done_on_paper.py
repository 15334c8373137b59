"""Partners' answers and referrals by their true times too; and no way round what the true time may say."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from tests.acting import a_referral, act, clock_of, events_of, last_event
from tests.conftest import MORNING
from tests.making import a_subject, an_enquiry, screen
from tests.on_paper import BACK, DAY, DOWN, HOUR, UP, WHEN, decide_late, declare, enter, log_from_paper, screen_late
from triage.errors import Conflict, Invalid
from triage.insight.counting import refresh
from triage.insight.measures import measure
from triage.models import OutboxMessage
from triage.services.outages import tell_outages
from triage.services.saying_seen import SaySeen, Seen, say_seen
from triage.services.sweep import sweep
from triage.store.enquiries import find_by_reference

WORKER, POLICE = "locality_worker:west", {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}


@pytest.fixture
def check(office):
    """The police are asked at ten; from then on it is down, and it is entered the next day."""
    enquiry = an_enquiry(office, indicators=())
    screen(office, enquiry, finish=False)
    act(office, "social_worker", enquiry, "request_check", **POLICE)
    office.clock.at = BACK
    declare(office)
    return enquiry.checks[0]


def test_a_partners_answer_stops_its_clock_when_it_was_heard(office, check):
    sweep(office.desk("system"))
    assert check.state == "overdue"
    heard = MORNING + 2 * HOUR
    act(office, "mash_officer", check, "answer", answer="Known", done_at=heard)
    assert (check.ended_at, check.working_minutes_to_answer) == (heard, 120)
    assert (clock_of(check.enquiry, "agency_check").state, check.state) == ("met", "answered")
    event = last_event(office, check.enquiry, "check_answered")
    assert (event.at, datetime.fromisoformat(event.data["done_at"])) == (BACK, heard)
    refresh(office.session)
    found = measure(office.session, office.pack, "answered_in_time", date(2013, 5, 7), date(2013, 5, 7)).whole
    assert (found.counted, found.of) == (1, 1)


def test_an_answer_heard_late_is_late(office, check):
    declare(office, began_at=UP, ended_at=BACK - HOUR)
    act(office, "mash_officer", check, "nothing_known", done_at=BACK - 2 * HOUR)
    assert clock_of(check.enquiry, "agency_check").state == "missed"


@pytest.mark.parametrize(
    ("who", "action", "done_at", "words"),
    [
        ("partner_system", "answer", MORNING + HOUR, "Leave this out"),
        ("mash_officer", "chase", MORNING + HOUR, "Leave this out"),
        ("mash_officer", "answer", DOWN - HOUR, "No manager has stated"),
        ("mash_officer", "answer", BACK + HOUR, "No manager has stated"),
        ("mash_manager", "answer", MORNING + HOUR, "You stated"),
    ],
)
def test_nobody_answers_for_themselves_or_before_they_were_asked(office, check, who, action, done_at, words):
    told = {"answer": "Known"} if action == "answer" else {}
    with pytest.raises(Invalid, match=words):
        act(office, who, check, action, done_at=done_at, **told)
    assert check.state == "requested"


def test_an_answer_is_not_before_it_was_acknowledged(office, check):
    act(office, "partner_system", check, "acknowledge")
    with pytest.raises(Invalid, match="What goes before it"):
        act(office, "mash_officer", check, "answer", answer="Known", done_at=MORNING + HOUR)


def test_screening_that_ended_on_paper_went_on_without_the_answer_that_came_since(office, check):
    enquiry = check.enquiry
    act(office, "partner_system", check, "answer", answer="Known")
    with pytest.raises(Conflict, match="Nottinghamshire Police"):
        enter(office, enquiry, "finish_screening", MORNING + 2 * HOUR)
    enter(office, enquiry, "finish_screening", MORNING + 2 * HOUR, reason="It could not wait")
    assert check.gone_without == "It could not wait"
    assert last_event(office, enquiry, "screening_finished").data["without"] == ["police"]


def test_what_is_split_off_takes_no_earlier_step_than_the_split(office):
    enquiry = log_from_paper(office, subjects=(a_subject(), a_subject(given_name="Ben")))
    enter(office, enquiry, "start_screening")
    enter(office, enquiry, "split", subject_ids=(enquiry.subjects[1].id,), reason="Made up")
    office.session.flush()
    other = find_by_reference(office.session, last_event(office, enquiry, "enquiry_split").data["into"])
    with pytest.raises(Invalid, match="What goes before it"):
        enter(office, other, "set_rag", MORNING + HOUR, rag="green", reason="Made up")


def test_what_another_was_joined_to_takes_no_earlier_step_than_that(office):
    earlier, later = log_from_paper(office), an_enquiry(office, received_at=MORNING + 2 * HOUR)
    enter(office, later, "join", into_reference=earlier.reference, reason="Made up")
    office.session.flush()
    with pytest.raises(Invalid, match="What goes before it"):
        enter(office, earlier, "start_screening", MORNING + HOUR)


def test_what_was_rated_since_by_what_was_seen_is_not_rated_lower_before_that(office):
    enquiry = log_from_paper(office)
    enter(office, enquiry, "start_screening", MORNING + HOUR)
    enter(office, enquiry, "set_rag", MORNING + HOUR, rag="green", reason="Made up")
    seen = (Seen(subject_id=enquiry.subjects[0].id, needs_immediate_protection=True),)
    say_seen(office.desk("mash_officer"), SaySeen(enquiry_id=enquiry.id, seen=seen, reason="Made up: they rang again"))
    office.session.flush()
    assert enquiry.rag == "red"
    with pytest.raises(Invalid, match="What goes before it"):
        enter(office, enquiry, "set_rag", MORNING + 2 * HOUR, rag="green", reason="Made up")


def test_a_clock_that_was_marked_before_its_rating_was_entered_is_marked_by_its_own_limit(office):
    enquiry = log_from_paper(office, needs_immediate_protection=True)
    sweep(office.desk("system"))
    clock = clock_of(enquiry, "screening")
    assert (clock.variant, clock.breached_at) == ("red", BACK)
    enter(office, enquiry, "start_screening", MORNING + HOUR)
    enter(office, enquiry, "set_rag", MORNING + HOUR, rag="green", reason="Made up: talked over")
    assert (clock.due_at > BACK, clock.breached_at, clock.escalated_at) == (True, None, None)
    office.clock.at = clock.due_at + HOUR
    sweep(office.desk("system"))
    assert clock.breached_at == office.clock.at


def test_a_red_of_last_night_is_the_days_to_work_when_it_is_entered(office):
    enquiry = log_from_paper(office)
    declare(office, "mash_manager", began_at=UP, ended_at=MORNING + 20 * HOUR)
    enter(office, enquiry, "start_screening", MORNING + 10 * HOUR)
    enter(office, enquiry, "set_rag", MORNING + 10 * HOUR, rag="red")
    assert (enquiry.with_edt, enquiry.owner_id) == (False, office.actor("social_worker").id)


def test_a_letter_about_what_is_entered_late_is_promised_when_it_is_entered(office):
    enquiry = log_from_paper(office, referrer_email="teacher@school.example")
    screen_late(office, enquiry)
    decide_late(office, enquiry, MORNING + 3 * HOUR)
    office.session.flush()
    (letter,) = office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "notify_outcome"))
    assert (letter.created_at, letter.available_at) == (BACK, BACK)


def test_whoever_worked_here_meanwhile_is_told_of(office, sign_in):
    office.clock.at = MORNING + HOUR
    an_enquiry(office, given_name="Ben")
    elsewhere = an_enquiry(office, given_name="Cy")
    act(office, "social_worker", elsewhere, "start_screening")
    enquiry = log_from_paper(office)
    screen_late(office, enquiry)
    (line,) = tell_outages(office.desk("social_worker"))
    assert (line.entered, line.people, line.worked) == (3, 1, 1)
    assert "3 things, by 1 person, of whom 1 worked here meanwhile" in sign_in("social_worker").get("/outages").text


@pytest.fixture
def referral(office):
    """Requested at ten; from then on it is down for six hours, which is stated the next day."""
    referral = a_referral(office)
    office.clock.at = BACK
    declare(office)
    return referral


def test_a_referral_is_allocated_accepted_and_begun_by_the_true_times(office, referral):
    office.clock.at = MORNING + 9 * DAY
    sweep(office.desk("system"))
    at = {hours: MORNING + hours * HOUR for hours in (1, 2, 4)}
    act(office, "mash_officer", referral, "allocate", team_code="social_care_west", done_at=at[1])
    act(office, WORKER, referral, "accept", done_at=at[2])
    act(office, WORKER, referral, "start_assessment", done_at=at[4])
    assert (referral.allocated_at, referral.accepted_at, referral.started_at) == tuple(at.values())
    assert {kind: clock_of(referral, kind).state for kind in ("allocation", "acceptance", "first_contact")} == {
        "allocation": "met",
        "acceptance": "met",
        "first_contact": "met",
    }
    assert clock_of(referral, "first_contact").entered_at == office.clock.at
    assert referral.assignments[-1].assigned_at == at[1]
    assert referral.assessments[0].started_on == date(2013, 5, 7)
    late = [each for each in events_of(office, referral) if "done_at" in each.data]
    assert [each.type for each in late] == ["referral_allocated", "referral_accepted", "assessment_started"]
    assert {each.data["declared_by"] for each in late} == {"Made-up mash_manager"}
    refresh(office.session)
    for name in ("allocated_in_time", "accepted_in_time", "social_care_first_contact_in_time"):
        found = measure(office.session, office.pack, name, date(2013, 5, 7), date(2013, 5, 7)).whole
        assert (name, found.counted, found.of) == (name, 1, 1)


def test_a_family_was_contacted_when_it_was(office):
    referral = a_referral(office, "early_help")
    office.clock.at = BACK
    declare(office)
    office.clock.at = MORNING + 9 * DAY
    act(office, "early_help_unit", referral, "allocate", team_code="early_help_west", done_at=MORNING + HOUR)
    act(office, WORKER, referral, "accept", done_at=MORNING + 2 * HOUR)
    act(office, WORKER, referral, "contact_family", done_at=MORNING + 3 * HOUR)
    assert (referral.contacted_at, clock_of(referral, "first_contact").state) == (MORNING + 3 * HOUR, "met")
    assert clock_of(referral, "assessment").started_at == MORNING + HOUR


def test_an_adult_at_risk_was_acknowledged_when_they_were(office):
    referral = a_referral(office, "adult_safeguarding")
    office.clock.at = BACK
    declare(office)
    act(office, "locality_worker@adult_social_care", referral, "acknowledge", done_at=MORNING + HOUR)
    assert clock_of(referral, "adult_acknowledgement").state == "met"


def test_an_enquiry_was_not_closed_before_its_referral_was_allocated(office, referral):
    act(office, "mash_officer", referral, "allocate", team_code="social_care_west", done_at=MORNING + 3 * HOUR)
    with pytest.raises(Conflict, match="referral"):
        enter(office, referral.enquiry, "close", MORNING + 2 * HOUR)
    enter(office, referral.enquiry, "close", MORNING + 4 * HOUR)
    assert referral.enquiry.closed_at == MORNING + 4 * HOUR


def test_entered_as_of_now_the_same_is_late(office, referral):
    act(office, "mash_officer", referral, "allocate", team_code="social_care_west")
    assert (clock_of(referral, "allocation").state, clock_of(referral, "allocation").entered_at) == ("missed", None)


@pytest.mark.parametrize(
    ("who", "action", "done_at", "words"),
    [
        ("mash_officer", "allocate", MORNING - HOUR, "No manager has stated"),
        ("mash_manager", "allocate", MORNING + HOUR, "You stated"),
        ("mash_manager 2", "offer_transfer", MORNING + HOUR, "Leave this out"),
        ("mash_officer", "immediate_danger", MORNING + HOUR, "Leave this out"),
    ],
)
def test_a_referral_is_not_entered_otherwise(office, referral, who, action, done_at, words):
    with pytest.raises(Invalid, match=words):
        act(office, who, referral, action, done_at=done_at, team_code="social_care_west")
    assert referral.state == "requested"


def test_steps_of_a_referral_follow_each_other(office, referral):
    act(office, "mash_officer", referral, "allocate", team_code="social_care_west", done_at=MORNING + 3 * HOUR)
    with pytest.raises(Invalid, match="13:00"):
        act(office, WORKER, referral, "accept", done_at=MORNING + 2 * HOUR)
    act(office, WORKER, referral, "accept")
    with pytest.raises(Invalid, match="What goes before it"):
        act(office, WORKER, referral, "start_assessment", done_at=MORNING + 4 * HOUR)


def test_a_referral_of_today_was_not_allocated_yesterday(office):
    office.clock.at = BACK
    declare(office)
    referral = a_referral(office)
    with pytest.raises(Invalid, match="What goes before it"):
        act(office, "mash_officer", referral, "allocate", team_code="social_care_west", done_at=MORNING + HOUR)


def test_it_is_entered_on_the_pages_of_both(office, referral, sign_in):
    hub, url = sign_in("mash_officer"), f"/referrals/{referral.id}"
    assert "Done on paper, while it was down?" in hub.get(url).text
    sent = WHEN | {"allocate.team_code": "social_care_west"}
    wrong = hub.post(f"{url}/actions/allocate", data=sent | {"done_at-time": "23:00"})
    assert wrong.status_code == 422
    assert 'href="#done_at-day"' in wrong.text
    assert "What you typed can no longer be sent here" not in wrong.text
    assert hub.post(f"{url}/actions/allocate", data=sent | {"done_at-time": "11:00"}).status_code == 302
    theirs = sign_in(WORKER)
    assert theirs.post(f"{url}/actions/accept", data=WHEN | {"done_at-time": "12:15"}).status_code == 302
    page = theirs.get(url).text
    assert "Done on paper at 12:15 yesterday" in page
    assert "done on paper, entered 13:00 today" in page
    assert "Done on paper, while it was down?" not in sign_in("mash_manager").get(url).text


def test_an_answer_is_entered_on_the_page_of_its_enquiry(office, check, sign_in):
    hub, url = sign_in("mash_officer"), f"/enquiries/{check.enquiry.id}"
    sent = WHEN | {f"check_{check.id.hex}.answer.answer": "Known", "done_at-time": "14:20"}
    at = f"{url}/checks/{check.id}"
    assert hub.post(f"{at}/chase", data=sent).status_code == 422
    assert hub.post(f"{at}/answer", data=sent).status_code == 302
    assert "Done on paper at 14:20 yesterday" in hub.get(url).text


def test_when_it_was_done_stays_typed_where_what_is_sent_has_no_use_for_it(office, sign_in):
    enquiry = log_from_paper(office)
    worker, url = sign_in("social_worker"), f"/enquiries/{enquiry.id}"
    view = {"only": "0", "first_views.0.subject_id": str(enquiry.subjects[0].id), "first_views.0.level": "3"}
    view |= {"first_views.0.reason": "Made up"} | WHEN | {"done_at-time": "11:00"}
    page = worker.post(f"{url}/first-views", data=view)
    assert page.status_code == 200
    assert 'value="11:00"' in page.text


def test_systems_of_the_hub_enter_it_by_the_api_and_a_partners_does_not(office, check, caller):
    at = {"done_at": (MORNING + HOUR).isoformat(), "answer": "Known"}
    for who, status in (("partner_system", 422), ("mash_officer", 200)):
        answer = caller(who).post(f"/checks/{check.id}/actions/answer", at, If_Match=f'"{check.version}"')
        assert (who, answer.status_code) == (who, status), answer.text
    assert check.ended_at == MORNING + HOUR


def test_a_referral_is_allocated_by_the_api_with_its_true_time(office, referral, caller):
    sent = {"team_code": "social_care_west", "done_at": (MORNING + HOUR).isoformat()}
    done = caller("mash_officer").post(
        f"/referrals/{referral.id}/actions/allocate", sent, If_Match=f'"{referral.version}"'
    )
    assert done.status_code == 200, done.text
    assert datetime.fromisoformat(done.json["allocated_at"]) == MORNING + HOUR
    (ended,) = (each for each in done.json["clocks"] if each["kind"] == "allocation")
    assert [datetime.fromisoformat(ended[name]) for name in ("stopped_at", "entered_at")] == [MORNING + HOUR, BACK]


@pytest.mark.parametrize(
    "done_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2013-05-07T11:00:00", "yesterday"]
)
def test_an_instant_that_is_odd_or_none_is_refused_in_words(office, referral, caller, done_at):
    sent = {"team_code": "social_care_west", "done_at": done_at}
    done = caller("mash_officer").post(
        f"/referrals/{referral.id}/actions/allocate", sent, If_Match=f'"{referral.version}"'
    )
    assert done.status_code == 422, done.text
    assert referral.state == "requested"
