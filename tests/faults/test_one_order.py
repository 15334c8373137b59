"""Whoever locks several rows does so in one order (enquiry, people, cases), so that nobody waits in a ring."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acting import a_referral, act, two_children
from tests.faults.front_door import TOLD
from tests.making import a_subject, view_first
from triage.models import Enquiry, Person, Referral
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.logging_enquiry import LogEnquiry, NewSubject, log_enquiry
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.store.locking import lock

MILD, GRAVE = ("C3_SUBSTANCE",), ("P4_UNSAFE",)


def cross(door, who, do, *rows):
    """What `who` gets who meets somebody that holds the first of the rows, and then takes the others in turn.

    Whoever is through without having waited took the rows in another order, or not at all.
    """
    (model, key), *others = rows
    with ThreadPoolExecutor(1) as pool:
        with door.desk() as rival:
            lock(rival.session, model, key)
            begun = door.run_into(door.try_at(who, do), pool)
            assert not begun.done()
            for each in others:
                lock(rival.session, *each)
        return begun.result()


def test_news_of_two_children_is_attached_while_others_take_the_two_in_order(door):
    with door.office() as office:
        both = two_children(office)
        act(office, "social_worker", both, "immediate_danger", reason="Made up")
        low, high = sorted(each.person_id for each in both.subjects)
    key = door.log(NewSubject(person_id=low, indicators=MILD), NewSubject(person_id=high, indicators=GRAVE))
    with door.office() as office:
        news = office.session.get_one(Enquiry, key)
        assert [each.recommendation.level for each in news.subjects] == [3, 4]
        view_first(office, "social_worker", news)
    attach = EnquiryAction(enquiry_id=key, action="attach", reason="Their worker has it")
    done = cross(door, "social_worker", lambda desk: act_on_enquiry(desk, attach).state, (Person, low), (Person, high))
    assert done == "closed"


@pytest.mark.parametrize("first", [Enquiry, Person])
def test_child_is_taken_back_while_others_take_enquiry_child_and_case_in_order(door, first):
    with door.office() as office:
        case = a_referral(office, "other_authority", given_name="Ava", postcode="NG1 5DT")
        key, rows = case.id, [(Enquiry, case.enquiry_id), (Person, case.person_id), (Referral, case.id)]
    back = ReferralAction(referral_id=key, action="take_back", reason="She is with her father")
    met = [each for each in rows if first is Enquiry or each[0] is not Enquiry]
    assert cross(door, "social_worker", lambda desk: act_on_referral(desk, back).state, *met) == "closed"
    with door.desk() as desk:
        assert desk.session.get_one(Enquiry, rows[0][1]).state == "screening"


@pytest.fixture
def two(door):
    """Two children whom the hub knows: the keys, the lower first."""
    return sorted(door.people_of(door.log(*map(a_subject_named, ("Ava", "Ben")))))


def a_subject_named(name):
    return a_subject(given_name=name)


def told_of(*people):
    return tuple(NewSubject(person_id=key) for key in people)


def in_turn(two):
    return tuple((Person, key) for key in two)


def test_enquiry_about_two_known_children_is_logged_while_others_take_the_two_in_order(door, two):
    low, high = two
    command = LogEnquiry(received_at=door.clock.at, subjects=told_of(high, low), **TOLD)
    about = cross(door, "mash_officer", lambda desk: len(log_enquiry(desk, command).subjects), *in_turn(two))
    assert about == 2


def test_two_children_are_split_off_while_others_take_the_two_in_order(door, two):
    low, high = two
    key = door.log(*told_of(high, low), a_subject_named("Cy"))
    with door.desk() as desk:
        moving = tuple(each.id for each in desk.session.get_one(Enquiry, key).subjects if each.person_id in two)
    split = EnquiryAction(enquiry_id=key, action="split", subject_ids=moving, reason="Cy lives elsewhere")
    left = cross(door, "social_worker", lambda desk: len(act_on_enquiry(desk, split).subjects), *in_turn(two))
    assert left == 1


def test_enquiry_about_two_children_is_joined_while_others_take_the_two_in_order(door, two):
    low, high = two
    with door.desk() as desk:
        into = desk.session.get_one(Enquiry, door.log(a_subject_named("Cy"))).reference
    join = EnquiryAction(
        enquiry_id=door.log(*told_of(high, low)), action="join", into_reference=into, reason="The same evening"
    )
    done = cross(door, "social_worker", lambda desk: act_on_enquiry(desk, join).state, *in_turn(two))
    assert done == "closed"
