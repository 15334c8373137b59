"""The page of an enquiry: the form of everything that may be done, made of what the table asks, and nothing chosen."""

import pytest
from lxml import html

from tests.acting import act, two_children
from tests.making import an_enquiry, approve_as, decide_as, screen, view_first
from tests.reading import fields_of, main_of, options_of, plain, read_controls
from triage.services.permitted import permitted_on_enquiry

ASKED = {"lawful_basis": "public_task", "consent": "given", "agency_code": "police"}
STATES = (
    *("received", "screening", "checking", "on_hold", "awaiting_decision", "awaiting_approval", "decided", "closed"),
)
ROLES = ("mash_officer", "social_worker", "mash_manager", "emergency_duty_team", "early_help_unit")


def enquiry_in(office, state, **details):
    """An enquiry about two children, carried on to that state by a social worker."""
    enquiry = two_children(office, **details)
    if state in ("awaiting_decision", "awaiting_approval", "decided", "closed"):
        screen(office, enquiry)
    elif state != "received":
        screen(office, enquiry, finish=False)
    if state == "checking":
        act(office, "social_worker", enquiry, "request_check", **ASKED)
    elif state == "on_hold":
        act(office, "social_worker", enquiry, "hold", reason="Made up: nobody is at home")
    elif state == "awaiting_approval":
        decide_as(office, "social_worker", enquiry, approve=False, route="social_care", level=4)
    elif state in ("decided", "closed"):
        decide_as(office, "social_worker", enquiry, route="advice", level=2, why_not={"early_help": "Not wanted"})
    if state == "closed":
        act(office, "social_worker", enquiry, "close")
    office.session.flush()
    assert enquiry.state == state
    return enquiry


def page_of(sign_in, who, enquiry):
    answer = sign_in(who).get(f"/enquiries/{enquiry.id}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", ROLES)
def test_each_action_has_its_form_with_just_its_fields_where_it_is_permitted(sign_in, office, who, state):
    enquiry = enquiry_in(office, state)
    if who in ("mash_manager", "mash_officer") and state == "awaiting_approval":
        view_first(office, who, enquiry)
    actions = {each.action: each for each in permitted_on_enquiry(office.desk(who), enquiry)}
    page = page_of(sign_in, who, enquiry)
    sent = {each.to.rpartition("/actions/")[2] for each in read_controls(page) if "/actions/" in each.to}
    allowed = {name for name, each in actions.items() if each.allowed and "decisions" not in each.asks}
    assert sent == allowed
    no_clock_is_paused = {"resume_clock"}
    for name, each in actions.items():
        asks = set(each.asks) if name in allowed - no_clock_is_paused else set()
        assert fields_of(page, name) == asks, name
    assert (f"/enquiries/{enquiry.id}/decide/start" in page) == ("decide" in actions and actions["decide"].allowed)


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_chosen_beforehand(sign_in, office, state):
    enquiry = enquiry_in(office, state, consent="given")
    controls = read_controls(page_of(sign_in, "mash_manager", enquiry))
    assert [each for each in controls if each.chosen] == []


@pytest.mark.parametrize("state", STATES[:-1])
def test_immediate_danger_is_always_in_view_and_the_rest_is_folded_away(sign_in, office, state):
    page = page_of(sign_in, "mash_officer", enquiry_in(office, state))
    danger = [each for each in read_controls(page) if each.to.endswith("/actions/immediate_danger")]
    assert [each.folded for each in danger] == [False]
    assert [each.folded for each in read_controls(page) if each.name == "immediate_danger.reason"] == [False]
    assert all(each.folded for each in read_controls(page) if each.to.endswith("/actions/hand_over_to_edt"))


def test_what_comes_next_is_in_view_before_immediate_danger(sign_in, office):
    enquiry = enquiry_in(office, "screening")
    sent = [each.to.rpartition("/")[2] for each in read_controls(page_of(sign_in, "social_worker", enquiry)) if each.to]
    after = ["set_rag", "request_check", "finish_screening", "immediate_danger", "hold"]
    assert [each for each in sent if each in after] == after


def test_partner_is_asked_for_basis_and_consent_and_the_refusal_stands_beside_each(sign_in, office):
    enquiry = enquiry_in(office, "screening")
    client, at = sign_in("social_worker"), f"/enquiries/{enquiry.id}"
    assert fields_of(client.get(at).text, "request_check") == {
        *("agency_code", "question", "lawful_basis", "consent", "consent_reason"),
    }
    typed = {"request_check.question": "Made up: any call-outs?", "split.reason": "Half typed"}
    refused = client.post(f"{at}/actions/request_check", data=typed)
    assert refused.status_code == 409
    for field, words in (
        ("lawful_basis", "Choose the lawful basis for asking."),
        ("consent", "Say whether the family consents to asking, and if not, why you ask all the same."),
    ):
        assert f'<a href="#request_check.{field}">{words}</a>' in refused.text
        assert f'id="request_check.{field}-error"' in refused.text
    assert "Made up: any call-outs?</textarea>" in refused.text
    assert "Half typed</textarea>" in refused.text
    shown = {each.name for each in read_controls(refused.text) if not each.folded}
    assert {"request_check.question", "split.reason"} <= shown
    assert "hold.reason" not in shown


def test_refused_choice_is_shown_again_as_it_was_made(sign_in, office):
    enquiry = enquiry_in(office, "screening")
    client, ben = sign_in("social_worker"), str(enquiry.subjects[1].id)
    page = client.post(f"/enquiries/{enquiry.id}/actions/split", data={"split.subject_ids": [ben]})
    assert page.status_code == 409
    assert '<a href="#split.reason">Give a reason.</a>' in page.text
    assert [each.value for each in read_controls(page.text) if each.chosen] == [ben]
    done = {"split.subject_ids": [ben], "split.reason": "Made up: of another family"}
    assert client.post(f"/enquiries/{enquiry.id}/actions/split", data=done).status_code == 302
    assert [each.name_as_given for each in enquiry.subjects] == ["Ava Testley"]


def test_going_on_without_an_answer_is_told_beforehand_and_kept(sign_in, office):
    enquiry = enquiry_in(office, "checking")
    client, at = sign_in("social_worker"), f"/enquiries/{enquiry.id}"
    said = main_of(client.get(at).text)
    assert "Still out: Nottinghamshire Police." in said
    assert "Not answered yet: Nottinghamshire Police. Wait, or give a reason for going on without." in said
    refused = client.post(f"{at}/actions/finish_screening", data={})
    assert 'href="#finish_screening.reason"' in refused.text
    client.post(f"{at}/actions/finish_screening", data={"finish_screening.reason": "Made up: it cannot wait"})
    said = main_of(client.get(at).text)
    assert "Gone on without an answer: Made up: it cannot wait" in said
    assert "Still out: Nottinghamshire Police." in said


def test_check_tells_its_whole_story(sign_in, office, clock):
    enquiry = enquiry_in(office, "screening")
    why = {"consent": "not_safe_to_ask", "consent_reason": "Made up: he reads her letters", "question": "Seen lately?"}
    act(office, "social_worker", enquiry, "request_check", **ASKED | why)
    (check,) = enquiry.checks
    for action in ("acknowledge", "chase", "escalate"):
        clock.at = clock.at.replace(minute=clock.at.minute + 5)
        act(office, "mash_officer", check, action)
    said = main_of(page_of(sign_in, "social_worker", enquiry))
    assert "Asked 10:00 today. Lawful basis: public task. Consent: not safe to ask." in said
    assert "Asked all the same because: Made up: he reads her letters" in said
    assert "What we asked: Seen lately?" in said
    assert "Acknowledged 10:05 today. Chased 10:10 today. Escalated to their lead 10:15 today." in said


def test_check_has_a_form_of_its_own_for_each_answer(sign_in, office):
    enquiry = enquiry_in(office, "checking")
    (check,) = enquiry.checks
    client, at = sign_in("social_worker"), f"/enquiries/{enquiry.id}"
    part = f"check_{check.id.hex}"
    asked = {"answer.answer", "decline.reason", "withdraw.reason", "immediate_danger.reason"}
    assert fields_of(client.get(at).text, part) == asked
    typed = {f"{part}.answer.answer": "Half typed", "hold.reason": "Typed as well"}
    refused = client.post(f"{at}/checks/{check.id}/decline", data=typed)
    assert refused.status_code == 409
    assert f'<a href="#{part}.decline.reason">Give a reason.</a>' in refused.text
    assert refused.text.count("Half typed</textarea>") == refused.text.count("Typed as well</textarea>") == 1
    client.post(f"{at}/checks/{check.id}/decline", data={f"{part}.decline.reason": "Made up: no such family"})
    assert (check.state, check.answer) == ("declined", "Made up: no such family")
    assert "Nobody is still out." in client.get(at).text


@pytest.mark.parametrize(
    "form", [{"{part}": "x"}, {"{part}.decline": "x"}, {"{part}.0": "x"}, {"{part}.decline.0": "x"}]
)
def test_malformed_answer_of_a_partner_is_refused(sign_in, office, form):
    (check,) = enquiry_in(office, "checking").checks
    sent = {name.format(part=f"check_{check.id.hex}"): value for name, value in form.items()}
    answer = sign_in("social_worker").post(f"/enquiries/{check.enquiry_id}/checks/{check.id}/decline", data=sent)
    assert answer.status_code in (409, 422)
    assert check.state == "requested"


def test_taking_it_on_takes_one_press_and_the_second_is_told_who_came_first(sign_in, office):
    enquiry = an_enquiry(office)
    office.session.flush()
    first, second, at = sign_in("mash_officer"), sign_in("social_worker"), f"/enquiries/{enquiry.id}"
    assert "Nobody has it yet. Queue: Received." in main_of(first.get(at).text)
    assert first.post(f"{at}/actions/claim").status_code == 302
    said = main_of(second.get(at).text)
    assert "Made-up mash_officer has it." in said
    assert "/actions/claim" not in second.get(at).text
    late = second.post(f"{at}/actions/claim")
    assert late.status_code == 409
    assert "Made-up mash_officer has it. Ask them to hand it over, or ask a manager." in late.text


def test_colleagues_are_offered_and_neither_the_owner_nor_a_machine(sign_in, office):
    enquiry = enquiry_in(office, "screening")
    ids = {
        who: str(office.actor(who).id) for who in ("mash_officer", "social_worker", "locality_worker:west", "system")
    }
    offered = options_of(page_of(sign_in, "mash_manager", enquiry), "hand_over.worker_id")
    assert ids["mash_officer"] in offered
    assert {ids["social_worker"], ids["locality_worker:west"], ids["system"]} & set(offered) == set()


def test_hold_and_night_are_told_with_since_when_and_why(sign_in, office):
    enquiry = enquiry_in(office, "on_hold")
    act(office, "social_worker", enquiry, "hand_over_to_edt", reason="Made up: the father comes home at eight")
    said = main_of(page_of(sign_in, "social_worker", enquiry))
    assert "On hold since 10:00 today, by Made-up social_worker: Made up: nobody is at home" in said
    assert (
        "With the Emergency Duty Team since 10:00 today, by Made-up social_worker: Made up: the father comes home"
        in said
    )
    assert "Queue: Emergency Duty Team." in said


def test_paused_clock_says_since_when_and_why_and_may_run_on(sign_in, office, clock):
    enquiry = enquiry_in(office, "screening")
    client, at = sign_in("mash_manager"), f"/enquiries/{enquiry.id}"
    page = client.get(at).text
    assert options_of(page, "pause_clock.clock") == ["screening", "decision"]
    why = {"pause_clock.clock": "screening", "pause_clock.reason": "Made up: the school is shut"}
    refusal = client.post(f"{at}/actions/pause_clock", data=why)
    assert (refusal.status_code, "Say on which day it runs on." in refusal.text) == (409, True)
    until = {"pause_clock.until-day": "21", "pause_clock.until-month": "5", "pause_clock.until-year": "2013"}
    assert client.post(f"{at}/actions/pause_clock", data=why | until).status_code == 302
    clock.at = clock.at.replace(day=clock.at.day + 7)
    page = client.get(at).text
    assert "Paused since 10:00 on 7 May 2013 until Tuesday 21 May 2013 because: Made up: the school is shut" in main_of(
        page
    )
    assert "Clock paused until Tuesday 21 May 2013: Made up: the school is shut" in plain(page)
    clocks = page.split("triage-clocks")[1].split("</ul>")[0]
    (decision,) = [each for each in clocks.split("<li>") if "Decision" in each]
    (screening,) = [each for each in clocks.split("<li>") if "Screening" in each]
    assert "triage-left--overdue" in decision
    assert "govuk-tag--yellow" in screening
    assert "overdue" not in screening
    assert "grey" not in clocks
    assert options_of(page, "resume_clock.clock") == ["screening"]
    assert options_of(page, "pause_clock.clock") == []  # the other is past due
    run_on = {"resume_clock.clock": "screening", "resume_clock.reason": "Made up: they are back"}
    client.post(f"{at}/actions/resume_clock", data=run_on)
    assert "Stood still from 10:00 on 7 May 2013 until 10:00 today because: Made up: the school is shut" in main_of(
        client.get(at).text
    )


def test_what_was_split_and_joined_leads_to_the_other(sign_in, office):
    enquiry, later = enquiry_in(office, "screening"), an_enquiry(office, given_name="Cal")
    ben = (enquiry.subjects[1].id,)
    act(office, "social_worker", enquiry, "split", subject_ids=ben, reason="Made up: two families")
    act(office, "social_worker", later, "join", into_reference=enquiry.reference, reason="Made up: the same call")
    client = sign_in("mash_officer")
    page = client.get(f"/enquiries/{enquiry.id}").text
    said = main_of(page)
    assert f"Joined to this: {later.reference}." in said
    assert "Split off from this: ENQ-2013-" in said
    into = client.get(f"/enquiries/{later.id}").text
    assert f"Joined into {enquiry.reference}, where it is decided." in main_of(into)
    assert f'href="/enquiries/{enquiry.id}"' in into
    other = page.split("Split off from this:")[1].split('href="')[1].split('"')[0]
    assert f"Split from {enquiry.reference}." in main_of(client.get(other).text)


def test_locality_reads_the_page_and_is_offered_immediate_danger_alone(sign_in, office):
    enquiry = enquiry_in(office, "awaiting_approval")
    approve_as(office, "mash_manager", enquiry)
    page = page_of(sign_in, "locality_worker:west", enquiry)
    assert [each.to for each in read_controls(page) if each.to] == [f"/enquiries/{enquiry.id}/actions/immediate_danger"]
    assert "Your role may not do that." in plain(page)


def test_decision_says_who_decided_and_who_approved(sign_in, office):
    enquiry = enquiry_in(office, "awaiting_approval")
    approve_as(office, "mash_manager", enquiry)
    said = main_of(page_of(sign_in, "social_worker", enquiry))
    assert "Decided: level 4, Children's social care" in said
    assert "Decided by Made-up social_worker, 10:00 today; approved by Made-up mash_manager, 10:00 today" in said
    assert "Waits for a manager" not in said


def test_siblings_stand_side_by_side_and_what_the_policy_says_waits_for_ones_own_view(sign_in, office):
    enquiry = two_children(office, indicators=("C4_NAI",))
    before = side_by_side(page_of(sign_in, "social_worker", enquiry))
    assert before["Recommended"] == ["Shown after your first view"] * 2
    assert before["How soon"] == ["▲ Red To be seen today"] * 2
    assert all("not an accident" in cell for cell in before["Seen"])
    view_first(office, "social_worker", enquiry)
    after = side_by_side(page_of(sign_in, "social_worker", enquiry))
    assert after["Recommended"] == ["Level 4, children's social care, section 47"] * 2
    assert "Decided" not in after


def test_only_child_stands_beside_nobody(sign_in, office):
    assert "Side by side" not in page_of(sign_in, "social_worker", an_enquiry(office))


def side_by_side(page):
    """What the table says of each, by what it says."""
    (table,) = html.fromstring(page).xpath("//table[caption='Side by side']")
    return {
        row.xpath("string(th)"): [plain(html.tostring(cell, encoding="unicode")) for cell in row.xpath("td")]
        for row in table.xpath("tbody/tr")
    }
