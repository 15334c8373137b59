"""Two enquiries out of one, and one out of two: no clock begins anew, and nobody waits longer for it."""

from datetime import timedelta

import pytest

from tests.acting import act, clock_of, clocks_by, events_of, in_days, last_event, refused, two_children, walk
from tests.making import a_subject, an_enquiry, decide_as, screen
from tests.reading import main_of
from triage.errors import Invalid
from triage.models import Enquiry, OutboxMessage
from triage.services.notices import deliver
from triage.services.sweep import sweep


def the_other(office, enquiry):
    """What was split off."""
    return office.session.query(Enquiry).filter_by(split_from_id=enquiry.id).one()


def split(office, enquiry, *subjects, reason="They live apart"):
    act(office, "social_worker", enquiry, "split", subject_ids=tuple(each.id for each in subjects), reason=reason)
    return the_other(office, enquiry)


def times(clock):
    return clock.kind, clock.variant, clock.state, clock.started_at, clock.due_at, clock.warned_at


def test_split_carries_every_running_clock_over_as_it_stands(office):
    enquiry = two_children(office)
    walk(office, "social_worker", enquiry, "start_screening")
    office.clock.at += timedelta(hours=1)
    act(office, "social_worker", enquiry, "set_rag", rag="amber")
    clock_of(enquiry, "decision").warned_at = office.clock.now()
    before = {times(clock) for clock in enquiry.clocks}
    other = split(office, enquiry, enquiry.subjects[1])
    assert {times(clock) for clock in other.clocks} == before == {times(clock) for clock in enquiry.clocks}
    assert (other.state, other.rag, other.received_at) == ("screening", "amber", enquiry.received_at)


def test_split_carries_a_paused_clock_over_with_its_reason(office):
    enquiry = two_children(office, indicators=())
    why = {"reason": "The interpreter comes tomorrow", "until": in_days(office, 2)}
    act(office, "mash_manager", enquiry, "pause_clock", clock="decision", **why)
    other = split(office, enquiry, enquiry.subjects[1])
    clock = clock_of(other, "decision")
    assert (clock.state, clock.paused_at) == ("paused", office.clock.now())
    assert [{"reason": pause.reason, "until": pause.until} for pause in clock.pauses] == [why]
    act(office, "mash_manager", other, "resume_clock", clock="decision", reason="She came")
    assert (clock.state, clock_of(enquiry, "decision").state) == ("running", "paused")


def test_split_names_each_in_the_log_of_the_other(office):
    enquiry = two_children(office)
    other = split(office, enquiry, enquiry.subjects[1])
    assert [subject.name_as_given for subject in enquiry.subjects] == ["Ava Testley"]
    assert [subject.name_as_given for subject in other.subjects] == ["Ben Testley"]
    told = last_event(office, enquiry, "enquiry_split").data
    assert told == {"into": other.reference, "subjects": ["Ben Testley"], "reason": "They live apart"}
    (begun,) = events_of(office, other)
    assert (begun.type, begun.data["split_from"]) == ("enquiry_received", enquiry.reference)
    assert other.reference != enquiry.reference


def test_split_off_child_belongs_to_where_that_child_lives(office):
    named = (a_subject(given_name="Ava"), a_subject(given_name="Ben", postcode="S80 1AA"))
    enquiry = an_enquiry(office, subjects=named)
    other = split(office, enquiry, enquiry.subjects[1])
    assert (enquiry.locality_code, other.locality_code) == ("west", "north")


def test_split_needs_somebody_to_go_and_somebody_to_stay(office):
    enquiry, alone = two_children(office), an_enquiry(office)
    everybody = tuple(subject.id for subject in enquiry.subjects)
    assert list(refused(office, "social_worker", enquiry, "split", reason="x")) == ["nobody_moves"]
    assert list(refused(office, "social_worker", enquiry, "split", reason="x", subject_ids=everybody)) == [
        "everybody_moves"
    ]
    assert list(refused(office, "social_worker", enquiry, "split", subject_ids=everybody[:1])) == ["no_reason"]
    assert "one_subject" in refused(office, "social_worker", alone, "split", reason="x")


def test_stranger_is_not_split_off(office):
    enquiry, stranger = two_children(office), an_enquiry(office).subjects[0]
    chosen = (enquiry.subjects[0].id, stranger.id)
    with pytest.raises(Invalid, match="not about that person"):
        act(office, "social_worker", enquiry, "split", subject_ids=chosen, reason="x")


def join(office, later, earlier, reason="The same bruise"):
    return act(office, "social_worker", later, "join", into_reference=earlier.reference, reason=reason)


@pytest.fixture
def earlier(office):
    """An enquiry that was received an hour before any other."""
    made = an_enquiry(office, indicators=())
    office.clock.at += timedelta(hours=1)
    return made


def test_later_enquiry_joins_the_earlier_and_never_the_other_way(office, earlier):
    later = an_enquiry(office, given_name="Ben", indicators=())
    into = {"reason": "The same bruise", "into_reference": later.reference}
    assert list(refused(office, "social_worker", earlier, "join", **into)) == ["join_the_earlier"]
    clocks = [times(clock) for clock in earlier.clocks]
    join(office, later, earlier)
    assert [times(clock) for clock in earlier.clocks] == clocks
    assert (later.state, later.joined_into_id, later.queue) == ("closed", earlier.id, None)
    assert clocks_by(later, "cancelled") == {"screening", "decision"}
    assert [subject.name_as_given for subject in earlier.subjects] == ["Ava Testley", "Ben Testley"]
    assert last_event(office, later, "enquiry_joined").data["into"] == earlier.reference
    assert last_event(office, earlier, "enquiry_joined_here").data == {
        "reference": later.reference,
        "subjects": ["Ben Testley"],
        "reason": "The same bruise",
    }


def test_nothing_is_joined_to_what_is_decided_or_is_not_there(office, earlier):
    later = an_enquiry(office, indicators=())
    for reference in ("ENQ-1999-000001", "", later.reference):
        assert list(refused(office, "social_worker", later, "join", reason="x", into_reference=reference)) == [
            "nothing_to_join"
        ]
    screen(office, earlier)
    decide_as(office, "social_worker", earlier, route="no_further_action", level=1)
    into = {"reason": "x", "into_reference": earlier.reference}
    assert list(refused(office, "social_worker", later, "join", **into)) == ["join_decided"]
    walk(office, "mash_officer", earlier, "close")
    assert list(refused(office, "social_worker", later, "join", **into)) == ["nothing_to_join"]


def test_child_told_of_twice_is_one_subject_weighed_with_all_that_was_seen(office, earlier):
    child = earlier.subjects[0].person.id
    later = an_enquiry(office, person_id=child, indicators=("C4_NAI",), mobile=True)
    join(office, later, earlier)
    (subject,) = earlier.subjects
    assert (subject.person_id, subject.indicators, subject.mobile) == (child, ["C4_NAI"], True)
    assert (subject.recommendation.level, subject.recommendation.section_47) == (4, True)


def test_joining_a_red_makes_nobody_wait_longer(office, earlier):
    screen(office, earlier, rag="green", finish=False)
    later = an_enquiry(office, given_name="Ben", indicators=("C4_NAI",))
    join(office, later, earlier)
    clock = clock_of(earlier, "screening")
    assert (earlier.rag, clock.variant) == ("red", "red")
    assert clock.due_at == earlier.received_at + timedelta(hours=4)


def asked_of_police(office, enquiry):
    usual = {"lawful_basis": "public_task", "consent": "given"}
    act(office, "social_worker", enquiry, "request_check", agency_code="police", **usual)
    return clock_of(enquiry, "agency_check")


def test_joining_a_red_gives_partners_who_have_not_answered_a_reds_time(office, earlier):
    screen(office, earlier, rag="green", finish=False)
    police = asked_of_police(office, earlier)
    office.clock.at += timedelta(minutes=30)
    join(office, an_enquiry(office, given_name="Ben", indicators=("C4_NAI",)), earlier)
    assert (police.variant, police.due_at) == ("red", police.started_at + timedelta(hours=2))


def test_joining_a_red_leaves_what_is_past_due_with_the_limit_that_it_broke(office, earlier):
    screen(office, earlier, rag="amber", finish=False)
    police, screening = asked_of_police(office, earlier), clock_of(earlier, "screening")
    due = (police.due_at, screening.due_at)
    office.clock.at = max(due) + timedelta(minutes=1)
    join(office, an_enquiry(office, given_name="Ben", indicators=("C4_NAI",)), earlier)
    assert (earlier.rag, police.due_at, screening.due_at) == ("red", *due)
    assert (police.variant, screening.variant) == ("red", "red")


def test_first_rating_below_what_was_joined_needs_a_reason(office, earlier):
    walk(office, "social_worker", earlier, "start_screening")
    office.clock.at += timedelta(days=10)  # past due, so the limit stays a green's
    join(office, an_enquiry(office, given_name="Ben", indicators=("C4_NAI",)), earlier)
    assert (earlier.rag, clock_of(earlier, "screening").limit_text) == (None, "3 working days")
    assert list(refused(office, "social_worker", earlier, "set_rag", rag="amber")) == ["no_reason"]
    act(office, "social_worker", earlier, "set_rag", rag="red")


def test_joining_an_enquiry_that_is_late_is_no_way_round_its_clocks(office, earlier):
    later = an_enquiry(office, given_name="Ben", indicators=())
    office.clock.at = clock_of(later, "decision").due_at + timedelta(minutes=1)
    join(office, later, earlier)
    assert (clocks_by(later, "missed"), clocks_by(later, "cancelled")) == ({"decision"}, {"screening"})


def test_joining_a_green_leaves_an_amber_as_it_is(office, earlier):
    screen(office, earlier, rag="amber", finish=False)
    join(office, an_enquiry(office, given_name="Ben", indicators=()), earlier)
    assert (earlier.rag, clock_of(earlier, "screening").variant) == ("amber", "amber")


def test_everybody_who_told_us_hears_the_outcome_of_what_theirs_was_joined_to(office, earlier):
    middle = an_enquiry(office, given_name="Ben", indicators=(), referrer_email="middle@school.example")
    office.clock.at += timedelta(hours=1)
    last = an_enquiry(office, given_name="Cat", indicators=(), referrer_email="last@school.example")
    join(office, last, middle)
    join(office, middle, earlier)
    screen(office, earlier)
    why_not = dict.fromkeys(("early_help", "social_care", "section_47"), "Made up")
    decide_as(office, "social_worker", earlier, route="early_help", level=2, consent="given", why_not=why_not)
    letters = []
    for message in office.session.query(OutboxMessage).filter_by(task="notify_outcome").all():
        deliver(office.desk("system"), message, "mash@triage.example", letters.append)
    told = {letter["To"]: letter.get_content() for letter in letters}
    assert set(told) == {"middle@school.example", "last@school.example"}
    assert all("Early help will now be offered" in text for text in told.values())
    assert (middle.reference in told["middle@school.example"], last.reference in told["last@school.example"]) == (
        True,
        True,
    )


def ask(office, enquiry, agency):
    about = {"agency_code": agency, "lawful_basis": "public_task", "consent": "given"}
    act(office, "social_worker", enquiry, "request_check", **about)
    return enquiry.checks[-1]


@pytest.fixture
def asking(office, earlier):
    """A later enquiry for which the police have answered and health has not, and its two checks."""
    later = an_enquiry(office, given_name="Ben", indicators=())
    screen(office, later, finish=False)
    police, health = (ask(office, later, agency) for agency in ("police", "health"))
    act(office, "partner_system", police, "answer", answer="Called out twice")
    return later, police, health


def test_partner_who_has_not_answered_answers_to_the_enquiry_that_it_was_joined_to(office, earlier, asking):
    later, police, health = asking
    clock = clock_of(later, "agency_check")
    before = times(clock)
    office.clock.at += timedelta(minutes=30)
    join(office, later, earlier)
    assert (police.enquiry, health.enquiry, clock.enquiry) == (later, earlier, earlier)
    assert (times(clock), clock.agency_check) == (before, health)
    assert clocks_by(later) == set()
    for case, event in ((later, "enquiry_joined"), (earlier, "enquiry_joined_here")):
        assert last_event(office, case, event).data["checks"] == ["health"]
    screen(office, earlier, finish=False)
    assert "health" in refused(office, "social_worker", earlier, "finish_screening")["checks_outstanding"].lower()
    act(office, "partner_system", health, "answer", answer="Seen in April")
    assert (clock.state, last_event(office, earlier, "check_answered").data["agency"]) == ("met", "health")
    walk(office, "social_worker", earlier, "finish_screening")


def test_check_that_is_overdue_after_the_join_is_swept_there(office, earlier, asking):
    later, _police, health = asking
    join(office, later, earlier)
    office.session.flush()
    office.clock.at += timedelta(days=3)
    sweep(office.desk("system"))
    assert health.state == "overdue"
    assert last_event(office, earlier, "check_overdue").data["agency"] == "health"
    assert "check_overdue" not in {event.type for event in events_of(office, later)}


def test_page_of_the_other_enquiry_shows_who_is_out_and_what_was_answered_before(office, earlier, asking, sign_in):
    later, _police, _health = asking
    join(office, later, earlier)
    office.session.flush()
    page = main_of(sign_in("social_worker").get(f"/enquiries/{earlier.id}").text)
    assert "Still out: Health." in page
    assert f"Asked for {later.reference}" in page
    assert "What they said: Called out twice" in page


def test_joined_enquiry_is_not_reopened_without_its_people(office, earlier):
    later = an_enquiry(office, given_name="Ben", indicators=())
    join(office, later, earlier)
    assert refused(office, "social_worker", later, "reopen", reason="x") == {
        "joined": f"It was joined to {earlier.reference}. Act on that one, or split it."
    }
