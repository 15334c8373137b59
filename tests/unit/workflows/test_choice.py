"""What it takes to choose so for one subject, case by case; test_every_choice.py holds all there are to plain rules."""

from dataclasses import replace

import pytest

from workflows.choice import Choice, compare, higher_routes, needs_approval, unexplained_siblings

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
ADULT = replace(PLAIN, is_child=False)
SERIOUS = replace(PLAIN, recommended_route="social_care", recommended_level=4, section_47_recommended=True)
AS_SERIOUS = replace(SERIOUS, route="social_care", level=4, section_47=True)


@pytest.mark.parametrize(
    ("chosen", "section_47", "recommended", "higher"),
    [
        ("no_further_action", False, "social_care", ("early_help", "social_care")),
        ("advice", False, "social_care", ("early_help", "social_care")),
        ("early_help", False, "section_47", ("social_care", "section_47")),
        ("social_care", False, "section_47", ("section_47",)),
        ("social_care", True, "section_47", ()),
        ("existing_case", False, "social_care", ()),
        ("existing_case", False, "section_47", ("section_47",)),
        ("other_authority", True, "section_47", ()),
        ("adult_safeguarding", False, "section_47", ("section_47",)),
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
    ("chosen", "next_up"),
    [
        ("no_further_action", ("early_help",)),
        ("advice", ("early_help",)),
        ("early_help", ("social_care",)),
        ("social_care", ("section_47",)),
    ],
)
@pytest.mark.parametrize("recommended", ["no_further_action", "the same"])
def test_a_childs_next_rung_is_explained_even_where_nothing_higher_was_recommended(
    chosen: str, next_up: tuple[str, ...], recommended: str
) -> None:
    made = replace(PLAIN, route=chosen, recommended_route=chosen if recommended == "the same" else recommended)
    assert higher_routes(made) == next_up


def test_section_47_and_what_is_handed_to_somebody_else_have_no_next_rung() -> None:
    assert higher_routes(AS_SERIOUS) == ()
    for route in ("existing_case", "other_authority", "adult_safeguarding", "ehc_pathway"):
        assert higher_routes(replace(PLAIN, route=route)) == ()


def test_an_adult_has_no_next_rung_but_what_was_recommended_is_explained() -> None:
    assert higher_routes(ADULT) == ()
    assert higher_routes(replace(ADULT, route="advice")) == ("early_help",)


def test_early_help_is_no_way_up_when_consent_is_refused() -> None:
    refused = replace(PLAIN, route="advice", consent="refused", recommended_route="no_further_action")
    assert higher_routes(refused) == ("social_care",)
    assert higher_routes(replace(refused, recommended_route="social_care")) == ("social_care",)


def test_recommended_early_help_is_explained_though_consent_is_refused() -> None:
    assert higher_routes(replace(PLAIN, route="advice", consent="refused")) == ("early_help", "social_care")


@pytest.mark.parametrize(
    ("level", "higher"), [(1, ()), (2, ()), (3, ("early_help",)), (4, ("early_help", "social_care"))]
)
def test_a_recommended_route_off_the_ladder_stands_where_its_level_does(level: int, higher: tuple[str, ...]) -> None:
    made = replace(ADULT, route="no_further_action", recommended_route="ehc_pathway", recommended_level=level)
    assert higher_routes(made) == higher


@pytest.mark.parametrize(
    ("choice", "needed"),
    [
        (PLAIN, False),
        (replace(PLAIN, level=4), True),
        (replace(PLAIN, route="social_care", level=3, section_47=True), True),
        (AS_SERIOUS, True),
        (replace(PLAIN, route="no_further_action", level=1), True),
        (replace(PLAIN, route="advice", level=1), True),
        (replace(PLAIN, route="advice", level=1, recommended_level=2), False),
        (replace(SERIOUS, route="early_help"), True),
        (replace(SERIOUS, section_47_recommended=False), True),
        (replace(SERIOUS, route="existing_case"), True),
        (replace(SERIOUS, route="existing_case", section_47_recommended=False), False),
        (replace(PLAIN, route="social_care"), False),
    ],
)
def test_what_is_grave_or_less_than_grave_advice_needs_another_manager(choice: Choice, needed: bool) -> None:
    assert needs_approval(choice) is needed


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
def test_a_choice_is_held_against_the_recommendation(choice: Choice, stands: str) -> None:
    assert compare(choice) == stands


def test_siblings_who_are_decided_alike_need_no_reason() -> None:
    assert unexplained_siblings([PLAIN, replace(PLAIN, level=2)]) == ()
    assert unexplained_siblings([PLAIN]) == unexplained_siblings([]) == ()


def test_a_sibling_for_whom_less_is_done_needs_a_reason() -> None:
    less = replace(PLAIN, route="advice", level=1)
    assert unexplained_siblings([less, PLAIN]) == unexplained_siblings([PLAIN, less]) == (less,)
    assert unexplained_siblings([PLAIN, replace(less, sibling_reason="Lives with his father")]) == ()
    blank = replace(less, sibling_reason="  ")
    assert unexplained_siblings([PLAIN, blank]) == (blank,)


def test_section_47_for_one_child_is_explained_for_each_other() -> None:
    assert unexplained_siblings([replace(AS_SERIOUS, section_47=False), AS_SERIOUS, PLAIN]) == (
        replace(AS_SERIOUS, section_47=False),
        PLAIN,
    )


def test_an_adult_is_nobodys_sibling() -> None:
    assert unexplained_siblings([PLAIN, replace(ADULT, route="adult_safeguarding")]) == ()
