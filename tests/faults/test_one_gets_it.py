"""Many want the same at once: one gets it, and every other is told who did."""

from collections import Counter

import pytest

from tests.acting import accepted, act
from tests.faults.front_door import all_at_once
from tests.faults.invariants import find_faults
from tests.faults.writers import a_decision
from tests.making import an_enquiry, screen, view_first
from triage.errors import Conflict, DomainError, Stale
from triage.models import Enquiry, Event, Referral
from triage.services.deciding import Decide, decide
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.services.transfers import TransferAction, act_on_transfer

FIFTY = [f"colleague {number}" for number in range(50)]
WEST, NORTH = "social_care_west", "social_care_north"


def claim_together(door, act, command):
    """What the fifty are told, but for the one who gets it; and who that is."""
    tasks = [door.try_at(who, lambda desk: act(desk, command) and desk.actor.name) for who in FIFTY]
    outcomes = all_at_once(*tasks)
    (winner,) = [each for each in outcomes if not isinstance(each, DomainError)]
    return winner, [each for each in outcomes if isinstance(each, DomainError)]


def assert_told(refusals, winner):
    assert [type(each) for each in refusals] == [Conflict] * 49
    assert {each.problems[0].message for each in refusals} == {
        f"{winner} has it. Ask them to hand it over, or ask a manager."
    }


def faults_of(door):
    with door.desk() as desk:
        return find_faults(desk.session)


def test_one_of_fifty_who_claim_an_enquiry_gets_it_and_the_rest_are_told_who(door):
    for who in FIFTY:
        door.hire(who, "social_worker")
    with door.office() as office:
        key = an_enquiry(office).id
    winner, refusals = claim_together(door, act_on_enquiry, EnquiryAction(enquiry_id=key, action="claim"))
    assert_told(refusals, winner)
    with door.desk() as desk:
        assert desk.session.get_one(Enquiry, key).owner.name == winner
        assert desk.session.query(Event).filter_by(case_id=key, type="enquiry_claimed").count() == 1
    assert faults_of(door) == []


def test_one_of_fifty_of_a_team_who_claim_a_referral_gets_it_and_the_rest_are_told_who(door):
    for who in FIFTY:
        door.hire(who, "locality_worker", WEST)
    with door.office() as office:
        key = accepted(office).id
    winner, refusals = claim_together(door, act_on_referral, ReferralAction(referral_id=key, action="claim"))
    assert_told(refusals, winner)
    with door.desk() as desk:
        referral = desk.session.get_one(Referral, key)
        current = [each.worker_id for each in referral.assignments if each.superseded_at is None]
        assert (referral.worker.name, current) == (winner, [referral.worker_id])
    assert faults_of(door) == []


def test_second_of_two_deciders_is_told_that_the_page_is_old_and_what_was_decided_by_whom(door):
    deciders = ("social_worker", "social_worker 2", "social_worker 3")
    with door.office() as office:
        enquiry = an_enquiry(office, indicators=())
        screen(office, enquiry)
        for who in deciders:
            view_first(office, who, enquiry, level=1)
        office.session.flush()
        key, read, subject = enquiry.id, enquiry.version, enquiry.subjects[0].id
    decision = a_decision(subject, route="no_further_action", level=1)
    told = Decide(enquiry_id=key, decisions=(decision,), version=read)
    outcomes = all_at_once(*(door.try_at(who, lambda desk: decide(desk, told) and desk.actor.name) for who in deciders))
    (winner,) = [each for each in outcomes if not isinstance(each, DomainError)]
    refusals = [each for each in outcomes if isinstance(each, DomainError)]
    assert [(type(each), each.status) for each in refusals] == [(Stale, 412)] * 2
    assert all(f"What changed: decision made by {winner}." in each.problems[0].message for each in refusals)
    with door.desk() as desk:
        assert desk.session.query(Event).filter_by(case_id=key, type="decision_made").count() == 1
    assert faults_of(door) == []


@pytest.mark.parametrize("_again", range(4))
def test_offer_is_answered_or_taken_back_and_never_both_when_all_is_done_at_once(door, _again):
    with door.office() as office:
        case = act(
            office, "locality_worker:west", accepted(office), "offer_transfer", transfer_to=NORTH, reason="Moved"
        )
        (offer,) = case.transfers
        key = offer.id

    def answer(who, action):
        told = TransferAction(transfer_id=key, action=action, reason="Made up")
        return door.try_at(who, lambda desk: act_on_transfer(desk, told).state)

    outcomes = all_at_once(
        answer(NORTH, "accept_transfer"),
        answer(NORTH, "reject_transfer"),
        answer("mash_manager", "accept_transfer"),
        answer("mash_manager 2", "revoke_transfer"),
        answer(WEST, "revoke_transfer"),
        answer("manager in the west", "revoke_transfer"),
    )
    assert Counter(isinstance(each, DomainError) for each in outcomes) == {True: 5, False: 1}
    (state,) = [each for each in outcomes if not isinstance(each, DomainError)]
    with door.desk() as desk:
        (referral,) = desk.session.query(Referral)
        assert referral.team_code == (NORTH if state == "accepted" else WEST)
    assert faults_of(door) == []
