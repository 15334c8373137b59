"""Reads what a rule may ask: from the nodes under `when` to conditions, refusing whatever could never mean anything."""

from typing import Any

from rules.conditions import LEVEL, OPERATORS, All, Always, AnyOf, Compare, Condition, NoneOf, Seen
from rules.document import Node
from rules.facts import FACTS, CodeFact, CountFact, Fact, YesNoFact
from rules.indicators import DOMAINS, INDICATORS, Indicator

# Equality Act 2010, and where a family happens to live: no rule may tell people apart by these.
FORBIDDEN = ("ethnicity", "sex", "religion", "district")
SECTIONS = {"s47": "section 47", "s17": "section 17"}
JOINS: dict[str, type[All] | type[AnyOf] | type[NoneOf]] = {"all": All, "any": AnyOf, "none": NoneOf}


def read_when(node: Node) -> Condition:
    """The condition of one rule: `always`, or a mapping whose entries must all hold."""
    if not node.is_mapping() and node.value() == "always":
        return Always()
    return read_condition(node)


def read_condition(node: Node) -> Condition:
    """The condition that a mapping states. PolicyError with the place of what cannot be read."""
    parts = tuple(_read_entry(key, name, value) for key, name, value in node.entries())
    return parts[0] if len(parts) == 1 else All(parts)


def _read_entry(key: Node, name: str, value: Node) -> Condition:
    if name in FORBIDDEN:
        raise key.fault(f"a policy may not look at {name}. Take this condition out.")
    if name in JOINS:
        return JOINS[name](tuple(read_condition(each) for each in value.items()))
    if name == "indicator":
        return _read_indicator(value)
    if name == "indicators":
        return _read_indicators(value)
    if name == LEVEL:
        return _read_level(value)
    if name not in FACTS:
        names = ", ".join((*JOINS, "indicator", "indicators", LEVEL, *FACTS))
        raise key.fault(f"there is no fact {name!r}. Use one of: {names}.")
    return _read_fact(name, FACTS[name], value)


def _read_indicator(node: Node) -> Seen:
    code = node.value()
    if not isinstance(code, str) or code not in INDICATORS:
        raise node.fault(f"there is no indicator {code!r}. Use a code from rules/indicators.csv.")
    return Seen(frozenset({code}), f"“{INDICATORS[code].words}” is seen")


def _read_indicators(node: Node) -> Seen:
    """Indicators of a level or section: at least `count` of them (one unless said), in `domains` or more domains."""
    asked = node.children(("level", "section", "count", "domains"))
    level = asked["level"].whole(1, 4) if "level" in asked else None
    section = asked["section"].one_of(SECTIONS) if "section" in asked else None
    if level is None and section is None:
        raise node.fault("say which indicators: give a level or a section.")
    codes = frozenset(each.code for each in INDICATORS.values() if _fits(each, level, section))
    count = asked["count"].whole(1) if "count" in asked else 1
    domains = asked["domains"].whole(1, len(DOMAINS)) if "domains" in asked else 1
    if len(codes) < count:
        raise node.fault(f"this can never hold: there are {len(codes)} such indicators. Ask for fewer.")
    return Seen(codes, _say_seen(level, section, count, domains), count, domains)


def _fits(indicator: Indicator, level: int | None, section: str | None) -> bool:
    return level in (None, indicator.usual_level) and section in (None, indicator.section)


def _say_seen(level: int | None, section: str | None, count: int, domains: int) -> str:
    kind = " ".join(filter(None, (level and f"level {level}", section and SECTIONS[section])))
    many = f"a {kind} indicator is seen" if count == 1 else f"{count} or more {kind} indicators are seen"
    return many if domains == 1 else f"{many}, in {domains} or more domains"


def _read_level(node: Node) -> Compare:
    operator, value = _read_operator(node)
    return Compare(LEVEL, operator, _each(value, operator, lambda each: each.whole(1, 4)))


def _read_fact(name: str, fact: Fact, node: Node) -> Compare:
    operator, value = _read_operator(node)
    match fact:
        case YesNoFact():
            _refuse_operator(value, operator, ("is",))
            return Compare(name, operator, value.yes_no())
        case CodeFact():
            _refuse_operator(value, operator, ("is", "in"))
            codes = [code for code in fact.codes if code != fact.unknown]
            return Compare(name, operator, _each(value, operator, lambda each: each.one_of(codes)))
        case CountFact():
            least = 1 if operator == "below" else 0  # nothing is below nought
            return Compare(name, operator, _each(value, operator, lambda each: each.whole(least)))


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
    return tuple(read(each) for each in node.items()) if operator == "in" else read(node)
