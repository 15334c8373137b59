"""A made-up county in which every kind of case has come to each of its states, for whoever looks at pages."""

import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from tests import drafting, hooking, reporting
from tests.acting import EVERYBODY, a_referral, accepted, act, at_section_47, in_days, two_children, walk
from tests.asking_for_records import as_, ask, do, give_out
from tests.correcting import say, settle
from tests.disagreeing import answer, decided, disagree, sent_by
from tests.disposing import LATER, agreed, at_desk, closed_enquiry, dispose_all, service_desk, weigh
from tests.drafting import a_draft, a_reviewed
from tests.listing import ABSENT, ASHFIELD, a_plain_service, in_directory, take
from tests.making import a_command, a_subject, an_enquiry, decide_as, screen, view_first
from tests.reporting import a_figure
from tests.restricting import few_see
from tests.worlds import World, a_world
from triage.models import SEND_WEBHOOK, Decision, Enquiry, OutboxMessage, Referral, SecondLook, Subject
from triage.services.breaking_glass import BreakGlass, break_glass
from triage.services.covering import CoverFor, cover_for
from triage.services.directory_files import SendFile, keep_file
from triage.services.disposing import prepare
from triage.services.holding import PlaceHold, place_hold
from triage.services.logging_enquiry import log_enquiry
from triage.services.outages import DeclareOutage, declare_outage
from triage.services.relay import TRIES, note_failure
from triage.services.second_looks import GiveLook, give_second_look
from triage.services.unmet_needs import NoteUnmetNeed, note_unmet_need
from triage.services.webhooks import pause_webhook
from triage.store.failing import note_failing
from workflows.quarters import quarter_of

LONG = "Quillfeatherstonehaugh"  # a name that a telephone has hardly room for
HUB, OFFICER, MANAGER, NIGHT = "social_worker", "mash_officer", "mash_manager", "emergency_duty_team"
WEST, IG = "locality_worker:west", "information_governance"
SEND, CARE = "locality_worker@send", "locality_worker@adult_social_care"
DANGER = {"reason": "Made up: he is alone with her now"}
CITY = {"postcode": "NG1 5FS"}  # another authority's
ASKED = {"lawful_basis": "public_task", "consent": "refused", "consent_reason": "Made up: the child would be in danger"}


def everything(office: Any) -> World:
    """The county, a day after most of it came in: what had hours is late.

    The last enquiry waits for first views, and the last referral went from the west to the north.
    """
    kept, gone = (closed_enquiry(office, given_name=name) for name in ("Old", "Older"))
    office.session.flush()
    office.clock.at = LATER
    _let_go(office, kept, gone)
    world = a_world(office, LONG)
    _enquiries(office)
    _second_looks(office)
    _disagreements(office)
    _checks(office)
    _early_help(office)
    _directory(office)
    _social_care(office)
    world.referrals.append(_elsewhere(office))
    _rights(office)
    _hidden(office)
    _away(office)
    _down(office)
    _thresholds(office)
    _told(office)
    _failed(office)
    _reports(office)
    world.enquiries.append(an_enquiry(office, given_name="Una"))
    screen(office, world.enquiries[-1])
    office.session.flush()
    office.clock.at += timedelta(days=1)
    return world


def _let_go(office: Any, kept: Enquiry, gone: Enquiry) -> None:
    """A file that is held, one that went, and one that waits for somebody to agree."""
    with at_desk(office, MANAGER) as desk:
        place_hold(desk, PlaceHold(reference=kept.reference, reason="inquiry", words="Made up", people=False))
    agreed(office)
    dispose_all(service_desk(office))
    office.clock.at -= timedelta(days=7 * 365)
    closed_enquiry(office, given_name="Oldest")
    office.clock.at = LATER
    weigh(office)
    with at_desk(office, IG) as desk:
        prepare(desk)


def _failed(office: Any) -> None:
    """A letter that was given up, and a task that fails."""
    letters = select(OutboxMessage).where(OutboxMessage.task != SEND_WEBHOOK).order_by(OutboxMessage.id)
    latest = office.session.scalars(letters).first()
    for _ in range(TRIES):
        note_failure(latest, office.clock.now(), "SMTPRecipientsRefused: {}")
    note_failing(office.session, "reports.make", office.clock.now(), "TimeLimitExceeded")


def _told(office: Any) -> None:
    """Systems that are told: one that does not answer, one that is paused, one of which nothing was sent yet."""
    for name, who in (("away", OFFICER), ("paused", MANAGER)):
        hooking.a_webhook(office, who, "enquiry_received", name=name)
    pause_webhook(service_desk(office), "paused")
    for _ in range(2):
        an_enquiry(office)
    hooking.send_all(office, hooking.Receiver(["away"]))
    hooking.waiting(office)[0].failed_at = office.clock.now()
    hooking.a_webhook(office, "partner_system", name="partners")


def _away(office: Any) -> None:
    """Somebody of the hub is away until tomorrow, and will be again; so will somebody of a locality."""
    for who, by, first in ((OFFICER, HUB, 0), (OFFICER, MANAGER, 7), (WEST, "locality_manager:west", 1)):
        office.actor(by)
        with as_(office, who):
            days = {"first": in_days(office, first), "last": in_days(office, first + 2)}
            cover_for(office.desk(who), CoverFor(user_id=office.actor(who).id, by_id=office.actor(by).id, **days))


def _down(office: Any) -> None:
    """It was down for an hour, as a manager of the hub stated: the others may enter what was done on paper."""
    now = office.clock.now()
    hour = {"began_at": now - timedelta(hours=2), "ended_at": now - timedelta(hours=1)}
    with at_desk(office, "mash_manager 2") as desk:
        declare_outage(desk, DeclareOutage(**hour, reason="Made up: the network failed"))


def _enquiries(office: Any) -> None:
    """One in each state, and what else may be so of one."""
    made = [an_enquiry(office, given_name=f"Ann {number}", indicators=()) for number in range(9)]
    held, handed, paused, withdrawn, joined, danger, claimed, reopened, again = made
    act(office, HUB, held, "hold", reason="Made up: the mother rings back")
    act(office, HUB, handed, "hand_over_to_edt", reason="Made up: nobody answered the door")
    act(office, MANAGER, paused, "pause_clock", clock="decision", until=in_days(office, 3), reason="Made up: abroad")
    act(office, HUB, view_first(office, HUB, withdrawn), "withdraw", reason="Made up: sent twice")
    act(office, HUB, joined, "join", into_reference=held.reference, reason="Made up: one family")
    act(office, OFFICER, danger, "immediate_danger", **DANGER)
    act(office, OFFICER, claimed, "claim")
    split = two_children(office)
    act(office, HUB, split, "split", subject_ids=(split.subjects[1].id,), reason="Made up: two families")
    act(office, HUB, close(office, reopened), "reopen", reason="Made up: the school rang again")
    close(office, again)
    for _ in range(3):
        an_enquiry(office, person_id=again.subjects[0].person_id, **NAMELESS)
    proposed = two_children(office, indicators=("C4_NAI",))
    screen(office, proposed, rag="red")
    decide_as(office, HUB, proposed, approve=False, route="social_care", level=4, section_47=True)
    log_enquiry(office.desk("partner_system"), a_command(office, given_name="Ulf", indicators=()))  # nobody has looked
    an_enquiry(office, subjects=(a_subject(kind="unborn_child", given_name="", birth_date=None, expected_date=BORN),))


NAMELESS = {
    "opinion": "Made up: she is left alone",
    "child_voice": "Made up: I am cold",
    "referrer_may_be_named": False,
}
BORN = date(2020, 3, 1)


def close(office: Any, enquiry: Enquiry) -> Enquiry:
    """Decided as nothing, and closed."""
    screen(office, enquiry)
    decide_as(office, HUB, enquiry, route="no_further_action", level=1)
    return walk(office, OFFICER, enquiry, "close")


def _second_looks(office: Any) -> None:
    """One that waits, and one that was given."""
    settled = Subject.enquiry.has(Enquiry.state.in_(("decided", "closed")))
    made = select(Decision).where(Decision.subject.has(settled), Decision.approved_by_id.is_(None)).limit(2)
    office.session.flush()
    waits, given = (
        SecondLook(decision_id=each.id, why="drawn", drawn_at=office.clock.now())
        for each in office.session.scalars(made)
    )
    office.session.add_all((waits, given))
    with at_desk(office, MANAGER) as desk:
        give_second_look(
            desk, GiveLook(look_id=given.id, outcome="advice", grade="good", reason="Made up: the school could help")
        )


def _disagreements(office: Any) -> None:
    """What a referrer sent: not decided, decided, and disagreed with, answered and not, once and twice."""
    sent_by(office)
    decided(office)
    disagree(office, decided(office, by=f"{MANAGER} 2"))
    disagree(office, decided(office))
    answer(office, disagree(office, decided(office)), "look_again")
    again = decided(office)
    for _ in range(2):
        answer(office, disagree(office, again))


def _checks(office: Any) -> None:
    """Partners who said something, nothing, that they do not, that they will, and nothing at all."""
    asked = an_enquiry(office, given_name="Zoë")
    screen(office, asked, finish=False)
    for agency in ("police", "health", "school", "probation"):
        act(office, HUB, asked, "request_check", agency_code=agency, question="Made up: who lives there?", **ASKED)
    answered, nothing, declined, late = asked.checks
    act(office, OFFICER, answered, "answer", answer="Made up: known since March")
    act(office, OFFICER, nothing, "nothing_known")
    act(office, OFFICER, declined, "decline", reason="Made up: not ours to say")
    walk(office, OFFICER, late, "acknowledge", "chase", "escalate")


def _early_help(office: Any) -> None:
    """On the waiting list, returned, planned and reviewed, closed."""
    waits, returned = (
        act(office, MANAGER, a_referral(office, "early_help"), "allocate", team_code="early_help_west") for _ in "ab"
    )
    act(office, WEST, waits, "put_on_waiting_list", reason="Made up: full until June")
    act(office, WEST, returned, "return", reason="Made up: they moved")
    for ends in (False, True):
        case = walk(office, WEST, accepted(office, "early_help"), "contact_family", "start_assessment")
        walk(office, WEST, case, "complete_assessment", "make_plan", "review")
        if ends:
            rated = {"closure": "needs_met", "family_rating": 4, "rating_reason": "Made up: calmer"}
            act(office, WEST, case, "close", **rated)


def _directory(office: Any) -> None:
    """Services with room, full, not confirmed and not said what for; a file that waits; a child, and an unmet need."""
    in_directory(office)
    take(office, [a_plain_service("Homework club", "Learning")])
    with at_desk(office, MANAGER) as desk:
        renewed = json.dumps([a_plain_service("Homework club", "Sport"), a_plain_service("Chess")]).encode()
        keep_file(desk, SendFile(name="feed.json", content=renewed, withdraw=True))
    case = accepted(office, "early_help", indicators=(ABSENT,))
    with at_desk(office, WEST) as desk:
        note_unmet_need(desk, NoteUnmetNeed(referral_id=case.id, need=ABSENT, words="Made up: no bus"))


def _social_care(office: Any) -> None:
    """Assessed, discussed, under section 47, in conference, under a plan."""
    assessed = walk(office, WEST, accepted(office), "claim", "start_assessment")
    act(office, WEST, assessed, "extend_assessment", reason="Made up: a hospital", expected_on=in_days(office, 20))
    act(office, WEST, accepted(office), "call_strategy_discussion", invited=EVERYBODY)
    at_section_47(office)
    walk(office, WEST, at_section_47(office), "call_conference")
    walk(office, WEST, at_section_47(office), "call_conference", "make_protection_plan")
    walk(office, WEST, at_section_47(office), "call_conference", "make_plan", "review_plan")
    act(office, OFFICER, a_referral(office), "immediate_danger", **DANGER)


def _elsewhere(office: Any) -> Referral:
    """Another authority was told, said no, took the child on; other services here were; and a case that moved on."""
    told, refused, taken = (a_referral(office, "other_authority", **CITY) for _ in range(3))
    act(office, OFFICER, told, "chase", reason="Made up: rang twice")
    act(office, OFFICER, refused, "record_refusal", reason="Made up: they moved out in March")
    act(office, OFFICER, taken, "record_acknowledgement", reason="Made up: B. Lark, at 10:40")
    _asked, refuses, plans = (a_referral(office, "ehc_pathway") for _ in range(3))
    act(office, SEND, refuses, "refuse", reason="Made up: the school can do it")
    walk(office, SEND, plans, "agree", "issue_plan")
    a_referral(office, "adult_safeguarding")
    act(office, CARE, a_referral(office, "adult_safeguarding"), "acknowledge")
    moved = accepted(office)
    act(office, MANAGER, moved, "reassign", team_code="social_care_north", reason="Made up: they moved")
    return moved


def _thresholds(office: Any) -> None:
    """A version in each state but published, by which the rest would be judged: proved and not, tried on the past."""
    first = {"effective_from": office.clock.now().date() + timedelta(days=60)}
    a_draft(office, MANAGER, version="V7", **first)
    a_reviewed(office, version="V8", **first)
    drafting.act(office, MANAGER, a_draft(office, version="V9", **first), "withdraw", reason="Made up: too soon")
    tried, failing = (a_draft(office, version=name, harm=harm, **first) for name, harm in TRIED.items())
    for policy, kind in ((tried, "proof"), (tried, "replay"), (failing, "proof")):
        drafting.ask(office, policy, kind)
    drafting.make_all(office)
    drafting.ask(office, failing, "replay")


def _reports(office: Any) -> None:
    """A report with figures that partners sent, of which one is small, and something said; and one that waits."""
    office.actor(MANAGER)
    quarter = quarter_of(office.clock.now().date()).before
    period = {"first": quarter.first, "last": quarter.last, "supplied_on": quarter.last}
    before = period | {"first": quarter.before.first, "last": quarter.before.last}
    small = a_figure(indicator="not_in_education", counted=3, value=0.003, **period)
    reporting.send(office, a_figure(**period), a_figure(**before), small, a_figure(district_code=ASHFIELD, **period))
    for about in ("re_referrals", "whole"):
        reporting.say(office, "Made up: fewer came back\nfrom step-down", about, quarter=str(quarter))
    reporting.made(office, str(quarter))
    reporting.ask(office, str(quarter.before))


TRIED = {"V10": drafting.DUTY, "V11": "4, rag: amber"}


def _rights(office: Any) -> None:
    """Requests for a record in each state, and what somebody says is wrong in one."""
    enquiry = an_enquiry(office, given_name="Ida", reported="Made up: Ida and Benny were cold.")
    say(office, enquiry, field="given_name")
    settle(office, say(office, enquiry, field="family_name", asserted="Testly"))
    today = {"given_name": "Ida", "received_on": office.clock.now().date()}
    ask(office, **today)
    ask(office, identity="", authority="", **today)
    do(office, IG, ask(office, **today), "prepare")
    do(office, IG, ask(office, **today), "prepare", "send_to_review")
    give_out(office, ask(office, **today))
    do(office, IG, ask(office, **today), "refuse", reason="Made up: asked last week")


def _hidden(office: Any) -> None:
    """Somebody whose records few may see, opened by one in an emergency; and somebody like them."""
    hidden = an_enquiry(office, given_name="Rex", family_name="Hiddenbrook")
    office.session.flush()
    few_see(office, hidden.id)
    with at_desk(office, OFFICER) as desk:
        break_glass(desk, BreakGlass(reference=hidden.reference, reason="Made up: the police are at the door"))
    an_enquiry(office, given_name="Rex", family_name="Hiddenbrook")
