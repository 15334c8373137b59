"""A policy's conditions as zen-engine and rule-engine both write them, and what those ask about one person.

Neither knows sets: how many indicators of each kind were seen is worked out for them beforehand.
"""

import json
from collections.abc import Iterable
from itertools import combinations
from typing import Any

from rules.conditions import LEVEL, All, Always, AnyOf, AtLeast, Compare, Condition, NoneOf, Seen, facts_of, walk
from rules.facts import CodeFact, Facts
from rules.policy import Policy

SYMBOLS = {"is": ("==", "!="), "below": ("<", ">="), "at_least": (">=", "<")}


class Writer:
    """Writes the conditions of one policy. `level` is what the level reached is called."""

    def __init__(self, policy: Policy, level: str = LEVEL) -> None:
        self.vocabulary, self.level = policy.vocabulary, level
        parts = [part for rule in policy.rules for part in walk(rule.when)]
        kinds = dict.fromkeys(part.codes for part in parts if isinstance(part, Seen))
        self.seen = {codes: f"seen_{place}" for place, codes in enumerate(kinds)}
        self.spread = {part.codes for part in parts if isinstance(part, Seen) and part.domains > 1}
        self.names = sorted(frozenset[str]().union(*map(facts_of, parts)))

    def read(self, facts: Facts) -> dict[str, Any]:
        """What the conditions ask about one person, the level apart."""
        found = {codes: codes & facts.indicators for codes in self.seen}
        inputs = {name: getattr(facts, name) for name in self.names}
        inputs |= {name: len(found[codes]) for codes, name in self.seen.items()}
        return inputs | {
            f"{self.seen[codes]}_domains": len(self.vocabulary.domains_of(found[codes])) for codes in self.spread
        }

    def write(self, condition: Condition, wanted: bool = True) -> str:
        """An expression that is true exactly when the condition is known to hold or, not `wanted`, to fail."""
        match condition:
            case Always():
                return json.dumps(wanted)
            case Seen():
                return self._write_seen(condition, wanted)
            case Compare():
                return self._write_compare(condition, wanted)
            case All():
                return self._join(condition.parts, wanted, "and" if wanted else "or")
            case AnyOf():
                return self._join(condition.parts, wanted, "or" if wanted else "and")
            case NoneOf():
                return self._join(condition.parts, not wanted, "and" if wanted else "or")
            case AtLeast(count=count, parts=parts):
                size = count if wanted else len(parts) - count + 1
                return _bracket("or", (self._join(some, wanted, "and") for some in combinations(parts, size)))

    def _join(self, parts: Iterable[Condition], wanted: bool, word: str) -> str:
        return _bracket(word, (self.write(part, wanted) for part in parts))

    def _write_seen(self, asked: Seen, wanted: bool) -> str:
        name, symbol = self.seen[asked.codes], SYMBOLS["at_least"][not wanted]
        enough = f"{name} {symbol} {asked.count}"
        if asked.domains == 1:
            return enough
        return _bracket("and" if wanted else "or", (enough, f"{name}_domains {symbol} {asked.domains}"))

    def _write_compare(self, asked: Compare, wanted: bool) -> str:
        if asked.fact == LEVEL:
            return _write_test(self.level, asked, wanted)
        fact, test = self.vocabulary.facts[asked.fact], _write_test(asked.fact, asked, wanted)
        if isinstance(asked.wanted, bool) or not fact.may_be_unknown:
            return test
        unknown = fact.unknown if isinstance(fact, CodeFact) else None
        return f"({asked.fact} != {json.dumps(unknown)} and {test})"


def _write_test(name: str, asked: Compare, wanted: bool) -> str:
    if isinstance(asked.wanted, bool):  # of what is not known, neither is so
        return f"{name} == {json.dumps(asked.wanted is wanted)}"
    if asked.operator == "in":
        return f"{'' if wanted else 'not '}({name} in {json.dumps(asked.values)})"
    return f"{name} {SYMBOLS[asked.operator][not wanted]} {json.dumps(asked.wanted)}"


def _bracket(word: str, parts: Iterable[str]) -> str:
    return f"({f' {word} '.join(parts)})"
