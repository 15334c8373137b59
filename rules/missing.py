"""What is not known and could change the answer: found by asking the policy again, not from a list."""

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from rules.answer import Missing
from rules.compiler import Compiled
from rules.facts import FACTS, CodeFact, CountFact, Fact, View, YesNoFact
from rules.policy import RANKED, Verdict

NAMES = tuple(FACTS)
_UNASKED = tuple(
    (place, fact.unasked) for place, fact in enumerate(FACTS.values()) if isinstance(fact, CodeFact) and fact.unasked
)
_KIND = NAMES.index("kind")
Setting = tuple[int, Any]  # the place of a fact, and a value that it might have
Tried = list[tuple[Any, Verdict]]


def find_missing(compiled: Compiled, values: View, verdict: Verdict) -> tuple[Missing, ...]:
    """The unknown facts that could change the verdict about `values` (a view), alone or together with others.

    In the order of FACTS. Each comes with the value that leads furthest.
    """
    asked = _askable(compiled, values)
    found = (_find_one(compiled, values, verdict, place, asked) for place in asked)
    return tuple(each for each in found if each)


def _askable(compiled: Compiled, values: View) -> tuple[int, ...]:
    """The places of the facts that are not known, are worth asking of such a person, and may still tip a rule."""
    blank = list(values)
    for place, unasked in _UNASKED:
        if blank[place + 1] == unasked:
            blank[place + 1] = None
    bits = compiled.undetermined(*blank)
    return tuple(place for place in range(len(NAMES)) if bits >> place & 1 and _may_ask(place, blank))


def _may_ask(place: int, values: list[Any]) -> bool:
    return values[place + 1] is None and values[_KIND + 1] in FACTS[NAMES[place]].asked_of


def _find_one(compiled: Compiled, values: View, verdict: Verdict, place: int, asked: tuple[int, ...]) -> Missing | None:
    """The shortest way in which knowing this fact changes the answer, or None where there is none."""
    for others in _settings(compiled, place, asked):
        given = list(values)
        for other, value in others:
            given[other + 1] = value
        before = compiled.judge(*given) if others else verdict
        tried = _try_each(compiled, given, place)
        changed = [pair for pair in tried if pair[1].answer != before.answer]
        if changed:
            after = max((each for _value, each in changed), key=_weight)
            return _describe(place, others, before, after, tried)
    return None


def _settings(compiled: Compiled, place: int, asked: tuple[int, ...]) -> Iterator[tuple[Setting, ...]]:
    """Every way in which some of the other unknown facts could be: none of them first, then one, two, and so on."""
    rest = [each for each in asked if each != place]
    for size in range(len(rest) + 1):
        for chosen in combinations(rest, size):
            for values in product(*(compiled.trials[each] for each in chosen)):
                yield tuple(zip(chosen, values, strict=True))


def _try_each(compiled: Compiled, given: list[Any], place: int) -> Tried:
    tried = []
    for value in compiled.trials[place]:
        given[place + 1] = value
        tried.append((value, compiled.judge(*given)))
    return tried


def _weight(verdict: Verdict) -> tuple[Any, ...]:
    return verdict.section_47, verdict.level, RANKED.index(verdict.rag), verdict.must_be_seen_today


def _describe(place: int, others: tuple[Setting, ...], before: Verdict, after: Verdict, tried: Tried) -> Missing:
    more = (f"{NAMES[each].replace('_', ' ')} is {_say_value(FACTS[NAMES[each]], value)}" for each, value in others)
    pairs = zip(Verdict._fields, before.answer, after.answer, strict=False)
    return Missing(
        fact=NAMES[place],
        could_be=" and ".join((_say_values(FACTS[NAMES[place]], after, tried), *more)),
        then=_say_answer(after),
        changes=tuple(name for name, was, now in pairs if was != now),
        together_with=tuple(NAMES[each] for each, _value in others),
    )


def _say_values(fact: Fact, after: Verdict, tried: Tried) -> str:
    """The values that lead to an answer: of a count, the first whole span of them; of a code, the first."""
    places = [place for place, (_value, each) in enumerate(tried) if each.answer == after.answer]
    first = places[0]
    if not isinstance(fact, CountFact):
        return _say_value(fact, tried[first][0])
    last = next(place for place in range(first, len(tried)) if place + 1 not in places)
    end = tried[last + 1][0] if last + 1 < len(tried) else None
    return _say_span(tried[first][0], end, fact.unit)


def _say_value(fact: Fact, value: Any) -> str:
    match fact:
        case YesNoFact():
            return "yes" if value else "no"
        case CodeFact():
            return fact.codes[value]
        case CountFact():
            return f"{value} {fact.unit}"


def _say_span(start: int, end: int | None, unit: str) -> str:
    if end is None:
        return f"at least {start} {unit}"
    return f"below {end} {unit}" if start == 0 else f"from {start} to {end - 1} {unit}"


def _say_answer(verdict: Verdict) -> str:
    words = f"level {verdict.level}, {verdict.route.replace('_', ' ')}, {verdict.rag}"
    return words + (", section 47" if verdict.section_47 else "")
