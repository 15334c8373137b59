"""From a policy to one fast Python function: written as source, straight down, and compiled once.

How a condition is written is in rules/expressions.py; here is how a policy is made of its conditions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rules.conditions import (
    Compare,
    Condition,
    Seen,
    facts_of,
    names_level,
    requirements,
    walk,
)
from rules.expressions import Writer, asks_for, write_seen
from rules.facts import FACTS, CodeFact, CountFact, Fact, Facts, YesNoFact, view
from rules.policy import RANKED, Policy, Rule, Verdict

Judge = Callable[..., Verdict]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A policy ready to run. `judge` and `undetermined` take what `rules.facts.view` gives, spread out.

    `undetermined` gives a bit for each of FACTS (in their order) on which the answer may still hang; give it None for
    what nobody has asked yet. `weigh` takes the level too, and gives two sets of bits, one for each of `requirements`
    (all that the rules and routes ask for, once each): those that do not hold, and those of them that are not known.
    `outline` is what the policy can tell of somebody: whoever has the same outline gets the same answer, why-nots and
    missing facts. `trials` are, for each of FACTS, the values worth trying, in their order.
    `known` is for whoever explains the answers: what was worked out already, by outline.
    """

    source: str
    judge: Judge
    undetermined: Callable[..., int]
    weigh: Callable[..., tuple[int, int]]
    outline: Callable[..., tuple[Any, ...]]
    requirements: tuple[Condition, ...]
    trials: tuple[tuple[Any, ...], ...]
    known: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def decide(self, facts: Facts) -> Verdict:
        """The bare answer, without its reasons."""
        return self.judge(*view(facts))


@lru_cache(maxsize=64)  # more than the versions ever in use at once; drafts come and go
def compile_policy(policy: Policy) -> Compiled:
    """The functions of a policy."""
    source = write_source(policy)
    names: dict[str, Any] = {"Verdict": Verdict, "new": tuple.__new__}
    # What is run was written below from a checked document: numbers, names of facts, and codes in quotes.
    exec(compile(source, f"<{policy.name} {policy.version}>", "exec"), names)  # noqa: S102
    functions = (names[each] for each in ("judge", "undetermined", "weigh", "outline"))
    return Compiled(source, *functions, _list_requirements(policy), _list_trials(policy))


def write_source(policy: Policy) -> str:
    """The Python source of a policy's four functions."""
    bodies = {
        "judge": _write_judge(policy),
        "undetermined": _write_undetermined(policy),
        "weigh": _write_weigh(_list_requirements(policy)),
        "outline": _write_outline(policy),
    }
    parameters = {name: ("seen", *FACTS) for name in bodies} | {"weigh": ("seen", *FACTS, "level")}
    written = (
        "\n".join((f"def {name}({', '.join(parameters[name])}):", *_indent(body))) for name, body in bodies.items()
    )
    return "\n\n\n".join(written) + "\n"


def _list_requirements(policy: Policy) -> tuple[Condition, ...]:
    whens = (each.when for each in (*policy.rules, *policy.routes))
    return tuple(dict.fromkeys(part for when in whens for part in requirements(when)))


def _write_judge(policy: Policy) -> list[str]:
    known = Writer("level", "level")
    lines = ["level = 1", "rag = fired = 0", "section_47 = today = False"]
    for place, rule in _in_stages(policy):
        lines += [f"if {known.holds(rule.when)}:", *_indent([f"fired |= {1 << place}", *_raise_to(rule, "level")])]
    for place, route in enumerate(policy.routes):
        lines += [f"if {known.holds(route.when)}:", f"    route, routed_by = {route.route!r}, {place}"]
        lines[-2] = lines[-2] if place == 0 else f"el{lines[-2]}"
    answer = f"level, route, {RANKED!r}[rag], section_47, today, routed_by, fired"
    return [*lines, f"return new(Verdict, ({answer}))"]


def _in_stages(policy: Policy) -> list[tuple[int, Rule]]:
    """The rules with their places: those that ask for the level come after all that set it."""
    return sorted(enumerate(policy.rules), key=lambda pair: names_level(pair[1].when))


def _raise_to(rule: Rule, level: str) -> list[str]:
    rag = RANKED.index(rule.rag)
    lines = [f"if {level} < {rule.level}: {level} = {rule.level}"] if rule.level > 1 else []
    lines += [f"if rag < {rag}: rag = {rag}"] if rag else []
    lines += ["section_47 = True"] if rule.section_47 else []
    return lines + (["today = True"] if rule.must_be_seen_today else [])


def _write_undetermined(policy: Policy) -> list[str]:
    """The level as a span from `low` to `high`: what is certain first, then what more could be."""
    span, stages = Writer("low", "high"), [[], []]
    for rule in policy.rules:
        stages[names_level(rule.when)].append(rule)
    lines = ["low = high = 1", "rag = asks = 0", "section_47 = today = False"]
    for rule in stages[0]:
        lines += [f"if {span.holds(rule.when)}:", *_indent(_raise_to(rule, "low") or ["pass"])]
    lines += ["high = low"]
    for rule in stages[0]:
        lines += _write_possible(span, rule, [f"if high < {rule.level}: high = {rule.level}"])
    for rule in stages[1]:
        lines += [f"if {span.holds(rule.when)}:", *_indent(_raise_to(rule, "low") or ["pass"])]
        lines += _write_possible(span, rule, [])
    for route in policy.routes:
        lines += [f"if {span.holds(route.when)}: return asks"]
        lines += [f"if not {span.fails(route.when)}: asks |= {asks_for(route.when)}"] if asks_for(route.when) else []
    return lines


def _write_possible(span: "Writer", rule: Rule, then: list[str]) -> list[str]:
    """What a rule that is not known to hold nor to fail could add, where it would add to what is certain."""
    if not asks_for(rule.when):
        return []
    adds = [f"low < {rule.level}"] if rule.level > 1 else []
    adds += [f"rag < {RANKED.index(rule.rag)}"] if rule.rag != RANKED[0] else []
    adds += ["not section_47"] if rule.section_47 else []
    adds += ["not today"] if rule.must_be_seen_today else []
    unknown = f"not {span.holds(rule.when)} and not {span.fails(rule.when)}"
    test = f"if ({' or '.join(adds) or 'False'}) and {unknown}:"
    return [test, *_indent([f"asks |= {asks_for(rule.when)}", *then])]


def _write_weigh(asked: tuple[Condition, ...]) -> list[str]:
    known, lines = Writer("level", "level"), ["lacking = unknown = 0"]
    for place, part in enumerate(asked):
        lines += [f"if not {known.holds(part)}:", f"    lacking |= {1 << place}"]
        lines += [f"    if not {known.fails(part)}: unknown |= {1 << place}"] if asks_for(part) else []
    return [*lines, "return lacking, unknown"]


def _write_outline(policy: Policy) -> list[str]:
    parts = [part for each in (*policy.rules, *policy.routes) for part in walk(each.when)]
    seen = dict.fromkeys(write_seen(part) for part in parts if isinstance(part, Seen))
    bits = " | ".join(f"{test} << {place}" for place, test in enumerate(seen)) or "0"
    # The kind of person always tells, because it decides what is worth asking.
    asked = {"kind"}.union(*(facts_of(part) for part in parts))
    facts = (_write_span(name, parts) for name in FACTS if name in asked)
    return [f"return ({', '.join((bits, *facts))})"]


def _write_span(name: str, parts: list[Condition]) -> str:
    if not isinstance(FACTS[name], CountFact):
        return name
    compared = [part for part in parts if isinstance(part, Compare) and part.fact == name]
    above = " + ".join(f"({name} >= {turn})" for turn in _trials(FACTS[name], compared)[1:]) or "0"
    return f"None if {name} is None else {above}"


def _indent(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _list_trials(policy: Policy) -> tuple[tuple[Any, ...], ...]:
    whens = [each.when for each in (*policy.rules, *policy.routes)]
    compared = [part for when in whens for part in walk(when) if isinstance(part, Compare)]
    return tuple(_trials(fact, [part for part in compared if part.fact == name]) for name, fact in FACTS.items())


def _trials(fact: Fact, compared: list[Compare]) -> tuple[Any, ...]:
    match fact:
        case YesNoFact():
            return True, False
        case CodeFact():
            return tuple(code for code in fact.codes if code not in (fact.unknown, fact.unasked))
        case CountFact():
            return tuple(sorted({0}.union(*map(_turns, compared))))


def _turns(asked: Compare) -> set[int]:
    """The numbers from which on a comparison may answer otherwise: each begins a span of equal answers."""
    values = asked.wanted if isinstance(asked.wanted, tuple) else (asked.wanted,)
    steps = (0, 1) if asked.operator in ("is", "in") else (0,)
    return {value + step for value in values for step in steps}
