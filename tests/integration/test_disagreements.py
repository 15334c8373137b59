"""A professional disagrees with a decision: who may and when, its clock, who answers, and what comes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tests.acting import act, clock_of, clocks_by, last_event, refused
from tests.disagreeing import TOLD, WHY, WORDS, answer, decided, disagree, said_of, sent_by
from tests.disposing import at_desk, service_desk
from tests.making import an_enquiry, decide_as, screen, view_first
from triage.errors import Conflict, Invalid, NotFound
from triage.models import OutboxMessage
from triage.services.notices import deliver
from triage.services.sweep import sweep

SECOND = "mash_manager 2"


def refuse(office, attempt, kind=Conflict):
    office.session.flush()
    with pytest.raises(kind) as refusal, office.session.begin_nested():
        attempt()
    office.session.expire_all()
    return {problem.code for problem in refusal.value.problems}


def write_letters(office):
    """What is promised is written: each letter that went, by its task, and what was called off."""
    office.session.flush()
    sent, waiting = {}, select(OutboxMessage).where(OutboxMessage.done_at.is_(None)).order_by(OutboxMessage.id)
    for message in office.session.scalars(waiting).all():
        deliver(
            service_desk(office), message, "mash@triage.example", lambda mail, of=message: sent.update({of.task: mail})
        )
    office.session.flush()
    return sent


def test_what_is_said_runs_a_clock_of_its_own_that_outlives_the_decision_and_closing(office):
    enquiry = decided(office)
    row = disagree(office, enquiry)
    assert (row.words, row.state, row.again, row.said_by_id) == (WORDS, "open", False, office.actor("referrer").id)
    assert (row.clock.kind, row.clock.limit_text, row.clock.enquiry_id) == (
        "disagreement",
        "2 working days",
        enquiry.id,
    )
    assert last_event(office, enquiry, "disagreement_received").data == {"disagreement": str(row.id)}
    act(office, "mash_officer", enquiry, "close")
    assert (enquiry.state, clocks_by(enquiry)) == ("closed", {"disagreement"})
    act(office, "social_worker", enquiry, "reopen", reason="Made up: the school rang")
    act(office, "social_worker", enquiry, "immediate_danger", reason="Made up: he is hurt")
    assert "disagreement" in clocks_by(enquiry)


def test_sweep_warns_and_marks_and_escalates_once_after_the_enquiry_is_closed(office):
    enquiry = decided(office)
    row = disagree(office, enquiry)
    act(office, "mash_officer", enquiry, "close")
    write_letters(office)
    office.clock.at = row.clock.warn_at
    assert sweep(service_desk(office)).warned == 1
    (letter,) = write_letters(office).values()
    assert letter["Subject"] == f"Soon out of time: a disagreement: {enquiry.reference}"
    assert letter["To"] == "mash_manager@triage.example"
    office.clock.at = row.clock.due_at + timedelta(minutes=1)
    assert [sweep(service_desk(office)).breached for _ in "ab"] == [1, 0]
    (letter,) = write_letters(office).values()
    assert letter["Subject"] == f"Out of time: {enquiry.reference}"
    assert "answer to a disagreement was due by" in letter.get_content()
    answer(office, row)
    assert row.clock.state == "missed"


def test_nobody_pauses_its_clock(office):
    enquiry = decided(office)
    disagree(office, enquiry)
    until = (office.clock.now() + timedelta(days=2)).date()
    why = refused(office, "mash_manager", enquiry, "pause_clock", clock="disagreement", until=until, reason="Made up")
    assert "no_clock_runs" in why


def test_it_is_said_only_of_what_is_decided_one_at_a_time_twice_at_most_and_with_words(office):
    enquiry = sent_by(office)
    assert refuse(office, lambda: disagree(office, enquiry)) == {"not_now"}
    decided(office, enquiry)
    assert refuse(office, lambda: disagree(office, enquiry, "  "), Invalid) == {"no_words"}
    answer(office, disagree(office, enquiry))
    second = disagree(office, enquiry)
    assert second.again
    assert refuse(office, lambda: disagree(office, enquiry)) == {"not_now"}
    answer(office, second)
    assert refuse(office, lambda: disagree(office, enquiry)) == {"not_now"}
    assert len(said_of(office, enquiry)) == 2


@pytest.mark.parametrize(
    "who", ["partner_contributor", "partner_system", "referrer 2", "social_worker", "mash_manager"]
)
def test_nobody_disagrees_but_whoever_sent_it(office, who):
    enquiry = decided(office)
    assert refuse(office, lambda: disagree(office, enquiry, who=who), NotFound) == {"not_found"}


def test_member_of_the_public_does_not(office):
    enquiry = decided(office, channel="public_form")
    assert refuse(office, lambda: disagree(office, enquiry)) == {"not_now"}


def test_manager_who_decided_or_approved_does_not_answer_and_another_does(office):
    enquiry = sent_by(office, indicators=("C4_NAI",))
    screen(office, enquiry, rag="red")
    why_not = {"section_47": "Made up: seen today", "social_care": "Made up"}
    decide_as(
        office, "mash_manager", enquiry, route="no_further_action", level=1, why_not=why_not | {"early_help": "x"}
    )
    office.session.flush()
    row = disagree(office, enquiry)
    for who in ("mash_manager", SECOND):  # the second approved it
        assert refuse(office, lambda who=who: answer(office, row, who=who)) == {"own_decision"}
    answer(office, row, who="mash_manager 3")
    assert (row.state, row.answered_by_id) == ("stands", office.actor("mash_manager 3").id)


def test_manager_who_withdrew_it_does_not_answer(office):
    enquiry = sent_by(office)
    act(office, "mash_manager", enquiry, "claim")
    act(office, "mash_manager", view_first(office, "mash_manager", enquiry), "withdraw", reason="Made up: sent twice")
    row = disagree(office, enquiry)
    assert refuse(office, lambda: answer(office, row, who="mash_manager")) == {"own_decision"}
    answer(office, row, who=SECOND)


@pytest.mark.parametrize("who", ["social_worker", "mash_officer", "emergency_duty_team", "early_help_unit"])
def test_only_a_manager_answers(office, who):
    row = disagree(office, decided(office))
    assert refuse(office, lambda: answer(office, row, who=who)) == {"not_your_role"}


@pytest.mark.parametrize(
    ("said", "code"),
    [({"answer": " "}, "no_words_for_them"), ({"reason": " "}, "no_reason"), ({"action": None}, "no_choice")],
)
def test_answer_says_which_way_and_why_to_both(office, said, code):
    row = disagree(office, decided(office))
    kind = Invalid if code == "no_choice" else Conflict
    assert refuse(office, lambda: answer(office, row, **said), kind) == {code}


def test_decision_that_stands_stops_the_clock_and_changes_nothing_else(office):
    enquiry = decided(office)
    row = disagree(office, enquiry)
    answer(office, row)
    assert (row.clock.state, enquiry.state, row.answer, row.reason) == ("met", "decided", TOLD, WHY)
    told = {"disagreement": str(row.id), "answer": "stands", "reason": WHY}
    assert last_event(office, enquiry, "disagreement_answered").data == told
    assert refuse(office, lambda: answer(office, row)) == {"not_in_this_state"}


def test_what_is_looked_at_again_is_reopened_by_one_event_more_and_decided_anew(office):
    enquiry = decided(office)
    act(office, "mash_officer", enquiry, "close")
    row = disagree(office, enquiry)
    before = enquiry.event_number
    answer(office, row, "look_again")
    assert (row.state, enquiry.state, enquiry.event_number) == ("looked_again", "screening", before + 2)
    assert last_event(office, enquiry, "enquiry_reopened").data["reason"] == WHY
    assert clocks_by(enquiry) == {"screening", "decision"}
    assert refuse(office, lambda: disagree(office, enquiry)) == {"not_now"}
    office.clock.at += timedelta(hours=1)
    screen_again(office, enquiry)
    assert not disagree(office, enquiry).again


def screen_again(office, enquiry):
    act(office, "social_worker", enquiry, "finish_screening")
    decide_as(office, "mash_manager 3", enquiry, route="no_further_action", level=1)
    office.session.flush()


def test_what_was_reopened_meanwhile_is_answered_and_not_reopened_twice(office):
    enquiry = decided(office)
    row = disagree(office, enquiry)
    act(office, "social_worker", enquiry, "reopen", reason="Made up: the school rang")
    before = enquiry.event_number
    answer(office, row, "look_again")
    assert (enquiry.state, enquiry.event_number) == ("screening", before + 1)


@pytest.fixture
def joined(office):
    """What a referrer sent, joined to an earlier one that is decided: both."""
    earlier = an_enquiry(office, received_at=office.clock.now() - timedelta(hours=1), indicators=())
    mine = sent_by(office)
    for each in (earlier, mine):
        screen(office, each)
    act(office, "social_worker", mine, "join", into_reference=earlier.reference, reason="Made up: one family")
    decide_as(office, "mash_manager", earlier, route="no_further_action", level=1)
    office.session.flush()
    return mine, earlier


def test_what_was_joined_speaks_of_the_others_decision(office, joined):
    mine, earlier = joined
    row = disagree(office, mine)
    assert (row.enquiry_id, row.sent_id, clock_of(earlier, "disagreement")) == (earlier.id, mine.id, row.clock)
    assert refuse(office, lambda: answer(office, row, who="mash_manager")) == {"own_decision"}
    answer(office, row, "look_again")
    assert (earlier.state, mine.state) == ("screening", "closed")


def test_what_was_joined_after_it_was_said_is_reopened_where_it_is_decided(office):
    enquiry = decided(office)
    row = disagree(office, enquiry)
    earlier = an_enquiry(office, received_at=office.clock.now() - timedelta(hours=1), indicators=())
    screen(office, earlier)
    act(office, "social_worker", enquiry, "reopen", reason="Made up")
    act(office, "social_worker", enquiry, "join", into_reference=earlier.reference, reason="Made up: one family")
    assert row.clock.state == "running"
    decide_as(office, "social_worker", earlier, route="no_further_action", level=1)
    office.session.flush()
    office.actor(SECOND)
    with pytest.raises(Conflict, match=earlier.reference), office.session.begin_nested():
        answer(office, row, "look_again")
    act(office, "social_worker", earlier, "reopen", reason="Made up: whoever told us disagrees")
    answer(office, row, "look_again")
    assert (row.state, enquiry.state, earlier.state) == ("looked_again", "closed", "screening")


def test_letters_go_to_the_managers_and_the_professional_and_say_nothing_of_the_child(office):
    enquiry = decided(office, referrer_email="nell@school.example")
    write_letters(office)
    row = disagree(office, enquiry)
    sent = write_letters(office)
    assert {task: mail["To"] for task, mail in sent.items()} == {
        "tell_disagreement": "mash_manager@triage.example",
        "disagreement_received": "nell@school.example",
    }
    answer(office, row)
    sent |= write_letters(office)
    assert sent["disagreement_answered"]["To"] == "nell@school.example"
    for mail in sent.values():
        said = mail.get_content() + mail["Subject"]
        assert enquiry.reference in said
        assert not any(word in said for word in ("Ava", "Testley", WORDS, TOLD, WHY, "Made up"))


def test_account_without_a_told_address_is_written_to_and_a_system_is_not(office):
    disagree(office, decided(office))
    assert "disagreement_received" in write_letters(office)
    enquiry = decided(office, sent_by(office, "partner_system"))
    disagree(office, enquiry, who="partner_system")
    assert set(write_letters(office)) == {"tell_disagreement"}


def test_letter_of_what_was_answered_before_it_went_is_called_off(office):
    row = disagree(office, decided(office))
    answer(office, row)
    assert "tell_disagreement" not in write_letters(office)


def test_database_lets_no_manager_answer_for_another_or_their_own_decision(office):
    row = disagree(office, decided(office))
    change = text(
        "UPDATE disagreements SET state = 'stands', answered_at = now(), answered_by_id = :me, answer = 'x',"
        " reason = 'x' WHERE id = :id RETURNING id"
    )
    for who, may in (("mash_manager", False), ("social_worker", False), (SECOND, True)):
        with at_desk(office, who) as desk:
            found = desk.session.execute(change, {"me": desk.actor.id, "id": row.id}).all()
        assert bool(found) is may, who
