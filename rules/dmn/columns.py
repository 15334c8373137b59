"""The columns of a decision table: what is asked, as an expression, and what a row demands of it, as a cell.

Only what every engine knows: sums and maxima of numbers, cells like `>= 3`, `< 183` and `"refused"`, and `-` for any.
An engine needs no value for "not known": where a fact may be unknown, that is a code, or a second input.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from rules.conditions import LEVEL
from rules.facts import NAMES, CountFact, YesNoFact
from rules.normal import DOMAINS, FACT, KNOWN, NO, SEEN, YES, Demand, Row, Span, Subject, whole_span
from rules.policy import LEVELS, RAGS
from rules.vocabulary import Vocabulary

DECISION = "decision"  # of a subject: what another table gives, but the level
KNOWN_SUFFIX = "_known"
UNKNOWN = "unknown"
ANY = "-"
AT_LEAST, BELOW, IS = ">=", "<", "is"
_ORDER = (LEVEL, DECISION, SEEN, DOMAINS, KNOWN, FACT)


class Column(NamedTuple):
    """A question that each row answers: of a number on which side of a limit it lies, of a code which it is."""

    subject: Subject
    side: str


def list_columns(vocabulary: Vocabulary, rows: Iterable[Row]) -> list[Column]:
    """The columns that these rows need, in an order that hangs on nothing else. There is one at least."""
    used = {column for row in rows for column, _cell in _cells(vocabulary, row)}
    # A table without any input is not one; the kind of person is always known.
    return sorted(used or {Column(Subject(FACT, "kind"), IS)}, key=lambda each: _place(vocabulary, each))


def _place(vocabulary: Vocabulary, column: Column) -> Any:
    return sort_subject(vocabulary, column.subject), column.side != AT_LEAST


def write_cells(vocabulary: Vocabulary, columns: Iterable[Column], row: Row) -> list[str]:
    """What a row demands, column by column."""
    cells = dict(_cells(vocabulary, row))
    return [cells.get(column, ANY) for column in columns]


def _cells(vocabulary: Vocabulary, row: Row) -> Iterable[tuple[Column, str]]:
    for subject, demand in row.items():
        if not isinstance(demand, Span):
            yield Column(subject, IS), ",".join(map(quote, sorted(demand)))
            continue
        whole = span_of(vocabulary, subject)
        if demand.start > whole.start:
            yield Column(subject, AT_LEAST), f">= {demand.start}"
        if demand.end < whole.end:
            yield Column(subject, BELOW), f"< {demand.end}"


def span_of(vocabulary: Vocabulary, subject: Subject) -> Span:
    """The numbers that a subject may be; in the tables that are joined, a level may be 0 for none."""
    return Span(0, LEVELS[-1] + 1) if subject.what == DECISION else whole_span(vocabulary, subject)


def write_expression(vocabulary: Vocabulary, subject: Subject) -> str:
    """What is asked: an input's name, how many of these indicators were seen, or in how many domains they lie."""
    codes = [code for code in vocabulary.indicators if code in subject.codes]
    if subject.what == SEEN:
        return " + ".join(codes)
    if subject.what == DOMAINS:
        indicators = vocabulary.indicators
        lying = ([code for code in codes if domain in indicators[code].domains] for domain in vocabulary.domains)
        # The 0 keeps it apart from a plain sum, and gives each engine's max two values at least.
        return " + ".join(f"max({', '.join((*some, '0'))})" for some in lying if some)
    return name_of(subject)


def name_of(subject: Subject) -> str:
    """The input or decision that a subject is, where it is one and not several."""
    return LEVEL if subject.what == LEVEL else subject.name + (KNOWN_SUFFIX if subject.what == KNOWN else "")


def list_codes(vocabulary: Vocabulary, subject: Subject) -> tuple[str, ...]:
    """The codes that a subject may have; none where it is a number."""
    if subject.what == KNOWN:
        return YES, NO
    if subject.what == DECISION:
        return (*RAGS, "none") if subject.name.startswith("rag") else ()
    fact = vocabulary.facts.get(subject.name) if subject.what == FACT else None
    if isinstance(fact, YesNoFact):
        return (YES, NO, UNKNOWN) if fact.may_be_unknown else (YES, NO)
    return tuple(fact.codes) if fact and not isinstance(fact, CountFact) else ()


def sort_subject(vocabulary: Vocabulary, subject: Subject) -> Any:
    """Where a subject stands among others."""
    codes = [place for place, code in enumerate(vocabulary.indicators) if code in subject.codes]
    fact = NAMES.index(subject.name) if subject.name in NAMES else -1
    return fact, _ORDER.index(subject.what), len(codes) == 1, codes, subject.name


def sort_key(vocabulary: Vocabulary, subject: Subject, demand: Demand) -> Any:
    """Where a demand stands among others."""
    codes = list_codes(vocabulary, subject)
    return sort_subject(vocabulary, subject), demand if isinstance(demand, Span) else sorted(map(codes.index, demand))


def quote(text: str) -> str:
    """A text as a cell has it."""
    return json.dumps(text, ensure_ascii=False)
