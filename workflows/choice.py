"""What a person chose for one subject, held against what the policy recommended: what it takes to choose so.

The ladder runs from nothing further to section 47. What lies above a choice and could be taken needs its "why not".
"""

from collections.abc import Iterable
from dataclasses import dataclass

# From least to most: what is recommended above what was chosen needs its "why not".
LADDER = ("no_further_action", "advice", "early_help", "social_care", "section_47")
RUNGS = {route: place for place, route in enumerate(LADDER)}
EXPLAINED = LADDER[2:]  # advice is no more than nothing further: passing it over needs no explaining
SECTION_47_ROUTES = ("social_care", "existing_case", "other_authority")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person chose for one subject, beside what the policy recommended. `why_not` are the routes explained.

    `sibling_reason` says why this child's outcome differs from that of the brothers and sisters decided with them.
    """

    route: str
    level: int
    section_47: bool
    recommended_route: str
    recommended_level: int
    section_47_recommended: bool
    consent: str
    why_not: frozenset[str]
    reason: str
    is_child: bool = True
    sibling_reason: str = ""


def higher_routes(choice: Choice) -> tuple[str, ...]:
    """The routes above what was chosen that need their "why not": the next one up, and each up to what was recommended.

    The next is asked for even where the policy recommended what was chosen: a strategy discussion could be called for
    any child in social care, and why it was not is what inspectors miss. Early help is no way up without consent.
    Routes off the ladder (another authority, an open case, adult safeguarding, an EHC assessment) hand the person to
    somebody who will weigh the concern, so only a recommended section 47 stands above them.
    """
    bottom, top = _chosen_rung(choice), _recommended_rung(choice)
    if choice.is_child and choice.route in RUNGS:
        top = max(top, _next_rung(bottom, choice.consent))
    above = LADDER[max(bottom + 1, RUNGS["early_help"]) : top + 1]
    if choice.consent == "refused" and choice.recommended_route != "early_help":
        return tuple(rung for rung in above if rung != "early_help")
    return above


def _next_rung(bottom: int, consent: str) -> int:
    """The rung that could have been taken instead: early help only where the family did not refuse it."""
    first = RUNGS["social_care"] if consent == "refused" else RUNGS["early_help"]
    return min(max(bottom + 1, first), RUNGS["section_47"])


def needs_approval(choice: Choice) -> bool:
    """Whether a manager other than the decider must agree.

    At level 4, for nothing further (or advice) where the policy recommended level 3 or 4, and for less than a
    recommended level 4 or section 47.
    """
    nothing = choice.route in ("no_further_action", "advice") and choice.recommended_level >= 3
    return choice.level == 4 or choice.section_47 or nothing or _is_less(choice)


def _is_less(choice: Choice) -> bool:
    serious = choice.section_47_recommended or choice.recommended_level == 4
    return serious and _chosen_rung(choice) < _recommended_rung(choice)


def _chosen_rung(choice: Choice) -> int:
    """Where the choice stands on the ladder: a route that is off it stands where social care does."""
    if choice.section_47:
        return RUNGS["section_47"]
    return RUNGS.get(choice.route, RUNGS["social_care"])


def _recommended_rung(choice: Choice) -> int:
    return _rung(choice.recommended_route, choice.recommended_level, choice.section_47_recommended)


def unexplained_siblings(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Children whose outcome differs from the gravest of those decided with them, and nobody said why."""
    children = [each for each in choices if each.is_child]
    if len(children) < 2 or len({_outcome(each) for each in children}) < 2:
        return ()
    gravest = _outcome(max(children, key=_gravity))
    return tuple(each for each in children if _outcome(each) != gravest and not each.sibling_reason.strip())


def _outcome(choice: Choice) -> tuple[str, bool]:
    return choice.route, choice.section_47


def _gravity(choice: Choice) -> tuple[bool, int, int]:
    return choice.section_47, _rung(choice.route, choice.level, False), choice.level


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
        _climb(choice.route, choice.recommended_route, choice.recommended_level),
    )
    if min(rises) < 0:
        return "less"
    return "more" if max(rises) > 0 else "other"


def _climb(route: str, recommended: str, level: int) -> int:
    """Rungs from the recommended route up to the chosen one; 0 for a route that is off the ladder."""
    return _rung(route, level, False) - _rung(recommended, level, False) if route in RUNGS else 0


def _rung(route: str, level: int, section_47: bool) -> int:
    if section_47:
        return RUNGS["section_47"]
    return RUNGS[route] if route in RUNGS else (0, 0, 1, 2, 3)[level]
