"""Every choice there is, held to plain rules written out one by one; and siblings drawn at random."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.choice import Choice, compare, higher_routes, needs_approval, unexplained_siblings

NOTHING = ("no_further_action", "advice")
BESIDE_THE_LADDER = ("adult_safeguarding", "ehc_pathway", "other_authority", "existing_case")
ROUTES = (*NOTHING, "early_help", "social_care", *BESIDE_THE_LADDER)
LEVELS = (1, 2, 3, 4)
CONSENTS = ("given", "refused", "not_asked", "not_safe_to_ask")
HEIGHT = {"no_further_action": 0, "advice": 1, "early_help": 2, "social_care": 3, "section_47": 4}
OF_LEVEL = {1: 0, 2: 1, 3: 2, 4: 3}  # what has no place of its own, or was only recommended: as high as its level asks
YES_OR_NO = (False, True)
SERVICES = ("social_care", "early_help")
ANY = (ROUTES, LEVELS, YES_OR_NO, ROUTES, LEVELS, YES_OR_NO, CONSENTS, YES_OR_NO, SERVICES)


def make(*parts: object) -> Choice:
    route, level, harm, recommended, recommended_level, harm_recommended, consent, is_child, has_case = parts
    return Choice(
        route=route, level=level, section_47=harm, recommended_route=recommended, recommended_level=recommended_level,
        section_47_recommended=harm_recommended, consent=consent, why_not=frozenset(), is_child=is_child,
        existing_service=has_case,
    )  # fmt: skip


def every_choice() -> Iterator[Choice]:
    return (make(*parts) for parts in product(*ANY))


def weighs_it_themselves(route: str, choice: Choice) -> bool:
    """Whoever takes the person over decides anew: another authority, social care's worker, adults' own service."""
    if route == "adult_safeguarding":
        return not choice.is_child
    if route == "existing_case" and route == choice.route:  # what was recommended, was of a case of social care's
        return choice.existing_service == "social_care"
    return route in ("other_authority", "existing_case")


def height_of(route: str, choice: Choice) -> int:
    """Where a route stands that somebody goes down with us, or as nobody weighs there what was feared for a child."""
    if route == "adult_safeguarding":
        return 1
    if route == "ehc_pathway":
        return 1 if choice.is_child else 0
    return 2 if route == "existing_case" else HEIGHT[route]


def height_chosen(choice: Choice) -> int:
    if choice.section_47:
        return 4
    return 3 if weighs_it_themselves(choice.route, choice) else height_of(choice.route, choice)


def height_recommended(choice: Choice) -> int:
    """What is on the ladder stands there; any other as high as its level asks, and no lower than if it were chosen."""
    route = choice.recommended_route
    if choice.section_47_recommended:
        return 4
    if route in HEIGHT:
        return HEIGHT[route]
    of_level = OF_LEVEL[choice.recommended_level]
    return (
        of_level
        if route == "existing_case" or weighs_it_themselves(route, choice)
        else max(of_level, height_of(route, choice))
    )


def could_be_taken(rung: str, choice: Choice) -> bool:
    return rung != "early_help" or choice.consent != "refused"


def must_be_explained(rung: str, choice: Choice) -> bool:
    """Above the choice, and either recommended (at least as far up) or the next that could have been taken."""
    if HEIGHT[rung] <= height_chosen(choice):
        return False
    if rung == "early_help" and choice.recommended_route == "early_help" and height_recommended(choice) >= 2:
        return True
    if not could_be_taken(rung, choice):
        return False
    if HEIGHT[rung] <= height_recommended(choice):
        return True
    between = [each for each in ("early_help", "social_care") if height_chosen(choice) < HEIGHT[each] < HEIGHT[rung]]
    nearer = [each for each in between if could_be_taken(each, choice)]
    return choice.is_child and not weighs_it_themselves(choice.route, choice) and not nearer


def test_why_not_is_asked_for_exactly_the_rungs_that_the_rule_names() -> None:
    for choice in every_choice():
        asked = [rung for rung in ("early_help", "social_care", "section_47") if must_be_explained(rung, choice)]
        assert list(higher_routes(choice)) == asked, choice


def nobody_of_ours_weighs(choice: Choice) -> bool:
    """Nothing further, advice, another authority; and for a child what is only for adults, or only about schooling."""
    if choice.route in (*NOTHING, "other_authority", "ehc_pathway"):
        return True
    return choice.is_child and choice.route == "adult_safeguarding"


def must_be_approved(choice: Choice) -> bool:
    if choice.level == 4 or choice.section_47:
        return True
    if choice.recommended_level in (3, 4) and nobody_of_ours_weighs(choice):
        return True
    if choice.section_47_recommended:  # and it was not chosen
        return True
    below = choice.level < 4 or height_chosen(choice) < height_recommended(choice)
    return choice.recommended_level == 4 and below


def test_another_manager_is_needed_for_exactly_what_the_rule_names() -> None:
    for choice in every_choice():
        assert needs_approval(choice) is must_be_approved(choice), choice


def stand(choice: Choice) -> str:
    changes = [(choice.level, choice.recommended_level), (choice.section_47, choice.section_47_recommended)]
    if choice.route != choice.recommended_route and not weighs_it_themselves(choice.route, choice):
        calm = replace(choice, section_47=False, section_47_recommended=False)
        changes.append((height_chosen(calm), height_recommended(calm)))
    if any(chosen < recommended for chosen, recommended in changes):
        return "less"
    if any(chosen > recommended for chosen, recommended in changes):
        return "more"
    return "same" if choice.route == choice.recommended_route else "other"


def test_every_choice_stands_to_its_recommendation_as_the_rule_says() -> None:
    for choice in every_choice():
        assert compare(choice) == stand(choice), choice


def how_far_up(choice: Choice) -> int:
    """One who is handed to somebody who weighs it: as far as the level that was chosen."""
    handed = weighs_it_themselves(choice.route, choice)
    return OF_LEVEL[choice.level] if handed else height_of(choice.route, choice)


def is_graver(one: Choice, other: Choice) -> bool:
    """Section 47 before all; then how far up; then the level itself."""
    if one.section_47 != other.section_47:
        return one.section_47
    if how_far_up(one) != how_far_up(other):
        return how_far_up(one) > how_far_up(other)
    return one.level > other.level


choices = st.builds(
    lambda parts, why: replace(make(*parts), sibling_reason=why),
    st.tuples(*map(st.sampled_from, ANY)),
    st.sampled_from(("", " ", "Lives elsewhere")),
)


@given(st.lists(choices, max_size=6))
@settings(max_examples=300, deadline=None)
def test_children_who_differ_from_the_gravest_are_explained(family: list[Choice]) -> None:
    children = [each for each in family if each.is_child]
    gravest = [each for each in children if not any(is_graver(other, each) for other in children)][:1]
    differ = [
        each
        for each in children
        for worst in gravest
        if (each.route, each.section_47) != (worst.route, worst.section_47) and each.sibling_reason in ("", " ")
    ]
    assert list(unexplained_siblings(family)) == differ


@given(st.lists(choices, max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_reason_for_each_child_is_always_enough(family: list[Choice]) -> None:
    assert unexplained_siblings(replace(each, sibling_reason="Asked for by the school") for each in family) == ()
