"""Deciding an enquiry: what a decision must bring, who must agree to it, and that nothing is decided by default."""

from dataclasses import replace
from functools import partial

import pytest

from tests.unit.workflows.firing import refusals, words_of_refusal
from workflows.choice import Choice
from workflows.engine import fire
from workflows.enquiry import ENQUIRY, EnquiryContext

PLAIN = Choice(
    route="early_help",
    level=3,
    section_47=False,
    recommended_route="early_help",
    recommended_level=3,
    section_47_recommended=False,
    consent="given",
    why_not=frozenset({"social_care"}),
)
SERIOUS = replace(PLAIN, recommended_route="social_care", recommended_level=4, section_47_recommended=True)
EXPLAINED = replace(SERIOUS, why_not=frozenset({"social_care", "section_47"}))
GRAVE = replace(SERIOUS, route="social_care", level=4, section_47=True, why_not=frozenset())
DECIDERS = ("social_worker", "mash_manager")
asked = partial(refusals, ENQUIRY)


def weigh(*choices: Choice, action: str = "decide", role: str = "social_worker") -> list[str]:
    """The codes with which these choices are refused, one for each person that the enquiry is about."""
    return asked("awaiting_decision", action, role, EnquiryContext(subjects=len(choices), choices=choices))


@pytest.mark.parametrize("action", ["decide", "propose"])
def test_every_person_is_decided_for(action: str) -> None:
    two = EnquiryContext(subjects=2, choices=(PLAIN,))
    assert asked("awaiting_decision", action, "social_worker", two) == ["subjects_undecided"]
    assert weigh(PLAIN, PLAIN, action=action) == []


@pytest.mark.parametrize("role", DECIDERS)
def test_nothing_is_decided_by_default(role: str) -> None:
    for action in ("decide", "propose"):
        assert asked("awaiting_decision", action, role, EnquiryContext(subjects=1)) == ["subjects_undecided"]


@pytest.mark.parametrize("consent", ["refused", "not_asked", "not_safe_to_ask"])
@pytest.mark.parametrize("action", ["decide", "propose"])
def test_early_help_needs_consent(action: str, consent: str) -> None:
    assert weigh(replace(PLAIN, consent=consent), action=action) == ["no_consent"]
    elsewhere = replace(PLAIN, route="social_care", consent=consent, why_not=frozenset({"section_47"}))
    assert weigh(elsewhere, action=action) == []


def test_a_refusal_for_want_of_consent_says_what_else_can_be_done() -> None:
    context = EnquiryContext(subjects=1, choices=(replace(PLAIN, consent="refused"),))
    assert words_of_refusal(ENQUIRY, "awaiting_decision", "decide", "social_worker", context) == [
        "Early help needs consent. Ask for it, or choose advice, or, if there is a risk, social care."
    ]


def test_each_higher_route_is_explained_and_the_refusal_names_those_that_are_not() -> None:
    half = replace(SERIOUS, why_not=frozenset({"social_care"}))
    context = EnquiryContext(subjects=1, choices=(half,))
    assert words_of_refusal(ENQUIRY, "awaiting_decision", "propose", "social_worker", context) == [
        "Say why not each higher route: section 47."
    ]
    assert weigh(EXPLAINED, action="propose") == []


def test_one_siblings_missing_why_not_holds_the_whole_decision() -> None:
    assert weigh(PLAIN, replace(PLAIN, why_not=frozenset())) == ["why_not_missing"]


def test_a_sibling_for_whom_less_is_done_needs_a_reason() -> None:
    less = replace(PLAIN, route="advice", level=2, recommended_level=2, why_not=frozenset({"early_help"}))
    assert weigh(PLAIN, less) == ["sibling_unexplained"]
    assert weigh(PLAIN, replace(less, sibling_reason="Lives with his father")) == []


def test_third_enquiry_takes_a_word_of_what_is_different() -> None:
    third = replace(PLAIN, earlier_enquiries=2)
    assert weigh(third) == ["repeat_unexplained"]
    assert weigh(replace(third, repeat_reason="The father has moved back in")) == []


@pytest.mark.parametrize(
    ("route", "codes"),
    [
        ("social_care", []),
        ("existing_case", []),
        ("other_authority", []),
        ("advice", ["section_47_elsewhere"]),
        ("adult_safeguarding", ["section_47_elsewhere"]),
    ],
)
def test_section_47_stays_with_social_care(route: str, codes: list[str]) -> None:
    assert weigh(replace(GRAVE, route=route), action="propose") == codes


@pytest.mark.parametrize("role", DECIDERS)
@pytest.mark.parametrize(
    "choice",
    [
        GRAVE,
        EXPLAINED,
        replace(GRAVE, level=3, section_47=False, section_47_recommended=False, why_not=frozenset({"section_47"})),
        replace(PLAIN, route="ehc_pathway", why_not=frozenset({"early_help"})),
        replace(PLAIN, route="adult_safeguarding", why_not=frozenset({"early_help"})),
        replace(PLAIN, route="other_authority"),
    ],
    ids=["level 4", "less than recommended", "level 3 of 4", "schooling", "adults' service", "another authority"],
)
def test_what_is_grave_is_proposed_even_by_a_manager(role: str, choice: Choice) -> None:
    assert weigh(choice, role=role) == ["needs_approval"]
    assert weigh(choice, role=role, action="propose") == []


def test_one_grave_choice_of_several_needs_another_manager() -> None:
    differing = replace(PLAIN, sibling_reason="Lives with his father")
    assert weigh(differing, GRAVE) == ["needs_approval"]


def test_proposing_stops_the_screening_clock_alone_and_the_decision_clock_runs_on() -> None:
    fired = fire(ENQUIRY, "awaiting_decision", "propose", "social_worker", EnquiryContext())
    assert (fired.target, fired.row.stops) == ("awaiting_approval", ("screening",))


def test_deciding_stops_screening_and_decision_but_answers_no_partner() -> None:
    for state, action, role in (
        ("awaiting_decision", "decide", "social_worker"),
        ("awaiting_approval", "approve", "mash_manager"),
    ):
        fired = fire(ENQUIRY, state, action, role, EnquiryContext())
        assert (fired.target, fired.row.stops) == ("decided", ("screening", "decision"))


def test_a_proposal_is_approved_by_a_manager_who_did_not_make_it() -> None:
    own = EnquiryContext(is_own_proposal=True)
    assert asked("awaiting_approval", "approve", "mash_manager", own) == ["own_proposal"]
    assert asked("awaiting_approval", "approve", "mash_manager", EnquiryContext()) == []
    assert asked("awaiting_approval", "approve", "social_worker", EnquiryContext()) == ["not_your_role"]


@pytest.mark.parametrize("role", DECIDERS)
def test_a_proposal_is_sent_back_with_a_reason_by_its_author_too(role: str) -> None:
    own = EnquiryContext(is_own_proposal=True)
    assert asked("awaiting_approval", "send_back", role, own) == ["no_reason"]
    fired = fire(ENQUIRY, "awaiting_approval", "send_back", role, replace(own, reason="The school has called"))
    assert (fired.target, fired.row.starts, fired.row.stops) == ("awaiting_decision", (), ())


def test_the_emergency_duty_team_and_officers_decide_nothing() -> None:
    for role in ("emergency_duty_team", "mash_officer", "system"):
        for action in ("decide", "propose"):
            assert weigh(PLAIN, action=action, role=role) == ["not_your_role"]


@pytest.mark.parametrize("state", ["received", "screening", "checking", "on_hold", "awaiting_approval", "closed"])
def test_only_what_awaits_a_decision_is_decided(state: str) -> None:
    context = EnquiryContext(subjects=1, choices=(PLAIN,))
    assert words_of_refusal(ENQUIRY, state, "decide", "social_worker", context) == [
        f"That cannot be done while this is {state.replace('_', ' ')}."
    ]
