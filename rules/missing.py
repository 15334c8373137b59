"""What is not known and could change the answer: found by asking the policy again, not from a list."""

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from rules.answer import Missing
from rules.facts import FACTS, NAMES, CodeFact, CountFact, Fact, Facts, YesNoFact
from rules.outlines import Outlines
from rules.policy import NoAnswer, Policy, Verdict
from rules.wording import say_count

Setting = tuple[str, Any]  # a fact, and a value that it might have
Tried = list[tuple[Any, Verdict]]


class _Supposed:
    """Somebody like `facts`, of whom anything may be supposed."""

    __slots__ = ("indicators", *NAMES)

    def __init__(self, facts: "Facts | _Supposed") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(facts, name))


def find_missing(policy: Policy, outlines: Outlines, facts: Facts, verdict: Verdict) -> tuple[Missing, ...]:
    """The unknown facts that could change the verdict about `facts`, alone or together with others.

    In the order of FACTS. Each comes with the value that leads furthest.
    """
    search = _Search(policy, outlines, facts, verdict)
    return tuple(each for each in map(search.find_one, search.asked) if each)


class _Search:
    """The facts that are not known, and what the policy says where they are supposed."""

    def __init__(self, policy: Policy, outlines: Outlines, facts: Facts, verdict: Verdict) -> None:
        self.facts, self.verdict = facts, verdict
        self.judge, self.trials = outlines.judge, dict(zip(NAMES, outlines.trials, strict=True))
        self.known = policy.vocabulary.facts
        self.asked = self._list_askable(outlines)

    def _list_askable(self, outlines: Outlines) -> tuple[str, ...]:
        """Those worth asking of such a person that may still tip a rule."""
        blank = _Supposed(self.facts)
        for name, fact in FACTS.items():
            if isinstance(fact, CodeFact) and fact.unasked and getattr(blank, name) == fact.unasked:
                setattr(blank, name, None)
        bits = outlines.undetermined(blank)
        return tuple(
            name
            for place, name in enumerate(NAMES)
            if bits >> place & 1 and _is_unknown(name, blank) and self.facts.kind in FACTS[name].asked_of
        )

    def find_one(self, name: str) -> Missing | None:
        """The shortest way in which knowing this fact changes the answer, or None where there is none."""
        for others in self._settings(name):
            given = _Supposed(self.facts)
            for other, value in others:
                setattr(given, other, value)
            try:
                before = self.judge(given) if others else self.verdict
                tried = self._try_each(given, name)
            except NoAnswer:  # a gap of the policy: `triage policy prove` is who tells of it
                continue
            changed = [after for _value, after in tried if after != before]
            if changed:
                after = max(changed, key=lambda each: each.weight)
                return self._describe(name, others, before, after, tried)
        return None

    def _settings(self, name: str) -> Iterator[tuple[Setting, ...]]:
        """Every way in which some of the other unknown facts could be: none of them first, then one, two, and so on."""
        rest = [each for each in self.asked if each != name]
        for size in range(len(rest) + 1):
            for chosen in combinations(rest, size):
                for values in product(*(self.trials[each] for each in chosen)):
                    yield tuple(zip(chosen, values, strict=True))

    def _try_each(self, given: _Supposed, name: str) -> Tried:
        tried = []
        for value in self.trials[name]:
            setattr(given, name, value)
            tried.append((value, self.judge(given)))
        return tried

    def _describe(
        self, name: str, others: tuple[Setting, ...], before: Verdict, after: Verdict, tried: Tried
    ) -> Missing:
        more = (f"{each.replace('_', ' ')} is {_say_value(self.known[each], value)}" for each, value in others)
        pairs = zip(Verdict._fields, before, after, strict=True)
        return Missing(
            fact=name,
            could_be=" and ".join((_say_values(self.known[name], after, tried), *more)),
            then=say_answer(after),
            changes=tuple(part for part, was, now in pairs if was != now),
            together_with=tuple(each for each, _value in others),
        )


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


def say_answer(verdict: Verdict) -> str:
    """An answer in a few words: "level 3, early help, amber"."""
    words = f"level {verdict.level}, {verdict.route.replace('_', ' ')}, {verdict.rag}"
    return words + (", section 47" if verdict.section_47 else "")
