"""Reads what a rule may ask: from the nodes under `when` to conditions, refusing whatever could never mean anything."""

from collections.abc import Callable
from typing import Any

from rules.conditions import LEVEL, OPERATORS, All, Always, AnyOf, AtLeast, Compare, Condition, NoneOf, Seen
from rules.document import Node
from rules.durations import read_duration
from rules.facts import NEVER, NEVER_WORD, CodeFact, CountFact, Fact, YesNoFact
from rules.vocabulary import ABOUT, SECTIONS, Indicator, Vocabulary
from rules.wording import say_comparison, say_level

# Equality Act 2010, and where a family happens to live: no rule may tell people apart by these.
FORBIDDEN = ("ethnicity", "sex", "religion", "district")
JOINS: dict[str, type[All] | type[AnyOf] | type[NoneOf]] = {"all": All, "any": AnyOf, "none": NoneOf}
ALIASES = {"age": "age_days"}  # how a person would put it
MOST_PARTS = 50
OF_INDICATORS = ("level", "section", "domain", "about", "codes", "count", "domains")


class Reader:
    """Reads conditions in the words of one policy."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.facts = vocabulary, vocabulary.facts

    def read_when(self, node: Node) -> Condition:
        """The condition of one rule: `always`, or a mapping whose entries must all hold."""
        if not node.is_mapping() and node.value() == "always":
            return Always()
        return self.read_condition(node)

    def read_condition(self, node: Node) -> Condition:
        """The condition that a mapping states. PolicyError with the place of what cannot be read."""
        parts = tuple(self._read_entry(key, name, value) for key, name, value in node.entries())
        return parts[0] if len(parts) == 1 else All(parts)

    def _read_entry(self, key: Node, name: str, value: Node) -> Condition:
        if name in FORBIDDEN:
            raise key.fault(f"a policy may not look at {name}. Take this condition out.")
        if name in JOINS:
            return JOINS[name](tuple(self.read_condition(each) for each in _few(value)))
        if name in self._leaves:
            return self._leaves[name](value)
        fact = ALIASES.get(name, name)
        if fact not in self.facts:
            names = ", ".join((*JOINS, *self._leaves, *ALIASES, *self.facts))
            raise key.fault(f"there is no fact {name!r}. Use one of: {names}.")
        return _read_fact(fact, self.facts[fact], value)

    @property
    def _leaves(self) -> dict[str, Callable[[Node], Condition]]:
        return {
            "at_least": self._read_at_least,
            "indicator": self._read_indicator,
            "indicators": self._read_indicators,
            LEVEL: _read_level,
        }

    def _read_at_least(self, node: Node) -> AtLeast:
        asked = node.children(("count", "of"), ("count", "of"))
        parts = tuple(self.read_condition(each) for each in _few(asked["of"]))
        return AtLeast(asked["count"].whole(1, len(parts)), parts)

    def _read_indicator(self, node: Node) -> Seen:
        code = self._read_code(node)
        return Seen(frozenset({code}), says=f"“{self.vocabulary.indicators[code].words}” is seen")

    def _read_code(self, node: Node) -> str:
        code = node.value()
        if not isinstance(code, str) or code not in self.vocabulary.indicators:
            raise node.fault(f"there is no indicator {code!r}. Use a code that stands under indicators.")
        return code

    def _read_indicators(self, node: Node) -> Seen:
        """Indicators of some kind: at least `count` of them (one unless said), in `domains` or more domains."""
        asked = node.children(OF_INDICATORS)
        kind = self._read_kind(asked)
        if not kind:
            raise node.fault("say which indicators: give a level, section, domain, about or codes.")
        codes = frozenset(each.code for each in self.vocabulary.indicators.values() if _fits(each, kind))
        count = asked["count"].whole(1) if "count" in asked else 1
        domains = asked["domains"].whole(1, len(self.vocabulary.domains)) if "domains" in asked else 1
        if len(codes) < count:
            raise node.fault(f"this can never hold: there are {len(codes)} such indicators. Ask for fewer.")
        if len(self.vocabulary.domains_of(codes)) < domains:
            raise node.fault("this can never hold: such indicators lie in fewer domains. Ask for fewer.")
        return Seen(codes, count, domains, self._say_seen(kind, count, domains))

    def _read_kind(self, asked: dict[str, Node]) -> dict[str, Any]:
        read: dict[str, Callable[[Node], Any]] = {
            "level": lambda node: node.whole(1, 4),
            "section": lambda node: node.one_of(SECTIONS),
            "domain": lambda node: node.one_of(self.vocabulary.domains),
            "about": lambda node: node.one_of(ABOUT),
            "codes": lambda node: frozenset(map(self._read_code, node.items())),
        }
        return {key: read[key](asked[key]) for key in read if key in asked}

    def _say_seen(self, kind: dict[str, Any], count: int, domains: int) -> str:
        words = self.vocabulary
        said = [f"level {kind['level']}"] if "level" in kind else []
        said += [SECTIONS[kind["section"]]] if "section" in kind else []
        said += [words.domains[kind["domain"]].lower()] if "domain" in kind else []
        many = f"{_article(said)} indicator" if count == 1 else f"{count} or more {' '.join((*said, 'indicators'))}"
        many += f" about the {kind['about']}" if "about" in kind else ""
        if "codes" in kind:
            many += f" of {', '.join(sorted(f'“{words.indicators[code].words}”' for code in kind['codes']))}"
        seen = f"{many} {'is' if count == 1 else 'are'} seen"
        return seen if domains == 1 else f"{seen}, in {domains} or more domains"


def _article(said: list[str]) -> str:
    return f"a {' '.join(said)}" if said else "an"


def _fits(indicator: Indicator, kind: dict[str, Any]) -> bool:
    return (
        kind.get("level") in (None, indicator.usual_level)
        and kind.get("section") in (None, indicator.section)
        and kind.get("about") in (None, indicator.about)
        and ("domain" not in kind or kind["domain"] in indicator.domains)
        and ("codes" not in kind or indicator.code in kind["codes"])
    )


def _read_level(node: Node) -> Compare:
    operator, value = _read_operator(node)
    wanted = _each(value, operator, lambda each: each.whole(1, 4))
    return Compare(LEVEL, operator, wanted, say_level(operator, wanted))


def _read_fact(name: str, fact: Fact, node: Node) -> Compare:
    operator, value = _read_operator(node)
    wanted = _read_wanted(fact, operator, value)
    return Compare(name, operator, wanted, say_comparison(fact, operator, wanted))


def _read_wanted(fact: Fact, operator: str, node: Node) -> Any:
    match fact:
        case YesNoFact():
            _refuse_operator(node, operator, ("is",))
            return node.yes_no()
        case CodeFact():
            _refuse_operator(node, operator, ("is", "in"))
            codes = [code for code in fact.codes if code != fact.unknown]
            return _each(node, operator, lambda each: each.one_of(codes))
        case CountFact():
            least = 1 if operator == "below" else 0  # nothing is below nought
            return _each(node, operator, lambda each: _read_count(fact, each, least))


def _read_count(fact: CountFact, node: Node, least: int) -> int:
    value = node.value()
    if fact.may_be_never and value == NEVER_WORD and least == 0:
        return NEVER
    days = read_duration(value) if isinstance(value, str) and fact.unit == "days" else None
    if isinstance(value, str) and fact.unit == "days" and days is None:
        raise node.fault(f"a whole number of days, or a length of time like 6 months, is wanted here, not {value!r}.")
    return days if days is not None else node.whole(least, NEVER - 1)


def _read_operator(node: Node) -> tuple[str, Node]:
    if node.is_list():
        return "in", node
    if not node.is_mapping():
        return "is", node
    entries = node.entries()
    key, operator, value = entries[0]
    if operator not in OPERATORS or len(entries) > 1:
        raise key.fault(f"a comparison is one of: {', '.join(OPERATORS)}. Join two with all.")
    return operator, value


def _refuse_operator(node: Node, operator: str, allowed: tuple[str, ...]) -> None:
    if operator not in allowed:
        raise node.fault(f"this fact has no order, so {operator!r} means nothing. Use: {', '.join(allowed)}.")


def _each(node: Node, operator: str, read: Any) -> Any:
    return tuple(read(each) for each in _few(node)) if operator == "in" else read(node)


def _few(node: Node) -> list[Node]:
    """The entries of a list that a person can still read."""
    items = node.items()
    if len(items) > MOST_PARTS:
        raise node.fault(f"this list has {len(items)} entries; {MOST_PARTS} are the most. Take it apart.")
    return items
