"""Made-up surnames, as many and as unlike one another as a country has."""

from collections.abc import Iterator
from random import Random

SURNAMES = 40_000
SYLLABLES = [
    beginning + vowel + end
    for beginning in ("b", "br", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "w")
    for vowel in ("a", "ai", "e", "i", "o", "oo", "u")
    for end in ("", "l", "m", "n", "r", "s", "tt", "ck")
]


def put_together(dice: Random) -> Iterator[str]:
    """Names of two or three syllables, each once."""
    found = {"".join(dice.choices(SYLLABLES, k=dice.choice((2, 2, 3)))).capitalize(): None for _ in range(SURNAMES)}
    yield from found
