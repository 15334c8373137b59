"""An enquiry on its way: its colour, its partners' answers, holding, withdrawing, reopening, who has it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.acting import act, clock_of, clocks_by, decide_each, events_of, last_event, refused, two_children, walk
from tests.making import an_enquiry, decide_as, screen, view_first
from triage.errors import Conflict
from triage.services.sweep import sweep
from workflows.clocks import due_times

RECEIVED = datetime(2013, 5, 7, 11, 0, tzinfo=UTC)  # Tuesday noon in Nottinghamshire


@pytest.fixture
def enquiry(office):
    """Received at noon and looked at since two in the afternoon."""
    office.clock.at = RECEIVED + timedelta(hours=2)
    made = an_enquiry(office, received_at=RECEIVED, indicators=())
    return act(office, "social_worker", made, "start_screening")


def ask(office, enquiry, agency, **details):
    usual = {"lawful_basis": "public_task", "consent": "given"}
    act(office, "social_worker", enquiry, "request_check", agency_code=agency, **(usual | details))
    return enquiry.checks[-1]


def test_first_colour_below_the_recommended_one_needs_a_reason_and_is_kept_with_it(office):
    enquiry = walk(office, "social_worker", an_enquiry(office, indicators=("C4_NAI",)), "start_screening")
    for rag in ("amber", "green"):
        assert refused(office, "social_worker", enquiry, "set_rag", rag=rag) == {"no_reason": "Give a reason."}
    assert (enquiry.rag, clock_of(enquiry, "screening").variant) == (None, "red")
    act(office, "social_worker", enquiry, "set_rag", rag="amber", reason="The GP saw an old scar")
    assert last_event(office, enquiry, "rag_set").data == {
        "before": None,
        "rag": "amber",
        "reason": "The GP saw an old scar",
    }
    as_recommended = walk(office, "social_worker", an_enquiry(office, indicators=("C4_NAI",)), "start_screening")
    assert act(office, "social_worker", as_recommended, "set_rag", rag="red").rag == "red"


def test_first_colour_needs_no_reason_and_a_changed_one_does(office, enquiry):
    act(office, "social_worker", enquiry, "set_rag", rag="green")
    assert refused(office, "social_worker", enquiry, "set_rag", rag="amber") == {"no_reason": "Give a reason."}
    assert list(refused(office, "social_worker", enquiry, "set_rag", rag="green", reason="x")) == ["rag_unchanged"]
    assert list(refused(office, "social_worker", enquiry, "set_rag")) == ["rag_missing"]
    assert enquiry.rag == "green"


def test_changed_colour_retimes_screening_from_receipt_and_says_why(office, enquiry):
    act(office, "social_worker", enquiry, "set_rag", rag="green")
    assert clock_of(enquiry, "screening").due_at == RECEIVED + timedelta(days=3)
    act(office, "social_worker", enquiry, "set_rag", rag="red", reason="The school rang: he is at the gate")
    clock = clock_of(enquiry, "screening")
    assert (clock.started_at, clock.due_at) == (RECEIVED, RECEIVED + timedelta(hours=4))
    told = last_event(office, enquiry, "rag_set").data
    assert told == {"before": "green", "rag": "red", "reason": "The school rang: he is at the gate"}


def kept(clock):
    """What a changed colour leaves as it is, once it is past due."""
    return (
        *(clock.started_at, clock.warn_at, clock.due_at, clock.limit_text, clock.timescale_version),
        *(clock.warned_at, clock.breached_at, clock.escalated_at),
    )


@pytest.mark.parametrize("is_swept", [True, False])
def test_changed_colour_never_makes_what_is_past_due_timely(office, enquiry, is_swept):
    act(office, "social_worker", enquiry, "set_rag", rag="red")
    clock = clock_of(enquiry, "screening")
    office.clock.at = clock.due_at + timedelta(minutes=1)
    if is_swept:
        sweep(office.desk("system"))
    before = kept(clock)
    for rag in ("green", "amber"):
        act(office, "social_worker", enquiry, "set_rag", rag=rag, reason="Seen by the GP")
        assert (kept(clock), clock.variant, clock.state) == (before, rag, "running")
    sweep(office.desk("system"))
    sweep(office.desk("system"))
    assert [event.type for event in events_of(office, enquiry)].count("clock_breached") == 1
    walk(office, "social_worker", enquiry, "finish_screening")
    assert (clock.state, clock.due_at) == ("missed", RECEIVED + timedelta(hours=4))


def test_changed_colour_at_the_last_minute_is_timed_anew_and_warned_of_again(office, enquiry):
    act(office, "social_worker", enquiry, "set_rag", rag="red")
    clock = clock_of(enquiry, "screening")
    office.clock.at = clock.due_at
    sweep(office.desk("system"))
    assert (clock.warned_at, clock.breached_at) == (office.clock.now(), None)
    act(office, "social_worker", enquiry, "set_rag", rag="green", reason="Seen by the GP")
    assert (clock.due_at, clock.warned_at) == (RECEIVED + timedelta(days=3), None)
    office.clock.at = clock.warn_at
    sweep(office.desk("system"))
    sweep(office.desk("system"))
    assert clock.warned_at == office.clock.now()
    assert last_event(office, enquiry, "clock_warned").data["due_at"] == clock.due_at.isoformat()


def test_shorter_limit_that_has_passed_already_is_breached_at_once_and_once(office, enquiry):
    act(office, "social_worker", enquiry, "set_rag", rag="green")
    office.clock.at = RECEIVED + timedelta(hours=5)
    act(office, "social_worker", enquiry, "set_rag", rag="red", reason="He is at the gate")
    assert [sweep(office.desk("system")).breached for _ in range(2)] == [1, 0]
    act(office, "social_worker", enquiry, "set_rag", rag="green", reason="He has gone")
    clock = clock_of(enquiry, "screening")
    assert (clock.due_at, clock.breached_at) == (RECEIVED + timedelta(hours=4), office.clock.now())


def partners(office, enquiry):
    """Police asked, health asked and answered, school asked and withdrawn; each clock by its agency."""
    act(office, "social_worker", enquiry, "set_rag", rag="amber")
    for agency in ("police", "health", "school"):
        ask(office, enquiry, agency)
    walk(office, "mash_officer", enquiry.checks[1], "nothing_known")
    act(office, "social_worker", enquiry.checks[2], "withdraw", reason="Rang us already")
    return {clock.agency_check.agency_code: clock for clock in enquiry.clocks if clock.agency_check}


@pytest.mark.parametrize(("rag", "hours"), [("red", 2), ("green", 24)])
def test_changed_colour_retimes_the_partners_who_have_not_answered_from_when_they_were_asked(
    office, enquiry, rag, hours
):
    clocks = partners(office, enquiry)
    asked, ended = clocks["police"].started_at, [kept(clocks[agency]) for agency in ("health", "school")]
    assert clocks["police"].limit_text == "6 working hours"
    office.clock.at = asked + timedelta(hours=1)
    act(office, "social_worker", enquiry, "set_rag", rag=rag, reason="The school rang")
    police = clocks["police"]
    due = office.pack.calendar.add_working_minutes(asked, hours * 60)
    assert (police.variant, police.started_at, police.due_at) == (rag, asked, due)
    assert [kept(clocks[agency]) for agency in ("health", "school")] == ended


def test_partner_who_is_overdue_stays_so_whatever_the_colour_and_is_escalated_once(office, enquiry):
    police = partners(office, enquiry)["police"]
    office.clock.at = police.due_at + timedelta(minutes=1)
    sweep(office.desk("system"))
    before = kept(police)
    for rag in ("green", "red", "green"):
        act(office, "social_worker", enquiry, "set_rag", rag=rag, reason="News")
        sweep(office.desk("system"))
    assert kept(police) == before
    types = [event.type for event in events_of(office, enquiry)]
    assert [types.count(each) for each in ("check_chased", "check_overdue", "check_escalated")] == [1, 1, 1]
    act(office, "partner_system", enquiry.checks[0], "answer", answer="Called twice")
    assert police.state == "missed"


@pytest.mark.parametrize(
    ("brought", "codes"),
    [
        ({}, ["no_lawful_basis", "no_consent_to_ask"]),
        ({"consent": "given"}, ["no_lawful_basis"]),
        ({"lawful_basis": "public_task"}, ["no_consent_to_ask"]),
        ({"lawful_basis": "public_task", "consent": "refused", "consent_reason": " "}, ["no_consent_to_ask"]),
        ({"lawful_basis": "public_task", "consent": "not_safe_to_ask"}, ["no_consent_to_ask"]),
    ],
)
def test_partner_is_asked_only_with_a_lawful_basis_and_consent_or_why_not(office, enquiry, brought, codes):
    assert list(refused(office, "social_worker", enquiry, "request_check", agency_code="police", **brought)) == codes
    assert enquiry.checks == []


def test_partner_asked_without_consent_keeps_the_reason_with_the_check(office, enquiry):
    check = ask(office, enquiry, "police", consent="not_safe_to_ask", consent_reason="He would destroy the telephone")
    kept = (check.lawful_basis, check.consent, check.consent_reason)
    assert kept == ("public_task", "not_safe_to_ask", "He would destroy the telephone")
    told = last_event(office, enquiry, "check_requested").data
    assert told["consent_reason"] == "He would destroy the telephone"
    assert (enquiry.state, clocks_by(enquiry)) == ("checking", {"screening", "decision", "agency_check"})


def test_going_on_without_an_answer_says_who_is_out_and_why(office, enquiry):
    act(office, "social_worker", enquiry, "set_rag", rag="amber")
    police, health = ask(office, enquiry, "police"), ask(office, enquiry, "health")
    act(office, "mash_officer", police, "nothing_known")
    why_not = refused(office, "social_worker", enquiry, "finish_screening")
    assert why_not == {
        "checks_outstanding": "Not answered yet: Health. Wait, or give a reason for going on without.",
    }
    act(office, "social_worker", enquiry, "finish_screening", reason="The ward is short; the child is safe at home")
    assert (police.gone_without, health.gone_without) == ("", "The ward is short; the child is safe at home")
    told = last_event(office, enquiry, "screening_finished").data
    assert told == {"without": ["health"], "reason": "The ward is short; the child is safe at home"}


def test_enquiry_without_a_colour_is_not_sent_for_decision(office, enquiry):
    assert list(refused(office, "social_worker", enquiry, "finish_screening")) == ["no_rag"]


def test_hold_takes_a_reason_and_stops_no_clock(office, enquiry):
    assert list(refused(office, "social_worker", enquiry, "hold")) == ["no_reason"]
    act(office, "social_worker", enquiry, "hold", reason="The family is abroad until Thursday")
    assert (enquiry.state, enquiry.queue, clocks_by(enquiry)) == ("on_hold", "on_hold", {"screening", "decision"})
    assert last_event(office, enquiry, "enquiry_held").data == {"reason": "The family is abroad until Thursday"}
    act(office, "social_worker", enquiry, "resume")
    assert enquiry.state == "screening"


def test_withdrawn_enquiry_has_a_reason_and_no_clock_that_counts(office, enquiry):
    view_first(office, "social_worker", enquiry)
    assert list(refused(office, "social_worker", enquiry, "withdraw", reason="  ")) == ["no_reason"]
    act(office, "social_worker", enquiry, "withdraw", reason="Rang the wrong county")
    assert (enquiry.state, enquiry.closed_at, enquiry.queue) == ("closed", office.clock.now(), None)
    assert {clock.state for clock in enquiry.clocks} == {"cancelled"}


def test_what_was_past_due_when_the_enquiry_was_withdrawn_was_missed(office, enquiry):
    act(office, "social_worker", enquiry, "set_rag", rag="red")
    again = an_enquiry(office, received_at=RECEIVED, indicators=())
    screen(office, again, rag="red", finish=False)
    for each in (enquiry, again):
        view_first(office, "social_worker", each)
    office.clock.at = clock_of(enquiry, "screening").due_at
    act(office, "social_worker", enquiry, "withdraw", reason="Rang the wrong county")
    assert clocks_by(enquiry, "cancelled") == {"screening", "decision"}, "at its last minute it was not late"
    office.clock.at += timedelta(minutes=1)
    act(office, "social_worker", again, "withdraw", reason="Rang the wrong county")
    assert (clocks_by(again, "missed"), clocks_by(again, "cancelled")) == ({"screening"}, {"decision"})


def test_partner_who_was_overdue_when_it_was_decided_has_missed_it(office, enquiry):
    clocks = partners(office, enquiry)
    act(office, "social_worker", enquiry, "finish_screening", reason="The child is safe at her aunt's")
    office.clock.at = clocks["police"].due_at + timedelta(minutes=1)
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    assert {agency: clock.state for agency, clock in clocks.items()} == {
        "police": "missed",
        "health": "met",
        "school": "cancelled",
    }


@pytest.mark.parametrize(("rag", "variant"), [("amber", "amber"), (None, "green")])
def test_reopened_enquiry_is_screened_against_a_clock_again_by_its_colour(office, enquiry, rag, variant):
    """By the colour that it had or, where nobody had rated it, by the one that is recommended."""
    if rag:
        act(office, "social_worker", enquiry, "set_rag", rag=rag)
    view_first(office, "social_worker", enquiry)
    act(office, "social_worker", enquiry, "withdraw", reason="Rang the wrong county")
    office.clock.at += timedelta(days=20)
    act(office, "social_worker", enquiry, "reopen", reason="It was the right county")
    first, clock = [each for each in enquiry.clocks if each.kind == "screening"]
    due = due_times("screening", variant, office.clock.now(), office.pack.calendar).due_at
    assert (first.state, clock.state, clock.variant) == ("cancelled", "running", variant)
    assert (clock.started_at, clock.due_at) == (office.clock.now(), due)
    office.clock.at = due + timedelta(minutes=1)
    sweep(office.desk("system"))
    assert (first.breached_at, clock.breached_at) == (None, office.clock.now())


def test_reopened_enquiry_has_a_clock_of_its_own_and_the_first_keeps_its_result(office, enquiry):
    act(office, "social_worker", enquiry, "set_rag", rag="amber")
    walk(office, "social_worker", enquiry, "finish_screening")
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    walk(office, "mash_officer", enquiry, "close")
    office.clock.at += timedelta(days=20)
    assert list(refused(office, "social_worker", enquiry, "reopen")) == ["no_reason"]
    act(office, "social_worker", enquiry, "reopen", reason="The school rang again")
    assert (enquiry.state, enquiry.decided_at, enquiry.closed_at) == ("screening", None, None)
    clock = clock_of(enquiry, "decision")
    assert (clock.variant, clock.started_at, clock.state) == ("reopened", office.clock.now(), "running")
    office.clock.at += timedelta(days=2)
    walk(office, "social_worker", enquiry, "finish_screening")
    decide_as(office, "social_worker", enquiry, route="advice", level=2)
    assert [clock.state for clock in enquiry.clocks if clock.kind == "decision"] == ["met", "missed"]
    assert [each.route for each in enquiry.subjects[0].decisions] == ["no_further_action", "advice"]
    assert enquiry.subjects[0].decision.route == "advice"
    assert "enquiry_reopened" in [event.type for event in events_of(office, enquiry)]


def test_second_who_claims_is_told_who_has_it(office):
    enquiry = act(office, "mash_officer", an_enquiry(office), "claim")
    taken = {"claimed": "Made-up mash_officer has it. Ask them to hand it over, or ask a manager."}
    assert refused(office, "social_worker", enquiry, "claim") == taken
    assert refused(office, "social_worker", enquiry, "start_screening") == taken
    assert enquiry.owner_id == office.actor("mash_officer").id


def test_who_has_it_may_screen_it(office):
    enquiry = act(office, "social_worker", an_enquiry(office), "claim")
    assert act(office, "social_worker", enquiry, "start_screening").state == "screening"


def test_handing_over_is_for_who_has_it_or_a_manager(office, enquiry):
    to = {"worker_id": office.actor("social_worker 2").id, "reason": "End of my day"}
    assert list(refused(office, "mash_officer", enquiry, "hand_over", **to)) == ["not_yours"]
    assert list(refused(office, "social_worker", enquiry, "hand_over")) == ["no_worker", "no_reason"]
    act(office, "social_worker", enquiry, "hand_over", **to)
    assert enquiry.owner_id == office.actor("social_worker 2").id
    told = last_event(office, enquiry, "enquiry_handed_over").data
    assert told == {"to": "Made-up social_worker 2", "reason": "End of my day"}
    act(office, "mash_manager", enquiry, "hand_over", worker_id=office.actor("mash_officer").id, reason="Ill")
    assert enquiry.owner_id == office.actor("mash_officer").id


OF_ONE = {"route": "advice", "level": 2, "section_47": False, "why_not": {"early_help": "Not wanted"}}
OF_THE_OTHER = {"route": "no_further_action", "level": 2, "section_47": False, "why_not": {"early_help": "Not wanted"}}


def test_different_outcome_for_a_brother_needs_its_reason(office):
    enquiry = two_children(office)
    screen(office, enquiry)
    with pytest.raises(Conflict, match="differs from that of the brother or sister"):
        decide_each(office, "social_worker", enquiry, OF_ONE, OF_THE_OTHER)
    why = "He lives with his father and is never there"
    decide_each(office, "social_worker", enquiry, OF_ONE, OF_THE_OTHER | {"sibling_reason": why})
    assert [each.decision.route for each in enquiry.subjects] == ["advice", "no_further_action"]
    assert [each.decision.sibling_reason for each in enquiry.subjects] == ["", why]
    told = last_event(office, enquiry, "decision_made").data["decisions"]
    assert [each.get("sibling_reason") for each in told] == [None, why]


def test_brothers_and_sisters_are_decided_together_or_not_at_all(office):
    enquiry = two_children(office)
    screen(office, enquiry)
    assert list(refused(office, "social_worker", enquiry, "decide")) == ["subjects_undecided"]
    with pytest.raises(Conflict, match="Decide for every person"), office.session.begin_nested():
        decide_each(office, "social_worker", enquiry, OF_ONE)
    assert [each.decision for each in enquiry.subjects] == [None, None]
