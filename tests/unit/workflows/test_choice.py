"""What it takes to choose so for one subject, case by case; test_every_choice.py holds all there are to plain rules."""

from dataclasses import replace

import pytest

from workflows.choice import (
    Choice,
    compare,
    find_repeat,
    higher_routes,
    needs_approval,
    unexplained_repeats,
    unexplained_siblings,
)

PLAIN = Choice(
    route="early_help",
    level=3,
    section_47=False,
    recommended_route="early_help",
    recommended_level=3,
    section_47_recommended=False,
    consent="given",
    why_not=frozenset(),
)
ADULT = replace(PLAIN, is_child=False)
SERIOUS = replace(PLAIN, recommended_route="social_care", recommended_level=4, section_47_recommended=True)
SCHOOLING = replace(PLAIN, level=1, recommended_route="ehc_pathway", recommended_level=1)
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
        ("adult_safeguarding", False, "social_care", ("early_help", "social_care")),
        ("adult_safeguarding", False, "section_47", ("early_help", "social_care", "section_47")),
        ("ehc_pathway", False, "social_care", ("early_help", "social_care")),
        ("ehc_pathway", False, "section_47", ("early_help", "social_care", "section_47")),
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
        ("ehc_pathway", ("early_help",)),
        ("adult_safeguarding", ("early_help",)),
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


def test_section_47_and_what_is_handed_to_somebody_who_weighs_it_have_no_next_rung() -> None:
    assert higher_routes(AS_SERIOUS) == ()
    for route in ("existing_case", "other_authority"):
        assert higher_routes(replace(PLAIN, route=route)) == ()


def test_adult_safeguarding_weighs_for_an_adult_what_an_ehc_assessment_does_not() -> None:
    afraid = replace(ADULT, recommended_route="adult_safeguarding", recommended_level=4)
    assert higher_routes(replace(afraid, route="adult_safeguarding")) == ()
    assert higher_routes(replace(afraid, route="ehc_pathway")) == ("early_help", "social_care")


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
        (replace(PLAIN, route="social_care"), False),
        (replace(PLAIN, route="existing_case"), False),
    ],
)
def test_what_is_grave_or_less_than_grave_advice_needs_another_manager(choice: Choice, needed: bool) -> None:
    assert needs_approval(choice) is needed


@pytest.mark.parametrize(
    "choice",
    [
        replace(SERIOUS, section_47_recommended=False, route="social_care"),
        replace(SERIOUS, section_47_recommended=False, route="existing_case"),
        replace(ADULT, route="adult_safeguarding", recommended_route="adult_safeguarding", recommended_level=4),
        replace(SERIOUS, route="social_care", recommended_level=2, level=1, section_47_recommended=True),
    ],
    ids=lambda each: each.route,
)
def test_a_lower_level_than_a_grave_recommendation_takes_two_by_whatever_route(choice: Choice) -> None:
    assert needs_approval(choice)
    assert not needs_approval(replace(choice, recommended_level=choice.level, section_47_recommended=False))


@pytest.mark.parametrize("kind", ["child", "adult"])
@pytest.mark.parametrize(
    ("route", "by"),
    [
        ("other_authority", "child adult"),
        ("ehc_pathway", "child adult"),
        ("adult_safeguarding", "child"),
        ("existing_case", ""),
        ("early_help", ""),
    ],
)
def test_level_3_that_nobody_of_ours_would_weigh_takes_two(route: str, by: str, kind: str) -> None:
    made = replace(PLAIN, route=route, is_child=kind == "child")
    assert needs_approval(made) is (kind in by.split())
    assert needs_approval(replace(made, recommended_route=route)) is (kind in by.split())
    assert not needs_approval(replace(made, recommended_level=2))


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
        (replace(PLAIN, route="ehc_pathway"), "less"),
        (replace(PLAIN, route="ehc_pathway", recommended_route="ehc_pathway"), "same"),
        (replace(PLAIN, route="ehc_pathway", recommended_route="ehc_pathway", recommended_level=2), "more"),
        (replace(PLAIN, route="ehc_pathway", recommended_route="advice"), "other"),
        (replace(SCHOOLING, route="advice"), "other"),
        (replace(SCHOOLING, route="no_further_action"), "less"),
        (replace(PLAIN, route="adult_safeguarding"), "less"),
        (replace(ADULT, route="adult_safeguarding"), "other"),
        (replace(ADULT, route="ehc_pathway", recommended_route="advice"), "less"),
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


@pytest.mark.parametrize("route", ["ehc_pathway", "adult_safeguarding"])
def test_whoever_goes_where_nobody_weighs_it_is_explained_though_the_level_is_higher(route: str) -> None:
    elsewhere = replace(PLAIN, route=route, level=4)
    assert unexplained_siblings([elsewhere, PLAIN]) == (elsewhere,)
    handed = replace(PLAIN, route="other_authority", level=4)
    assert unexplained_siblings([handed, PLAIN]) == (PLAIN,)


def test_an_adult_is_nobodys_sibling() -> None:
    assert unexplained_siblings([PLAIN, replace(ADULT, route="adult_safeguarding")]) == ()


def test_early_helps_open_case_stands_where_early_help_does() -> None:
    refused = replace(PLAIN, route="existing_case", recommended_route="social_care", consent="refused")
    assert higher_routes(refused) == ()
    alone = replace(refused, existing_service="early_help")
    assert (higher_routes(alone), compare(alone)) == (("social_care",), "less")
    grave = replace(alone, recommended_level=4)
    assert (needs_approval(grave), needs_approval(alone)) == (True, False)


@pytest.mark.parametrize(
    ("route", "enquiries", "nfa", "prompt"),
    [
        ("early_help", 1, 1, None),
        ("early_help", 2, 0, "third_enquiry"),
        ("early_help", 5, 5, "third_enquiry"),
        ("no_further_action", 1, 1, None),
        ("no_further_action", 2, 1, "third_enquiry"),
        ("no_further_action", 2, 2, "third_nfa"),
    ],
)
def test_third_enquiry_and_third_that_comes_to_nothing_are_looked_at_again(
    route: str, enquiries: int, nfa: int, prompt: str | None
) -> None:
    choice = replace(PLAIN, route=route, earlier_enquiries=enquiries, earlier_nfa=nfa)
    assert find_repeat(choice) == prompt
    blank = replace(choice, repeat_reason="  ")
    assert unexplained_repeats([choice, blank]) == ((choice, blank) if prompt else ())
    assert unexplained_repeats([replace(choice, repeat_reason="The father has moved back in")]) == ()
