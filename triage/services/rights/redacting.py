"""What is released of the material: as proposed, and as a reviewer said of each passage since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from triage.services.rights.masking import Names, Span, mask, merge, parts_of
from triage.services.rights.material import Material, Passage, Proposal

CONFIDED = ("/child_voice", "/consent_reason")  # the columns in which a child speaks, or why nobody could be asked


class Judged(Protocol):
    """One thing that a reviewer said of a passage, as its row has it."""

    passage: str
    choice: str
    words: list[str]
    held_back_for: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as it is released: its text with the spans taken out, or None where all of it stays out, and why.

    `is_looked_at`: a reviewer has said what is to be done with it, or nobody may.
    """

    passage: Passage
    text: str | None
    spans: tuple[Span, ...]
    held_back_for: str | None
    is_looked_at: bool


def show_passage(
    material: Material, passage: Passage, judgements: Sequence[Judged], *, for_another: bool = False
) -> Shown:
    """The passage after everything that was said of it, in order: the last word holds, but anonymity always does.

    `for_another`: somebody else asks. What the child says themselves, and about consent, is held back at first.
    """
    proposal = material.propose(passage)
    if proposal.held_back_for:
        return Shown(passage, None, (), proposal.held_back_for, is_looked_at=True)
    more, shown = set(), set()
    held_back_for = "own_wishes" if for_another and passage.key.endswith(CONFIDED) else None
    for each in judgements:
        held_back_for = each.held_back_for
        if each.choice == "mask":
            more, shown = more | set(each.words), shown - set(each.words)
        elif each.choice == "show":
            more, shown = more - set(each.words), shown | set(each.words)
    left = _leave(passage.text, proposal, shown)
    spans = tuple(merge(passage.text, (*left.spans, *_find_words(passage.text, more))))
    text = None if held_back_for else mask(passage.text, spans)
    return Shown(passage, text, spans, held_back_for, is_looked_at=bool(judgements))


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
