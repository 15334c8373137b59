"""Why a rule fired: the smallest parts of it that hold, in plain words and with their values."""

from collections.abc import Iterator

from rules.answer import Reason
from rules.conditions import LEVEL, All, Always, AnyOf, AtLeast, Compare, Condition, Seen, facts_of, say
from rules.facts import FACTS, CountFact, Facts
from rules.interpret import truth
from rules.policy import Policy, Rule
from rules.vocabulary import Vocabulary

MOST_FOUND = 5_000  # sets of indicators remembered for one rule and outline


class Reasoning:
    """What is the same whenever a rule fires for people of one outline; `about` says it of one of them."""

    __slots__ = ("_clauses", "_codes", "_counts", "_ready", "_rule", "_values", "_vocabulary")

    def __init__(
        self, vocabulary: Vocabulary, rule: Rule, witnesses: list[Condition], facts: Facts, level: int
    ) -> None:
        self._vocabulary, self._rule = vocabulary, rule
        seen = [part for part in witnesses if isinstance(part, Seen)]
        self._codes = frozenset[str]().union(*(part.codes for part in seen))
        self._clauses = tuple(dict.fromkeys(say(part) for part in witnesses if not isinstance(part, Seen)))
        names = sorted({name for part in witnesses if not isinstance(part, Seen) for name in facts_of(part)})
        asks_level = any(isinstance(part, Compare) and part.fact == LEVEL for part in witnesses)
        self._values = ((LEVEL, level),) if asks_level else ()
        # A number differs between people of one outline; whatever else a rule looks at does not.
        self._counts = tuple(name for name in names if isinstance(FACTS[name], CountFact))
        self._values += tuple((name, getattr(facts, name)) for name in names if name not in self._counts)
        self._ready: dict[frozenset[str], Reason] = {}

    @classmethod
    def of(cls, policy: Policy, rule: Rule, facts: Facts, level: int) -> "Reasoning":
        """Why `rule`, which fired, did so for people like this one."""
        return cls(policy.vocabulary, rule, list(_witnesses(policy.vocabulary, rule.when, facts, level)), facts, level)

    def about(self, facts: Facts) -> Reason:
        """The reason, with this person's values."""
        found = self._codes & facts.indicators
        reason = self._ready.get(found) or self._say(found)
        if not self._counts:
            return reason
        counted = tuple([(name, getattr(facts, name)) for name in self._counts])
        return reason._replace(values=reason.values + counted)

    def _say(self, found: frozenset[str]) -> Reason:
        indicators = self._vocabulary.indicators
        words = tuple(sorted(indicators[code].words for code in found))
        values = ((("indicators", tuple(sorted(found))),) if found else ()) + self._values
        because = self._rule.because
        reason = Reason(self._rule.id, because.says, because.paragraph, words + self._clauses, values)
        if len(self._ready) < MOST_FOUND:
            self._ready[found] = reason
        return reason


def _witnesses(vocabulary: Vocabulary, condition: Condition, facts: Facts, level: int) -> Iterator[Condition]:
    """The smallest parts of a condition that holds which make it hold."""
    match condition:
        case All():
            for part in condition.parts:
                yield from _witnesses(vocabulary, part, facts, level)
        case AnyOf() | AtLeast():
            for part in condition.parts:
                if truth(vocabulary, part, facts, level):
                    yield from _witnesses(vocabulary, part, facts, level)
        case Always():
            pass
        case _:
            yield condition
