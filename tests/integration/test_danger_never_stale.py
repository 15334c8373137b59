"""Immediate danger is never too late: whatever changed since a page was read, it is declared, by whoever sees it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.acting import (
    a_referral,
    accepted,
    act,
    clocks_by,
    events_of,
    last_event,
    refused,
    two_children,
    walk,
)
from tests.making import an_enquiry, decide_as, screen
from triage.errors import Stale
from triage.models import Referral

WEST, NORTH = "locality_worker:west", "locality_worker:north"
DANGER = {"reason": "He is alone with her now"}
ASKED = {"agency_code": "police", "lawful_basis": "public_task", "consent": "given"}


def cases(office):
    office.session.flush()
    return office.session.scalars(select(Referral).order_by(Referral.requested_at, Referral.id)).all()


def is_protected(case):
    return (case.service, case.section_47, case.rag) == ("social_care", True, "red")


@pytest.fixture
def enquiry(office):
    return an_enquiry(office, indicators=())


@pytest.fixture
def check(office, enquiry):
    screen(office, enquiry, finish=False)
    act(office, "social_worker", enquiry, "request_check", **ASKED)
    return enquiry.checks[0]


def close(office, enquiry):
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1)
    return walk(office, "mash_officer", enquiry, "close")


def declare(client, at, version):
    """As a page that was read at that version sends it."""
    return client.post(f"{at}/actions/immediate_danger", data={"version": version, "immediate_danger.reason": "Now"})


def test_page_of_an_enquiry_that_changed_meanwhile_declares_danger(sign_in, office, enquiry):
    read = enquiry.version
    screen(office, enquiry)
    office.session.flush()
    client, at = sign_in("mash_officer"), f"/enquiries/{enquiry.id}"
    held = client.post(f"{at}/actions/hand_over_to_edt", data={"version": read, "hand_over_to_edt.reason": "x"})
    assert (enquiry.version > read, held.status_code) == (True, 412)
    assert declare(client, at, read).status_code == 302
    assert (enquiry.state, [is_protected(case) for case in cases(office)]) == ("decided", [True])


def test_page_of_a_referral_that_changed_meanwhile_declares_danger(sign_in, office):
    case = accepted(office)
    read = case.version
    walk(office, WEST, case, "start_assessment")
    client, at = sign_in(WEST), f"/referrals/{case.id}"
    claimed = client.post(f"{at}/actions/claim", data={"version": read})
    assert (case.version > read, claimed.status_code) == (True, 412)
    assert declare(client, at, read).status_code == 302
    assert (case.state, is_protected(case)) == ("section_47", True)


def test_page_of_a_case_that_went_to_another_locality_meanwhile_declares_danger(sign_in, office):
    case = walk(office, WEST, accepted(office), "start_assessment")
    read = case.version
    act(office, "mash_manager", case, "reassign", team_code="social_care_north", reason="Moved")
    client, at = sign_in(WEST), f"/referrals/{case.id}"
    assert client.get(at).status_code == 404
    assert client.post(f"{at}/actions/complete_assessment", data={"version": read}).status_code == 404
    answer = declare(client, at, read)
    assert (answer.status_code, answer.location) == (302, "/referrals")
    assert (case.state, is_protected(case), case.team_code) == ("section_47", True, "social_care_north")
    assert last_event(office, case, "immediate_danger_declared").actor_id == office.actor(WEST).id


def test_page_of_a_check_that_was_answered_meanwhile_declares_danger(sign_in, office, enquiry, check):
    act(office, "mash_officer", check, "answer", answer="Known since 2011")
    client = sign_in("social_worker")
    part = f"check_{check.id.hex}.immediate_danger"
    at = f"/enquiries/{enquiry.id}/checks/{check.id}"
    assert client.post(f"{at}/decline", data={f"check_{check.id.hex}.decline.reason": "x"}).status_code == 409
    assert client.post(f"{at}/immediate_danger", data={f"{part}.reason": " "}).status_code == 409
    assert cases(office) == []
    assert client.post(f"{at}/immediate_danger", data={f"{part}.reason": "He is out"}).status_code == 302
    assert (check.state, check.answer) == ("answered", "Known since 2011")
    assert [is_protected(case) for case in cases(office)] == [True]


@pytest.mark.parametrize("kind", ["check", "referral"])
def test_danger_goes_by_no_version_whoever_states_one(office, check, kind):
    row = check if kind == "check" else accepted(office, given_name="Ben")
    with pytest.raises(Stale):
        act(office, "mash_officer", row, "chase" if kind == "check" else "hand_over", version=row.version + 1)
    act(office, "mash_officer", row, "immediate_danger", version=row.version + 1, **DANGER)
    assert [is_protected(case) for case in cases(office)] == [True]


@pytest.mark.parametrize("stated", [{}, {"If_Match": '"1"'}, {"If_Match": "*"}], ids=["none", "stale", "any"])
def test_system_declares_danger_whatever_version_it_read(caller, office, enquiry, check, stated):
    helped = walk(office, WEST, accepted(office, "early_help", given_name="Ben"), "contact_family")
    act(office, "mash_officer", check, "acknowledge")
    office.session.flush()
    officer = caller("mash_officer")
    for at, other in (
        (f"/enquiries/{enquiry.id}", "hand_over_to_edt"),
        (f"/checks/{check.id}", "chase"),
        (f"/referrals/{helped.id}", "hand_over"),
    ):
        needed = officer.post(f"{at}/actions/{other}", {}, **stated).status_code
        assert needed == (412 if stated.get("If_Match") == '"1"' else 428)
        assert officer.post(f"{at}/actions/immediate_danger", DANGER, **stated).status_code == 200
    assert [is_protected(case) for case in cases(office)] == [False, True, True]
    assert (enquiry.state, check.state, helped.state) == ("decided", "answered", "closed")


def test_danger_declared_on_an_enquiry_that_was_closed_meanwhile_protects_and_leaves_it_closed(
    sign_in, office, enquiry
):
    read = enquiry.version
    close(office, enquiry)
    office.clock.at += timedelta(days=1)
    assert declare(sign_in("early_help_unit"), f"/enquiries/{enquiry.id}", read).status_code == 302
    assert (enquiry.state, enquiry.rag, [is_protected(case) for case in cases(office)]) == ("closed", "red", [True])
    (before, now) = enquiry.subjects[0].decisions
    assert (before.route, before.superseded_at) == ("no_further_action", office.clock.now())
    assert (now.route, now.section_47, now.superseded_at) == ("social_care", True, None)
    assert "Immediate danger declared" in sign_in("mash_officer").get(f"/enquiries/{enquiry.id}").text


def test_danger_on_a_closed_enquiry_still_takes_the_role_and_a_reason(office, enquiry):
    close(office, enquiry)
    assert list(refused(office, "mash_officer", enquiry, "immediate_danger", reason=" ")) == ["no_reason"]
    assert list(refused(office, "analyst", enquiry, "immediate_danger", **DANGER)) == ["not_your_role"]
    assert cases(office) == []


def test_danger_declared_on_an_enquiry_that_was_joined_meanwhile_protects_everybody_in_the_other(caller, office):
    earlier = an_enquiry(office, given_name="Ben", indicators=())
    office.clock.at += timedelta(minutes=5)
    later = an_enquiry(office, given_name="Ava", indicators=())
    act(office, "social_worker", later, "join", into_reference=earlier.reference, reason="Brother and sister")
    office.session.expire_all()
    answer = caller("mash_officer").post(f"/enquiries/{later.id}/actions/immediate_danger", DANGER)
    assert (answer.status_code, answer.get_json()["id"]) == (200, str(earlier.id))
    assert (later.state, earlier.state) == ("closed", "decided")
    assert [is_protected(case) for case in cases(office)] == [True, True]
    told = last_event(office, later, "immediate_danger_passed_on").data
    assert told == {"to": earlier.reference, "reason": DANGER["reason"]}
    assert last_event(office, earlier, "immediate_danger_declared").actor_id == office.actor("mash_officer").id


@pytest.mark.parametrize("route", ["social_care", "early_help"])
def test_danger_on_a_closed_referral_is_refused_with_what_to_do_instead(sign_in, office, route):
    case = accepted(office, route)
    closing = {"closure": "RC1"} if route == "social_care" else {"closure": "disengaged", "rating_reason": "Gone"}
    act(office, WEST, case, "close", **closing)
    answer = declare(sign_in(WEST), f"/referrals/{case.id}", 1)
    assert answer.status_code == 409
    assert "This case is closed, so nobody has been told. Ring the MASH now, or log a new enquiry" in answer.text
    assert list(refused(office, "mash_officer", case, "immediate_danger", **DANGER)) == ["danger_after_closing"]
    assert (len(cases(office)), case.state) == (1, "closed")


def test_early_help_unit_declares_danger_from_the_page_of_an_enquiry(sign_in, office, enquiry):
    page = sign_in("early_help_unit").get(f"/enquiries/{enquiry.id}").text
    assert f"/enquiries/{enquiry.id}/actions/immediate_danger" in page
    assert declare(sign_in("early_help_unit"), f"/enquiries/{enquiry.id}", enquiry.version).status_code == 302
    assert (enquiry.state, [is_protected(case) for case in cases(office)]) == ("decided", [True])


def test_partner_declares_danger_on_its_check_by_the_api(caller, office, enquiry, check):
    partner = caller("partner_system")
    at = f"/checks/{check.id}/actions/immediate_danger"
    assert partner.post(at, {}).get_json()["errors"][0]["code"] == "no_reason"
    answer = partner.post(at, {"reason": "He has been let out"})
    assert (answer.status_code, answer.get_json()["state"]) == (200, "answered")
    assert (enquiry.state, clocks_by(enquiry), [is_protected(case) for case in cases(office)]) == (
        "decided",
        set(),
        [True],
    )
    told = [(each.type, each.actor_role) for each in events_of(office, enquiry)][-2:]
    assert told == [
        ("immediate_danger_answered", "partner_system"),
        ("immediate_danger_declared", "partner_system"),
    ]


def test_partner_who_declares_danger_raises_the_case_that_is_open_already(caller, office):
    case = accepted(office)
    enquiry = an_enquiry(office, person_id=case.person_id, indicators=())
    screen(office, enquiry, finish=False)
    act(office, "social_worker", enquiry, "request_check", **ASKED)
    at = f"/checks/{enquiry.checks[0].id}/actions/immediate_danger"
    assert caller("partner_system").post(at, DANGER).status_code == 200
    assert (cases(office), case.state, is_protected(case)) == ([case], "section_47", True)
    assert last_event(office, case, "immediate_danger_declared").actor_role == "partner_system"


def test_partner_declares_danger_nowhere_but_on_a_check(caller, office, enquiry):
    case = a_referral(office, given_name="Ben")
    partner = caller("partner_system")
    for at in (f"/enquiries/{enquiry.id}", f"/referrals/{case.id}"):
        answer = partner.post(f"{at}/actions/immediate_danger", DANGER)
        assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (403, "role")
    reader = caller("partner_system", "read")
    assert reader.post(f"/checks/{enquiry.id}/actions/immediate_danger", DANGER).status_code == 403


def test_late_answer_of_danger_keeps_what_was_answered_before(office, enquiry, check):
    act(office, "social_worker", check, "withdraw", reason="The school said so already")
    ended = check.ended_at
    office.clock.at += timedelta(hours=1)
    act(office, "partner_system", check, "immediate_danger", **DANGER)
    assert (check.state, check.answer, check.ended_at) == ("withdrawn", "", ended)
    assert [is_protected(case) for case in cases(office)] == [True]
    assert last_event(office, enquiry, "immediate_danger_answered").data["reason"] == DANGER["reason"]


def test_brother_and_sister_are_both_protected_from_a_stale_page(sign_in, office):
    enquiry = two_children(office, indicators=())
    read = enquiry.version
    walk(office, "social_worker", enquiry, "claim")
    assert declare(sign_in("emergency_duty_team"), f"/enquiries/{enquiry.id}", read).status_code == 302
    assert [is_protected(case) for case in cases(office)] == [True, True]
