"""Whoever opens a case with section 47 reads first why: what the danger is, who said so, and where it came from."""

import pytest

from tests.acting import EVERYBODY, a_referral, accepted, act, last_event
from tests.making import an_enquiry
from tests.reading import main_of

DANGER = {"reason": "He is in the house now"}


def read(sign_in, case, who="locality_worker:west"):
    return main_of(sign_in(who).get(f"/referrals/{case.id}").text)


def test_case_that_danger_opens_tells_why_and_from_where(office, sign_in):
    helped = accepted(office, "early_help")
    act(office, "locality_worker:west", helped, "immediate_danger", **DANGER)
    case = helped.enquiry.referrals[-1]
    told = last_event(office, case, "referral_requested").data
    assert (told["reason"], told["told_by"]) == (DANGER["reason"], helped.reference)
    page = read(sign_in, case)
    assert (
        f"Why section 47 {DANGER['reason']} Made-up locality_worker:west, 10:00 today, from {helped.reference}" in page
    )


@pytest.mark.parametrize("action", ["immediate_danger", "ask_for_discussion"])
def test_case_that_is_raised_tells_why_until_it_is_found_otherwise(office, sign_in, action):
    case = accepted(office)
    assert "Why section 47" not in read(sign_in, case)
    act(office, "mash_officer", case, action, **DANGER)
    assert f"Why section 47 {DANGER['reason']} Made-up mash_officer, 10:00 today" in read(sign_in, case)
    act(office, "locality_worker:west", case, "call_strategy_discussion", invited=EVERYBODY)
    act(office, "locality_worker:west", case, "decline_section_47", came=EVERYBODY, reason="It was a game")
    assert "Why section 47" not in read(sign_in, case)


def test_case_that_is_raised_by_an_enquiry_tells_which(office, sign_in):
    case = accepted(office)
    news = an_enquiry(office, person_id=case.person_id, indicators=())
    act(office, "mash_officer", news, "immediate_danger", **DANGER)
    assert f"Made-up mash_officer, 10:00 today, from {news.reference}" in read(sign_in, case)


def test_case_without_section_47_has_nothing_to_tell_of_it(office, sign_in):
    assert "Why section 47" not in read(sign_in, a_referral(office))
