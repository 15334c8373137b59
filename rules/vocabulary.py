"""The words of a policy: what may be observed, in which part of a family's life, and where a family may live.

Each policy states its own, so that what an indicator means is part of what was published and of the policy's hash.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from rules.facts import FACTS, Fact, FactError

ABOUT = ("child", "parent", "family")
SECTIONS = {"s47": "section 47", "s17": "section 17"}  # of the Children Act 1989


@dataclass(frozen=True, slots=True)
class Indicator:
    """One observation: its code, plain words, domains (one or more), usual level 1 to 4, and whom it is about.

    `about` is child, parent or family. `section` is what it usually means in the Children Act 1989: s47, s17, or "".
    `source` says which authorities' guidance has it.
    """

    code: str
    words: str
    domains: frozenset[str]
    usual_level: int
    about: str
    section: str
    source: str


@dataclass(frozen=True)
class Vocabulary:
    """The indicators by code, the domains' names, and the authorities where an address may lie (the first is ours).

    `sources` says what the indicators' notes on their source abbreviate.
    """

    indicators: Mapping[str, Indicator]
    domains: Mapping[str, str]
    authorities: Mapping[str, str]
    sources: Mapping[str, str]

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """What each fact may be under this policy: FACTS, with the authorities it knows."""
        known = FACTS["authority"]
        return MappingProxyType({**FACTS, "authority": replace(known, codes={**self.authorities, **known.codes})})

    def say_source(self, indicator: Indicator) -> str:
        """Whose guidance has an indicator, spelt out; a note that is not all abbreviations stays as it is."""
        codes = indicator.source.split()
        return (
            "; ".join(self.sources[code] for code in codes) if set(codes) <= self.sources.keys() else indicator.source
        )

    def domains_of(self, codes: Iterable[str]) -> frozenset[str]:
        """The domains in which these indicators lie."""
        return frozenset().union(*(self.indicators[code].domains for code in codes))

    def check_indicators(self, codes: Iterable[object]) -> None:
        """FactError for the first code, in the order of the alphabet, that is not in the vocabulary."""
        unknown = sorted(str(code) for code in codes if not isinstance(code, str) or code not in self.indicators)
        if unknown:
            raise FactError("indicators", f"there is no {unknown[0]!r} in this policy's vocabulary. Correct the code.")
