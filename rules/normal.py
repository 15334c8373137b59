"""When a condition is known to hold, as plain rows: all the demands of any one row are enough.

The disjunctive normal form, three-valued as everywhere: what is not known meets no demand. Tables that know nothing of
"all", "any", "none" and "not known" can be written from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from math import comb
from typing import Any, NamedTuple

from rules.conditions import LEVEL, All, Always, AnyOf, AtLeast, Compare, Condition, NoneOf, Seen
from rules.facts import NEVER, CodeFact, CountFact, YesNoFact
from rules.policy import LEVELS
from rules.vocabulary import Vocabulary

MOST_ROWS = 1_000  # of one condition; no table that a person can read has as many
FACT, KNOWN, SEEN, DOMAINS = "fact", "known", "seen", "domains"
YES, NO = "yes", "no"


class TooManyRows(ValueError):
    """A condition that would need more than MOST_ROWS rows."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a demand is about.

    `what` is FACT or LEVEL (the fact or level itself), KNOWN (whether the fact `name` is known), SEEN (how many of
    `codes` were seen) or DOMAINS (in how many domains those lie).
    """

    what: str
    name: str = ""
    codes: frozenset[str] = frozenset()


class Span(NamedTuple):
    """The whole numbers from `start` up to, but without, `end`."""

    start: int
    end: int


# A number lies in the span, or a code is one of these. What is true or false has the codes YES and NO.
Demand = Span | frozenset[str]
Row = Mapping[Subject, Demand]


def rows_of(vocabulary: Vocabulary, condition: Condition) -> list[Row]:
    """The rows of which one must be met for the condition to hold for certain; none where it never can.

    No row is met only where another is. TooManyRows where a table would not be readable.
    """
    return _Writer(vocabulary).write(condition, True)


class _Writer:
    """Writes the rows of one policy's conditions."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def write(self, condition: Condition, wanted: bool) -> list[Row]:
        """When a condition is known to hold, or not `wanted`: known to fail."""
        match condition:
            case Always():
                return [{}] if wanted else []
            case Seen():
                return self._seen(condition, wanted)
            case Compare():
                return self._compare(condition, wanted)
        size = len(condition.parts)
        match condition:
            case All():
                return self._enough(condition.parts, wanted, size if wanted else 1)
            case AnyOf():
                return self._enough(condition.parts, wanted, 1 if wanted else size)
            case NoneOf():
                return self._enough(condition.parts, not wanted, size if wanted else 1)
            case AtLeast(count=count):
                return self._enough(condition.parts, wanted, count if wanted else size - count + 1)

    def _enough(self, parts: tuple[Condition, ...], wanted: bool, count: int) -> list[Row]:
        """When `count` of the parts hold, or fail."""
        _check_size(comb(len(parts), count))
        written = [self.write(part, wanted) for part in parts]
        rows: list[Row] = []
        for some in combinations(written, count):
            rows += join_rows(some)
            _check_size(len(rows))
        return drop_covered(rows)

    def _seen(self, asked: Seen, wanted: bool) -> list[Row]:
        many, domains = Subject(SEEN, codes=asked.codes), Subject(DOMAINS, codes=asked.codes)
        counts = {many: asked.count} if asked.count > 1 or asked.domains == 1 else {}
        counts |= {domains: asked.domains} if asked.domains > 1 else {}
        if wanted:
            return [{each: Span(count, whole_span(self.vocabulary, each).end) for each, count in counts.items()}]
        return [{each: Span(0, count)} for each, count in counts.items()]

    def _compare(self, asked: Compare, wanted: bool) -> list[Row]:
        if asked.fact == LEVEL:
            return self._of_number(Subject(LEVEL), asked, wanted)
        subject, fact = Subject(FACT, asked.fact), self.vocabulary.facts[asked.fact]
        match fact:
            case YesNoFact():
                return [{subject: frozenset({YES if asked.wanted is wanted else NO})}]
            case CodeFact():
                return _of_codes(subject, fact, asked, wanted)
            case CountFact():
                known: Row = {Subject(KNOWN, asked.fact): frozenset({YES})} if fact.may_be_unknown else {}
                return [{**known, **row} for row in self._of_number(subject, asked, wanted)]

    def _of_number(self, subject: Subject, asked: Compare, wanted: bool) -> list[Row]:
        whole = whole_span(self.vocabulary, subject)
        return [{} if span == whole else {subject: span} for span in _spans(asked, wanted, whole)]


def whole_span(vocabulary: Vocabulary, subject: Subject) -> Span:
    """The numbers that a subject may be."""
    if subject.what == LEVEL:
        return Span(LEVELS[0], LEVELS[-1] + 1)
    if subject.what == SEEN:
        return Span(0, 1 + len(subject.codes))
    if subject.what == DOMAINS:
        return Span(0, 1 + len(vocabulary.domains_of(subject.codes)))
    return Span(0, NEVER + 1)


def _of_codes(subject: Subject, fact: CodeFact, asked: Compare, wanted: bool) -> list[Row]:
    known = frozenset(fact.codes) - {fact.unknown}
    allowed = known & frozenset(asked.values) if wanted else known - frozenset(asked.values)
    if not fact.unknown and allowed == known:
        return [{}]
    return [{subject: allowed}] if allowed else []


def _spans(asked: Compare, wanted: bool, whole: Span) -> list[Span]:
    """Where a number meets a comparison, or misses it."""
    match asked.operator:
        case "below":
            met = [Span(whole.start, asked.wanted)]
        case "at_least":
            met = [Span(asked.wanted, whole.end)]
        case _:
            met = [Span(value, value + 1) for value in sorted(set(asked.values))]
    if not wanted:
        edges = [whole.start, *(edge for span in met for edge in span), whole.end]
        met = [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
    return [span for span in met if span.start < span.end]


def join_rows(parts: Iterable[list[Row]]) -> list[Row]:
    """The rows in which a row of each part is met."""
    joined: list[Row] = [{}]
    for part in parts:
        _check_size(len(joined) * len(part))
        joined = [both for one, other in product(joined, part) if (both := _meet(one, other)) is not None]
    return joined


def _check_size(size: int) -> None:
    if size > MOST_ROWS:
        raise TooManyRows(f"more than {MOST_ROWS:,} rows")


def _meet(one: Row, other: Row) -> Row | None:
    """The demands of both rows; None where no one could meet them."""
    both = dict(one)
    for subject, demand in other.items():
        met = meet_demands(both[subject], demand) if subject in both else demand
        if met is None:
            return None
        both[subject] = met
    return both


def meet_demands(one: Any, other: Any) -> Any:
    """What meets both demands of one subject; None where nothing does."""
    if isinstance(one, Span):
        span = Span(max(one.start, other.start), min(one.end, other.end))
        return span if span.start < span.end else None
    return one & other or None


def drop_covered(rows: Iterable[Row]) -> list[Row]:
    """The rows without those that are met only where another is, in their order."""
    kept: list[Row] = []
    for row in rows:
        if not any(_covers(each, row) for each in kept):
            kept = [each for each in kept if not _covers(row, each)]
            kept.append(row)
            _check_size(len(kept))
    return kept


def _covers(wide: Row, narrow: Row) -> bool:
    return all(subject in narrow and _within(narrow[subject], demand) for subject, demand in wide.items())


def _within(narrow: Any, wide: Any) -> bool:
    return meet_demands(narrow, wide) == narrow
