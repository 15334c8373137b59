"""Rows of demands as a policy's document puts them: the `when` of a rule."""

from collections.abc import Iterable, Iterator
from typing import Any

from rules.conditions import LEVEL
from rules.dmn.kinds import find_kind
from rules.durations import read_duration, say_days
from rules.facts import NEVER, NEVER_WORD, CodeFact, CountFact
from rules.normal import DOMAINS, FACT, KNOWN, SEEN, YES, Row, Span, Subject, whole_span
from rules.vocabulary import Vocabulary

Phrase = dict[str, Any]


def phrase_when(vocabulary: Vocabulary, rows: Iterable[Row]) -> str | Phrase:
    """The condition that holds where any of these rows is met: plain values, ready for YAML."""
    ways = [list(_phrase_row(vocabulary, row)) for row in _merge_rows(vocabulary, rows)]
    if not all(ways):
        return "always"
    joined = [parts[0] if len(parts) == 1 else {"all": parts} for parts in ways]
    return joined[0] if len(joined) == 1 else {"any": joined}


def _merge_rows(vocabulary: Vocabulary, rows: Iterable[Row]) -> list[Row]:
    """The rows, where those that differ in the code of one fact are one row with several codes."""
    merged = list(rows)
    for name, fact in vocabulary.facts.items():
        if isinstance(fact, CodeFact):
            merged = _merge(merged, Subject(FACT, name), fact)
    return merged


def _merge(rows: list[Row], subject: Subject, fact: CodeFact) -> list[Row]:
    groups: dict[Any, list[Row]] = {}
    for place, row in enumerate(rows):
        rest = frozenset((each, demand) for each, demand in row.items() if each != subject)
        groups.setdefault(rest if subject in row else place, []).append(row)
    return [row for group in groups.values() for row in _merge_group(group, subject, fact)]


def _merge_group(group: list[Row], subject: Subject, fact: CodeFact) -> list[Row]:
    if len(group) == 1:
        return group
    codes = frozenset[str]().union(*(row[subject] for row in group))
    # Every code there is would be no demand at all, and the table would be another.
    return group if codes == fact.codes.keys() else [{**group[0], subject: codes}]


def _phrase_row(vocabulary: Vocabulary, row: Row) -> Iterator[Phrase]:
    for codes in dict.fromkeys(subject.codes for subject in row if subject.codes):
        yield from _phrase_seen(vocabulary, codes, row)
    for subject, demand in row.items():
        fact = vocabulary.facts.get(subject.name)
        if subject.what == KNOWN:
            yield from [] if Subject(FACT, subject.name) in row else [{subject.name: {"at_least": 0}}]
        elif isinstance(demand, Span) and not subject.codes:
            yield from _phrase_number(subject.name or LEVEL, fact, demand, whole_span(vocabulary, subject))
        elif isinstance(fact, CodeFact):
            codes_asked = [code for code in fact.codes if code in demand]
            yield {subject.name: codes_asked[0] if len(codes_asked) == 1 else codes_asked}
        elif not subject.codes:
            yield {subject.name: demand == {YES}}


def _phrase_seen(vocabulary: Vocabulary, codes: frozenset[str], row: Row) -> Iterator[Phrase]:
    spans: dict[str, Any] = {"count": row.get(Subject(SEEN, codes=codes))}
    spans |= {"domains": row.get(Subject(DOMAINS, codes=codes))}
    ends = {"count": len(codes), "domains": len(vocabulary.domains_of(codes))}
    least = {key: span.start for key, span in spans.items() if span and span.start}
    # "So many, in so many domains" is one demand in the grammar, unless the number is 1, which it takes as said.
    for asked in [least] if least.get("count", 1) > 1 else [{key: value} for key, value in least.items()]:
        yield _ask(vocabulary, codes, asked)
    for key, span in spans.items():
        if span and span.end <= ends[key]:
            yield {"none": [_ask(vocabulary, codes, {key: span.end})]}


def _ask(vocabulary: Vocabulary, codes: frozenset[str], least: dict[str, int]) -> Phrase:
    more = {key: number for key, number in least.items() if number > 1}
    if len(codes) == 1 and not more:
        return {"indicator": min(codes)}
    return {"indicators": find_kind(vocabulary, codes) | more}


def _phrase_number(name: str, fact: Any, span: Span, whole: Span) -> Iterator[Phrase]:
    may_be_never = isinstance(fact, CountFact) and fact.may_be_never
    if span.start == NEVER and not may_be_never:  # which the grammar has no word for
        yield {"none": [{name: {"below": NEVER - 1}}, {name: NEVER - 1}]}
        return
    if span.start == span.end - 1 != whole.end - 1:
        yield {name: _say(fact, span.start)}
        return
    if span.start > whole.start:
        yield {name: {"at_least": _say(fact, span.start)}}
    if span.end == NEVER and may_be_never:
        yield {"none": [{name: NEVER_WORD}]}
    elif span.end < whole.end:
        yield {name: {"below": _say(fact, span.end)}}


def _say(fact: Any, number: int) -> int | str:
    """A number as a policy's author would write it: days in a longer unit where one says them exactly."""
    if not isinstance(fact, CountFact) or fact.unit != "days":
        return number
    if fact.may_be_never and number == NEVER:
        return NEVER_WORD
    said = say_days(number)
    return said if read_duration(said) == number else number
