"""What a policy can tell of somebody, and what it turns on: written as functions and compiled, like the decision.

Whoever has the same outline gets the same answer, why-nots and missing facts, so those are worked out once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from rules.compiler import compile_policy, indent, run_source, write_function
from rules.conditions import AnyOf, AtLeast, Compare, Condition, Seen, facts_of, names_level, requirements, walk
from rules.expressions import Writer, asks_for, constants
from rules.facts import FACTS, NAMES, CodeFact, CountFact, YesNoFact
from rules.policy import FIRST, LEVELS, RANKED, Policy, Rule, Verdict


@dataclass(frozen=True, slots=True)
class Outlines:
    """Functions of a policy, of anything that has the attributes of Facts.

    `judge` is for Facts; `judge_supposed` is the same for another class, and `suppose` copies the facts to one of that.
    `outline` is what the policy can tell of somebody. `weigh` takes the level too, and gives two sets of bits, one for
    each of `requirements` (all that the rules ask for, once each): those that do not hold, and those of them that are
    not known. `grounds` takes the level too, and gives a tuple for each rule that holds: its place in the policy, and
    what its reasons turn on beside indicators and counts. `undetermined` gives a bit for each of FACTS (in their order)
    on which the answer may still hang: there, None stands for what nobody has asked yet. `trials` are, for each of
    FACTS, the values worth trying, in their order.
    """

    judge: Callable[[Any], Verdict]
    judge_supposed: Callable[[Any], Verdict]
    suppose: Callable[[Any, Any], Any]
    outline: Callable[[Any], tuple[Any, ...]]
    weigh: Callable[[Any, int], tuple[int, int]]
    grounds: Callable[[Any, int], list[tuple[Any, ...]]]
    undetermined: Callable[[Any], int]
    requirements: tuple[Condition, ...]
    trials: Mapping[str, tuple[Any, ...]]


@lru_cache(maxsize=64)
def outlines_of(policy: Policy) -> Outlines:
    """The functions of a policy."""
    whens = [rule.when for rule in policy.rules]
    asked = tuple(dict.fromkeys(part for when in whens for part in requirements(when)))
    parts = [part for when in whens for part in walk(when)]
    sets: dict[frozenset[str], str] = {}
    known = Writer(policy.vocabulary, sets, low="level", high="level")
    span = Writer(policy.vocabulary, sets, low="low", high="high")
    source = (
        write_function("outline", ("f",), _write_outline(policy, parts, known))
        + write_function("weigh", ("f", "level"), _write_weigh(asked, known))
        + write_function("grounds", ("f", "level"), _write_grounds(policy, known))
        + write_function("undetermined", ("f",), _write_undetermined(policy, span))
        + write_function("suppose", ("f", "g"), _write_copy())
    )
    functions = run_source(policy, source, constants(sets))
    wanted = (functions[name] for name in ("suppose", "outline", "weigh", "grounds", "undetermined"))
    compiled = compile_policy(policy)
    # A function that always meets the same class is half as fast again as one that meets two, so there is one for each.
    again = run_source(policy, compiled.source, compiled.sets)["judge"]
    return Outlines(compiled.judge, again, *wanted, asked, _list_trials(policy, parts))


def _write_outline(policy: Policy, parts: list[Condition], writer: Writer) -> list[str]:
    seen = dict.fromkeys(writer.holds(part) for part in parts if isinstance(part, Seen))
    bits = " | ".join(f"{test} << {place}" for place, test in enumerate(seen)) or "0"
    # The kind of person always tells, because it decides what is worth asking.
    asked = {"kind"}.union(*(facts_of(part) for part in parts))
    facts = (_write_span(policy, name, parts) for name in NAMES if name in asked)
    return [f"return ({', '.join((bits, *facts))},)"]


def _write_span(policy: Policy, name: str, parts: list[Condition]) -> str:
    if not isinstance(FACTS[name], CountFact):
        return f"f.{name}"
    above = " + ".join(f"(f.{name} >= {turn})" for turn in _trials(policy, name, parts)[1:]) or "0"
    return f"(None if f.{name} is None else {above})" if FACTS[name].may_be_unknown else f"({above})"


def _write_copy() -> list[str]:
    return [*(f"g.{name} = f.{name}" for name in ("indicators", *NAMES)), "return g"]


def _write_weigh(asked: tuple[Condition, ...], writer: Writer) -> list[str]:
    lines = ["lacking = unknown = 0"]
    for place, part in enumerate(asked):
        lines += [f"if not {writer.holds(part)}:", f"    lacking |= {1 << place}"]
        lines += [f"    if not {writer.fails(part)}: unknown |= {1 << place}"] if asks_for(part) else []
    return [*lines, "return lacking, unknown"]


def _write_grounds(policy: Policy, writer: Writer) -> list[str]:
    lines = ["found = []"]
    for place, rule in enumerate(policy.rules):
        turns = (f"f.{name}" for name in sorted(facts_of(rule.when)) if not isinstance(FACTS[name], CountFact))
        parts = [part for choice in walk(rule.when) if isinstance(choice, AnyOf | AtLeast) for part in choice.parts]
        level = ["level"] if names_level(rule.when) else []
        ground = ", ".join((str(place), *level, *turns, *map(writer.holds, parts)))
        lines += [f"if {writer.holds(rule.when)}: found.append(({ground},))"]
    return [*lines, "return found"]


def _write_undetermined(policy: Policy, span: Writer) -> list[str]:
    """The level as a span from `low` to `high`: what is certain first, then what more could be."""
    how = policy.combination
    # Where the first counts, or a rule may give less than none does, what raises nothing may still turn the answer.
    lowest = how.otherwise_level in (None, LEVELS[0]) and how.otherwise_rag in (None, RANKED[0])
    if FIRST in (how.level, how.rag) or not lowest:
        parts = (asks_for(rule.when) for rule in policy.rules)
        return ["low, high, asks = 1, 4, 0", *_ask_all(policy, span), f"return asks & {_any(parts)}"]
    first = [rule for rule in policy.rules if not names_level(rule.when)]
    later = [rule for rule in policy.rules if names_level(rule.when)]
    start = how.otherwise_level or 0
    lines = [f"low = high = {start}", "rag = asks = 0", "section_47 = today = False"]
    for rule in first:
        lines += _write_certain(span, rule)
    lines += ["high = low"]
    for rule in first:
        lines += _write_possible(span, rule, [f"if high < {rule.level}: high = {rule.level}"] if rule.level else [])
    for rule in later:
        lines += _write_certain(span, rule)
        lines += _write_possible(span, rule, [])
    for rule in policy.routes:
        lines += [f"if {span.holds(rule.when)}: return asks"]
        lines += [f"if not {span.fails(rule.when)}: asks |= {asks_for(rule.when)}"] if asks_for(rule.when) else []
    return [*lines, "return asks"]


def _ask_all(policy: Policy, span: Writer) -> list[str]:
    return [
        f"if not {span.holds(rule.when)} and not {span.fails(rule.when)}: asks |= {asks_for(rule.when)}"
        for rule in policy.rules
        if asks_for(rule.when)
    ]


def _any(bits: Any) -> int:
    whole = 0
    for each in bits:
        whole |= each
    return whole


def _write_certain(span: Writer, rule: Rule) -> list[str]:
    raised = _raise_to(rule)
    return [f"if {span.holds(rule.when)}:", *indent(raised)] if raised else []


def _raise_to(rule: Rule) -> list[str]:
    rag = RANKED.index(rule.rag) if rule.rag else 0
    lines = [f"if low < {rule.level}: low = {rule.level}"] if rule.level else []
    lines += [f"if rag < {rag}: rag = {rag}"] if rag else []
    lines += ["section_47 = True"] if rule.section_47 else []
    return lines + (["today = True"] if rule.must_be_seen_today else [])


def _write_possible(span: Writer, rule: Rule, then: list[str]) -> list[str]:
    """What a rule that is not known to hold nor to fail could add, where it would add to what is certain."""
    if not asks_for(rule.when):
        return []
    adds = [f"low < {rule.level}"] if rule.level else []
    adds += [f"rag < {RANKED.index(rule.rag)}"] if rule.rag else []
    adds += ["not section_47"] if rule.section_47 else []
    adds += ["not today"] if rule.must_be_seen_today else []
    if not adds:
        return []
    unknown = f"not {span.holds(rule.when)} and not {span.fails(rule.when)}"
    test = f"if ({' or '.join(adds)}) and {unknown}:"
    return [test, *indent([f"asks |= {asks_for(rule.when)}", *then])]


def _list_trials(policy: Policy, parts: list[Condition]) -> Mapping[str, tuple[Any, ...]]:
    return MappingProxyType({name: _trials(policy, name, parts) for name in NAMES})


def _trials(policy: Policy, name: str, parts: list[Condition]) -> tuple[Any, ...]:
    fact = policy.vocabulary.facts[name]
    match fact:
        case YesNoFact():
            return True, False
        case CodeFact():
            return tuple(code for code in fact.codes if code not in (fact.unknown, fact.unasked))
        case CountFact():
            compared = (part for part in parts if isinstance(part, Compare) and part.fact == name)
            return tuple(sorted({0}.union(*map(_turns, compared))))


def _turns(asked: Compare) -> set[int]:
    """The numbers from which on a comparison may answer otherwise: each begins a span of equal answers."""
    steps = (0, 1) if asked.operator in ("is", "in") else (0,)
    return {value + step for value in asked.values for step in steps}
