"""A locality's people declare danger wherever they read of it: on the enquiry of their case, and from a closed case."""

import pytest
from sqlalchemy import select

from tests.acting import a_referral, accepted, act, last_event, two_children
from tests.integration.test_danger_never_stale import declare
from tests.making import decide_as, screen
from tests.reading import main_of
from triage.models import Referral

WEST, MANAGER, SOUTH = "locality_worker:west", "locality_manager:west", "locality_worker:south"
DANGER = {"reason": "He is alone with her now"}
BEGUN = {"immediate_danger.reason": "Now"}


def protected(office):
    office.session.expire_all()
    cases = office.session.scalars(select(Referral).where(Referral.section_47))
    return sorted(case.person.given_name for case in cases)


def at_enquiry(case):
    return f"/enquiries/{case.enquiry_id}"


@pytest.fixture
def case(office):
    """The west's case of one of two children: the other was decided without one."""
    both = two_children(office, indicators=())
    screen(office, both)
    decide_as(office, "social_worker", both, route="social_care", level=4)
    ava, ben = both.referrals
    act(office, "mash_manager", ben, "allocate", team_code="social_care_south")
    act(office, "mash_manager", ava, "allocate", team_code="social_care_west")
    return act(office, WEST, ava, "accept")


@pytest.mark.parametrize("who", [WEST, MANAGER])
def test_locality_declares_danger_on_the_page_of_its_cases_enquiry_and_everybody_is_protected(
    sign_in, office, case, who
):
    if who == MANAGER:
        act(office, "mash_officer", case.enquiry, "close")
    client, at = sign_in(who), at_enquiry(case)
    assert f"{at}/actions/immediate_danger" in client.get(at).text
    assert declare(client, at, 1).location == at
    assert protected(office) == ["Ava", "Ben"]
    assert last_event(office, case.enquiry, "immediate_danger_declared").actor_id == office.actor(who).id
    page = client.get(at).text
    assert ("Ava" in page, "Ben" in page.split("What has happened")[0]) == (True, False)


def test_locality_does_nothing_else_to_an_enquiry_and_gives_a_reason_for_danger(sign_in, office, case):
    client, at = sign_in(WEST), at_enquiry(case)
    assert client.post(f"{at}/actions/close", data={"version": 1}).status_code == 403
    assert client.post(f"{at}/actions/immediate_danger", data={"version": 1}).status_code == 409
    assert protected(office) == []


def test_system_of_a_locality_declares_danger_and_is_told_of_its_own_child_alone(caller, office, case):
    answer = caller(WEST).post(f"{at_enquiry(case)}/actions/immediate_danger", DANGER)
    assert answer.status_code == 200
    assert len(answer.get_json()["subjects"]) == 1
    assert protected(office) == ["Ava", "Ben"]


def test_danger_from_a_page_whose_case_has_gone_elsewhere_is_heard(sign_in, caller, office, case):
    client = sign_in(WEST)
    act(office, "mash_manager", case, "reassign", team_code="social_care_north", reason="Moved")
    assert client.get(at_enquiry(case)).status_code == 404
    assert declare(client, at_enquiry(case), 1).location == "/referrals"
    assert protected(office) == ["Ava", "Ben"]
    answer = caller(WEST).post(f"{at_enquiry(case)}/actions/immediate_danger", DANGER)
    told = {"id": str(case.enquiry_id), "reference": case.enquiry.reference, "state": "decided"}
    assert (answer.status_code, answer.get_json(), "ETag" in answer.headers) == (200, told, False)


@pytest.mark.parametrize("closed_too", [False, True])
def test_page_of_a_closed_case_declares_danger_on_its_enquiry(sign_in, office, closed_too):
    case = accepted(office)
    act(office, WEST, case, "close", closure="RC1")
    if closed_too:
        act(office, "mash_officer", case.enquiry, "close")
    client = sign_in(WEST)
    page = client.get(f"/referrals/{case.id}").text
    assert f"This case is closed. Danger is declared on its enquiry, {case.enquiry.reference}," in main_of(page)
    assert f'formaction="{at_enquiry(case)}/actions/immediate_danger"' in page
    assert client.post(f"{at_enquiry(case)}/actions/immediate_danger", data=BEGUN).status_code == 302
    opened = office.session.scalars(select(Referral).where(Referral.section_47)).one()
    assert (opened.state, opened.person_id, case.state) == ("requested", case.person_id, "closed")


def test_page_of_an_open_case_declares_danger_on_itself(sign_in, office):
    case = a_referral(office)
    page = sign_in("mash_officer").get(f"/referrals/{case.id}").text
    assert (f"/referrals/{case.id}/actions/immediate_danger" in page, "This case is closed" in page) == (True, False)
