"""A clock that stands still: by a manager's word alone, for a reason that everybody sees, to a day, to the minute."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.acting import (
    a_referral,
    accepted,
    act,
    at_section_47,
    clock_of,
    clocks_by,
    events_of,
    in_days,
    last_event,
    refused,
    walk,
)
from tests.making import an_enquiry, approve_as, decide_as, screen, view_first
from tests.reading import plain
from triage.access.actor import SYSTEM
from triage.services.sweep import sweep
from workflows.social_care import SOCIAL_CARE

MANAGER = "mash_manager"
WHY = {"reason": "The interpreter comes tomorrow"}
LONGEST = date(2013, 5, 21)  # ten working days after the day of all this, Tuesday 7 May
ASKED = {**WHY, "until": LONGEST}
FRIDAY = datetime(2013, 5, 10, 15, 0, tzinfo=UTC)  # four in the afternoon: half an hour is left of the day
MONDAY = datetime(2013, 5, 13, 8, 0, tzinfo=UTC)  # nine in the morning: half an hour has gone


@pytest.fixture
def enquiry(office):
    """An amber enquiry, to be decided within a working day."""
    made = an_enquiry(office, indicators=("C2_ABSENCE_PATTERN",))
    screen(office, made, rag="amber", finish=False)
    return made


def pause(office, case, kind, who=MANAGER, until=None):
    return act(office, who, case, "pause_clock", clock=kind, until=until or in_days(office, 14), **WHY)


def run_on(office, case, kind, who=MANAGER):
    return act(office, who, case, "resume_clock", clock=kind, reason="She came")


def test_only_a_manager_pauses_and_says_why(office, enquiry):
    barred = refused(office, "social_worker", enquiry, "pause_clock", clock="decision", **ASKED)
    assert list(barred) == ["not_your_role"]
    assert list(refused(office, MANAGER, enquiry, "pause_clock", clock="decision", until=LONGEST)) == ["no_reason"]
    assert refused(office, MANAGER, enquiry, "pause_clock", **ASKED) == {
        "no_such_clock": "Choose a clock that runs: decision, screening.",
    }
    pause(office, enquiry, "decision")
    clock = clock_of(enquiry, "decision")
    (stood,) = clock.pauses
    assert (clock.state, clock.paused_at, stood.paused_at) == ("paused", office.clock.now(), office.clock.now())
    assert (stood.reason, stood.until) == (WHY["reason"], LONGEST)
    assert (stood.paused_by_id, stood.resumed_at) == (office.actor(MANAGER).id, None)
    told = last_event(office, enquiry, "clock_paused").data
    assert told == {"kind": "decision", "until": "2013-05-21", "due_at": [clock.due_at.isoformat()], **WHY}
    assert clock_of(enquiry, "screening").state == "running"


def test_pause_of_a_referral_is_for_its_managers(office):
    case = act(office, MANAGER, a_referral(office), "allocate", team_code="social_care_west")
    for who in ("locality_worker:west", "early_help_unit"):
        assert list(refused(office, who, case, "pause_clock", clock="assessment", **ASKED)) == ["not_your_role"]
    pause(office, case, "assessment", "locality_manager:west")
    assert (clock_of(case, "assessment").state, clock_of(case, "acceptance").state) == ("paused", "running")
    assert list(refused(office, "early_help_unit", case, "resume_clock", clock="assessment", **WHY)) == [
        "not_your_role"
    ]


@pytest.mark.parametrize(
    ("until", "refusal"),
    [
        (None, {"no_until": "Say on which day it runs on."}),
        (date(2013, 5, 6), {"until_past": "It runs on tomorrow at the earliest. Choose a later day."}),
        (date(2013, 5, 7), {"until_past": "It runs on tomorrow at the earliest. Choose a later day."}),
        (
            date(2013, 5, 22),
            {"until_too_far": "A pause is ten working days at most. Choose a day up to Tuesday 21 May 2013."},
        ),
    ],
)
def test_pause_has_an_end_after_today_and_within_ten_working_days(office, enquiry, until, refusal):
    assert refused(office, MANAGER, enquiry, "pause_clock", clock="decision", until=until, **WHY) == refusal
    assert clock_of(enquiry, "decision").pauses == []
    pause(office, enquiry, "decision", until=date(2013, 5, 8))
    pause(office, enquiry, "screening", until=LONGEST)
    assert clocks_by(enquiry, "paused") == {"decision", "screening"}


@pytest.mark.parametrize("until", [date(2013, 5, 11), date(2013, 5, 12), date(2013, 5, 13)])
def test_sweep_lets_a_clock_run_on_as_the_office_opens_on_that_day_and_once(office, enquiry, until):
    """On Monday, if it is a Saturday or a Sunday."""
    office.clock.at = FRIDAY
    clock = clock_of(enquiry, "decision")
    clock.due_at, clock.warn_at = FRIDAY + timedelta(days=3), FRIDAY + timedelta(minutes=10)
    pause(office, enquiry, "decision", until=until)
    opening = office.pack.calendar.opening(date(2013, 5, 13))
    office.clock.at = opening - timedelta(minutes=1)
    assert (sweep(office.desk("system")).resumed, clock.state) == (0, "paused")
    office.clock.at = opening
    assert [sweep(office.desk("system")).resumed for _ in range(2)] == [1, 0]
    (stood,) = clock.pauses
    assert (clock.state, clock.paused_at) == ("running", None)
    assert (stood.resumed_at, stood.resumed_by_id) == (opening, SYSTEM.id)
    assert office.pack.calendar.working_minutes_between(opening, clock.due_at) == 30 + 450
    (told,) = [event for event in events_of(office, enquiry) if event.type == "clock_resumed"]
    assert told.actor_role == "system"
    assert told.data == {"kind": "decision", "until": f"{until}", "due_at": [clock.due_at.isoformat()], **WHY}


def test_sweep_that_comes_late_gives_no_time_away(office, enquiry):
    pause(office, enquiry, "decision", until=date(2013, 5, 9))
    clock = clock_of(enquiry, "decision")
    left = office.pack.calendar.working_minutes_between(office.clock.now(), clock.due_at)
    opening = office.pack.calendar.opening(date(2013, 5, 9))
    office.clock.at = opening + timedelta(days=7)
    swept = sweep(office.desk("system"))
    assert clock.pauses[0].resumed_at == opening
    assert clock.due_at == office.pack.calendar.add_working_minutes(opening, left)
    assert (swept.resumed, clock.breached_at) == (1, office.clock.now())


def test_pause_that_is_over_ended_then_though_no_sweep_has_come(office, enquiry):
    for kind in ("decision", "screening"):
        pause(office, enquiry, kind, until=date(2013, 5, 9))
    office.clock.at = datetime(2013, 5, 10, 12, tzinfo=UTC)  # past due, though not by a green's limit
    act(office, "social_worker", enquiry, "set_rag", rag="green", reason="Seen by the GP")
    walk(office, "social_worker", enquiry, "finish_screening")
    decide_as(office, "social_worker", enquiry, route="advice", level=2, why_not={"early_help": "Not wanted"})
    opening = office.pack.calendar.opening(date(2013, 5, 9))
    for kind in ("decision", "screening"):
        clock = clock_of(enquiry, kind)
        assert (clock.state, clock.pauses[0].resumed_at, clock.pauses[0].resumed_by_id) == (
            "missed",
            opening,
            SYSTEM.id,
        )


def test_manager_lets_it_run_on_before_its_day_and_it_runs_on_once(office, enquiry):
    pause(office, enquiry, "decision", until=date(2013, 5, 9))
    office.clock.at += timedelta(hours=3)
    run_on(office, enquiry, "decision")
    due = clock_of(enquiry, "decision").due_at
    office.clock.at = office.pack.calendar.opening(date(2013, 5, 9))
    assert (sweep(office.desk("system")).resumed, clock_of(enquiry, "decision").due_at) == (0, due)
    assert [event.type for event in events_of(office, enquiry)].count("clock_resumed") == 1


def test_discussion_and_conference_are_never_paused(office):
    case = accepted(office)
    act(office, "locality_worker:west", case, "call_strategy_discussion", invited=("police", "health", "social_care"))
    conferring = at_section_47(office, given_name="Ben")
    for row, kind in ((case, "strategy_discussion"), (conferring, "conference")):
        row.rag = "amber"  # whatever its colour
        told = refused(office, "locality_manager:west", row, "pause_clock", clock=kind, **ASKED)
        assert list(told) == ["clock_runs_on"]
        assert clock_of(row, kind).state == "running"


def test_due_moves_by_just_the_working_time_that_it_stood_still(office, enquiry):
    office.clock.at = FRIDAY
    clock = clock_of(enquiry, "decision")
    clock.due_at, clock.warn_at = FRIDAY + timedelta(days=3), FRIDAY + timedelta(minutes=10)
    calendar = office.pack.calendar
    left = [calendar.working_minutes_between(FRIDAY, at) for at in (clock.due_at, clock.warn_at)]
    pause(office, enquiry, "decision")
    office.clock.at = MONDAY
    run_on(office, enquiry, "decision")
    assert left == [30 + 450, 10]
    assert [calendar.working_minutes_between(MONDAY, at) for at in (clock.due_at, clock.warn_at)] == left
    assert (clock.state, clock.paused_at, clock.pauses[0].resumed_at) == ("running", None, MONDAY)
    assert last_event(office, enquiry, "clock_resumed").data["due_at"] == [clock.due_at.isoformat()]


def test_pause_outside_hours_moves_nothing(office, enquiry):
    office.clock.at = datetime(2013, 5, 7, 20, 0, tzinfo=UTC)
    clock = clock_of(enquiry, "decision")
    due = clock.due_at
    pause(office, enquiry, "decision")
    office.clock.at += timedelta(hours=10)
    run_on(office, enquiry, "decision")
    assert clock.due_at == due


@pytest.mark.parametrize(
    ("day", "status", "words"),
    [
        ({}, 409, "Say on which day it runs on."),
        ({"day": "7", "month": "5", "year": "2013"}, 409, "It runs on tomorrow at the earliest."),
        ({"day": "22", "month": "5", "year": "2013"}, 409, "Choose a day up to Tuesday 21 May 2013."),
        ({"day": "32", "month": "5", "year": "2013"}, 422, "enter a real date"),
    ],
)
def test_pause_that_has_no_end_in_time_is_refused_beside_its_day(sign_in, office, enquiry, day, status, words):
    sent = {f"pause_clock.until-{part}": said for part, said in day.items()}
    sent |= {"pause_clock.clock": "decision", "pause_clock.reason": "The family is away"}
    refusal = sign_in(MANAGER).post(f"/enquiries/{enquiry.id}/actions/pause_clock", data=sent)
    assert refusal.status_code == status
    (beside,) = re.findall(r'<p id="pause_clock.until-error"[^>]*>(.*?)</p>', refusal.text, re.S)
    assert words in plain(beside)
    assert "The family is away</textarea>" in refusal.text


def test_sweep_leaves_a_paused_clock_alone_and_takes_it_up_again(office, enquiry):
    for kind in ("decision", "screening"):
        pause(office, enquiry, kind)
    due = clock_of(enquiry, "decision").due_at
    office.clock.at = due + timedelta(days=3)
    swept = sweep(office.desk("system"))
    assert (swept.warned, swept.breached) == (0, 0)
    run_on(office, enquiry, "decision")
    clock = clock_of(enquiry, "decision")
    office.clock.at = clock.warn_at
    assert (sweep(office.desk("system")).warned, clock.warned_at) == (1, office.clock.now())
    office.clock.at = clock.due_at + timedelta(minutes=1)
    assert (sweep(office.desk("system")).breached, clock.breached_at) == (1, office.clock.now())


def test_red_is_never_paused(office):
    enquiry = an_enquiry(office, indicators=("C4_NAI",))
    screen(office, enquiry, rag="red", finish=False)
    for kind in ("screening", "decision"):
        assert list(refused(office, MANAGER, enquiry, "pause_clock", clock=kind, **ASKED)) == ["clock_runs_on"]


@pytest.mark.parametrize("kind", ["screening", "decision"])
def test_what_the_policy_puts_at_red_is_not_paused_while_nobody_has_rated_it(office, kind):
    red = an_enquiry(office, indicators=("C4_NAI",))
    assert red.rag is None
    assert list(refused(office, MANAGER, red, "pause_clock", clock=kind, **ASKED)) == ["clock_runs_on"]
    screen(office, red, rag="amber", finish=False)
    pause(office, red, kind)


def test_clock_past_due_is_not_made_timely_by_pausing_it(office, enquiry):
    office.clock.at = clock_of(enquiry, "decision").due_at + timedelta(minutes=1)
    assert list(refused(office, MANAGER, enquiry, "pause_clock", clock="decision", **ASKED)) == ["clock_runs_on"]
    office.clock.at -= timedelta(minutes=1)
    pause(office, enquiry, "decision")
    assert clock_of(enquiry, "decision").state == "paused"


def test_partners_clock_is_chased_and_not_paused(office, enquiry):
    about = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}
    act(office, "social_worker", enquiry, "request_check", **about)
    assert list(refused(office, MANAGER, enquiry, "pause_clock", clock="agency_check", **ASKED)) == ["no_such_clock"]


def test_what_does_not_stand_still_does_not_run_on(office, enquiry):
    assert "no_clock_paused" in refused(office, MANAGER, enquiry, "resume_clock", clock="decision", **WHY)
    pause(office, enquiry, "decision")
    assert refused(office, MANAGER, enquiry, "resume_clock", clock="screening", **WHY) == {
        "not_paused": "Choose a paused clock: decision.",
    }


def test_stopped_while_paused_it_is_judged_as_if_it_had_run_on_then(office, enquiry):
    pause(office, enquiry, "decision")
    office.clock.at += timedelta(days=10)
    walk(office, "social_worker", enquiry, "finish_screening")
    decide_as(office, "social_worker", enquiry, route="advice", level=2, why_not={"early_help": "Not wanted"})
    clock = clock_of(enquiry, "decision")
    assert (clock.state, clock.stopped_at, clock.paused_at) == ("met", office.clock.now(), None)
    assert clock.pauses[0].resumed_at == office.clock.now()
    assert clock_of(enquiry, "screening").state == "missed"


def test_assessment_completed_while_its_clock_is_paused_is_not_late(office):
    case = act(office, MANAGER, a_referral(office), "allocate", team_code="social_care_west")
    walk(office, "locality_worker:west", case, "accept", "start_assessment")
    due = clock_of(case, "assessment").due_at
    office.clock.at = due - timedelta(hours=1)
    pause(office, case, "assessment", "locality_manager:west")
    office.clock.at = due + timedelta(days=10)
    walk(office, "locality_worker:west", case, "complete_assessment")
    assert clock_of(case, "assessment").state == "met"


def test_cancelled_while_paused_its_pause_ends_too(office, enquiry):
    pause(office, enquiry, "decision")
    view_first(office, "social_worker", enquiry)
    act(office, "social_worker", enquiry, "withdraw", reason="Rang the wrong county")
    clock = clock_of(enquiry, "decision")
    assert (clock.state, clock.pauses[0].resumed_at) == ("cancelled", office.clock.now())


def test_changed_colour_keeps_what_was_paused_before(office, enquiry):
    office.clock.at += timedelta(hours=1)
    pause(office, enquiry, "screening")
    office.clock.at += timedelta(hours=2)
    run_on(office, enquiry, "screening")
    act(office, "social_worker", enquiry, "set_rag", rag="green", reason="Seen by the GP")
    clock = clock_of(enquiry, "screening")
    without = office.pack.calendar.add_working_days(enquiry.received_at, 3)
    assert clock.due_at == office.pack.calendar.add_working_minutes(without, 120)


def test_turning_red_lets_every_clock_run_on(office, enquiry):
    for kind in ("decision", "screening"):
        pause(office, enquiry, kind)
    office.clock.at += timedelta(hours=2)
    act(office, "social_worker", enquiry, "set_rag", rag="red", reason="He is back")
    assert {clock.state for clock in enquiry.clocks} == {"running"}
    assert clock_of(enquiry, "screening").due_at == enquiry.received_at + timedelta(hours=4 + 2)


def test_immediate_danger_lets_every_clock_of_the_case_run_on(office):
    case = act(office, MANAGER, a_referral(office), "allocate", team_code="social_care_west")
    pause(office, case, "assessment", "locality_manager:west")
    act(office, "locality_worker:west", case, "immediate_danger", reason="He is at the door")
    assert clock_of(case, "assessment").state == "running"
    assert case.state in SOCIAL_CARE.open_states


def test_api_shows_each_pause_with_its_reason(office, enquiry, caller):
    pause(office, enquiry, "decision")
    manager = caller("mash_manager")
    shown = manager.get(f"/enquiries/{enquiry.id}")
    (clock,) = [each for each in shown.get_json()["clocks"] if each["kind"] == "decision"]
    assert (clock["state"], clock["paused_at"] is None) == ("paused", False)
    assert [(each["reason"], each["until"], each["resumed_at"]) for each in clock["pauses"]] == [
        (WHY["reason"], "2013-05-21", None)
    ]
    body = {"clock": "decision", "reason": "She came"}
    at = f"/enquiries/{enquiry.id}/actions/resume_clock"
    after = manager.post(at, body, If_Match=shown.headers["ETag"]).get_json()
    (clock,) = [each for each in after["clocks"] if each["kind"] == "decision"]
    assert (clock["state"], clock["paused_at"], clock["pauses"][0]["resumed_at"] is None) == ("running", None, False)


def test_paused_clock_waits_for_approval_as_it_is(office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    pause(office, enquiry, "decision")
    decide_as(office, "social_worker", enquiry, approve=False, route="social_care", level=4)
    office.clock.at += timedelta(days=10)
    assert clock_of(enquiry, "decision").state == "paused"
    approve_as(office, "mash_manager 2", enquiry)
    assert clock_of(enquiry, "decision").state == "met"
