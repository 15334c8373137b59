"""What is released of the material: as proposed, and as a reviewer said of each passage since."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from triage.services.rights.masking import Names, Span, mask, merge, parts_of
from triage.services.rights.material import Material, Passage, Proposal


class Judged(Protocol):
    """One thing that a reviewer said of a passage, as its row has it."""

    passage: str
    choice: str
    words: list[str]
    held_back_for: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as it is released: its text with the spans taken out, or None where all of it stays out, and why."""

    passage: Passage
    text: str | None
    spans: tuple[Span, ...]
    held_back_for: str | None


def show_passage(material: Material, passage: Passage, judgements: Iterable[Judged]) -> Shown:
    """The passage after everything that was said of it, in order: the last word holds, but anonymity always does."""
    proposal = material.propose(passage)
    more, shown, held_back_for = set(), set(), None
    for each in judgements:
        held_back_for = each.held_back_for
        if each.choice == "mask":
            more, shown = more | set(each.words), shown - set(each.words)
        elif each.choice == "show":
            more, shown = more - set(each.words), shown | set(each.words)
    reason = proposal.held_back_for or held_back_for
    if reason:
        return Shown(passage, None, (), reason)
    left = _leave(passage.text, proposal, shown)
    spans = merge(passage.text, (*left.spans, *_find_words(passage.text, more)))
    return Shown(passage, mask(passage.text, spans), tuple(spans), None)


def _find_words(text: str, words: Iterable[str]) -> list[Span]:
    """Exactly these words, wherever they stand, and as whole words in any form."""
    exact = [(at, at + len(word)) for word in words for at in _places(text, word)]
    return [*exact, *Names(words).find(text)]


def _places(text: str, word: str) -> Iterable[int]:
    at = text.find(word)
    while word and at >= 0:
        yield at
        at = text.find(word, at + len(word))


def _leave(text: str, proposal: Proposal, shown: set[str]) -> Proposal:
    """The proposal without what the reviewer lets stand."""
    wanted = {part for word in shown for part in parts_of(word)}
    stay = (each for each in proposal.spans if not _is_shown(text[slice(*each)], shown, wanted))
    return replace(proposal, spans=tuple(stay))


def _is_shown(words: str, shown: set[str], wanted: set[str]) -> bool:
    parts = parts_of(words)
    return words in shown or (bool(parts) and parts <= wanted)


def by_passage(judgements: Iterable[Judged]) -> dict[str, list[Judged]]:
    """What was said of each passage, in order."""
    found: dict[str, list[Judged]] = {}
    for each in judgements:
        found.setdefault(each.passage, []).append(each)
    return found
