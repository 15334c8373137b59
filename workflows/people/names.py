"""Names as they are searched and compared: folded, by their sound, and in their short and other forms."""

import re
import unicodedata
from functools import cache

from jellyfish import metaphone
from nicknames import NickNamer

# Written in our letters in several ways, which the English rules of sound do not all join.
SPELLINGS = (
    {"aleksander", "aleksandr", "alexander", "iskander", "oleksandr"},
    {"ahmad", "ahmed", "achmed"},
    {"ashraf", "achraf"},
    {"chowdhury", "choudhury", "chaudhry", "choudhry", "chaudhary", "chowdhry"},
    {"hussain", "hussein", "husain", "hossain", "hussayn"},
    {"sean", "shaun", "shawn"},
    {"khadija", "khadijah", "kadija", "khadeeja"},
    {"mohammed", "muhammad", "mohamed", "mohammad", "muhammed", "mohamad", "mohamud", "mohd", "md"},
    {"siobhan", "shivaun", "chevonne"},
    {"wojciech", "voytek", "wojtek"},
    {"yousef", "yusuf", "youssef", "yousuf", "yosef", "joseph", "josef"},
    {"zsofia", "sofia", "sophia", "sophie", "zofia"},
)
# Letters that are no other letter with a mark, as people write them who have not got them on the keyboard.
LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
PUNCTUATION = re.compile(r"[^\w -]|_")
UNBORN = frozenset({"unborn", "baby", "bump", "unknown", "not", "known"})  # said where there is no name


def fold(*names: str) -> str:
    """Names without case, accents or punctuation, as they are searched: `fold("Zoë", "O'Neil")` is "zoe oneil"."""
    text = " ".join(names).casefold()
    if text.replace(" ", "").isalnum() and text.isascii():  # as most are: nothing of it need be taken out
        return " ".join(text.split())
    if not text.isascii():
        text = unicodedata.normalize("NFKD", " ".join(names)).casefold().translate(LETTERS)
    return " ".join(PUNCTUATION.sub("", text).replace("-", " ").split())


def known_name(name: str) -> str:
    """A folded name, or nothing where it only says that there is none ("Baby", "Unborn", "Not known")."""
    folded = fold(name)
    return "" if UNBORN.issuperset(folded.split()) else folded


@cache
def sound(name: str) -> str:
    """How a folded name sounds in English: "smith" and "smyth" both "SM0"."""
    return metaphone(name.replace(" ", ""))


def keys_of_name(given: str, family: str) -> list[str]:
    """What a name is looked up by, whichever of its parts is spelt otherwise and in whichever order.

    Each part by its sound, with the first letter of each part of the other name: "ava" and "testley" by "AF t" and
    "TSTL a".
    """
    names = (fold(given).split(), fold(family).split())
    both = ((part, other) for one in (0, 1) for part in names[one] for other in names[1 - one])
    return sorted({f"{sound(part)} {other[0]}" for part, other in both if sound(part)})


def is_other_form(left: str, right: str) -> bool:
    """Whether two folded names are forms of one: Liz and Elizabeth, Mohammed and Muhammad, Smith and Smith-Jones."""
    return not _forms(left).isdisjoint(_forms(right))


@cache
def _forms(name: str) -> frozenset[str]:
    """What each part of a name stands for, itself among it. "de" and "al" are no part to know anybody by."""
    parts = name.split()
    return frozenset().union(*(_forms_of(part) for part in parts if len(part) > 2 or len(parts) == 1))


def _forms_of(part: str) -> set[str]:
    spelt = (each for each in SPELLINGS if part in each)
    return {part}.union(_book().canonicals_of(part), *spelt)


@cache
def _book() -> NickNamer:
    return NickNamer()
