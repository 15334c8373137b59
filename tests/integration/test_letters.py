"""Each letter: to whom, in which words, never a child's name in it, and not at all once its matter is settled."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.acting import EVERYBODY, a_referral, accepted, act, has_been_here
from tests.disagreeing import disagree_twice
from tests.making import a_subject, an_enquiry, decide_as, screen, view_first
from triage.database import act_as, acting_as
from triage.models import OutboxMessage, User
from triage.services.breaking_glass import BreakGlass, break_glass
from triage.services.checks import CheckAction, act_on_check
from triage.services.daily_notices import promise_daily_notices
from triage.services.notices import LETTERS, deliver
from triage.services.outbox import promise
from triage.services.restricting import Restrict, restrict
from triage.services.sweep import sweep

NAMES = ("Zebedee", "Quillfeather")
NAMED = {"given_name": "Zebedee", "family_name": "Quillfeather"}
GRAVE = {"indicators": ("C4_NAI",), **NAMED}


@pytest.fixture
def post(office):
    """Delivers what was promised and is not done yet, and answers with those letters."""

    def deliver_waiting():
        letters, desk = [], office.desk("system")
        desk.session.flush()
        waiting = select(OutboxMessage).where(OutboxMessage.done_at.is_(None)).order_by(OutboxMessage.id)
        for message in desk.session.scalars(waiting).all():
            deliver(desk, message, "mash@triage.example", letters.append)
        desk.session.flush()
        return letters

    return deliver_waiting


def ask_police(office, **details):
    """An amber enquiry on which the police have been asked since ten o'clock; the enquiry and the check."""
    enquiry = an_enquiry(office, **NAMED, **details)
    screen(office, enquiry, finish=False)
    has_been_here(office, "partner_contributor")  # who sees the question on a page of their own: no letter asks it
    asked = {"lawful_basis": "public_task", "consent": "given", "question": "What of Zebedee?"}
    act(office, "social_worker", enquiry, "request_check", agency_code="police", **asked)
    (check,) = enquiry.checks
    office.session.flush()
    return enquiry, check


def refer(office, **details):
    """A child's referral to social care, as grave as can be."""
    enquiry = an_enquiry(office, **(GRAVE | details))
    screen(office, enquiry, rag="red")
    decide_as(office, "social_worker", enquiry, route="social_care", level=4, section_47=True)
    office.session.flush()
    (referral,) = enquiry.referrals
    return referral


def chase(office, check, action="chase"):
    act_on_check(office.desk("social_worker"), CheckAction(check_id=check.id, action=action))


def read(letter):
    """A letter's words in one line, whatever way its lines were wrapped."""
    return " ".join(letter.get_content().split())


def test_chased_agency_is_told_which_enquiry_and_by_when(office, post):
    enquiry, check = ask_police(office)
    chase(office, check)
    (letter,) = post()
    assert letter["To"] == "police@notts.example"
    assert letter["Subject"] == f"Please answer: enquiry {enquiry.reference}"
    assert (
        f"At 10:00 on Tuesday 7 May 2013 we asked Nottinghamshire Police what it knows about our enquiry"
        f" {enquiry.reference}. The answer is due by 16:00 on Tuesday 7 May 2013." in read(letter)
    )


def test_lead_is_told_by_name_that_the_answer_was_due(office, post):
    enquiry, check = ask_police(office)
    office.clock.at += timedelta(days=1)
    chase(office, check, "escalate")
    (letter,) = post()
    (to,) = letter["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Made-Up Lead (Nottinghamshire Police)", "police-lead@notts.example")
    assert letter["Subject"] == f"Not answered: enquiry {enquiry.reference}"
    assert read(letter).startswith("To Made-Up Lead (Nottinghamshire Police)")
    assert "The answer was due by 16:00 on Tuesday 7 May 2013." in read(letter)


@pytest.mark.parametrize("action", ["chase", "escalate"])
@pytest.mark.parametrize(
    ("ended", "state"),
    [({"action": "answer", "answer": "Known"}, "answered"), ({"action": "withdraw", "reason": "Moved"}, "withdrawn")],
)
def test_partner_is_not_chased_for_what_ended_before_the_letter_went(office, post, action, ended, state):
    _enquiry, check = ask_police(office)
    chase(office, check, action)
    act_on_check(office.desk("social_worker"), CheckAction(check_id=check.id, **ended))
    assert post() == []
    (message,) = office.session.scalars(select(OutboxMessage))
    assert message.cancelled_reason == f"The check was {state} before it went."
    assert message.done_at == office.clock.now()


def test_managers_are_told_of_danger_and_the_locality_once_it_has_the_case(office, post):
    referral = refer(office)
    post()
    act(office, "social_worker", referral, "immediate_danger", reason="Zebedee was hit")
    (letter,) = post()
    assert letter["To"] == "mash_manager@triage.example"
    assert letter["Subject"] == f"Immediate danger: {referral.reference}"
    assert "no team yet: allocate it now" in read(letter)
    act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
    act(office, "social_worker", referral, "immediate_danger", reason="Again")
    (letter,) = post()
    assert letter["To"] == "mash_manager@triage.example, locality_manager@triage.example"
    assert "It is with Social care West." in read(letter)


def test_danger_is_not_told_of_a_case_that_was_closed_before_the_letter_went(office, post):
    referral = refer(office)
    act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
    act(office, "locality_worker:west", referral, "immediate_danger", reason="Hit again")
    act(office, "locality_worker:west", referral, "call_strategy_discussion", invited=EVERYBODY)
    act(office, "locality_worker:west", referral, "open_section_47", came=EVERYBODY)
    act(office, "locality_worker:west", referral, "call_conference")
    act(office, "locality_worker:west", referral, "close", closure="RC1")
    assert post() == []
    messages = office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "tell_danger")).all()
    assert {message.cancelled_reason for message in messages} == {"Closed before it went."}


def test_managers_are_told_of_section_47_that_was_decided_on(office, post):
    referral = refer(office)
    (letter,) = post()
    assert letter["Subject"] == f"A strategy discussion is asked for: {referral.reference}"
    assert "red, section 47. It is with no team yet: allocate it now." in read(letter)


BY_DAY_AND_NIGHT = pytest.mark.parametrize(
    ("hour", "beside"), [(10, ""), (23, ", emergency_duty_team@triage.example")], ids=["by day", "by night"]
)


@BY_DAY_AND_NIGHT
def test_emergency_duty_team_is_told_of_danger_while_nobody_else_is_there(office, post, hour, beside):
    referral = refer(office)
    post()
    office.clock.at = datetime(2013, 5, 8, hour, tzinfo=UTC)
    act(office, "social_worker", referral, "immediate_danger", reason="Zebedee was hit")
    (letter,) = post()
    assert letter["To"] == f"mash_manager@triage.example{beside}"


@BY_DAY_AND_NIGHT
@pytest.mark.parametrize("rag", ["red", "amber"])
def test_emergency_duty_team_is_told_of_a_late_red_alone_while_nobody_else_is_there(office, post, hour, beside, rag):
    screen(office, an_enquiry(office), rag=rag, finish=False)
    office.session.flush()
    office.clock.at = datetime(2013, 5, 10, hour, tzinfo=UTC)
    sweep(office.desk("system"))
    assert {letter["To"] for letter in post()} == {f"mash_manager@triage.example{beside if rag == 'red' else ''}"}


@pytest.mark.parametrize("has_worker", [False, True])
def test_whoever_has_an_open_case_is_told_that_there_is_news_of_it(office, post, has_worker):
    case = accepted(office)
    if has_worker:
        act(office, "locality_worker:west", case, "claim")
    news = an_enquiry(office, person_id=case.person_id, indicators=())
    view_first(office, "mash_officer", news)
    act(office, "mash_officer", news, "attach", reason="Zebedee was seen again")
    (letter,) = post()
    (to,) = letter["To"].addresses
    assert to.username.startswith("locality_worker" if has_worker else "locality_manager")
    assert letter["Subject"] == f"New information: {case.reference}"
    assert f"enquiry {news.reference}. Read it today." in read(letter)


ADULT = {"given_name": "Zebedee", "kind": "adult_at_risk", "birth_date": None, "indicators": ()}


def hand_over(office, route, **details):
    """What is handed to a team that is alone in its service."""
    enquiry = an_enquiry(office, **({"indicators": ()} | NAMED | details))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route=route, level=3)
    office.session.flush()
    return enquiry.referrals[0]


@pytest.mark.parametrize(
    ("route", "details", "to", "handed", "first"),
    [
        (
            "adult_safeguarding",
            ADULT,
            "adult-safeguarding@notts.example",
            "was handed to Adult social care at 10:00 on Tuesday 7 May 2013.",
            "Acknowledge it by 10:00 on Wednesday 8 May 2013.",
        ),
        (
            "ehc_pathway",
            {},
            "send@notts.example",
            "was handed to Special educational needs at 10:00 on Tuesday 7 May 2013.",
            "Decide whether to assess by 10:00 on Tuesday 18 June 2013.",
        ),
    ],
)
def test_team_of_the_county_is_told_once_what_was_handed_to_it(office, post, route, details, to, handed, first):
    referral = hand_over(office, route, **details)
    (letter,) = post()
    assert (letter["To"], letter["Subject"]) == (to, f"Handed to you: {referral.reference}")
    assert f"{referral.reference} {handed} {first}" in read(letter)
    act(office, "mash_manager", referral, "reassign", team_code=referral.team_code, reason="To another of theirs")
    assert post() == []


def test_team_of_the_county_is_not_told_of_what_it_took_up_before_the_letter_went(office, post):
    act(office, "mash_manager", hand_over(office, "adult_safeguarding", **ADULT), "acknowledge")
    assert post() == []
    (message,) = office.session.scalars(select(OutboxMessage))
    assert message.cancelled_reason == "Taken up before it went."


def test_chased_team_is_told_what_we_wait_for_and_by_when(office, post):
    case = hand_over(office, "adult_safeguarding", **ADULT)
    post()
    act(office, "mash_officer", case, "chase")
    (letter,) = post()
    assert letter["To"] == "adult-safeguarding@notts.example"
    assert letter["Subject"] == f"We wait for your acknowledgement: {case.reference}"
    assert f"your acknowledgement of {case.reference}. It is due by 10:00 on Wednesday 8 May 2013." in read(letter)
    act(office, "mash_manager", case, "acknowledge")
    office.clock.at += timedelta(days=60)
    act(office, "mash_officer", case, "chase")
    (letter,) = post()
    assert letter["Subject"] == f"We wait for your outcome: {case.reference}"
    assert "It was due by 10:00 on Wednesday 5 June 2013." in read(letter)


def test_team_is_not_chased_for_what_it_did_before_the_letter_went(office, post):
    case = hand_over(office, "adult_safeguarding", **ADULT)
    post()
    act(office, "mash_officer", case, "chase")
    act(office, "mash_manager", case, "acknowledge")
    assert post() == []
    chase = office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "chase_team")).one()
    assert chase.cancelled_reason == "It was acknowledged before it went."


@pytest.mark.parametrize("route", ["social_care", "early_help"])
def test_what_waits_for_a_team_is_told_to_nobody(office, post, route):
    assert (a_referral(office, route).team_code, post()) == (None, [])


def test_adult_in_danger_is_told_to_the_managers_and_adult_social_care(office, post):
    enquiry = an_enquiry(office, subjects=(a_subject(**NAMED | ADULT),))
    act(office, "mash_officer", enquiry, "immediate_danger", reason="Zebedee is locked in")
    (case,) = enquiry.referrals
    handed, danger = sorted(post(), key=lambda letter: letter["Subject"])
    assert handed["To"] == "adult-safeguarding@notts.example"
    assert danger["To"] == "mash_manager@triage.example, adult-safeguarding@notts.example"
    assert danger["Subject"] == f"Immediate danger: {case.reference}"
    words = read(danger)
    assert f"{case.reference}, red. An adult is in danger: adult social care. It is with Adult social care." in words
    assert "Acknowledge it by 10:00 on Wednesday 8 May 2013." in words
    assert [word for word in ("section 47", "child", "strategy", "Zebedee") if word in words] == []
    act(office, "mash_manager", case, "acknowledge")
    act(office, "mash_officer", enquiry, "immediate_danger", reason="Again")
    (again,) = post()
    assert (again["To"], "Acknowledge it" in read(again)) == (danger["To"], False)
    office.clock.at = datetime(2013, 5, 8, 23, tzinfo=UTC)
    act(office, "mash_officer", enquiry, "immediate_danger", reason="At night")
    (by_night,) = post()
    assert "emergency_duty_team@triage.example" in by_night["To"]


def test_breach_is_not_told_once_it_was_done(office, post):
    enquiry = an_enquiry(office, indicators=())
    office.session.flush()
    office.clock.at += timedelta(days=10)
    sweep(office.desk("system"))
    screen(office, enquiry)
    told = [letter["Subject"] for letter in post()]
    assert told == [f"Out of time: {enquiry.reference}"]
    reasons = office.session.scalars(select(OutboxMessage.cancelled_reason).order_by(OutboxMessage.id)).all()
    assert sorted(map(str, reasons)) == ["No longer out of time.", "None"]


def test_breach_is_told_in_the_offices_own_time(office, post):
    an_enquiry(office, indicators=())
    office.session.flush()
    office.clock.at += timedelta(days=2)
    sweep(office.desk("system"))
    (letter,) = post()
    assert "decision was due by 10:00 on Wednesday 8 May 2013 and is not done." in read(letter)


def test_outcome_is_not_told_when_the_enquiry_was_reopened_before_the_letter_went(office, post):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",), referrer_email="teacher@school.example")
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    act(office, "social_worker", enquiry, "reopen", reason="News")
    assert [letter["Subject"] for letter in post()] == [f"We received your enquiry {enquiry.reference}"]


def test_whoever_told_of_a_joined_enquiry_hears_what_was_decided_in_its_stead(office, post):
    earlier = an_enquiry(office, indicators=("P4_UNSAFE",))
    later = an_enquiry(office, indicators=("P4_UNSAFE",), referrer_email="nurse@health.example")
    act(office, "social_worker", later, "join", into_reference=earlier.reference, reason="The same")
    screen(office, earlier)
    decide_as(office, "social_worker", earlier, route="social_care", level=4)
    letter = post()[-1]
    assert (letter["To"], letter["Subject"]) == ("nurse@health.example", f"Your enquiry {later.reference} was decided")
    assert "Children's social care will now look into what you told us." in read(letter)


def open_restricted(office, enquiry):
    """A manager restricts the child's records, and an officer opens them in an emergency."""
    for who in ("mash_manager", "mash_officer 2"):
        office.actor(who)
    office.session.flush()
    with acting_as(office.session, office.actor("mash_manager")):
        restrict(office.desk("mash_manager"), Restrict(enquiry_id=enquiry.id, ordinal=1, reason="Zebedee's aunt"))
        office.session.flush()
    with acting_as(office.session, office.actor("mash_officer 2")):
        act_as(office.session, office.actor("mash_officer 2"), office.clock.now())
        opened = BreakGlass(reference=enquiry.reference, reason="Zebedee is out in the cold")
        break_glass(office.desk("mash_officer 2"), opened)
        office.session.flush()


def change_account(office):
    """An administrator does something to somebody's account, which waits until it is agreed to."""
    user = office.session.get(User, office.actor("mash_officer").id)
    user.active, user.unagreed_by_id = False, office.actor("administrator").id
    promise(office.desk("system"), "tell_account", user_id=str(user.id), what="second_factor_reset")
    promise(office.desk("system"), "ask_for_agreement", user_id=str(user.id))


def test_no_letter_of_any_kind_names_the_child(office, post):
    for who in ("mash_manager", "locality_manager:west", "emergency_duty_team"):
        office.actor(who)
    enquiry, check = ask_police(
        office,
        referrer_email="teacher@school.example",
        reported="Zebedee Quillfeather was seen.",
        subjects=(a_subject(**GRAVE), a_subject(**NAMED, birth_date=date(2010, 1, 2))),
    )
    promise(office.desk("system"), "ask_check", check_id=str(check.id))
    act(office, "social_worker", enquiry, "hand_over_to_edt", reason="Zebedee is out tonight")
    act(office, "emergency_duty_team", enquiry, "set_rag", rag="red", reason="Zebedee was not found")
    office.session.flush()
    chase(office, check)
    office.clock.at += timedelta(days=1, hours=6, minutes=30)
    sweep(office.desk("system"))
    promise_daily_notices(office.desk("system"))
    act(office, "mash_officer", hand_over(office, "adult_safeguarding", **ADULT), "chase", reason="Zebedee")
    letters = post()
    act(office, "social_worker", enquiry, "immediate_danger", reason="Zebedee Quillfeather was hit")
    letters += post()
    again = an_enquiry(office, person_id=enquiry.subjects[0].person_id, indicators=())
    view_first(office, "social_worker", again)
    act(office, "social_worker", again, "attach", reason="Zebedee was seen again")
    letters += post()
    told_late, check = ask_police(office, birth_date=date(2001, 1, 2), indicators=())
    act(office, "social_worker", told_late, "finish_screening", reason="Zebedee is known")
    decide_as(office, "social_worker", told_late, route="no_further_action", level=1)
    act(office, "partner_system", check, "answer", answer="Zebedee was seen")
    letters += post()
    disagree_twice(office, "Zebedee was out alone", given_name="Zebedee")
    letters += post()
    open_restricted(office, told_late)
    change_account(office)
    letters += post()
    office.session.flush()
    assert set(office.session.scalars(select(OutboxMessage.task))) == set(LETTERS)
    assert len(letters) >= len(LETTERS)
    assert [(name, str(letter)) for letter in letters for name in NAMES if name in str(letter)] == []


def test_letter_to_an_address_that_holds_another_header_is_refused(office, post):
    enquiry = an_enquiry(office)
    enquiry.referrer_email = "a@b.example\nBcc: everybody@elsewhere.example"
    promise(office.desk("system"), "acknowledge_referrer", enquiry_id=str(enquiry.id))
    with pytest.raises(ValueError, match="linefeed"):
        post()
