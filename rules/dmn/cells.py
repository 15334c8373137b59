"""Reading a table's headings and cells back: what is asked, and what each cell demands of it."""

import json
import re
from typing import Any

from rules.conditions import LEVEL
from rules.dmn.columns import ANY, DECISION, KNOWN_SUFFIX, list_codes, span_of, write_expression
from rules.dmn.xml import Element
from rules.facts import UNKNOWN
from rules.normal import DOMAINS, FACT, KNOWN, NO, SEEN, Demand, Span, Subject
from rules.vocabulary import Vocabulary

_NUMBER = re.compile(r"(>=|<=|>|<|=|)\s*(\d{1,9})")
_STRING = r'"(?:[^"\\]|\\.)*"'
_STRINGS = re.compile(rf"{_STRING}(?:\s*,\s*{_STRING})*")
_WORD = re.compile(r"[A-Za-z_]\w*")
JOINED = ("level_first", "level_floor", "rag_first", "rag_floor")


def read_subject(vocabulary: Vocabulary, element: Element) -> Subject:
    """What a column's expression asks. PolicyError where it is none that a policy can ask."""
    text = " ".join(element.one("inputExpression").words("text").split())
    for subject in _guess_subjects(vocabulary, text):
        if write_expression(vocabulary, subject) == text:
            return subject
    raise element.fault(
        f"{text!r} is nothing that a policy can ask. Ask for an input, a sum of indicators (A + B), or their domains "
        "as it is written on export."
    )


def _guess_subjects(vocabulary: Vocabulary, text: str) -> list[Subject]:
    codes = frozenset(_WORD.findall(text)) - {"max"}
    if codes and codes <= vocabulary.indicators.keys():
        return [Subject(SEEN, codes=codes), Subject(DOMAINS, codes=codes)]
    if text in JOINED:
        return [Subject(DECISION, text)]
    known = text.removesuffix(KNOWN_SUFFIX)
    facts = [Subject(FACT, text)] if text in vocabulary.facts else []
    facts += [Subject(KNOWN, known)] if known in vocabulary.facts else []
    return [Subject(LEVEL), *facts]


def read_cell(vocabulary: Vocabulary, subject: Subject, element: Element) -> Demand | None:
    """What a cell demands; None where it takes anything. PolicyError where it demands what nothing can meet."""
    text = element.words("text")
    if text in ("", ANY):
        return None
    codes = list_codes(vocabulary, subject)
    return _read_codes(codes, subject, element, text) if codes else _read_span(vocabulary, subject, element, text)


def _read_codes(codes: tuple[str, ...], subject: Subject, element: Element, text: str) -> frozenset[str]:
    wanted = set(read_strings(element, text))
    if strange := sorted(wanted - set(codes)):
        raise element.fault(f"there is no {strange[0]!r} here. Use: {', '.join(codes)}.")
    if wanted & ({NO} if subject.what == KNOWN else {UNKNOWN}):
        raise element.fault("a policy cannot ask whether something is unknown. Ask for a value, or take the row out.")
    return frozenset(wanted)


def read_strings(element: Element, text: str) -> list[str]:
    """Texts in quotes, with commas between. PolicyError for anything else."""
    if not _STRINGS.fullmatch(text):
        raise element.fault(f"{text!r} is not a text in quotes. Put it in quotes, or {ANY} for anything.")
    try:
        return [json.loads(each) for each in re.findall(_STRING, text)]
    except ValueError as error:
        raise element.fault(f"{text!r} cannot be read: {error}. Write it without backslashes.") from error


def _read_span(vocabulary: Vocabulary, subject: Subject, element: Element, text: str) -> Span | None:
    match = _NUMBER.fullmatch(text)
    if not match:
        raise element.fault(f"{text!r} is not a limit. Write one like >= 3 or < 183, or {ANY} for anything.")
    whole, number = span_of(vocabulary, subject), int(match[2])
    span = {
        ">=": Span(number, whole.end),
        ">": Span(number + 1, whole.end),
        "<": Span(whole.start, number),
        "<=": Span(whole.start, number + 1),
    }.get(match[1], Span(number, number + 1))
    met = Span(max(span.start, whole.start), min(span.end, whole.end))
    if met.start >= met.end:
        raise element.fault(f"nothing can meet {text!r} here. Change it, or take the row out.")
    return None if met == whole else met


def read_output(element: Element) -> Any:
    """What a row gives: a whole number, or a text in quotes."""
    text = element.words("text")
    if text.isdecimal() and len(text) < 10:
        return int(text)
    values = read_strings(element, text)
    if len(values) > 1:
        raise element.fault("a row gives one value. Make a row of each.")
    return values[0]
