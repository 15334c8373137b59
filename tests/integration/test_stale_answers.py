"""What is said to an offer or of a check goes by what its reader has read: 412 says what changed since, and by whom."""

import re

import pytest

from tests.acting import accepted, act, walk
from tests.making import an_enquiry, screen

WEST, NORTH = "locality_worker:west", "locality_worker:north"
ASKED = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}
CHANGED = "What changed: assessment completed by Made-up locality_worker:west."


@pytest.fixture
def case(office):
    """A case that the west's team works on and offers to the north's."""
    case = walk(office, WEST, accepted(office), "claim", "start_assessment")
    act(office, WEST, case, "offer_transfer", transfer_to="social_care_north", reason="They moved to Worksop")
    office.session.flush()
    return case


@pytest.fixture
def check(office):
    enquiry = an_enquiry(office, indicators=())
    screen(office, enquiry, finish=False)
    act(office, "social_worker", enquiry, "request_check", **ASKED)
    office.session.flush()
    return enquiry.checks[0]


def read_page(client, at):
    """The versions that a page sends with whatever is done on it."""
    page = client.get(at).text.partition("<main")[2]
    return dict(re.findall(r'<input type="hidden" name="(versions?(?:\.[0-9a-f]{32})?)" value="([0-9]+)">', page))


def answer(client, case, action, read, reason="Made up"):
    at = f"/referrals/{case.id}/transfers/{case.offer.id}/{action}"
    return client.post(at, data=read | {f"{action}.reason": reason})


def test_page_of_a_referral_tells_the_versions_of_the_case_and_of_the_offer(sign_in, case):
    read = read_page(sign_in(NORTH), f"/referrals/{case.id}")
    assert read == {"version": str(case.version), f"versions.{case.offer.id.hex}": str(case.offer.version)}


def test_case_that_changed_since_it_was_read_is_not_accepted_until_it_is_read_again(sign_in, office, case):
    client, at = sign_in(NORTH), f"/referrals/{case.id}"
    read, offered = read_page(client, at), case.offer
    walk(office, WEST, case, "complete_assessment")
    office.session.flush()
    stale = answer(client, case, "accept_transfer", read)
    assert (stale.status_code, CHANGED in stale.text) == (412, True)
    assert (offered.state, case.team_code) == ("offered", "social_care_west")
    assert answer(client, case, "accept_transfer", read_page(client, at)).status_code == 302
    assert (offered.state, case.team_code) == ("accepted", "social_care_north")


@pytest.mark.parametrize(("who", "action"), [(NORTH, "reject_transfer"), (WEST, "revoke_transfer")])
def test_offer_of_a_case_that_changed_since_it_was_read_is_rejected_or_taken_back(sign_in, office, case, who, action):
    client = sign_in(who)
    read, offered = read_page(client, f"/referrals/{case.id}"), case.offer
    walk(office, WEST, case, "complete_assessment")
    office.session.flush()
    assert answer(client, case, action, read).status_code == 302
    assert offered.state == ("rejected" if who == NORTH else "revoked")


@pytest.mark.parametrize("action", ["accept_transfer", "reject_transfer", "revoke_transfer"])
def test_offer_that_was_answered_meanwhile_is_stale_for_every_answer(sign_in, office, case, action):
    client, offered = sign_in("mash_manager"), case.offer
    read, at = read_page(client, f"/referrals/{case.id}"), f"/referrals/{case.id}/transfers/{offered.id}/{action}"
    act(office, NORTH, offered, "reject_transfer", reason="No room")
    stale = client.post(at, data=read | {f"{action}.reason": "Made up"})
    assert stale.status_code == 412
    assert "What changed: transfer rejected by Made-up locality_worker:north." in stale.text
    assert (offered.state, offered.answer_reason) == ("rejected", "No room")


def test_system_accepts_only_the_case_that_it_has_read_and_rejects_whatever_it_became(office, case, caller):
    north, at = caller(NORTH), f"/transfers/{case.offer.id}/actions"
    (read,) = north.get(f"/referrals/{case.id}").get_json()["transfers"]
    walk(office, WEST, case, "complete_assessment")
    office.session.flush()
    stale = north.post(f"{at}/accept_transfer", {}, If_Match=read["etag"])
    assert (stale.status_code, CHANGED in stale.get_json()["detail"]) == (412, True)
    done = north.post(f"{at}/reject_transfer", {"reason": "No room"}, If_Match=read["etag"])
    assert (done.status_code, done.get_json()["state"]) == (200, "rejected")


@pytest.mark.parametrize("stated", ['"1"', "1", '"1."', '".1"', "*", '"1.2.3"', ""])
def test_system_says_both_the_offers_version_and_the_cases(case, caller, stated):
    to = f"/transfers/{case.offer.id}/actions/reject_transfer"
    told = caller(NORTH).post(to, {"reason": "No room"}, If_Match=stated)
    assert (told.status_code, told.get_json()["errors"][0]["code"]) == (428, "no_if_match")
    assert case.offer.state == "offered"


def test_check_that_was_answered_since_the_page_was_read_is_not_answered_again(sign_in, office, check):
    client, at = sign_in("mash_officer"), f"/enquiries/{check.enquiry_id}"
    read = read_page(client, at)
    assert read[f"versions.{check.id.hex}"] == str(check.version)
    act(office, "social_worker", check, "acknowledge")
    name = f"check_{check.id.hex}.answer.answer"
    stale = client.post(f"{at}/checks/{check.id}/answer", data=read | {name: "Known since 2011"})
    assert stale.status_code == 412
    assert "What changed: check acknowledged by Made-up social_worker." in stale.text
    assert "Known since 2011</textarea>" in stale.text
    assert check.state == "acknowledged"
    done = client.post(f"{at}/checks/{check.id}/answer", data=read_page(client, at) | {name: "Known since 2011"})
    assert (done.status_code, check.state, check.answer) == (302, "answered", "Known since 2011")


def test_system_is_told_what_changed_on_its_own_check_and_on_no_other(office, check, caller):
    act(office, "social_worker", check.enquiry, "request_check", **(ASKED | {"agency_code": "health"}))
    (other,) = (each for each in check.enquiry.checks if each is not check)
    read = check.version
    act(office, "mash_officer", check, "acknowledge")
    act(office, "mash_officer", other, "answer", answer="Known")
    stale = caller("partner_system").post(f"/checks/{check.id}/actions/nothing_known", {}, If_Match=f'"{read}"')
    assert stale.status_code == 412
    assert stale.get_json()["detail"].partition("What changed: ")[2] == (
        "check acknowledged by Made-up mash_officer. Read it again, then act."
    )
