"""Whoever locks several rows does so in one order (enquiry, people, cases), so that nobody waits in a ring."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acting import a_referral, act, two_children
from tests.making import view_first
from triage.models import Enquiry, Person, Referral
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.logging_enquiry import NewSubject
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
