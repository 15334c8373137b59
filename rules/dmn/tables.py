"""A policy as decision tables: one for each part of the answer, with the rows in the order in which they are tried.

The first row that fits decides, so "the highest wins" is the order of the rows: the strongest first. Only the agencies
are collected from all rows that fit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from rules.conditions import LEVEL
from rules.dmn.columns import DECISION, sort_key
from rules.normal import NO, YES, Row, Span, Subject, TooManyRows, drop_covered, rows_of
from rules.policy import FIRST as TAKEN_FIRST
from rules.policy import LEVELS, RAGS, Policy, Rule, rank_of
from rules.vocabulary import Vocabulary

FLAGS = ("section_47", "must_be_seen_today")
FIRST, COLLECT = "FIRST", "COLLECT"  # the standard's hit policies
# Where a policy takes the first level or RAG, its floors have a table of their own, and a third joins the two.
TAKEN, FLOOR = "_first", "_floor"
NOTHING = {"level": 0, "rag": "none"}  # in either of the two: no rule fits
NUMBERS = ("level", "level" + TAKEN, "level" + FLOOR)  # the tables that give a number

Output = int | str


class CannotWrite(ValueError):
    """A policy that cannot be written as tables: says which rule, why, and what to do."""


class Line(NamedTuple):
    """A row of a table: what it demands, the rule it belongs to ("" for none), and what the table then gives."""

    rule: str
    row: Row
    output: Output


@dataclass(frozen=True, slots=True)
class Table:
    """A decision: its name, which is also that of what it gives, how it picks among the rows that fit, and the rows."""

    name: str
    hit: str
    lines: tuple[Line, ...]


def make_tables(policy: Policy) -> list[Table]:
    """The tables of a policy, each after those it asks. CannotWrite where a rule would need too many rows."""
    lines = _Lines(policy)
    return [
        *_make_ranked(policy, lines, "level", LEVELS[::-1]),
        Table("level_name", FIRST, tuple(_name_levels(policy))),
        *_make_ranked(policy, lines, "rag", RAGS),
        *(Table(flag, FIRST, (*lines.give(flag, policy.rules), Line("", {}, NO))) for flag in FLAGS),
        Table("route", FIRST, (*lines.give("route", policy.routes), *_otherwise(policy.combination.otherwise_route))),
        *_make_agencies(policy, lines),
    ]


class _Lines:
    """The lines of each rule, worked out once."""

    def __init__(self, policy: Policy) -> None:
        self.rows = {rule.id: _rows_of_rule(policy, rule) for rule in policy.rules}

    def give(self, part: str, rules: Iterable[Rule]) -> Iterator[Line]:
        """The lines of the rules that give this part of the answer."""
        for rule in rules:
            for output in outputs_of(rule, part):
                yield from (Line(rule.id, row, output) for row in self.rows[rule.id])


def outputs_of(rule: Rule, part: str) -> tuple[Output, ...]:
    """What a rule gives as this part of the answer, as tables say it: one value, or none, or several agencies."""
    if part == "agencies":
        return rule.agencies
    value = getattr(rule, part)
    return () if value is None or value is False else (YES,) if value is True else (value,)


def _rows_of_rule(policy: Policy, rule: Rule) -> list[Row]:
    try:
        return split_rows(policy.vocabulary, rows_of(policy.vocabulary, rule.when))
    except TooManyRows as error:
        raise CannotWrite(f"{policy.title}: the rule {rule.id} needs {error}. Take it apart into several.") from error


def split_rows(vocabulary: Vocabulary, rows: Iterable[Row]) -> list[Row]:
    """The same rows with one code in each cell, none that another covers, in an order that hangs on nothing else."""
    single = drop_covered(each for row in rows for each in _split(row))
    ordered = (dict(sorted(row.items(), key=lambda each: sort_key(vocabulary, *each))) for row in single)
    return sorted(ordered, key=lambda row: [sort_key(vocabulary, *each) for each in row.items()])


def _split(row: Row) -> Iterator[Row]:
    choices = (
        [each] if isinstance(each, Span) else [frozenset({code}) for code in sorted(each)] for each in row.values()
    )
    for demands in product(*choices):
        yield dict(zip(row, demands, strict=True))


def _make_ranked(policy: Policy, lines: _Lines, part: str, strongest_first: tuple[Output, ...]) -> Iterator[Table]:
    how = policy.combination
    last = _otherwise(getattr(how, f"otherwise_{part}"))
    rules = [rule for rule in policy.rules if outputs_of(rule, part)]
    strong = sorted(rules, key=lambda rule: strongest_first.index(*outputs_of(rule, part)))
    if getattr(how, part) != TAKEN_FIRST:
        yield Table(part, FIRST, (*lines.give(part, strong), *last))
        return
    ranked = sorted(rules, key=rank_of)
    floors = [rule for rule in strong if rule.floor and lines.rows[rule.id]]  # one that never holds holds up nothing
    if not floors:
        yield Table(part, FIRST, (*lines.give(part, ranked), *last))
        return
    nothing = Line("", {}, NOTHING[part])
    yield Table(part + TAKEN, FIRST, (*lines.give(part, ranked), nothing))
    yield Table(part + FLOOR, FIRST, (*lines.give(part, floors), nothing))
    yield Table(part, FIRST, (*_join(part, strongest_first), *last))


def _join(part: str, strongest_first: tuple[Output, ...]) -> Iterator[Line]:
    """The stronger of what came first and what the floors hold up."""
    for value in strongest_first:
        demand = Span(value, LEVELS[-1] + 1) if isinstance(value, int) else frozenset({value})
        for kind in (TAKEN, FLOOR):
            yield Line("", {Subject(DECISION, part + kind): demand}, value)


def _otherwise(value: Output | None) -> Iterator[Line]:
    """The last row, which always fits; without it the table has a gap, as the policy has."""
    if value is not None:
        yield Line("", {}, value)


def _name_levels(policy: Policy) -> Iterator[Line]:
    for level in LEVELS[::-1]:
        row: Mapping[Subject, Span] = {Subject(LEVEL): Span(level, LEVELS[-1] + 1)} if level > LEVELS[0] else {}
        yield Line("", row, policy.level_names[level])


def _make_agencies(policy: Policy, lines: _Lines) -> Iterator[Table]:
    if given := tuple(lines.give("agencies", policy.rules)):
        yield Table("agencies", COLLECT, given)


def list_left_out(policy: Policy) -> list[str]:
    """The rules that have no row: they can never hold, or change nothing."""
    written = {line.rule for table in make_tables(policy) for line in table.lines}
    return [rule.id for rule in policy.rules if rule.id not in written]
