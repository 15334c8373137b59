"""A policy put to other people's engines: zen-engine, as decision tables and as one expression, and rule-engine.

Of the forms in which each can be asked, these are the fastest that were found. All take what Writer.read gives, and
give the parts of a Verdict by name.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import rule_engine
import zen

from bench.writing import Writer
from rules.policy import FIRST, RANKED, Policy, Rule, rank_of

FLAGS = ("section_47", "must_be_seen_today")
Inputs = dict[str, Any]
Answer = dict[str, Any]
Decide = Callable[[Inputs], Answer]


@dataclass(frozen=True, slots=True)
class Table:
    """Some parts of the answer: those of the first of its rules that holds, else `otherwise`."""

    rules: tuple[Rule, ...]
    otherwise: Answer

    @property
    def answers(self) -> list[Answer]:
        """What each rule gives of these parts; at the end, what there is where none holds."""
        given = ({part: getattr(rule, part) for part in self.otherwise} for rule in self.rules)
        return [*given, self.otherwise]


def list_tables(policy: Policy) -> list[Table]:
    """A policy as tables that take the first rule that holds: the level's, and those that may ask for the level.

    Where the most serious counts, the most serious rule goes first. The flags come with the level, which is right as
    long as whatever sets a flag gives the highest level too. Parts that hang on the same rules share a table.
    """
    how = policy.combination
    weights: dict[str, Callable[[Rule], Any]] = {
        "level": rank_of if how.level == FIRST else _weigh,
        "rag": rank_of if how.rag == FIRST else lambda rule: -RANKED.index(rule.rag),
        "route": rank_of,
    }
    tables: dict[tuple[Rule, ...], Answer] = {}
    for part, weight in weights.items():
        rules = tuple(sorted((rule for rule in policy.rules if getattr(rule, part) is not None), key=weight))
        flags = dict.fromkeys(FLAGS, False) if part == "level" else {}
        tables.setdefault(rules, {}).update({part: getattr(how, f"otherwise_{part}"), **flags})
    return [Table(rules, otherwise) for rules, otherwise in tables.items()]


def _weigh(rule: Rule) -> tuple[int, ...]:
    return -(rule.level or 0), not rule.section_47, not rule.must_be_seen_today


def decide_by_zen(policy: Policy, *, trace: bool) -> Decide:
    """A graph of zen's decision tables, with its trace or without."""
    # Handed over as content it is compiled once; as text it takes a quarter longer.
    decision = zen.ZenEngine().create_decision(zen.ZenDecisionContent(json.dumps(_draw_graph(policy))))
    options = {"trace": trace}
    return lambda inputs: decision.evaluate(inputs, options)["result"]


def _draw_graph(policy: Policy) -> dict[str, Any]:
    tables = {f"table_{place}": _write_table(Writer(policy), each) for place, each in enumerate(list_tables(policy))}
    first, *later = tables
    edges = [("input", each) for each in tables] + [(first, each) for each in later]
    edges += [(each, "output") for each in tables]
    ends = [{"id": name, "name": name, "type": f"{name}Node"} for name in ("input", "output")]
    return {
        "nodes": ends
        + [{"id": name, "name": name, "type": "decisionTableNode", "content": each} for name, each in tables.items()],
        "edges": [{"id": f"{a}_{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in edges],
    }


def _write_table(writer: Writer, table: Table) -> dict[str, Any]:
    tests = [*(writer.write(rule.when) for rule in table.rules), ""]
    rows = zip(tests, table.answers, strict=True)
    return {
        "hitPolicy": "first",
        "inputs": [{"id": "when", "name": "when"}],  # without a field: whole expressions, faster than a column a fact
        "outputs": [{"id": part, "name": part, "field": part} for part in table.otherwise],
        "rules": [
            {"_id": f"row_{place}", "when": test, **{part: json.dumps(value) for part, value in answer.items()}}
            for place, (test, answer) in enumerate(rows)
        ],
        "passThrough": False,  # else each table copies all that it was given
    }


def decide_by_expression(policy: Policy) -> Decide:
    """One of zen's expressions, compiled: the first table as `first`, the others inside."""
    first, *later = list_tables(policy)
    reached = _choose(Writer(policy), first, map(json.dumps, first.answers))
    if not later:
        return zen.compile_expression(reached).evaluate
    writer = Writer(policy, level="first.level")
    parts = [f"{part}: first.{part}" for part in first.otherwise]
    for table in later:
        for part in table.otherwise:
            parts += [f"{part}: {_choose(writer, table, (json.dumps(each[part]) for each in table.answers))}"]
    return zen.compile_expression(f"map([{reached}] as first, {{{', '.join(parts)}}})[0]").evaluate


def decide_by_rule_engine(policy: Policy) -> Decide:
    """One of rule-engine's rules for each table, which gives the number of the row; faster than its chains."""
    writer, tables = Writer(policy), list_tables(policy)
    rules = [rule_engine.Rule(_choose(writer, each, map(str, range(len(each.answers))))) for each in tables]
    answers = [each.answers for each in tables]

    def decide(inputs: Inputs) -> Answer:
        known = dict(inputs)
        for rule, rows in zip(rules, answers, strict=True):
            known |= rows[int(rule.evaluate(known))]
        return known

    return decide


def _choose(writer: Writer, table: Table, values: Iterable[str]) -> str:
    """A value for each rule, and one for where none holds, as `test ? value : ...` in brackets."""
    *given, otherwise = values
    tests = (writer.write(rule.when) for rule in table.rules)
    return f"({''.join(f'{test} ? {value} : ' for test, value in zip(tests, given, strict=True))}{otherwise})"
