"""Eight writers at once on the same cases, and the service's own work meanwhile: every case stays whole."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event

import pytest

from tests.acting import a_referral, accepted, act, walk
from tests.faults.front_door import all_at_once
from tests.faults.invariants import find_faults
from tests.faults.writers import Writer, a_decision, fill
from tests.making import a_subject, an_enquiry, decide_as, screen, view_first
from triage.errors import DomainError
from triage.models import AgencyCheck, Enquiry, Person, Referral
from triage.models import Event as CaseEvent
from triage.services.checks import CheckAction, act_on_check
from triage.services.deciding import Decide, decide
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.logging_enquiry import NewSubject
from triage.services.moving_cases import move_cases
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.services.relay import relay
from triage.services.sweep import sweep
from triage.store.locking import lock

WRITERS = 8
ACTIONS = 40  # of each
SEED = "20130507"
SEEDS = sorted({SEED, os.environ.get("TRIAGE_SEED", SEED)})
BREATH = 0.02  # seconds between two rounds of the service's own work
ROUNDS = range(6)


def look_after(door, gone_home):
    """What the service does by itself, again and again until the people have gone home: how many clocks it marked."""
    marked = 0
    while not gone_home.wait(BREATH):
        with door.desk() as desk:
            swept = sweep(desk)
        with door.desk() as desk:
            relay(desk.session, desk.now, lambda message: None)
        with door.desk() as desk:
            move_cases(desk)
        marked += swept.warned + swept.breached
    return marked


def work_at_once(door, writers):
    """The people and the service together. Whatever was no refusal in words is raised here."""
    gone_home = Event()
    with ThreadPoolExecutor(len(writers) + 1) as pool:
        service = pool.submit(look_after, door, gone_home)
        working = [pool.submit(writer.work, ACTIONS) for writer in writers]
        try:
            for each in working:
                each.result()
        finally:
            gone_home.set()
        return service.result()


def faults_of(door):
    with door.desk() as desk:
        return find_faults(desk.session)


def said(outcome):
    """What came of a task: "done", or the code of its refusal."""
    return outcome.problems[0].code if isinstance(outcome, DomainError) else "done"


def on_enquiry(door, who, key, action, **brought):
    command = EnquiryAction(enquiry_id=key, action=action, reason="Made up", **brought)
    return door.try_at(who, lambda desk: act_on_enquiry(desk, command))


def on_referral(door, who, key, action, **brought):
    command = ReferralAction(referral_id=key, action=action, reason="Made up", **brought)
    return door.try_at(who, lambda desk: act_on_referral(desk, command))


def two_children():
    return a_subject(given_name="Ava"), a_subject(given_name="Ben")


@pytest.mark.parametrize("seed", SEEDS)
def test_cases_stay_whole_when_eight_write_at_once(door, seed):
    fill(door, Random(seed), families=4, enquiries=20)
    writers = [Writer(door, Random(f"{seed} {number}")) for number in range(WRITERS)]
    assert work_at_once(door, writers) > 0
    assert faults_of(door) == []
    done = sum((writer.done for writer in writers), Counter())
    assert done.total() > WRITERS * ACTIONS / 2
    assert len(done) > 20, f"the dice chose few kinds of action: {done}"


def test_nobody_is_lost_when_several_join_and_split_the_same_enquiries(door):
    told = set()
    for _ in ROUNDS:
        keys = [door.log(*two_children()) for _ in range(3)]
        with door.desk() as desk:
            first, second, third = (desk.session.get_one(Enquiry, key) for key in keys)
            told |= {subject.person_id for each in (first, second, third) for subject in each.subjects}
            joins = [(third, second), (third, first), (second, first), (third, second)]
            tasks = [
                *(on_enquiry(door, "social_worker", a.id, "join", into_reference=b.reference) for a, b in joins),
                *(
                    on_enquiry(door, "social_worker 2", each.id, "split", subject_ids=(each.subjects[0].id,))
                    for each in (first, second, third, first)
                ),
            ]
        assert "done" in map(said, all_at_once(*tasks))
    with door.desk() as desk:
        waiting = desk.session.query(Enquiry).filter(Enquiry.state != "closed")
        people = Counter(subject.person_id for enquiry in waiting for subject in enquiry.subjects)
    assert people == Counter(told)
    assert faults_of(door) == []


def test_enquiry_is_joined_or_decided_and_never_both_when_both_are_done_at_once(door):
    for _ in ROUNDS:
        with door.office() as office:
            first = an_enquiry(office, indicators=())
            screen(office, first)
            view_first(office, "social_worker", first, level=1)
            reference, key, subject = first.reference, first.id, first.subjects[0].id
        second = door.log(a_subject(given_name="Ben"))
        decision = a_decision(subject, route="no_further_action", level=1)
        told = Decide(enquiry_id=key, decisions=(decision,))
        decided, joined = all_at_once(
            door.try_at("social_worker", lambda desk, told=told: decide(desk, told)),
            on_enquiry(door, "social_worker 2", second, "join", into_reference=reference),
        )
        # Whoever decides after the join has somebody to decide for whom they have not looked at yet.
        refused = ("subjects_undecided", "no_first_view")
        assert (said(decided), said(joined)) in (("done", "join_decided"), *((code, "done") for code in refused))
    assert faults_of(door) == []


def test_danger_is_never_refused_and_opens_one_case_a_child_beside_decisions_on_the_same_children(door):
    for _ in ROUNDS:
        children = door.people_of(door.log(*two_children()))
        with door.office() as office:
            keys = []
            for order in (children, children[::-1]):
                enquiry = an_enquiry(office, subjects=tuple(NewSubject(person_id=each) for each in order))
                screen(office, enquiry)
                decide_as(office, "social_worker", enquiry, approve=False, route="social_care", level=4)
                view_first(office, "mash_manager", enquiry)
                keys.append(enquiry.id)
        dangers = [on_enquiry(door, "mash_officer", key, "immediate_danger") for key in keys]
        approvals = [on_enquiry(door, "mash_manager", key, "approve") for key in keys]
        outcomes = [said(each) for each in all_at_once(*dangers, *approvals)]
        assert outcomes[:2] == ["done", "done"]
        with door.desk() as desk:
            cases = desk.session.query(Referral).filter(Referral.person_id.in_(children), Referral.state != "closed")
            assert sorted((case.person_id, case.section_47, case.rag) for case in cases) == sorted(
                (child, True, "red") for child in children
            )
    assert faults_of(door) == []


def test_danger_beside_the_step_down_of_the_same_childs_case_leaves_one_case_with_section_47(door):
    for _ in ROUNDS:
        with door.office() as office:
            case = walk(office, "locality_worker:west", accepted(office), "start_assessment", "complete_assessment")
            key, enquiry, person = case.id, case.enquiry_id, case.person_id
        agreed = {"consent": "given", "lead_practitioner": "Made-up Lead"}
        danger, down = all_at_once(
            on_enquiry(door, "mash_officer", enquiry, "immediate_danger"),
            on_referral(door, "social_care_west", key, "step_down", **agreed),
        )
        assert said(danger) == "done"
        assert said(down) in ("done", "not_in_this_state")
        with door.desk() as desk:
            cases = desk.session.query(Referral).filter_by(person_id=person, service="social_care")
            assert [case.section_47 for case in cases if case.state != "closed"] == [True]
    assert faults_of(door) == []


def help_in_the_north(door):
    """An early help case of the north, whose child lives in the west: its key, and the child's."""
    with door.office() as office:
        case = a_referral(office, "early_help", postcode="NG15 7AA")
        act(office, "early_help_unit", case, "allocate", team_code="early_help_north")
        return case.id, case.person_id


def test_step_up_beside_danger_to_the_same_child_leaves_one_case(door):
    for _ in ROUNDS:
        key, person = help_in_the_north(door)
        news = door.log(NewSubject(person_id=person))
        danger, up = all_at_once(
            on_enquiry(door, "mash_officer", news, "immediate_danger"),
            on_referral(door, "early_help_north", key, "step_up"),
        )
        assert said(danger) == "done"
        assert said(up) in ("done", "case_open")
    assert faults_of(door) == []


def case_in_both_services(door):
    """A social care case of the west and an early help case of the north, of the same child: all three keys."""
    helped, person = help_in_the_north(door)
    with door.office() as office:
        case = accepted(office, person_id=person)
        walk(office, "locality_worker:west", case, "start_assessment", "complete_assessment")
        return case.id, helped, person


@pytest.mark.parametrize(
    ("crossing", "expected"),
    [
        ("step_up", {("case_open", "case_open")}),
        ("immediate_danger", {("case_open", "done"), ("not_in_this_state", "done")}),
    ],
)
def test_step_down_that_crosses_another_step_of_the_same_child_waits_for_it_and_for_no_ring(door, crossing, expected):
    case, helped, person = case_in_both_services(door)
    agreed = {"consent": "given", "lead_practitioner": "Made-up Lead"}
    with ThreadPoolExecutor(2) as pool:
        with door.desk() as desk:
            lock(desk.session, Person, person)  # so that both have begun before either goes on
            down = door.run_into(on_referral(door, "social_care_west", case, "step_down", **agreed), pool)
            other = door.run_into(on_referral(door, "early_help_north", helped, crossing), pool, waiting=2)
        assert (said(down.result()), said(other.result())) in expected
    assert faults_of(door) == []


@pytest.mark.parametrize(("action", "outcome"), [("step_up", "case_open"), ("immediate_danger", "done")])
def test_childs_case_is_found_though_another_locality_has_it(door, action, outcome):
    key, person = help_in_the_north(door)
    on_enquiry(door, "mash_officer", door.log(NewSubject(person_id=person)), "immediate_danger")()
    assert said(on_referral(door, "early_help_north", key, action)()) == outcome
    assert faults_of(door) == []


def test_answer_that_waits_for_an_enquiry_which_is_joined_meanwhile_lands_where_it_was_joined_to(door):
    with door.office() as office:
        first, second = an_enquiry(office, indicators=()), an_enquiry(office, given_name="Ben", indicators=())
        screen(office, second, finish=False)
        about = {"agency_code": "health", "lawful_basis": "public_task", "consent": "given"}
        (check,) = act(office, "social_worker", second, "request_check", **about).checks
        into, key, check_id = first.reference, second.id, check.id
    answer = CheckAction(check_id=check_id, action="answer", answer="Seen in April")
    with ThreadPoolExecutor(1) as pool:
        with door.desk(door.actors["social_worker"]) as desk:
            act_on_enquiry(desk, EnquiryAction(enquiry_id=key, action="join", into_reference=into, reason="Made up"))
            desk.session.flush()
            telling = door.run_into(door.try_at("mash_officer", lambda desk: act_on_check(desk, answer)), pool)
        assert said(telling.result()) == "done"
    with door.desk() as desk:
        check = desk.session.get_one(AgencyCheck, check_id)
        events = desk.session.query(CaseEvent).filter_by(case_id=check.enquiry_id).order_by(CaseEvent.number)
        assert (check.enquiry.reference, [each.type for each in events][-2:]) == (
            into,
            ["enquiry_joined_here", "check_answered"],
        )
    assert faults_of(door) == []


def tell_while_it_closes(door, news, action, key):
    """What comes of an action on an enquiry that waits for a case with social care, which closes meanwhile."""
    with door.office() as office:
        view_first(office, "mash_officer", office.session.get_one(Enquiry, news))
    closing = ReferralAction(referral_id=key, action="close", closure="RC1")
    with ThreadPoolExecutor(1) as pool:
        with door.desk(door.actors["social_care_west"]) as desk:
            act_on_referral(desk, closing)
            desk.session.flush()
            telling = door.run_into(on_enquiry(door, "mash_officer", news, action), pool)
        return said(telling.result())


@pytest.mark.parametrize(("action", "outcome"), [("immediate_danger", "done"), ("attach", "no_open_case")])
def test_news_that_waits_for_a_case_which_closes_meanwhile_is_not_put_into_the_closed_case(door, action, outcome):
    with door.office() as office:
        case = accepted(office, indicators=("P4_UNSAFE",))
        key, person = case.id, case.person_id
    news = door.log(NewSubject(person_id=person, indicators=("C3_SUBSTANCE",)))
    assert tell_while_it_closes(door, news, action, key) == outcome
    assert faults_of(door) == []


def test_level_4_that_waits_for_a_case_with_social_care_which_closes_meanwhile_is_not_left_to_early_help(door):
    with door.office() as office:
        helped = accepted(office, "early_help")
        case = accepted(office, person_id=helped.person_id)
        key, person = case.id, case.person_id
    news = door.log(NewSubject(person_id=person, indicators=("P4_UNSAFE",)))
    assert tell_while_it_closes(door, news, "attach", key) == "decide_level_4"
    assert faults_of(door) == []
