"""An adult in danger: adult social care and the MASH's managers are told at once, and of a case that is open, again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.acting import act, events_of, in_days, last_event, walk
from tests.making import a_subject, an_enquiry, decide_as, screen
from triage.models import OutboxMessage, Referral

ADULT = {"given_name": "Edith", "kind": "adult_at_risk", "birth_date": None, "indicators": ()}
DANGER = {"reason": "Her son is at the door"}


@pytest.fixture
def enquiry(office):
    return an_enquiry(office, subjects=(a_subject(**ADULT),))


def alarms(office):
    """The cases of which somebody is told."""
    office.session.flush()
    rows = office.session.scalars(select(OutboxMessage).where(OutboxMessage.task == "tell_danger"))
    return sorted(row.payload["referral_id"] for row in rows)


def hand_over(office, enquiry):
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="adult_safeguarding", level=3)
    office.session.flush()
    return enquiry.referrals[0]


def test_adult_in_danger_is_handed_over_as_red_and_somebody_is_told(office, enquiry):
    act(office, "mash_officer", enquiry, "immediate_danger", **DANGER)
    (case,) = enquiry.referrals
    assert (case.service, case.state, case.team_code) == ("adult_at_risk", "handed_over", "adult_social_care")
    assert (case.rag, case.section_47, alarms(office)) == ("red", False, [str(case.id)])


def test_adult_who_was_handed_over_already_is_not_handed_over_twice_and_is_told_of_again(office, enquiry):
    case = hand_over(office, enquiry)
    walk(office, "mash_manager", case, "acknowledge")
    assert alarms(office) == []
    act(office, "mash_officer", enquiry, "immediate_danger", **DANGER)
    act(office, "mash_officer", enquiry, "immediate_danger", reason="He is inside")
    assert (enquiry.referrals, case.state, case.rag) == ([case], "acknowledged", "red")
    assert alarms(office) == [str(case.id)] * 2
    told = [each.data for each in events_of(office, case) if each.type == "immediate_danger_declared"]
    assert told == [{"reason": reason, "told_by": enquiry.reference} for reason in (DANGER["reason"], "He is inside")]


def test_open_case_of_an_earlier_enquiry_is_told_of_the_danger_as_well(office, enquiry):
    case = hand_over(office, enquiry)
    office.clock.at += timedelta(days=2)
    later = an_enquiry(office, person_id=case.person_id, indicators=())
    act(office, "mash_officer", later, "immediate_danger", **DANGER)
    assert office.session.scalars(select(Referral)).all() == [case]
    assert (case.rag, alarms(office)) == ("red", [str(case.id)])
    assert last_event(office, case, "immediate_danger_declared").data["told_by"] == later.reference


def test_danger_runs_the_adults_paused_clocks_on(office, enquiry):
    case = hand_over(office, enquiry)
    act(office, "mash_manager", case, "pause_clock", clock="adult_outcome", until=in_days(office, 5), reason="Away")
    act(office, "mash_officer", enquiry, "immediate_danger", **DANGER)
    assert {clock.kind: clock.state for clock in case.clocks} == {
        "adult_acknowledgement": "running",
        "adult_outcome": "running",
    }


def test_adult_whose_case_has_closed_is_handed_over_anew(office, enquiry):
    case = hand_over(office, enquiry)
    walk(office, "mash_manager", case, "acknowledge")
    act(office, "mash_manager", case, "record_outcome", closure="not_at_risk", reason="Well looked after")
    act(office, "mash_officer", enquiry, "immediate_danger", **DANGER)
    (_closed, anew) = sorted(enquiry.referrals, key=lambda each: each.state)
    assert (anew.reference, anew.rag, alarms(office)) == (f"{case.reference}.2", "red", [str(anew.id)])


def test_child_and_adult_of_one_enquiry_go_each_to_their_own(office):
    enquiry = an_enquiry(office, subjects=(a_subject(indicators=()), a_subject(**ADULT)))
    act(office, "emergency_duty_team", enquiry, "immediate_danger", **DANGER)
    opened = {case.service: case.section_47 for case in enquiry.referrals}
    assert opened == {"social_care": True, "adult_at_risk": False}
    assert alarms(office) == sorted(str(case.id) for case in enquiry.referrals)
