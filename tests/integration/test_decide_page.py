"""Deciding on a page: what each choice leaves to be explained, what takes a manager, and how siblings may differ."""

import re
from datetime import timedelta
from itertools import product

import pytest

from tests.acting import accepted, last_event, two_children
from tests.disposing import closed_enquiry
from tests.making import an_enquiry, screen, view_first
from tests.reading import fields_of, main_of, options_of, read_controls
from triage.models.codes import ROUTES
from triage.services.choosing import as_choice
from triage.services.deciding import SubjectDecision
from workflows.choice import higher_routes, needs_approval

SAFE, HARM, HELP = ("P4_UNSAFE",), ("C4_NAI",), ("C3_SUBSTANCE",)
LEVELS = (1, 2, 3, 4)


def decide_page(sign_in, office, **about):
    """The page of somebody who has said what they think themselves, and the enquiry."""
    enquiry = about.pop("enquiry", None) or an_enquiry(office, **about)
    screen(office, enquiry)
    view_first(office, "social_worker", enquiry)
    office.session.flush()
    return sign_in("social_worker").get(f"/enquiries/{enquiry.id}/decide").text, enquiry


def asked_after(page, choice):
    """The "why nots" that a choice needs, as the style sheet finds them."""
    marks = re.findall(r'data-after="([^"]*)">.*?why_not\.(\w+)"', page, re.S)
    return {rung for after, rung in marks if choice in after.split()}


@pytest.mark.parametrize(
    ("indicators", "nothing", "early_help", "social_care", "elsewhere"),
    [
        (HARM, "early_help social_care section_47", "social_care section_47", "section_47", "section_47"),
        (SAFE, "early_help social_care", "social_care", "section_47", ""),
        (HELP, "early_help", "social_care", "section_47", ""),
        ((), "early_help", "social_care", "section_47", ""),
    ],
)
def test_each_choice_asks_for_the_next_route_up_and_each_up_to_the_recommended(
    sign_in, office, indicators, nothing, early_help, social_care, elsewhere
):
    page, _enquiry = decide_page(sign_in, office, indicators=indicators, consent="given")
    wanted = {"nothing": nothing, "early_help": early_help, "social_care": social_care, "elsewhere": elsewhere}
    assert {choice: asked_after(page, choice) for choice in wanted} == {
        choice: set(rungs.split()) for choice, rungs in wanted.items()
    }


def test_early_help_is_no_way_up_where_consent_is_refused(sign_in, office):
    refused = {"consent": "refused", "consent_reason": "Made up: they want nobody in"}
    page, _enquiry = decide_page(sign_in, office, indicators=(), **refused)
    assert asked_after(page, "nothing-refused") == {"social_care"}
    assert asked_after(page, "nothing") == {"early_help"}
    consents = re.findall(r'<option value="(\w*)"[^>]* data-refused', page)
    assert consents == ["", "refused"]


def test_only_what_is_refused_on_the_page_counts_where_consent_was_given(sign_in, office):
    page, _enquiry = decide_page(sign_in, office, indicators=HELP, consent="given")
    assert re.findall(r'<option value="(\w*)"[^>]* data-refused', page) == ["refused"]


@pytest.mark.parametrize(("kind", "adult_safeguarding"), [("child", "nothing"), ("adult_at_risk", "elsewhere")])
def test_each_route_says_where_it_stands(sign_in, office, kind, adult_safeguarding):
    page, _enquiry = decide_page(sign_in, office, kind=kind)
    stands = dict(re.findall(r'value="(\w+)"[^>]* data-stands="(\w+)"', page))
    assert stands == {
        "social_care": "social_care",
        "early_help": "early_help",
        **dict.fromkeys(("advice", "no_further_action", "ehc_pathway"), "nothing"),
        "adult_safeguarding": adult_safeguarding,
        **dict.fromkeys(("other_authority", "existing_case"), "elsewhere"),
    }


@pytest.mark.parametrize(
    ("indicators", "nothing", "early_help"), [((), "", ""), (SAFE, "early_help social_care", "social_care")]
)
def test_adult_is_asked_only_what_stands_between_the_choice_and_the_recommendation(
    sign_in, office, indicators, nothing, early_help
):
    page, _enquiry = decide_page(sign_in, office, kind="adult_at_risk", indicators=indicators)
    assert asked_after(page, "nothing") == set(nothing.split())
    assert asked_after(page, "early_help") == set(early_help.split())
    assert asked_after(page, "social_care") | asked_after(page, "elsewhere") == set()
    assert "why_not.section_47" not in page


def marked_for_a_manager(page):
    return set(re.findall(r'name="decisions\.0\.(\w+)" type="radio" value="(\w+)"[^>]* data-approved', page))


@pytest.mark.parametrize(
    ("about", "routes"),
    [
        ({"indicators": HELP}, "no_further_action advice ehc_pathway adult_safeguarding other_authority"),
        ({"indicators": HELP, "kind": "adult_at_risk"}, "no_further_action advice ehc_pathway other_authority"),
        ({"indicators": ()}, ""),
    ],
    ids=["a child at level 3", "an adult at level 3", "a child at level 1"],
)
def test_what_takes_a_manager_is_marked_option_by_option(sign_in, office, about, routes):
    page, _enquiry = decide_page(sign_in, office, consent="given", **about)
    always = {("level", "4"), ("section_47", "true")}
    assert marked_for_a_manager(page) == {("route", route) for route in routes.split()} | always


@pytest.mark.parametrize("indicators", [HARM, SAFE])
def test_every_option_is_marked_where_level_4_is_recommended(sign_in, office, indicators):
    page, _enquiry = decide_page(sign_in, office, indicators=indicators)
    options = {(each.name.removeprefix("decisions.0."), each.value) for each in read_controls(page)}
    options = {(question, value) for question, value in options if question in ("route", "level", "section_47")}
    assert len(options) == len(ROUTES) + len(LEVELS) + 2
    assert marked_for_a_manager(page) == options


UNWANTED = {"consent": "refused", "consent_reason": "Made up: they want nobody in"}
RECOMMENDATIONS = {
    "4 social_care section 47": {"indicators": HARM},
    "4 social_care": {"indicators": SAFE},
    "3 early_help": {"indicators": HELP},
    "3 social_care": {"indicators": HELP, **UNWANTED},
    "2 early_help": {"indicators": ("C2_ABSENCE_PATTERN",)},
    "1 no_further_action": {"indicators": ()},
    "1 ehc_pathway": {"indicators": (), "ehc_request": True},
    "3 other_authority": {"indicators": HELP, "postcode": "NG1 5FS"},
    "4 adult_safeguarding": {"indicators": SAFE, "kind": "adult_at_risk"},
    "3 adult_safeguarding": {"indicators": HELP, "kind": "adult_at_risk"},
    "1 adult_safeguarding": {"indicators": (), "kind": "adult_at_risk"},
}


def every_pick(enquiry):
    """Whatever a worker can pick for the one subject: the options, as the form sends them, and the choice they make."""
    (subject,) = enquiry.subjects
    for route, level, section_47 in product(ROUTES, LEVELS, (True, False)):
        picked = SubjectDecision(subject_id=subject.id, reason="x", route=route, level=level, section_47=section_47)
        options = {("route", route), ("level", str(level)), ("section_47", str(section_47).lower())}
        yield options, as_choice(enquiry, subject, picked)


def check_page(page, enquiry):
    """A manager is named just where one is needed, and a "why not" is shown just where the choice asks for it."""
    marked, stands = marked_for_a_manager(page), dict(re.findall(r'value="(\w+)"[^>]* data-stands="(\w+)"', page))
    mark = "-refused" if enquiry.consent == "refused" else ""
    shown = {place: asked_after(page, place + mark) for place in set(stands.values())}
    for options, choice in every_pick(enquiry):
        assert bool(options & marked) is needs_approval(choice), choice
        assert choice.section_47 or shown[stands[choice.route]] == set(higher_routes(choice)), choice


def recommended(enquiry):
    said = enquiry.subjects[0].recommendation
    return f"{said.level} {said.route}{' section 47' if said.section_47 else ''}"


@pytest.mark.parametrize(("recommends", "about"), RECOMMENDATIONS.items(), ids=RECOMMENDATIONS)
def test_page_agrees_with_the_rule_whatever_a_worker_picks(sign_in, office, recommends, about):
    page, enquiry = decide_page(sign_in, office, **({"consent": "given"} | about))
    assert recommended(enquiry) == recommends
    check_page(page, enquiry)


@pytest.mark.parametrize(
    ("indicators", "recommends"),
    [(HARM, "4 existing_case section 47"), (SAFE, "4 existing_case"), (HELP, "3 existing_case")],
)
def test_page_agrees_with_the_rule_where_a_case_is_open(sign_in, office, indicators, recommends):
    known = accepted(office).person_id
    office.clock.at += timedelta(days=1)
    page, enquiry = decide_page(sign_in, office, person_id=known, indicators=indicators, consent="given")
    assert recommended(enquiry) == recommends
    check_page(page, enquiry)


def test_nothing_is_chosen_beforehand(sign_in, office):
    page, _enquiry = decide_page(sign_in, office, indicators=HARM)
    assert [each for each in read_controls(page) if each.chosen] == []
    assert "recommends" in page


def test_siblings_are_asked_why_they_differ_and_an_only_child_is_not(sign_in, office):
    alone, _enquiry = decide_page(sign_in, office, given_name="Cal")
    assert "sibling_reason" not in fields_of(alone, "decisions.0")
    together, _enquiry = decide_page(sign_in, office, enquiry=two_children(office))
    for number in (0, 1):
        assert "sibling_reason" in fields_of(together, f"decisions.{number}")


def chosen_for(enquiry, *chosen):
    form = {"version": str(enquiry.version)}
    for number, (subject, answers) in enumerate(zip(enquiry.subjects, chosen, strict=True)):
        usual = {"subject_id": str(subject.id), "section_47": "false", "reason": "Made up: seen today"}
        form |= {f"decisions.{number}.{name}": value for name, value in (usual | answers).items()}
    return form


def test_third_enquiry_in_twelve_months_is_looked_at_again_before_it_is_decided(sign_in, office):
    known = an_enquiry(office, consent="given").subjects[0].person_id
    for _ in range(2):
        page, enquiry = decide_page(sign_in, office, person_id=known, consent="given")
        office.clock.at += timedelta(days=100)
        asked = "repeat_reason" in fields_of(page, "decisions.0")
    assert asked
    assert "Told of 2 times before in 12 months" in main_of(page)
    client, at = sign_in("social_worker"), f"/enquiries/{enquiry.id}/decide"
    chosen = {"route": "early_help", "level": "3", "consent": "given", "why_not.social_care": "Not needed"}
    refused = client.post(at, data=chosen_for(enquiry, chosen))
    assert refused.status_code == 409
    assert "Error: Say what is different this time for Ava Testley." in main_of(refused.text)
    assert 'href="#decisions.0.repeat_reason"' in refused.text
    why = "Made up: the father has moved back in"
    assert client.post(at, data=chosen_for(enquiry, chosen | {"repeat_reason": why})).status_code == 302
    assert enquiry.subjects[0].decision.repeat_reason == why
    assert why in main_of(client.get(f"/enquiries/{enquiry.id}").text)
    assert last_event(office, enquiry, "decision_made").data["decisions"][0]["repeat_reason"] == why


def test_nothing_further_a_third_time_is_asked_about_in_its_own_words(sign_in, office):
    known = closed_enquiry(office).subjects[0].person_id
    office.clock.at += timedelta(days=10)
    closed_enquiry(office, person_id=known)
    office.clock.at += timedelta(days=10)
    _page, enquiry = decide_page(sign_in, office, person_id=known)
    nothing = {"route": "no_further_action", "level": "1", "why_not.early_help": "Not wanted"}
    refused = sign_in("social_worker").post(f"/enquiries/{enquiry.id}/decide", data=chosen_for(enquiry, nothing))
    assert "Error: Say why nothing further is right a third time for Ava Testley." in main_of(refused.text)


def test_second_enquiry_is_not_asked_about(sign_in, office):
    known = an_enquiry(office).subjects[0].person_id
    office.clock.at += timedelta(days=1)
    page, _enquiry = decide_page(sign_in, office, person_id=known)
    assert "repeat_reason" not in fields_of(page, "decisions.0")


def test_unexplained_difference_is_refused_beside_the_child_who_gets_less(sign_in, office):
    _page, enquiry = decide_page(sign_in, office, enquiry=two_children(office, consent="given"))
    more = {"route": "early_help", "level": "3", "consent": "given", "why_not.social_care": "Not needed"}
    less = {"route": "advice", "level": "1", "why_not.early_help": "Not wanted"}
    client, at = sign_in("social_worker"), f"/enquiries/{enquiry.id}/decide"
    refused = client.post(at, data=chosen_for(enquiry, less, more))
    assert refused.status_code == 409
    words = "Say why the outcome for Ava Testley differs from the brother's or sister's."
    assert f"Error: {words}" in main_of(refused.text)
    assert 'href="#decisions.0.sibling_reason"' in refused.text
    assert 'href="#decisions.1.sibling_reason"' not in refused.text
    assert 'value="Not wanted"' in refused.text
    explained = less | {"sibling_reason": "Made up: only her brother was hurt"}
    assert client.post(at, data=chosen_for(enquiry, explained, more)).status_code == 302
    assert (enquiry.state, enquiry.subjects[0].decision.sibling_reason) == (
        "decided",
        "Made up: only her brother was hurt",
    )


def test_why_not_is_refused_beside_its_field_though_it_was_chosen_as_recommended(sign_in, office):
    _page, enquiry = decide_page(sign_in, office, indicators=HELP, consent="given")
    client, at = sign_in("social_worker"), f"/enquiries/{enquiry.id}/decide"
    chosen = {"route": "early_help", "level": "3"}
    refused = client.post(at, data=chosen_for(enquiry, chosen))
    assert refused.status_code == 409
    assert re.findall(r'href="#decisions\.0\.why_not\.(\w+)"', refused.text) == ["social_care"]
    assert "Error: Say why not children's social care for Ava Testley." in main_of(refused.text)
    assert client.post(at, data=chosen_for(enquiry, chosen | {"why_not.social_care": "Settled"})).status_code == 302
    assert "Why not children's social care: Settled" in main_of(client.get(f"/enquiries/{enquiry.id}").text)


def test_decision_that_takes_nobody_else_takes_effect_at_once(sign_in, office):
    _page, enquiry = decide_page(sign_in, office, indicators=HELP, consent="given")
    chosen = {"route": "early_help", "level": "3", "why_not.social_care": "Settled"}
    client, at = sign_in("social_worker"), f"/enquiries/{enquiry.id}"
    assert client.post(f"{at}/decide", data=chosen_for(enquiry, chosen)).location == at
    said = main_of(client.get(at).text)
    assert "Decided by Made-up social_worker, 10:00 today" in said
    assert "Waits for a manager" not in said


def test_consents_are_those_there_are(sign_in, office):
    page, _enquiry = decide_page(sign_in, office)
    assert options_of(page, "decisions.0.consent") == ["given", "refused", "not_asked", "not_safe_to_ask"]


def test_what_is_left_out_is_asked_for_in_its_own_words(sign_in, office):
    _page, enquiry = decide_page(sign_in, office)
    form = {"version": str(enquiry.version), "decisions.0.subject_id": str(enquiry.subjects[0].id)}
    answer = sign_in("social_worker").post(f"/enquiries/{enquiry.id}/decide", data=form)
    assert answer.status_code == 422
    for field, words in (
        ("route", "Choose what should happen."),
        ("level", "Choose the level of need."),
        ("section_47", "Say whether significant harm is suspected (section 47)."),
        ("reason", "Say why this is the right decision for this child."),
    ):
        assert f'<a href="#decisions.0.{field}">{words}</a>' in answer.text
