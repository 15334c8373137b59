"""An open case offered to another team or authority: seen by whom it is offered to, and theirs once they say yes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.acting import accepted, act, clock_of, clocks_by, last_event, refused, walk
from triage.access.actor import SYSTEM
from triage.database import act_as
from triage.errors import Invalid
from triage.models import Transfer
from triage.services.contexts import offer_context
from triage.services.permitted import permitted_on_transfer

WEST, NORTH, SOUTH = "locality_worker:west", "locality_worker:north", "locality_worker:south"
COLLEAGUE, MANAGER = "locality_worker 2:west", "locality_manager:west"
MOVED = {"reason": "They moved to Worksop"}
THERE = {"reason": "R. Made-Up, team manager, by telephone at 14:20"}


@pytest.fixture
def case(office):
    """A case that the west's team works on, with a worker of its own."""
    case = walk(office, WEST, accepted(office), "claim", "start_assessment")
    for who in (NORTH, SOUTH):
        office.actor(who)
    return case


def offer(office, case, to="social_care_north"):
    act(office, WEST, case, "offer_transfer", transfer_to=to, **MOVED)
    return case.transfers[-1]


def etag_of(offered):
    return f'"{offered.version}.{offered.referral.version}"'


def rows_seen_by(office, who, table, case):
    """Asked in raw SQL, as the database itself lets somebody of that locality see it."""
    office.session.flush()
    of = "id" if table == "referrals" else "referral_id" if table != "events" else "case_id"
    act_as(office.session, office.actor(who))
    count = office.session.scalar(text(f"SELECT count(*) FROM {table} WHERE {of} = :id"), {"id": case.id})  # noqa: S608
    act_as(office.session, SYSTEM)
    return count


def test_offer_needs_a_reason_and_somebody_to_go_to(office, case):
    assert list(refused(office, WEST, case, "offer_transfer")) == ["no_transfer_to", "no_reason"]
    assert case.transfers == []


@pytest.mark.parametrize("to", ["social_care_west", "early_help_north", "mash"])
def test_case_is_offered_neither_to_its_own_team_nor_to_one_of_another_service(office, case, to):
    with pytest.raises(Invalid, match="Choose another team of the same service"):
        offer(office, case, to)
    assert case.transfers == []


def test_offered_case_stays_where_it_is_and_is_worked_there(office, case):
    offered = offer(office, case)
    assert (case.team_code, case.locality_code, case.worker_id) == (
        "social_care_west",
        "west",
        office.actor(WEST).id,
    )
    assert clock_of(case, "transfer").due_at == office.clock.now() + timedelta(days=2)
    assert last_event(office, case, "transfer_offered").data == {"to": "Social care North", **MOVED}
    walk(office, WEST, case, "complete_assessment")
    assert (offered.state, case.assessed_at) == ("offered", office.clock.now())


def test_case_is_on_one_offer_at_a_time_and_does_not_close_meanwhile(office, case):
    offer(office, case)
    again = refused(office, WEST, case, "offer_transfer", transfer_to="social_care_south", reason="x")
    assert list(again) == ["transfer_offered"]
    assert list(refused(office, WEST, case, "close", closure="RC2")) == ["transfer_offered"]
    walk(office, WEST, case, "complete_assessment")
    agreed = {"consent": "given", "lead_practitioner": "Ms Made-Up"}
    assert list(refused(office, WEST, case, "step_down", **agreed)) == ["transfer_offered"]


@pytest.mark.parametrize("table", ["referrals", "clocks", "events", "assignments", "transfers"])
def test_offered_case_is_seen_by_those_it_is_offered_to_and_then_by_them_alone(office, case, table):
    seen = {who: rows_seen_by(office, who, table, case) > 0 for who in (WEST, NORTH, SOUTH)}
    assert seen == {WEST: table != "transfers", NORTH: False, SOUTH: False}
    offered = offer(office, case)
    seen = {who: rows_seen_by(office, who, table, case) > 0 for who in (WEST, NORTH, SOUTH)}
    assert seen == {WEST: True, NORTH: True, SOUTH: False}
    act(office, NORTH, offered, "accept_transfer")
    seen = {who: rows_seen_by(office, who, table, case) > 0 for who in (WEST, NORTH, SOUTH)}
    # What became of their own offer the west may read; the case it was about is no longer theirs.
    assert seen == {WEST: table == "transfers", NORTH: True, SOUTH: False}


@pytest.mark.parametrize("answer", ["reject_transfer", "revoke_transfer"])
def test_case_that_is_no_longer_on_offer_is_hidden_from_them_again(office, case, answer):
    offered = offer(office, case)
    act(office, NORTH if answer == "reject_transfer" else WEST, offered, answer, reason="No room before June")
    assert rows_seen_by(office, NORTH, "referrals", case) == 0
    assert rows_seen_by(office, WEST, "referrals", case) == 1


def test_database_lets_nobody_work_a_case_that_is_only_offered_to_them(office, case):
    offer(office, case)
    office.session.flush()
    act_as(office.session, office.actor(NORTH))
    for change in ("state = 'closed', closed_at = requested_at", "locality_code = 'south'"):
        with pytest.raises(ProgrammingError, match="row-level security"), office.session.begin_nested():
            office.session.execute(text(f"UPDATE referrals SET {change}"))  # noqa: S608


def test_accepted_case_goes_on_as_it_is_with_the_other_team(office, case):
    offered = offer(office, case)
    clocks = clocks_by(case) - {"transfer"}
    act(office, NORTH, offered, "accept_transfer")
    assert (case.state, case.team_code, case.locality_code, case.worker_id) == (
        "assessment",
        "social_care_north",
        "north",
        None,
    )
    assert (clocks_by(case), clock_of(case, "transfer").state) == (clocks, "met")
    assert (offered.ended_at, offered.ended_by_id) == (office.clock.now(), office.actor(NORTH).id)
    (current,) = [each for each in case.assignments if each.superseded_at is None]
    assert (current.team_code, current.worker_id, current.reason) == ("social_care_north", None, MOVED["reason"])
    assert last_event(office, case, "transfer_accepted").data == {"to": "social_care_north"}


def test_rejection_says_why_and_leaves_the_case_where_it_is(office, case):
    offered = offer(office, case)
    assert list(refused(office, NORTH, offered, "reject_transfer")) == ["no_reason"]
    act(office, NORTH, offered, "reject_transfer", reason="They moved back")
    assert (offered.state, offered.answer_reason, case.team_code) == ("rejected", "They moved back", "social_care_west")
    assert (case.worker_id, clock_of(case, "transfer").state) == (office.actor(WEST).id, "met")
    assert offer(office, case, "social_care_south").state == "offered"


def test_offer_taken_back_says_why_and_its_clock_counts_for_nothing(office, case):
    offered = offer(office, case)
    assert list(refused(office, WEST, offered, "revoke_transfer")) == ["no_reason"]
    act(office, WEST, offered, "revoke_transfer", reason="They stay")
    assert (offered.state, clock_of(case, "transfer").state) == ("revoked", "cancelled")
    assert list(refused(office, NORTH, offered, "accept_transfer")) == ["not_in_this_state"]


def test_each_side_speaks_for_itself_and_the_hub_for_either(office, case):
    offered = offer(office, case)
    for who in (COLLEAGUE, MANAGER):
        assert list(refused(office, who, offered, "accept_transfer")) == ["not_asked"]
        assert list(refused(office, who, offered, "reject_transfer", reason="x")) == ["not_asked"]
    assert list(refused(office, NORTH, offered, "revoke_transfer", reason="x")) == ["not_offering"]
    assert act(office, "mash_manager", offered, "accept_transfer").state == "accepted"


def test_another_team_of_the_locality_that_is_asked_answers_for_nobody_and_its_manager_does(office, case):
    offered = offer(office, case)
    for who in (NORTH, "locality_manager:north"):
        office.actors[who] = replace(office.actor(who), team_code="early_help_north")
    assert refused(office, NORTH, offered, "accept_transfer") == {
        "not_asked": "It is offered to another team. Its own people, or the hub, say yes or no."
    }
    assert act(office, "locality_manager:north", offered, "accept_transfer").state == "accepted"


@pytest.mark.parametrize("to", ["social_care_north", "Derbyshire"])
@pytest.mark.parametrize("who", ["mash_manager", "early_help_unit"])
def test_whoever_of_the_hub_offers_a_case_does_not_answer_for_who_gets_it(office, case, who, to):
    act(office, who, case, "offer_transfer", transfer_to=to, **MOVED)
    (offered,) = case.transfers
    for action in ("accept_transfer", "reject_transfer"):
        assert list(refused(office, who, offered, action, **THERE)) == ["own_offer"]
    assert (offered.state, case.team_code) == ("offered", "social_care_west")
    assert act(office, "mash_manager 2", offered, "accept_transfer", **THERE).state == "accepted"


def test_what_another_authority_said_is_recorded_by_a_second_person_who_says_who_there_said_it(office, case):
    offered = offer(office, case, "Derbyshire")
    assert list(refused(office, WEST, offered, "accept_transfer", **THERE)) == ["own_offer"]
    assert list(refused(office, WEST, offered, "reject_transfer", **THERE)) == ["own_offer"]
    assert list(refused(office, SOUTH, offered, "accept_transfer", **THERE)) == ["not_asked"]
    for empty in ("", "  "):
        assert list(refused(office, COLLEAGUE, offered, "accept_transfer", reason=empty)) == ["no_acceptance"]
    assert (offered.state, case.state) == ("offered", "assessment")
    act(office, COLLEAGUE, offered, "accept_transfer", **THERE)
    assert (offered.answer_reason, offered.ended_by_id) == (THERE["reason"], office.actor(COLLEAGUE).id)
    assert case.state == "closed"


@pytest.mark.parametrize(
    ("state", "section_47"),
    [("strategy_discussion", False), ("section_47", False), ("conference", False), ("plan", True)],
)
def test_child_leaves_the_county_while_section_47_is_open_only_by_a_managers_hand(office, case, state, section_47):
    offered = offer(office, case, "Derbyshire")
    case.state, case.section_47 = state, section_47
    for who in (COLLEAGUE, "early_help_unit"):
        told = refused(office, who, offered, "accept_transfer", **THERE)
        assert list(told) == ["section_47_open"]
        assert told["section_47_open"].startswith("Section 47 is open. Only a manager records that")
    assert list(refused(office, MANAGER, offered, "accept_transfer")) == ["no_acceptance"]
    act(office, MANAGER, offered, "accept_transfer", **THERE)
    assert (case.state, case.closure) == ("closed", "RC5")


def test_manager_who_offered_a_child_under_section_47_needs_another_manager(office, case):
    case.section_47 = True
    act(office, MANAGER, case, "offer_transfer", transfer_to="Derbyshire", **MOVED)
    (offered,) = case.transfers
    assert list(refused(office, MANAGER, offered, "accept_transfer", **THERE)) == ["own_offer"]
    assert act(office, "mash_manager", offered, "accept_transfer", **THERE).state == "accepted"


def test_another_team_takes_on_a_child_under_section_47_by_itself(office, case):
    case.state, case.section_47 = "section_47", True
    act(office, NORTH, offer(office, case), "accept_transfer")
    assert (case.state, case.team_code) == ("section_47", "social_care_north")


def test_another_authority_that_accepts_closes_the_case_here(office, case):
    offered = offer(office, case, "Derbyshire")
    assert (offered.to_team_code, offered.to_authority) == (None, "Derbyshire")
    assert rows_seen_by(office, NORTH, "referrals", case) == 0
    act(office, COLLEAGUE, offered, "accept_transfer", **THERE)
    assert (case.state, case.closure, case.closed_at, clocks_by(case)) == (
        "closed",
        "RC5",
        office.clock.now(),
        set(),
    )
    assert (clock_of(case, "transfer").state, clock_of(case, "assessment").state) == ("met", "cancelled")
    assert last_event(office, case, "transfer_accepted").data == {"to": "Derbyshire", "closure": "RC5", **THERE}


def test_nothing_but_immediate_danger_is_done_by_those_it_is_only_offered_to(office, case):
    offer(office, case)
    assert list(refused(office, NORTH, case, "complete_assessment")) == ["another_locality"]


def test_offer_is_answered_by_the_api_as_the_locality_it_is_made_to(office, case, caller):
    office.session.flush()
    west, north, south = (caller(who) for who in (WEST, NORTH, SOUTH))
    at = f"/referrals/{case.id}"
    assert north.get(at).status_code == 404
    etag = west.get(at).headers["ETag"]
    body = {"transfer_to": "social_care_north", **MOVED}
    (made,) = west.post(f"{at}/actions/offer_transfer", body, If_Match=etag).get_json()["transfers"]
    to, etag = f"/transfers/{made['id']}/actions", made["etag"]
    assert north.get(at).get_json()["transfers"][0]["reason"] == MOVED["reason"]
    assert south.post(f"{to}/accept_transfer", {}, If_Match=etag).status_code == 404
    barred = west.post(f"{to}/accept_transfer", {}, If_Match=etag)
    assert (barred.status_code, [each["code"] for each in barred.get_json()["errors"]]) == (
        409,
        ["not_asked", "own_offer"],
    )
    answered = north.post(f"{to}/accept_transfer", {}, If_Match=etag)
    assert (answered.status_code, answered.get_json()["state"]) == (200, "accepted")
    assert (west.get(at).status_code, south.get(at).status_code) == (404, 404)
    taken = north.get(at)
    claimed = north.post(f"{at}/actions/claim", {}, If_Match=taken.headers["ETag"])
    assert claimed.get_json()["worker_id"] == str(office.actor(NORTH).id)


def test_offer_is_rejected_by_the_api_as_the_locality_it_is_made_to(office, case, caller):
    office.session.flush()
    offered = offer(office, case)
    north, etag = caller(NORTH), etag_of(offered)
    answered = north.post(f"/transfers/{offered.id}/actions/reject_transfer", {"reason": "No room"}, If_Match=etag)
    assert (answered.status_code, answered.get_json()["answer_reason"]) == (200, "No room")
    assert north.get(f"/referrals/{case.id}").status_code == 404
    events = caller(WEST).get(f"/referrals/{case.id}/events").get_json()["items"]
    assert events[-1]["data"] == {"to": "social_care_north", "reason": "No room"}


def test_acceptance_by_another_authority_is_recorded_by_the_api_in_a_colleagues_name(office, case, caller):
    offered = offer(office, case, "Derbyshire")
    to, etag = f"/transfers/{offered.id}/actions/accept_transfer", etag_of(offered)
    own, empty = caller(WEST).post(to, THERE, If_Match=etag), caller(COLLEAGUE).post(to, {}, If_Match=etag)
    assert [each["code"] for each in own.get_json()["errors"]] == ["own_offer"]
    assert [each["code"] for each in empty.get_json()["errors"]] == ["no_acceptance"]
    done = caller(COLLEAGUE).post(to, THERE, If_Match=etag)
    assert (done.status_code, done.get_json()["state"]) == (200, "accepted")
    assert caller(WEST).get(f"/referrals/{case.id}").get_json()["closure"] == "RC5"


def test_those_who_gave_a_case_away_have_nothing_more_to_say_to_the_offer_of_it(office, case):
    key = offer(office, case).id
    act(office, NORTH, case.transfers[0], "accept_transfer")
    office.session.expunge_all()
    act_as(office.session, office.actor(WEST))
    read = office.session.get_one(Transfer, key)
    assert (read.referral, permitted_on_transfer(office.desk(WEST), read)) == (None, ())
    assert offer_context(office.desk(WEST), read).section_47_open  # of a case that one does not see the worst is taken


def may(listed):
    return {each["action"]: each["allowed"] for each in listed}


def test_api_tells_each_side_what_it_may_say_to_an_offer_and_why_not_the_rest(office, case, caller):
    offered = offer(office, case)
    shown = {who: caller(who).get(f"/referrals/{case.id}").get_json() for who in (WEST, NORTH, "mash_manager")}
    listed = {who: each["transfers"][0]["permitted_actions"] for who, each in shown.items()}
    answers = ("accept_transfer", "reject_transfer", "revoke_transfer")
    assert {who: may(each) for who, each in listed.items()} == {
        WEST: dict(zip(answers, (False, False, True), strict=True)),
        NORTH: dict(zip(answers, (True, True, False), strict=True)),
        "mash_manager": dict.fromkeys(answers, True),
    }
    assert [each["code"] for each in listed[WEST][0]["reasons"]] == ["not_asked", "own_offer"]
    assert [each["code"] for each in listed[NORTH][1]["needs"]] == ["no_reason"]
    to = f"/transfers/{offered.id}/actions/accept_transfer"
    (etag,) = {each["transfers"][0]["etag"] for each in shown.values()}
    answered = caller(NORTH).post(to, {}, If_Match=etag)
    assert answered.get_json()["permitted_actions"] == []
    assert answered.headers["ETag"] == answered.get_json()["etag"] == etag_of(offered) != etag
