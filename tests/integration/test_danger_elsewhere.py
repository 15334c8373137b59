"""Immediate danger declared on a case that others have by now: done or refused in words, and told no more than that."""

import re

import pytest
from sqlalchemy import select

from tests.acting import accepted, act, events_of, last_event
from tests.asking_for_records import as_
from tests.reading import main_of
from triage.models import IdempotencyKey, Referral

WEST, NORTH = "locality_worker:west", "locality_worker:north"
DANGER = "He is alone with <her> now"
REASON = "immediate_danger.reason"


@pytest.fixture
def case(office):
    """A case of the west's that the north has by now."""
    case = accepted(office)
    for who in (WEST, NORTH):
        office.actor(who)
    act(office, "mash_manager", case, "reassign", team_code="social_care_north", reason="They moved")
    return case


def declare(client, case, reason=DANGER, **typed):
    """As a page that was read before the case went."""
    return client.post(f"/referrals/{case.id}/actions/immediate_danger", data={"version": 1, REASON: reason, **typed})


def declared(office, case):
    return [event.type for event in events_of(office, case)].count("immediate_danger_declared")


def test_page_says_who_has_the_case_in_which_danger_was_declared_and_says_it_once(sign_in, office, case):
    client = sign_in(WEST)
    answer = declare(client, case)
    assert (answer.status_code, answer.location, declared(office, case)) == (302, "/referrals", 1)
    said = "Declared. The case is with Social care North; its managers have been told."
    assert main_of(client.get("/referrals").text).startswith(said)
    assert said not in client.get("/referrals").text
    assert case.reference not in client.get("/referrals").text


def test_page_of_early_help_that_went_elsewhere_says_where_social_care_waits_for_a_team(sign_in, office):
    helped = accepted(office, "early_help")
    client = sign_in(WEST)
    act(office, "mash_manager", helped, "reassign", team_code="early_help_north", reason="They moved")
    declare(client, helped)
    assert (helped.state, helped.locality_code) == ("closed", "north")
    said = "Declared. The case is with social care in Bassetlaw and Newark; its managers have been told."
    assert said in client.get("/referrals").text


def test_page_of_a_case_that_is_still_ours_is_gone_back_to_and_the_inbox_says_nothing(sign_in, office):
    case = accepted(office)
    client = sign_in(WEST)
    assert declare(client, case).location == f"/referrals/{case.id}"
    assert "Declared." not in client.get("/referrals").text


@pytest.mark.parametrize("reason", ["", "  ", "x" * 20_001])
def test_danger_that_is_refused_elsewhere_says_so_and_may_be_sent_again(sign_in, office, case, reason):
    client = sign_in(WEST)
    refused = declare(client, case, reason, **{"close.reason": "Half <typed>"})
    assert (refused.status_code, declared(office, case)) == (422 if reason.strip() else 409, 0)
    said = main_of(refused.text)
    assert "Immediate danger has not been declared" in said
    assert "Half <typed>" in said
    assert "You may declare immediate danger all the same." in said
    assert f'<a href="#{REASON}">' in refused.text
    assert case.reference not in refused.text
    (to,) = re.findall(r'<form method="post" action="(/referrals/[^"]+)"', refused.text)
    assert re.search(rf'<textarea[^>]* name="{REASON}"', refused.text)
    assert client.post(to, data={REASON: DANGER}).status_code == 302
    assert declared(office, case) == 1


def test_danger_without_a_reason_asks_for_one_in_the_words_of_the_case(sign_in, case):
    assert f'<a href="#{REASON}">Give a reason.</a>' in declare(sign_in(WEST), case, "").text


def test_case_that_was_closed_elsewhere_says_what_to_do_and_keeps_what_was_typed(sign_in, office, case):
    act(office, NORTH, case, "close", closure="RC1")
    refused = declare(sign_in(WEST), case)
    assert refused.status_code == 409
    said = main_of(refused.text)
    assert "This case is closed, so nobody has been told. Ring the MASH now, or log a new enquiry" in said
    assert "all the same" not in said
    assert "He is alone with &lt;her&gt; now</textarea>" in refused.text
    assert (office.session.scalars(select(Referral.id)).all(), declared(office, case)) == ([case.id], 0)


def test_case_that_never_was_is_not_found(sign_in, office, case):
    office.session.flush()
    client, at = sign_in(WEST), f"/referrals/{case.person_id}/actions/immediate_danger"
    assert client.post(at, data={REASON: DANGER}).status_code == 404


def test_system_is_told_which_case_and_its_state_and_nothing_else_is_kept_of_it(office, case, caller):
    west, at = caller(WEST), f"/referrals/{case.id}/actions/immediate_danger"
    office.session.flush()
    told = west.post(at, {"reason": DANGER}, Idempotency_Key="once")
    brief = {"id": str(case.id), "reference": case.reference, "state": "section_47"}
    assert (told.status_code, told.headers.get("ETag"), told.get_json()) == (200, None, brief)
    with as_(office, WEST):  # nobody reads another's
        (kept,) = office.session.scalars(select(IdempotencyKey).where(IdempotencyKey.key == "once"))
    assert (kept.headers, kept.body) == ({}, told.text)
    again = west.post(at, {"reason": DANGER}, Idempotency_Key="once")
    assert (again.get_json(), declared(office, case)) == (brief, 1)
    assert last_event(office, case, "immediate_danger_declared").actor_id == office.actor(WEST).id


def test_system_of_those_who_have_the_case_is_answered_with_all_of_it(office, case, caller):
    office.session.flush()
    told = caller(NORTH).post(f"/referrals/{case.id}/actions/immediate_danger", {"reason": DANGER})
    assert (told.status_code, told.headers["ETag"]) == (200, f'"{case.version}"')
    shown = told.get_json()
    assert (shown["state"], shown["team_code"], shown["section_47"]) == ("section_47", "social_care_north", True)
    assert [each["team_code"] for each in shown["assignments"]][-1] == "social_care_north"
