"""Conditions as Python expressions over the facts, `f`.

A rule fires only where it holds for certain, so each condition is written twice over: as an expression that is true
exactly when the condition holds, and as one that is true exactly when it fails. Where neither is, it is not known.
Sets of indicators are constants: their names stand in the expressions, and what they are in `Writer.sets`.
"""

from collections.abc import Iterable, Mapping

from rules.conditions import All, Always, AnyOf, AtLeast, Compare, Condition, NoneOf, Seen, facts_of
from rules.facts import FACTS, NAMES, CodeFact
from rules.vocabulary import Vocabulary

_PLACE = {name: place for place, name in enumerate(NAMES)}


class Writer:
    """Writes conditions as expressions, where the level lies from what is called `low` to what is called `high`.

    Several writers may share `sets`: the names of the sets of indicators, by what they are.
    """

    def __init__(self, vocabulary: Vocabulary, sets: dict[frozenset[str], str], *, low: str, high: str) -> None:
        self.vocabulary, self.sets, self.low, self.high = vocabulary, sets, low, high

    def holds(self, condition: Condition) -> str:
        """An expression that is true exactly when the condition is known to hold."""
        return self._write(condition, True)

    def fails(self, condition: Condition) -> str:
        """An expression that is true exactly when the condition is known not to hold."""
        return self._write(condition, False)

    def _write(self, condition: Condition, wanted: bool) -> str:
        match condition:
            case Always():
                return str(wanted)
            case Seen():
                return self._seen(condition) if wanted else f"(not {self._seen(condition)})"
            case Compare(fact="level"):
                return self._level(condition, wanted)
            case Compare():
                return _compare(condition, wanted)
            case All():
                return join("and" if wanted else "or", (self._write(part, wanted) for part in condition.parts))
            case AnyOf():
                return join("or" if wanted else "and", (self._write(part, wanted) for part in condition.parts))
            case NoneOf():
                return join("and" if wanted else "or", (self._write(part, not wanted) for part in condition.parts))
            case AtLeast():
                return self._at_least(condition, wanted)

    def _at_least(self, asked: AtLeast, wanted: bool) -> str:
        """So many hold; or so many fail that too few are left."""
        size = asked.count if wanted else len(asked.parts) - asked.count + 1
        return f"({' + '.join(f'({self._write(part, wanted)})' for part in asked.parts)} >= {size})"

    def _seen(self, asked: Seen) -> str:
        if asked.count == asked.domains == 1:
            return self._any_of(asked.codes)
        enough = f"len(f.indicators & {self._name(asked.codes)}) >= {asked.count}"
        if asked.domains == 1:
            return f"({enough})"
        places = (frozenset(c for c in asked.codes if d in self._domains(c)) for d in self.vocabulary.domains)
        return f"({enough} and {' + '.join(self._any_of(place) for place in places if place)} >= {asked.domains})"

    def _domains(self, code: str) -> frozenset[str]:
        return self.vocabulary.indicators[code].domains

    def _any_of(self, codes: frozenset[str]) -> str:
        return f"(not f.indicators.isdisjoint({self._name(codes)}))"

    def _name(self, codes: frozenset[str]) -> str:
        return self.sets.setdefault(codes, f"SET_{len(self.sets)}")

    def _level(self, asked: Compare, wanted: bool) -> str:
        low, high = self.low, self.high
        if asked.operator in ("at_least", "below"):
            above = (asked.operator == "at_least") is wanted
            return f"({low} >= {asked.wanted})" if above else f"({high} < {asked.wanted})"
        if low == high:
            return f"({low} {'in' if wanted else 'not in'} {asked.values!r})"
        if wanted:
            return f"({low} == {high} and {low} in {asked.values!r})"
        return join("and", (f"not {low} <= {each} <= {high}" for each in asked.values))


def _compare(asked: Compare, wanted: bool) -> str:
    test, fact = _test(asked, wanted), FACTS[asked.fact]
    # Nothing is equal to None, so only an order and a denial must ask whether there is a value at all.
    if wanted and asked.operator in ("is", "in"):
        return f"({test})"
    if isinstance(fact, CodeFact) and fact.unknown:
        return f"(f.{asked.fact} != {fact.unknown!r} and {test})"
    known = f"f.{asked.fact} is not None and "
    return f"({known if fact.may_be_unknown and not isinstance(asked.wanted, bool) else ''}{test})"


def _test(asked: Compare, wanted: bool) -> str:
    name, value = f"f.{asked.fact}", asked.wanted
    if isinstance(value, bool):
        return f"{name} is {value is wanted}"
    symbols = {"is": ("==", "!="), "in": ("in", "not in"), "below": ("<", ">="), "at_least": (">=", "<")}
    return f"{name} {symbols[asked.operator][not wanted]} {value!r}"


def join(word: str, parts: Iterable[str]) -> str:
    """The parts joined, in brackets; one alone needs none."""
    written = list(parts)
    return written[0] if len(written) == 1 else f"({f' {word} '.join(written)})"


def asks_for(condition: Condition) -> int:
    """A bit for each of FACTS (in their order) that a condition asks for and that may be unknown."""
    return sum(1 << _PLACE[name] for name in facts_of(condition) if FACTS[name].may_be_unknown)


def constants(sets: Mapping[frozenset[str], str]) -> dict[str, frozenset[str]]:
    """What the names of sets stand for."""
    return {name: codes for codes, name in sets.items()}
