"""What is not known and could change the answer: found by asking the policy again, not from a list."""

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import Any

from rules.answer import Missing
from rules.facts import FACTS, NAMES, CodeFact, CountFact, Fact, Facts, YesNoFact
from rules.outlines import Outlines
from rules.policy import NoAnswer, Policy, Verdict
from rules.wording import say_answer, say_count

Setting = tuple[str, Any]  # a fact, and a value that it might have
Tried = list[tuple[Any, Verdict]]
MOST_TOLD = 5_000  # ways in which an answer could change remembered for one policy
_UNASKED = {name: fact.unasked for name, fact in FACTS.items() if isinstance(fact, CodeFact) and fact.unasked}


class _Supposed:
    """Somebody of whom anything may be supposed."""

    __slots__ = ("indicators", *NAMES)


class Search:
    """Asks one policy again what it would say if more were known, and remembers how it told of what came of it."""

    def __init__(self, policy: Policy, outlines: Outlines) -> None:
        self.outlines, self.judge = outlines, outlines.judge_supposed
        self.known = policy.vocabulary.facts
        self.told: dict[tuple[Any, ...], Missing] = {}

    def find(self, facts: Facts, verdict: Verdict) -> tuple[Missing, ...]:
        """The unknown facts that could change the verdict about `facts`, alone or together with others.

        In the order of FACTS. Each comes with the value that leads furthest.
        """
        given = self.outlines.suppose(facts, _Supposed())
        asked = self._list_askable(given)
        if not asked:
            return ()
        _reset(given, facts, _UNASKED)
        found = (self._find_one(name, asked, given, facts, verdict) for name in asked)
        return tuple([each for each in found if each])

    def _list_askable(self, given: _Supposed) -> list[str]:
        """Those worth asking of such a person that may still tip a rule. What nobody has asked yet becomes None."""
        for name, unasked in _UNASKED.items():
            if getattr(given, name) == unasked:
                setattr(given, name, None)
        bits = self.outlines.undetermined(given)
        names = [name for place, name in enumerate(NAMES) if bits >> place & 1] if bits else ()
        return [name for name in names if _is_unknown(name, given) and given.kind in FACTS[name].asked_of]

    def _find_one(
        self, name: str, asked: list[str], given: _Supposed, facts: Facts, verdict: Verdict
    ) -> Missing | None:
        """The shortest way in which knowing this fact changes the answer, or None where there is none."""
        for others in self._settings([each for each in asked if each != name]):
            for other, value in others:
                setattr(given, other, value)
            try:
                before = self.judge(given) if others else verdict
                after = self._try_each(given, name)
            except NoAnswer:  # a gap of the policy: `triage policy prove` is who tells of it
                continue
            finally:
                _reset(given, facts, (name, *(other for other, _value in others)))
            if after.count(before) < len(after):
                return self._tell(name, others, before, after)
        return None

    def _settings(self, rest: list[str]) -> Iterator[tuple[Setting, ...]]:
        """Every way in which some of the other unknown facts could be: none of them first, then one, two, and so on."""
        yield ()
        for size in range(1, len(rest) + 1):
            for chosen in combinations(rest, size):
                for values in product(*(self.outlines.trials[each] for each in chosen)):
                    yield tuple(zip(chosen, values, strict=True))

    def _try_each(self, given: _Supposed, name: str) -> tuple[Verdict, ...]:
        after = []
        for value in self.outlines.trials[name]:
            setattr(given, name, value)
            after.append(self.judge(given))
        return tuple(after)

    def _tell(self, name: str, others: tuple[Setting, ...], before: Verdict, after: tuple[Verdict, ...]) -> Missing:
        key = name, others, before, after
        found = self.told.get(key)
        if not found:
            if len(self.told) >= MOST_TOLD:
                self.told.clear()
            self.told[key] = found = self._describe(*key)
        return found

    def _describe(self, name: str, others: tuple[Setting, ...], before: Verdict, after: tuple[Verdict, ...]) -> Missing:
        furthest = max((each for each in after if each != before), key=lambda each: each.weight)
        tried = list(zip(self.outlines.trials[name], after, strict=True))
        more = (f"{each.replace('_', ' ')} is {_say_value(self.known[each], value)}" for each, value in others)
        pairs = zip(Verdict._fields, before, furthest, strict=True)
        return Missing(
            fact=name,
            could_be=" and ".join((_say_values(self.known[name], furthest, tried), *more)),
            then=say_answer(furthest),
            changes=tuple(part for part, was, now in pairs if was != now),
            together_with=tuple(each for each, _value in others),
        )


def _reset(given: _Supposed, facts: Facts, names: Iterable[str]) -> None:
    for name in names:
        setattr(given, name, getattr(facts, name))


def _is_unknown(name: str, blank: _Supposed) -> bool:
    value, fact = getattr(blank, name), FACTS[name]
    return value is None or (isinstance(fact, CodeFact) and value == fact.unknown)


def _say_values(fact: Fact, after: Verdict, tried: Tried) -> str:
    """The values that lead to an answer: of a count, the first whole span of them; of a code, the first."""
    places = [place for place, (_value, each) in enumerate(tried) if each == after]
    first = places[0]
    if not isinstance(fact, CountFact):
        return _say_value(fact, tried[first][0])
    last = next(place for place in range(first, len(tried)) if place + 1 not in places)
    end = tried[last + 1][0] if last + 1 < len(tried) else None
    return _say_span(fact, tried[first][0], end)


def _say_value(fact: Fact, value: Any) -> str:
    match fact:
        case YesNoFact():
            return "yes" if value else "no"
        case CodeFact():
            return fact.codes[value]
        case CountFact():
            return say_count(fact, value)


def _say_span(fact: CountFact, start: int, end: int | None) -> str:
    if end is None:
        return f"at least {say_count(fact, start)}"
    below = f"below {say_count(fact, end)}"
    return below if start == 0 else f"at least {say_count(fact, start)} and {below}"
