"""Finds indicators by the words that somebody who rings says: "black eye", "not going to school".

`everyday_words.yaml` says what people say instead of a policy's words. It names no indicator, so that it serves every
policy. Nothing is judged by it: it only brings nearer what somebody may tick.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from math import log

import yaml

from rules.vocabulary import Indicator

WORD = re.compile(r"[^\W_]+")
LONGEST = 200  # characters of what is looked for by
ENDING = re.compile(r"(?<=[^\W_]{3})(?:ings?|ied|ies|ed|es|e|s|y)$")
DOUBLED = re.compile(r"(?<=([bdgmnpt]))\1$")
LITTLE = (
    "a about all always am an and any are as at away be been being but by can did do does doing for from get gets"
    " getting go goes going got had has have he her him his i in is it its just like lot me my no not of off on or our"
    " she so some that the their them then they there this to too up very was we were when who with you your"
)
SAYS_NOTHING = frozenset(LITTLE.split())
TOO_COMMON = 6  # a word in one of so many indicators or more only adds to others
NEAR = 0.5  # of what fits best: what fits less is left out
Stems = frozenset[str]


def find_indicators(indicators: Iterable[Indicator], said: str) -> list[Indicator]:
    """Those that fit what was said, the nearest first; of equals, in the order given. None where no word fits."""
    known = list(indicators)
    stems = [frozenset(stems_of(each.words)) for each in known]
    fits = [found for meanings in _terms(said) if (found := _fits(meanings, stems))]
    rare = [each for each in fits if len(each) * TOO_COMMON < len(known)] or fits
    worth = {place: sum(_weigh(each, known) for each in fits if place in each) for place in set().union(*rare)}
    least = NEAR * max(worth.values(), default=0)
    return [known[place] for place in sorted(worth, key=lambda place: (-worth[place], place)) if worth[place] >= least]


def _terms(said: str) -> Iterator[list[Stems]]:
    """For each word that says something, and each phrase that people use: all that it may mean."""
    typed = stems_of(said[:LONGEST])
    words = [stem for word, stem in zip(_words(said[:LONGEST]), typed, strict=True) if word not in SAYS_NOTHING]
    meant = {phrase: meanings for phrase, meanings in everyday_words() if phrase <= set(typed)}
    for stem in dict.fromkeys(words):
        yield [frozenset({stem}), *meant.pop(frozenset({stem}), ())]
    yield from meant.values()


def _fits(meanings: Sequence[Stems], stems: Sequence[Stems]) -> set[int]:
    """The places of the indicators that have all the words of one of the meanings."""
    return {place for place, words in enumerate(stems) if any(_has(words, meaning) for meaning in meanings)}


def _has(words: Stems, meaning: Stems) -> bool:
    return all(any(_is_akin(word, wanted) for word in words) for wanted in meaning)


def _is_akin(word: str, wanted: str) -> bool:
    """Whether it is that word, or begins like it: what is typed may not be finished yet."""
    return word == wanted or (len(wanted) > 3 and word.startswith(wanted))


def _weigh(fit: set[int], known: Sequence[Indicator]) -> float:
    """The fewer indicators have a word, the more it says."""
    return log(1 + len(known) / len(fit))


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower().replace("'", "").replace("’", ""))


def stems_of(text: str) -> list[str]:
    """Its words without their endings: "bruise", "bruises" and "bruising" are one, and so are "hit" and "hitting"."""
    return [DOUBLED.sub("", ENDING.sub("", word)) for word in _words(text)]


@cache
def everyday_words() -> tuple[tuple[Stems, tuple[Stems, ...]], ...]:
    """Each phrase that people say, and the words of policies that it means; any of them."""
    document = yaml.safe_load((files("rules") / "everyday_words.yaml").read_text(encoding="utf-8"))
    found: dict[Stems, tuple[Stems, ...]] = {}
    for row in document:
        meanings = tuple(frozenset(stems_of(each)) for each in row["means"])
        for phrase in row["says"]:
            said = frozenset(stems_of(phrase))
            found[said] = found.get(said, ()) + meanings
    return tuple(found.items())
