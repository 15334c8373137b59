"""An enquiry's guards: what each asks for, and whom."""

from dataclasses import replace

import pytest

from workflows.engine import Refused, fire, permitted
from workflows.enquiry import ENQUIRY, OPEN, Choice, EnquiryContext, compare, higher_routes

PLAIN = Choice(
    route="early_help",
    level=3,
    section_47=False,
    recommended_route="early_help",
    recommended_level=3,
    section_47_recommended=False,
    consent="given",
    why_not=frozenset(),
    reason="Parents ask for support",
)
SERIOUS = replace(PLAIN, recommended_route="social_care", recommended_level=4, section_47_recommended=True)
EXPLAINED = replace(SERIOUS, why_not=frozenset({"social_care", "section_47"}))


def refusals(state: str, action: str, context: EnquiryContext, role: str = "social_worker") -> list[str]:
    """The codes with which the action is refused; none where it may be done."""
    try:
        fire(ENQUIRY, state, action, role, context)
    except Refused as refused:
        return [reason.code for reason in refused.reasons]
    return []


def refusals_to_decide(*choices: Choice, role: str = "social_worker", subjects: int | None = None) -> list[str]:
    count = len(choices) if subjects is None else subjects
    return refusals("awaiting_decision", "decide", EnquiryContext(role=role, subjects=count, choices=choices), role)


@pytest.mark.parametrize(
    ("rag", "current", "reason", "codes"),
    [
        ("amber", None, None, []),
        (None, None, None, ["rag_missing"]),
        ("purple", None, None, ["rag_missing"]),
        ("red", "amber", None, ["no_reason"]),
        ("red", "amber", "New bruise", []),
        ("red", "red", "New bruise", ["rag_unchanged"]),
    ],
)
def test_a_changed_rag_needs_a_reason(
    rag: str | None, current: str | None, reason: str | None, codes: list[str]
) -> None:
    context = EnquiryContext(rag=rag, current_rag=current, reason=reason)
    assert refusals("screening", "set_rag", context) == codes


@pytest.mark.parametrize(("state", "action"), [("screening", "finish_screening"), ("checking", "finish_checks")])
def test_sending_for_decision_needs_a_rag(state: str, action: str) -> None:
    assert refusals(state, action, EnquiryContext()) == ["no_rag"]
    assert refusals(state, action, EnquiryContext(current_rag="green")) == []


def test_going_on_without_answers_needs_a_reason() -> None:
    waiting = EnquiryContext(current_rag="red", checks_outstanding=2)
    assert refusals("checking", "finish_checks", waiting) == ["checks_outstanding"]
    assert refusals("checking", "finish_checks", replace(waiting, reason="The child goes home at three")) == []


def test_sending_for_decision_stops_the_screening_clock_alone() -> None:
    for state, action in (("screening", "finish_screening"), ("checking", "finish_checks")):
        assert fire(ENQUIRY, state, action, "social_worker", EnquiryContext(current_rag="red")).stops == ("screening",)


def test_deciding_stops_screening_and_decision_but_answers_no_partner() -> None:
    assert fire(ENQUIRY, "awaiting_decision", "decide", "mash_manager", EnquiryContext()).stops == (
        "screening",
        "decision",
    )


def test_every_person_is_decided_for() -> None:
    assert refusals_to_decide(PLAIN, subjects=2) == ["subjects_undecided"]
    assert refusals_to_decide(PLAIN, PLAIN) == []


@pytest.mark.parametrize("consent", ["refused", "not_asked", "not_safe_to_ask"])
def test_early_help_needs_consent(consent: str) -> None:
    assert refusals_to_decide(replace(PLAIN, consent=consent)) == ["no_consent"]
    assert refusals_to_decide(replace(PLAIN, route="social_care", level=4, consent=consent)) == []


def test_less_than_recommended_needs_why_not_and_a_manager() -> None:
    assert refusals_to_decide(SERIOUS) == ["why_not_missing", "needs_manager"]
    assert refusals_to_decide(EXPLAINED) == ["needs_manager"]
    assert refusals_to_decide(SERIOUS, role="mash_manager") == ["why_not_missing"]
    assert refusals_to_decide(EXPLAINED, role="mash_manager") == []


def test_less_than_an_early_help_recommendation_needs_why_not_but_no_manager() -> None:
    advised = replace(PLAIN, route="advice", level=1)
    assert refusals_to_decide(advised) == ["why_not_missing"]
    assert refusals_to_decide(replace(advised, why_not=frozenset({"early_help"}))) == []


def test_one_siblings_missing_why_not_holds_the_whole_decision() -> None:
    assert refusals_to_decide(PLAIN, SERIOUS, role="mash_manager") == ["why_not_missing"]


@pytest.mark.parametrize(
    ("route", "codes"), [("social_care", []), ("existing_case", []), ("advice", ["section_47_elsewhere"])]
)
def test_section_47_stays_with_social_care(route: str, codes: list[str]) -> None:
    chosen = replace(
        PLAIN, route=route, level=4, section_47=True, recommended_route="no_further_action", recommended_level=1
    )
    assert refusals_to_decide(chosen) == codes


@pytest.mark.parametrize(
    ("chosen", "section_47", "recommended", "higher"),
    [
        ("no_further_action", False, "social_care", ("early_help", "social_care")),
        ("advice", False, "social_care", ("early_help", "social_care")),
        ("advice", False, "early_help", ("early_help",)),
        ("no_further_action", False, "advice", ()),
        ("early_help", False, "social_care", ("social_care",)),
        ("early_help", False, "section_47", ("social_care", "section_47")),
        ("social_care", False, "section_47", ("section_47",)),
        ("social_care", True, "section_47", ()),
        ("social_care", False, "advice", ()),
        ("existing_case", False, "social_care", ()),
        ("existing_case", False, "section_47", ("section_47",)),
        ("other_authority", True, "section_47", ()),
    ],
)
def test_each_rung_between_what_was_chosen_and_recommended_is_higher(
    chosen: str, section_47: bool, recommended: str, higher: tuple[str, ...]
) -> None:
    serious = recommended == "section_47"
    route = "social_care" if serious else recommended
    made = replace(PLAIN, route=chosen, section_47=section_47, recommended_route=route, section_47_recommended=serious)
    assert higher_routes(made) == higher


@pytest.mark.parametrize(
    ("level", "higher"), [(1, ()), (2, ()), (3, ("early_help",)), (4, ("early_help", "social_care"))]
)
def test_a_recommended_route_off_the_ladder_stands_where_its_level_does(level: int, higher: tuple[str, ...]) -> None:
    made = replace(PLAIN, route="no_further_action", recommended_route="ehc_pathway", recommended_level=level)
    assert higher_routes(made) == higher


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("role", ["mash_officer", "social_worker", "mash_manager"])
def test_immediate_danger_leads_from_every_open_state_in_one_step(state: str, role: str) -> None:
    fired = fire(ENQUIRY, state, "immediate_danger", role, EnquiryContext(reason="Left alone with the man who hit him"))
    assert (fired.target, fired.stops) == ("decided", ("screening", "decision"))
    assert refusals(state, "immediate_danger", EnquiryContext(), role) == ["no_reason"]


def test_an_enquiry_closes_only_when_each_referral_is_handed_over() -> None:
    assert refusals("decided", "close", EnquiryContext(referrals_pending=1), "mash_officer") == ["referrals_pending"]
    assert refusals("decided", "close", EnquiryContext(), "mash_officer") == []


@pytest.mark.parametrize("state", ["decided", "closed"])
def test_reopening_needs_a_reason_and_starts_a_new_decision_clock(state: str) -> None:
    assert refusals(state, "reopen", EnquiryContext()) == ["no_reason"]
    assert fire(ENQUIRY, state, "reopen", "mash_manager", EnquiryContext(reason="New facts")).starts == ("decision",)


def test_a_decision_on_a_closed_enquiry_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="while this is closed"):
        fire(ENQUIRY, "closed", "decide", "mash_manager", EnquiryContext())


@pytest.mark.parametrize(
    "role", ["early_help_unit", "locality_worker", "locality_manager", "analyst", "partner_system"]
)
def test_nobody_outside_the_hub_may_do_anything(role: str) -> None:
    for state in ENQUIRY.states:
        assert not any(each.allowed for each in permitted(ENQUIRY, state, role, EnquiryContext()))


def test_an_officer_neither_screens_nor_decides() -> None:
    for state in OPEN:
        allowed = {each.action for each in permitted(ENQUIRY, state, "mash_officer", EnquiryContext()) if each.allowed}
        assert allowed == {"immediate_danger"}


AS_SERIOUS = replace(SERIOUS, route="social_care", level=4, section_47=True)


@pytest.mark.parametrize(
    ("choice", "stands"),
    [
        (PLAIN, "same"),
        (replace(PLAIN, route="advice"), "less"),
        (replace(PLAIN, level=2), "less"),
        (replace(PLAIN, route="social_care"), "more"),
        (replace(PLAIN, level=4), "more"),
        (replace(PLAIN, route="social_care", section_47=True), "more"),
        (replace(PLAIN, route="social_care", level=2), "less"),
        (replace(PLAIN, route="other_authority"), "other"),
        (replace(PLAIN, recommended_route="advice", recommended_level=1, level=1, route="no_further_action"), "less"),
        (AS_SERIOUS, "same"),
        (replace(AS_SERIOUS, section_47=False), "less"),
        (replace(AS_SERIOUS, route="other_authority"), "other"),
        (replace(AS_SERIOUS, recommended_route="existing_case"), "other"),
        (replace(AS_SERIOUS, recommended_route="existing_case", route="early_help"), "less"),
    ],
)
def test_choice_is_held_against_the_recommendation(choice: Choice, stands: str) -> None:
    assert compare(choice) == stands
