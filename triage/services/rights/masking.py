"""Names in free text: found whatever their case, accents or form, as whole words, and taken out.

Errs on the side of taking out: a name that is a word as well goes wherever it stands, and a reviewer may put it back.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files

import yaml

from workflows.people import fold

MASK = "[removed]"
APOSTROPHES = "'’ʼ`´"
JOINS = re.compile(r"[\s\-‐‑–.]{0,3}")  # what stands between the parts of one name
EMAIL = re.compile(r"[^\s<>,;:()\[\]\"]+@[^\s<>,;:()\[\]\"]+")
NUMBER = re.compile(r"(?<![0-9])\+?[0-9](?:[ \-.()]{0,2}[0-9]){8,12}(?![0-9])")  # a telephone's, or the NHS's
# What stands in a field for a name, and is nobody's.
NO_NAMES = frozenset((
    *("mr", "mrs", "ms", "miss", "mx", "dr", "sir", "dame", "rev", "prof", "the", "of", "and", "to", "for", "not"),
    *("known", "unknown", "name", "baby", "child", "unborn", "mum", "mother", "mummy", "dad", "father", "daddy"),
    *("parent", "carer", "gran", "grandmother", "grandfather", "brother", "sister", "son", "daughter", "twin"),
    "infant",
))  # fmt: skip
Span = tuple[int, int]


@cache
def _diminutives() -> dict[str, frozenset[str]]:
    """Each name, folded, with every other that the same person may be called by."""
    text = files("triage.services.rights").joinpath("diminutives.yaml").read_text(encoding="utf-8")
    found: dict[str, frozenset[str]] = {}
    for line in yaml.safe_load(text):
        group = frozenset(line.split())
        for name in group:
            found[name] = found.get(name, frozenset()) | group
    return found


def parts_of(name: str) -> set[str]:
    """The words of a name that may be looked for: folded, of two letters or more, and no title."""
    folded = fold(name).split()
    joined = "".join(folded) if len(folded) > 1 else ""
    return {part for part in (*folded, joined) if len(part) > 1 and part not in NO_NAMES}


class Names:
    """Names to be looked for, with their short forms, but for those that are the person's own as well."""

    def __init__(self, names: Iterable[str], own: Iterable[str] = ()) -> None:
        parts = {part for name in names for part in _parts_each(name)}
        forms = parts | {form for part in parts for form in _diminutives().get(part, ())}
        self._forms = forms - {part for name in own for part in parts_of(name)} - NO_NAMES

    def __bool__(self) -> bool:
        return bool(self._forms)

    def find(self, text: str) -> list[Span]:
        """Where one of them stands, in order: each a whole word, or two that make one."""
        words = list(_runs(text, _is_of_word))
        found = [(start, end) for start, end in words if self._is_one(text[start:end])]
        found += [_trim(text, run) for run in _runs(text, _is_unbroken) if fold(text[slice(*run)]) in self._forms]
        pairs = itertools.pairwise(words)
        found += [(a[0], b[1]) for a, b in pairs if self._make_one(text, a, b)]
        return merge(text, found)

    def _is_one(self, word: str) -> bool:
        return any(form in self._forms for form in _forms_of(word))

    def _make_one(self, text: str, first: Span, second: Span) -> bool:
        between = text[first[1] : second[0]]
        joined = fold(text[slice(*first)]).replace(" ", "") + fold(_bare(text[slice(*second)])).replace(" ", "")
        return JOINS.fullmatch(between) is not None and joined in self._forms


def find_contacts(text: str, own: Iterable[str] = ()) -> list[Span]:
    """Email addresses and long numbers, but for the person's own."""
    kept = {re.sub(r"\D", "", each) for each in own}
    numbers = (each.span() for each in NUMBER.finditer(text) if re.sub(r"\D", "", each[0]) not in kept)
    return merge(text, [*(each.span() for each in EMAIL.finditer(text)), *numbers])


def merge(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that touch or stand side by side as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and (start <= merged[-1][1] or JOINS.fullmatch(text[merged[-1][1] : start])):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def mask(text: str, spans: Iterable[Span]) -> str:
    """The text with each span taken out, and a mark in its place."""
    kept, at = [], 0
    for start, end in spans:
        kept += [text[at:start], MASK]
        at = end
    return "".join((*kept, text[at:]))


def _parts_each(name: str) -> set[str]:
    """The words of a name and, of an email address, those before the @."""
    local = name.partition("@")[0] if "@" in name else name
    return parts_of(re.sub(r"[._+0-9]+", " ", local) if "@" in name else name)


def _is_of_word(char: str) -> bool:
    """Letters, digits, apostrophes and the marks upon them; what is invisible splits no word."""
    return char.isalnum() or char in APOSTROPHES or unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf", "Lm")


def _is_unbroken(char: str) -> bool:
    """Whatever does not part words when they are folded: a name with signs put into it is that name still."""
    return char not in "'’" and not set(" -") & set(unicodedata.normalize("NFKD", char))


def _runs(text: str, inside: Callable[[str], bool]) -> Iterator[Span]:
    """Where such characters stand side by side."""
    start = None
    for at, char in enumerate(text):
        if inside(char) and start is None:
            start = at
        elif not inside(char) and start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, len(text)


def _trim(text: str, span: Span) -> Span:
    """The span from its first letter to its last: a full stop after a name is no part of it."""
    letters = [at for at in range(*span) if _is_of_word(text[at])]
    return letters[0], letters[-1] + 1


def _forms_of(word: str) -> Iterator[str]:
    """What a word may be a form of: itself, without its possessive or plural, and what stands between apostrophes."""
    for form in (fold(word), fold(_bare(word))):
        yield from (form, form.replace(" ", ""), form.removesuffix("s"), form.removesuffix("es"))
        yield from form.split()
    yield from (fold(part) for part in re.split(f"[{APOSTROPHES}]", word))


def _bare(word: str) -> str:
    """Without a possessive: "Ava's" is "Ava", "James'" is "James"."""
    return re.sub(f"[{APOSTROPHES}][sS]?$", "", word)
