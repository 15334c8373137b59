"""The vocabulary of what may be observed: 68 indicators of authorities with the same four levels (indicators.csv).

Sources: Hampshire H, Buckinghamshire B, Northumberland N, Wirral W, East Sussex E, Cheshire West CW, Connect to
Support Hampshire CH, Leicester, Leicestershire and Rutland LLR; K is common practice that no source confirmed.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

DOMAINS = {"C": "The child's development", "P": "Parenting", "F": "Family and environment"}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One observation: its code, plain words, domains, usual level 1 to 4, and whom in the family it is about.

    `domains` are keys of DOMAINS, one or two. `section` is the section of the Children Act 1989 that it usually
    means: s47, s17, or none. `about` is child, parent or family. `sources` are the letters above.
    """

    code: str
    words: str
    domains: frozenset[str]
    usual_level: int
    section: str
    about: str
    sources: tuple[str, ...]


def _load() -> Mapping[str, Indicator]:
    with (files("rules") / "indicators.csv").open(encoding="utf-8", newline="") as file:
        rows = [_read(row) for row in csv.DictReader(file)]
    return MappingProxyType({each.code: each for each in rows})


def _read(row: dict[str, str]) -> Indicator:
    return Indicator(
        row["code"],
        row["indicator"],
        frozenset(row["domain"].split()),
        int(row["usual_level"]),
        row["section"],
        row["about"],
        tuple(row["source"].split()),
    )


INDICATORS = _load()
# A set of indicators as one whole number: a bit each, so that a compiled policy asks about many in one step.
_BITS = {code: 1 << place for place, code in enumerate(INDICATORS)}


def as_bits(codes: Iterable[str]) -> int:
    """The codes as a whole number with one bit each. KeyError for a code that is not an indicator."""
    bits = 0
    for code in codes:
        bits |= _BITS[code]
    return bits
