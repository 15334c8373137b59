"""Every role, in every state of every case, is told what it may do, why not the rest, and what changed meanwhile."""

from datetime import timedelta

import pytest

from tests.acting import a_referral, accepted, act, refused, walk
from tests.making import an_enquiry, screen
from triage.errors import Stale
from triage.models import User
from triage.models.codes import ROLES, ROUTES, SERVICE_OF_ROUTE, TABLES
from triage.services.permitted import (
    permitted_on_check,
    permitted_on_enquiry,
    permitted_on_referral,
    permitted_on_transfer,
)
from workflows.agency_check import AGENCY_CHECK
from workflows.enquiry import ENQUIRY
from workflows.transfer import TRANSFER

WEST = "locality_worker:west"


def check_said(listed, table, state):
    """Each action that leaves the state once; each refusal and each need in whole sentences."""
    assert [each.action for each in listed] == [each.action for each in table.transitions if state in each.sources]
    for each in listed:
        assert each.allowed != bool(each.reasons)
        for reason in each.reasons + each.needs:
            assert reason.words[0].isupper()
            assert reason.words.endswith((".", "?"))
            assert "{" not in reason.words


def ask_everybody(office, row, table, ask):
    """In each state of the table, as it would be: nothing of it is written."""
    before, desks = row.state, {role: office.desk(role) for role in ROLES}
    with office.session.no_autoflush:
        for role, desk in desks.items():
            for state in table.states:
                row.state = state
                yield role, state, ask(desk, row)
        row.state = before


def test_everybody_is_told_of_an_enquiry_in_any_state(office):
    enquiry = an_enquiry(office, indicators=("C4_NAI",))
    screen(office, enquiry, rag="red", ask="police", finish=False)
    for role, state, listed in ask_everybody(office, enquiry, ENQUIRY, permitted_on_enquiry):
        check_said(listed, ENQUIRY, state)
        may = {each.action for each in listed if each.allowed}
        assert may == set() or role not in ("analyst", "partner_system")
        assert may <= {"immediate_danger"} or role != "locality_worker"


@pytest.mark.parametrize("route", [route for route in ROUTES if route in SERVICE_OF_ROUTE])
def test_everybody_is_told_of_a_referral_in_any_state(office, route):
    table = TABLES[SERVICE_OF_ROUTE[route]]
    referral = a_referral(office, route)
    for role, state, listed in ask_everybody(office, referral, table, permitted_on_referral):
        check_said(listed, table, state)
        assert role not in ("analyst", "partner_system") or not any(each.allowed for each in listed)


def test_everybody_is_told_of_a_check_in_any_state_but_not_of_what_the_service_does(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="police", finish=False)
    for _role, _state, listed in ask_everybody(office, enquiry.checks[0], AGENCY_CHECK, permitted_on_check):
        assert "pass_due" not in [each.action for each in listed]
        assert all(reason.words.endswith(".") for each in listed for reason in each.reasons + each.needs)


def test_everybody_is_told_of_an_offer_in_any_state(office):
    case = accepted(office)
    act(office, WEST, case, "offer_transfer", transfer_to="social_care_north", reason="They moved")
    for _role, state, listed in ask_everybody(office, case.transfers[0], TRANSFER, permitted_on_transfer):
        check_said(listed, TRANSFER, state)


def test_role_that_may_not_is_told_whose_it_is(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry)
    listed = {each.action: each for each in permitted_on_enquiry(office.desk("emergency_duty_team"), enquiry)}
    (reason,) = listed["decide"].reasons
    assert reason.words == "Your role may not do that. It is for: mash manager, social worker."


@pytest.mark.parametrize("role", ["mash_officer", "social_worker", "mash_manager", "emergency_duty_team"])
def test_what_is_said_not_to_be_allowed_is_refused_with_the_same_reasons(office, role):
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="police", finish=False)
    barred = [each for each in permitted_on_enquiry(office.desk(role), enquiry) if not each.allowed]
    assert barred
    for each in barred:
        said = {reason.code for reason in each.reasons}
        assert said <= set(refused(office, role, enquiry, each.action, reason="x")), each.action


def test_locality_is_told_that_an_offered_case_is_not_theirs_yet(office):
    case = accepted(office)
    act(office, WEST, case, "offer_transfer", transfer_to="social_care_north", reason="They moved")
    listed = permitted_on_referral(office.desk("locality_worker:north"), case)
    assert [each.action for each in listed if each.allowed] == ["immediate_danger"]
    assert {reason.code for each in listed for reason in each.reasons} == {"another_locality"}


def stale(office, row, read):
    with pytest.raises(Stale) as refusal:
        act(office, "mash_manager", row, "claim", version=read)
    (problem,) = refusal.value.problems
    return problem.message


def test_stale_page_is_told_each_change_and_whose(office):
    enquiry = an_enquiry(office)
    office.session.flush()
    read = enquiry.version
    walk(office, "social_worker", enquiry, "start_screening")
    act(office, "social_worker", enquiry, "set_rag", rag="amber")
    act(office, "mash_officer", enquiry, "hand_over_to_edt", reason="She must be seen tonight")
    assert stale(office, enquiry, read) == (
        "You read version 1; it is now version 4. What changed: screening started by Made-up social_worker;"
        " rag set by Made-up social_worker; handed over to edt by Made-up mash_officer. Read it again, then act."
    )


def test_stale_page_is_told_what_came_after_it_and_no_more(office):
    enquiry = walk(office, "social_worker", an_enquiry(office), "start_screening")
    read = enquiry.version
    act(office, "social_worker", enquiry, "set_rag", rag="amber")
    said = stale(office, enquiry, read)
    assert ("rag set by Made-up social_worker" in said, "screening started" in said) == (True, False)


def test_page_that_is_long_out_of_date_is_told_of_the_latest_changes(office):
    enquiry = walk(office, "social_worker", an_enquiry(office), "start_screening")
    read = enquiry.version
    for number in range(8):
        act(office, "social_worker", enquiry, "set_rag", rag=("amber", "green")[number % 2], reason="x")
    assert stale(office, enquiry, read).count("rag set") == 5


def test_stale_page_of_a_referral_and_its_if_match_are_told_so_by_the_api(office, caller):
    case = accepted(office)
    office.session.flush()
    worker, at = caller(WEST), f"/referrals/{case.id}"
    etag = worker.get(at).headers["ETag"]
    for action in ("claim", "start_assessment"):
        fresh = worker.get(at).headers["ETag"]
        assert worker.post(f"{at}/actions/{action}", {}, If_Match=fresh).status_code == 200
    answer = worker.post(f"{at}/actions/complete_assessment", {}, If_Match=etag)
    who = office.session.get(User, office.actor(WEST).id).name
    assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (412, "stale")
    assert f"referral claimed by {who}; assessment started by {who}" in answer.get_json()["errors"][0]["detail"]


def test_api_tells_what_may_be_done_with_a_check_and_whose_each_action_is(office, caller):
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="police", finish=False)
    office.session.flush()
    at = f"/enquiries/{enquiry.id}"
    officer = caller("mash_officer").get(at).get_json()["checks"][0]
    (partner,) = caller("partner_system").get("/checks").get_json()["items"]
    answers = {"acknowledge", "answer", "nothing_known", "decline"}
    listed = {each["action"]: each for each in officer["permitted_actions"]}
    assert {name for name in listed if listed[name]["allowed"]} == {*answers, "chase", "escalate", "immediate_danger"}
    assert [reason["code"] for reason in listed["withdraw"]["reasons"]] == ["not_your_role"]
    assert [need["code"] for need in listed["answer"]["needs"]] == ["no_answer"]
    may = {each["action"] for each in partner["permitted_actions"] if each["allowed"]}
    assert (answers <= may, may & {"chase", "escalate", "withdraw"}) == (True, set())
    to = f"/checks/{officer['id']}/actions/nothing_known"
    done = caller("mash_officer").post(to, {}, If_Match=f'"{officer["version"]}"').get_json()
    assert (done["state"], done["permitted_actions"]) == ("nothing_known", [])


def test_api_tells_what_an_action_asks_and_what_it_needs(office, caller):
    enquiry = walk(office, "social_worker", an_enquiry(office), "start_screening")
    office.clock.at += timedelta(minutes=1)
    shown = caller("social_worker").get(f"/enquiries/{enquiry.id}").get_json()
    listed = {each["action"]: each for each in shown["permitted_actions"]}
    assert set(listed["request_check"]["asks"]) == {
        "agency_code",
        "question",
        "lawful_basis",
        "consent",
        "consent_reason",
    }
    assert [need["code"] for need in listed["request_check"]["needs"]] == ["no_lawful_basis", "no_consent_to_ask"]
    assert (listed["pause_clock"]["allowed"], listed["pause_clock"]["reasons"][0]["code"]) == (False, "not_your_role")
