"""What some indicators have in common: how a policy's document, and a table's heading, would put just these."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Any

from rules.policy import LEVELS
from rules.vocabulary import ABOUT, SECTIONS, Indicator, Vocabulary


def find_kind(vocabulary: Vocabulary, codes: frozenset[str]) -> dict[str, Any]:
    """The shortest way to ask for exactly these: a level, section, domain or about, several of them, or the codes."""
    return dict(_find(tuple(vocabulary.indicators.values()), tuple(vocabulary.domains), codes))


@lru_cache(maxsize=1_000)
def _find(indicators: tuple[Indicator, ...], domains: tuple[str, ...], codes: frozenset[str]) -> Mapping[str, Any]:
    for kind in _list_kinds(domains):
        if frozenset(each.code for each in indicators if _is_of(each, kind)) == codes:
            return kind
    return {"codes": sorted(codes)}


def _list_kinds(domains: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Every kind that can be asked for, what takes fewest words first."""
    choices = [("level", LEVELS), ("section", tuple(SECTIONS)), ("domain", tuple(domains)), ("about", ABOUT)]
    every = product(*([None, *values] for _name, values in choices))
    named = [{name: value for (name, _), value in zip(choices, values, strict=True) if value} for values in every]
    yield from sorted(filter(None, named), key=len)


def _is_of(indicator: Indicator, kind: Mapping[str, Any]) -> bool:
    return (
        kind.get("level") in (None, indicator.usual_level)
        and kind.get("section") in (None, indicator.section)
        and kind.get("about") in (None, indicator.about)
        and ("domain" not in kind or kind["domain"] in indicator.domains)
    )


def say_kind(vocabulary: Vocabulary, codes: frozenset[str]) -> str:
    """Those indicators in a few words: "level 2 indicators", or "indicators of those named" if they share nothing."""
    kind = find_kind(vocabulary, codes)
    if "codes" in kind:
        return "indicators of those named"
    words = [f"level {kind['level']}"] if "level" in kind else []
    words += [SECTIONS[kind["section"]]] if "section" in kind else []
    words += [vocabulary.domains[kind["domain"]].lower()] if "domain" in kind else []
    about = f" about the {kind['about']}" if "about" in kind else ""
    return " ".join((*words, "indicators")) + about
