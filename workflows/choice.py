"""What a person chose for one subject, held against what the policy recommended: what it takes to choose so.

The ladder runs from nothing further to section 47. What lies above a choice and could be taken needs its "why not".
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

# From least to most: what is recommended above what was chosen needs its "why not".
LADDER = ("no_further_action", "advice", "early_help", "social_care", "section_47")
RUNGS = {route: place for place, route in enumerate(LADDER)}
EXPLAINED = LADDER[2:]  # advice is no more than nothing further: passing it over needs no explaining
SECTION_47_ROUTES = ("social_care", "existing_case", "other_authority")
# Nobody there weighs a safeguarding concern for a child, so going there is no more than advice. An education, health
# and care assessment keeps no adult safe, so for one it is nothing further.
PLACES_OF_CHILD = RUNGS | dict.fromkeys(("adult_safeguarding", "ehc_pathway"), RUNGS["advice"])
PLACES_OF_ADULT = RUNGS | {"ehc_pathway": RUNGS["no_further_action"]}
OF_LEVEL = (0, 0, 1, 2, 3)  # the rung that a level asks for, where the route itself has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person chose for one subject, beside what the policy recommended. `why_not` are the routes explained.

    `sibling_reason` says why this child's outcome differs from that of the brothers and sisters decided with them.
    `existing_service`: who has the open case, the gravest if several. `earlier_enquiries` in the twelve months before,
    and how many of them came to nothing, are of the same person; `repeat_reason` says what is different this time.
    `once` is the gravest that the policy recommended (route, level, section 47), where it recommends less since.
    """

    route: str
    level: int
    section_47: bool
    recommended_route: str
    recommended_level: int
    section_47_recommended: bool
    consent: str
    why_not: frozenset[str]
    is_child: bool = True
    sibling_reason: str = ""
    existing_service: str = "social_care"
    earlier_enquiries: int = 0
    earlier_nfa: int = 0
    repeat_reason: str = ""
    once: tuple[str, int, bool] | None = None


def higher_routes(choice: Choice) -> tuple[str, ...]:
    """The routes above what was chosen that need their "why not": the next one up, and each up to what was recommended.

    The next is asked for even where the policy recommended what was chosen: a strategy discussion could be called for
    any child in social care, and why it was not is what inspectors miss. Early help is no way up without consent.
    Another authority, social care's worker of an open case and, for an adult, adult safeguarding weigh the concern
    themselves, so only a recommended section 47 stands above them. An open case of early help alone stands where early
    help does. Adult safeguarding and an EHC assessment do not weigh it for a child: whatever stands above advice stands
    above them.
    """
    place, top = _place_chosen(choice), _recommended_rung(choice)
    bottom = _rung_at(choice, place)
    if choice.is_child and place is not None:
        top = max(top, _next_rung(bottom, choice.consent))
    above = LADDER[max(bottom + 1, RUNGS["early_help"]) : top + 1]
    if choice.consent == "refused" and choice.recommended_route != "early_help":
        return tuple(rung for rung in above if rung != "early_help")
    return above


def _next_rung(bottom: int, consent: str) -> int:
    """The rung that could have been taken instead: early help only where the family did not refuse it."""
    first = RUNGS["social_care"] if consent == "refused" else RUNGS["early_help"]
    return min(max(bottom + 1, first), RUNGS["section_47"])


def place_of(route: str, *, is_child: bool, existing_service: str = "social_care") -> int | None:
    """The rung on which a route stands; None where it hands the person to somebody who will weigh the concern."""
    if route == "existing_case":
        return RUNGS["early_help"] if existing_service == "early_help" else None
    return (PLACES_OF_CHILD if is_child else PLACES_OF_ADULT).get(route)


def _place_chosen(choice: Choice) -> int | None:
    return place_of(choice.route, is_child=choice.is_child, existing_service=choice.existing_service)


def needs_approval(choice: Choice) -> bool:
    """Whether a manager other than the decider must agree.

    At level 4 or with section 47; where the policy recommended level 3 or 4 and nobody of ours would weigh that; and
    for less, in level or in route, than a recommended level 4 or section 47. What was taken away of what was seen since
    takes nobody's place: it is held against the gravest that was recommended as well.
    """
    if choice.level == 4 or choice.section_47:
        return True
    return any(_is_left_unweighed(each) or _is_less(each) for each in (choice, _as_once(choice)))


def _as_once(choice: Choice) -> Choice:
    if choice.once is None:
        return choice
    route, level, section_47 = choice.once
    return replace(choice, recommended_route=route, recommended_level=level, section_47_recommended=section_47)


def _is_left_unweighed(choice: Choice) -> bool:
    """Level 3 or 4 that ends in no more than advice (an EHC assessment for a child, say), or leaves our hands."""
    if choice.recommended_level < 3:
        return False
    return choice.route == "other_authority" or _chosen_rung(choice) <= RUNGS["advice"]


def _is_less(choice: Choice) -> bool:
    if not (choice.section_47_recommended or choice.recommended_level == 4):
        return False
    return choice.level < choice.recommended_level or _chosen_rung(choice) < _recommended_rung(choice)


def _chosen_rung(choice: Choice) -> int:
    """Where the choice stands on the ladder: whoever will weigh the concern stands where social care does."""
    return _rung_at(choice, _place_chosen(choice))


def _rung_at(choice: Choice, place: int | None) -> int:
    if choice.section_47:
        return RUNGS["section_47"]
    return RUNGS["social_care"] if place is None else place


def _recommended_rung(choice: Choice) -> int:
    return RUNGS["section_47"] if choice.section_47_recommended else _recommended_place(choice)


def _recommended_place(choice: Choice) -> int:
    """Where the recommended route stands, section 47 aside: off the ladder, no lower than its level asks for."""
    if choice.recommended_route in RUNGS:
        return RUNGS[choice.recommended_route]
    place = place_of(choice.recommended_route, is_child=choice.is_child)
    return max(place or 0, OF_LEVEL[choice.recommended_level])


def unexplained_siblings(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Children whose outcome differs from the gravest of those decided with them, and nobody said why."""
    children = [each for each in choices if each.is_child]
    if len(children) < 2 or len({_outcome(each) for each in children}) < 2:
        return ()
    gravest = _outcome(max(children, key=_gravity))
    return tuple(each for each in children if _outcome(each) != gravest and not each.sibling_reason.strip())


def find_repeat(choice: Choice) -> str | None:
    """What is to be looked at again before it is chosen: a third enquiry within twelve months, or a third that ends so.

    "third_nfa" where nothing further is chosen after two that came to nothing, else "third_enquiry" from the third on.
    """
    if choice.route == "no_further_action" and choice.earlier_nfa >= 2:
        return "third_nfa"
    return "third_enquiry" if choice.earlier_enquiries >= 2 else None


def unexplained_repeats(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Those of whom worried people told at least twice before, and nobody said what is different this time."""
    return tuple(each for each in choices if find_repeat(each) and not each.repeat_reason.strip())


def _outcome(choice: Choice) -> tuple[str, bool]:
    return choice.route, choice.section_47


def _gravity(choice: Choice) -> tuple[bool, int, int]:
    place = _place_chosen(choice)
    return choice.section_47, OF_LEVEL[choice.level] if place is None else place, choice.level


def compare(choice: Choice) -> str:
    """How a choice stands to the recommendation: "same", "less", "more", or "other" where it is neither.

    What is less in anything is less, whatever else it adds.
    """
    chosen = (choice.route, choice.level, choice.section_47)
    recommended = (choice.recommended_route, choice.recommended_level, choice.section_47_recommended)
    if chosen == recommended:
        return "same"
    rises = (
        choice.level - choice.recommended_level,
        choice.section_47 - choice.section_47_recommended,
        _climb(choice),
    )
    if min(rises) < 0:
        return "less"
    return "more" if max(rises) > 0 else "other"


def _climb(choice: Choice) -> int:
    """Rungs from the recommended route up to the chosen one; 0 for the same, and for one that has no place of its own.

    The same route at another level is no climb, though a recommendation off the ladder stands where its level does.
    """
    place = _place_chosen(choice)
    if place is None or choice.route == choice.recommended_route:
        return 0
    return place - _recommended_place(choice)
