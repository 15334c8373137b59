"""What was done on paper while it was down is entered with its true time: stated by one, entered by others."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.conftest import MORNING
from tests.making import an_enquiry, decide_as, view_first
from tests.on_paper import BACK, DAY, DOWN, HOUR, UP, WHEN, decide_late, declare, enter, log_from_paper, screen_late
from tests.restricting import at_desk_of
from triage.database import act_as
from triage.errors import Conflict, Invalid
from triage.models import Enquiry
from triage.services.outages import list_open_outages, tell_outages
from triage.store.enquiries import list_events

ADDED = text("INSERT INTO outages VALUES (:began, :ended, 'Made up', 0, :at, :by, :id)")


@pytest.fixture
def enquiry(office):
    """Logged from paper."""
    return log_from_paper(office)


def clocks_of(enquiry):
    return {clock.kind: (clock.state, clock.stopped_at) for clock in enquiry.clocks}


def test_clocks_go_by_the_true_time_and_the_log_keeps_both(office, enquiry):
    screen_late(office, enquiry)
    decided_at = MORNING + 3 * HOUR
    decide_late(office, enquiry, decided_at)
    office.session.flush()
    assert enquiry.decided_at == decided_at
    assert enquiry.working_minutes_to_decision == 175
    assert clocks_of(enquiry)["decision"] == ("met", decided_at)
    assert clocks_of(enquiry)["screening"] == ("met", MORNING + 2 * HOUR)
    events = {event.type: event for event in list_events(office.session, enquiry.id)}
    made = events["decision_made"]
    assert made.at == BACK
    assert datetime.fromisoformat(made.data["done_at"]) == decided_at
    assert made.data["declared_by"] == "Made-up mash_manager"
    assert "done_at" not in events["enquiry_received"].data


def test_entered_as_of_now_the_same_is_late(office, enquiry):
    office.clock.at = BACK
    enter(office, enquiry, "start_screening")
    enter(office, enquiry, "set_rag", rag="amber", reason="Made up: talked over")
    enter(office, enquiry, "finish_screening")
    decide_as(office, "social_worker", enquiry, level=2, route="advice", why_not={"early_help": "Made up"})
    assert {clocks_of(enquiry)[kind][0] for kind in ("screening", "decision")} == {"missed"}


def test_what_was_done_late_on_paper_is_late(office, enquiry):
    declare(office, began_at=UP, ended_at=BACK - HOUR)
    screen_late(office, enquiry)
    decide_late(office, enquiry, BACK - 2 * HOUR)
    assert clocks_of(enquiry)["decision"][0] == "missed"


def test_a_grave_decision_and_its_approval_are_entered_each_by_who_made_it(office, enquiry):
    screen_late(office, enquiry)
    grave = {"level": 4, "route": "social_care", "section_47": True, "why_not": {}}
    decide_late(office, enquiry, MORNING + 3 * HOUR, **grave)
    assert enquiry.state == "awaiting_approval"
    view_first(office, "mash_manager 2", enquiry)
    enter(office, enquiry, "approve", MORNING + 4 * HOUR, who="mash_manager 2")
    assert enquiry.decided_at == MORNING + 4 * HOUR
    (referral,) = enquiry.referrals
    assert referral.requested_at == MORNING + 4 * HOUR
    assert min(clock.started_at for clock in referral.clocks) == MORNING + 4 * HOUR
    opened = list_events(office.session, referral.id)[0]
    assert (opened.at, datetime.fromisoformat(opened.data["done_at"])) == (BACK, MORNING + 4 * HOUR)


@pytest.mark.parametrize(
    ("done_at", "who", "words"),
    [
        (UP + HOUR, "social_worker", "No manager has stated"),
        (DOWN - HOUR, "social_worker", "No manager has stated"),
        (DOWN + HOUR, "mash_manager", "You stated"),
        (DOWN, "social_worker", "What goes before it was done at 10:05"),
    ],
)
def test_only_within_an_outage_that_another_stated_and_after_what_it_follows(office, enquiry, done_at, who, words):
    with pytest.raises(Invalid, match=words):
        enter(office, enquiry, "start_screening", done_at, who=who)
    assert enquiry.state == "received"


def test_a_step_is_not_before_the_one_before_it_and_a_step_of_today_ends_what_was_on_paper(office, enquiry):
    enter(office, enquiry, "start_screening", MORNING + 3 * HOUR)
    with pytest.raises(Invalid, match="13:00"):
        enter(office, enquiry, "set_rag", MORNING + 2 * HOUR, rag="amber", reason="Made up")
    enter(office, enquiry, "set_rag", rag="amber", reason="Made up")
    with pytest.raises(Invalid, match="What goes before it"):
        enter(office, enquiry, "finish_screening", MORNING + 4 * HOUR)


def test_what_may_not_be_entered_late_is_refused_and_so_is_what_comes_weeks_after(office, enquiry):
    with pytest.raises(Invalid, match="does not ask"):
        enter(office, enquiry, "hold", MORNING + HOUR, reason="Made up")
    office.clock.at = UP + timedelta(days=15)
    with pytest.raises(Invalid, match="two weeks"):
        enter(office, enquiry, "start_screening", MORNING + HOUR)


def test_guards_hold_for_what_is_entered_late_too(office, enquiry):
    with pytest.raises(Conflict):
        enter(office, enquiry, "finish_screening", MORNING + HOUR)


@pytest.mark.parametrize(
    ("began_at", "ended_at", "reason", "words"),
    [
        (UP, DOWN, "Made up", "not after the beginning"),
        (DOWN, BACK + HOUR, "Made up", "not over"),
        (DOWN - 8 * DAY, DOWN, "Made up", "longer than a week"),
        (DOWN - 9 * DAY, DOWN - 8 * DAY, "Made up", "more than a week ago"),
        (DOWN, UP, "  ", "Say why"),
    ],
)
def test_what_is_not_over_or_too_long_or_long_ago_is_not_stated(office, began_at, ended_at, reason, words):
    office.clock.at = BACK
    with pytest.raises(Invalid, match=words):
        declare(office, began_at=began_at, ended_at=ended_at, reason=reason)


def test_the_page_tells_what_was_done_meanwhile_and_how_much_was_entered(office, enquiry, sign_in):
    screen_late(office, enquiry)
    office.clock.at = MORNING + HOUR
    an_enquiry(office, given_name="Ben")  # somebody could work after all
    office.clock.at = BACK
    declare(office, "mash_manager 2", reason="Once more")
    first, second = sorted(
        tell_outages(office.desk("social_worker")), key=lambda each: each.outage.reason, reverse=True
    )
    assert (first.entered, first.people, first.outage.done_meanwhile) == (3, 1, 0)
    assert (second.entered, second.outage.done_meanwhile) == (0, 2)  # the enquiry, and its child
    page = sign_in("social_worker").get("/outages").text
    assert "3 things, by 1 person" in page
    assert "State it" not in page


def test_who_stated_it_is_in_the_ledger_and_sees_none_to_enter_with(office, enquiry):
    told = "SELECT actor_id, data ->> 'reason' FROM account_events WHERE type = 'outage_declared'"
    assert office.session.execute(text(told)).one()[0] == office.actor("mash_manager").id
    assert list_open_outages(office.desk("mash_manager")) == []
    assert len(list_open_outages(office.desk("social_worker"))) == 1


@pytest.mark.parametrize("who", ["social_worker", "mash_officer", "locality_manager:west", "administrator"])
def test_none_but_a_manager_states_it_in_their_own_name(office, enquiry, who):
    who_it_is, office.clock.at = office.actor(who), BACK
    act_as(office.session, who_it_is)
    about = {"began": DOWN, "ended": UP, "at": BACK, "id": uuid4(), "by": who_it_is.id}
    for by in (who_it_is.id, office.actor("mash_manager").id):
        with pytest.raises(ProgrammingError, match="row-level security"), office.session.begin_nested():
            office.session.execute(ADDED, about | {"by": by})
    act_as(office.session, office.actor("mash_manager"))
    with pytest.raises(ProgrammingError, match="row-level security"), office.session.begin_nested():
        office.session.execute(ADDED, about)
    office.session.execute(ADDED, about | {"by": office.actor("mash_manager").id})


def test_nobody_changes_it_and_the_hub_and_localities_alone_read_it(office, enquiry):
    act_as(office.session, office.actor("mash_manager"))
    for statement in ("UPDATE outages SET reason = 'x'", "DELETE FROM outages"):
        with pytest.raises(ProgrammingError, match="permission denied"), office.session.begin_nested():
            office.session.execute(text(statement))
    for who, seen in (("social_worker", 1), ("locality_worker:west", 1), ("referrer", 0), ("administrator", 0)):
        with at_desk_of(office, who):
            assert office.session.scalar(text("SELECT count(*) FROM outages")) == seen


def test_manager_states_it_on_the_page_and_is_told_what_to_put_right(office, sign_in):
    office.clock.at = BACK
    browser = sign_in("mash_manager")
    told = {"began_at-day": "7", "began_at-month": "5", "began_at-year": "2013", "began_at-time": "10:00"}
    told |= {"ended_at-day": "7", "ended_at-month": "5", "ended_at-year": "2013", "reason": "The network failed"}
    refused = browser.post("/outages", data=told)
    assert refused.status_code == 422
    assert "Enter a day and a time" in refused.text
    assert "The network failed" in refused.text
    done = browser.post("/outages", data=told | {"ended_at-time": "16:00"}, follow_redirects=True)
    assert "It is stated." in done.text
    assert "16:00 on Tuesday 7 May 2013" in done.text
    assert sign_in("social_worker").post("/outages", data=told).status_code == 403


def test_it_is_entered_on_the_pages(office, enquiry, sign_in):
    browser, url = sign_in("social_worker"), f"/enquiries/{enquiry.id}"
    assert "Done on paper" in browser.get(url).text
    at = WHEN | {"done_at-time": "11:00"}
    wrong = browser.post(f"{url}/actions/start_screening", data=at | {"done_at-time": "23:00"})
    assert wrong.status_code == 422
    assert "No manager has stated" in wrong.text
    assert browser.post(f"{url}/actions/start_screening", data=at).status_code in (200, 302)
    rated = at | {"set_rag.rag": "amber", "set_rag.reason": "Made up"}
    assert browser.post(f"{url}/actions/set_rag", data=rated).status_code in (200, 302)
    assert browser.post(f"{url}/actions/finish_screening", data=at).status_code in (200, 302)
    with at_desk_of(office, "social_worker"):
        view_first(office, "social_worker", enquiry)
    page = browser.get(f"{url}/decide").text
    assert "Done on paper" in page
    subject = enquiry.subjects[0].id
    chosen = {"subject_id": subject, "route": "advice", "level": 2, "section_47": "false", "reason": "Made up"}
    chosen |= {"why_not.early_help": "Made up"}
    sent = {f"decisions.0.{name}": value for name, value in chosen.items()} | at | {"done_at-time": "12:30"}
    assert browser.post(f"{url}/decide", data=sent | {"done_at-time": ""}).status_code == 422
    assert browser.post(f"{url}/decide", data=sent).status_code == 302
    assert office.session.get_one(Enquiry, enquiry.id).decided_at == MORNING + timedelta(hours=2, minutes=30)
    assert "Done on paper at 12:30 yesterday" in browser.get(url).text


def test_nobody_is_asked_when_it_was_done_where_it_was_not_down(office, sign_in):
    logged = an_enquiry(office)
    assert "Done on paper" not in sign_in("social_worker").get(f"/enquiries/{logged.id}").text
