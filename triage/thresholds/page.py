"""A policy as a page that partners can be given: what it says, as plain values. Templates give it its looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rules.conditions import Always, facts_of
from rules.facts import CONSENT_WORDS
from rules.grammar import FORBIDDEN
from rules.policy import FIRST, HIGHEST, LEVELS, MOST_PRESSING, Policy
from rules.vocabulary import SECTIONS, Indicator, Vocabulary
from triage.models.codes import ROUTES
from triage.thresholds.page_clocks import ClockRow, list_clocks, say_date, say_span
from triage.thresholds.page_rules import (
    Asked,
    Group,
    Statement,
    group_rules,
    join_and,
    list_about,
    list_asked,
    say_case,
)

ABOUT_WORDS = {"child": "The child", "parent": "A parent", "family": "The family"}


@dataclass(frozen=True, slots=True)
class Sign:
    """One indicator as it is read. `section` is "section 47", "section 17" or ""; `also` names its other domains."""

    words: str
    about: str
    section: str
    source: str
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """The indicators of one part of a family's life that usually mean one level."""

    name: str
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its number and name, what gives it (clauses), and what usually means it."""

    number: int
    name: str
    given_when: tuple[str, ...]
    domains: tuple[Domain, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """What consent may be, in words; the rules that look at it; whether none of them gives a level or section 47."""

    answers: tuple[str, ...]
    statements: tuple[Statement, ...]
    leaves_level: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page, in the order in which it is read. `forbidden` says what no rule may look at."""

    title: str
    authority: str
    version: str
    in_force_from: str
    source: str
    hash: str
    levels: tuple[Level, ...]
    combining: tuple[str, ...]
    groups: tuple[Group, ...]
    asked: tuple[Asked, ...]
    forbidden: str
    consent: Consent
    clocks: tuple[ClockRow, ...]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One entry of a list of versions. `in_force` says from when, and to when where another follows."""

    version: str
    in_force: str
    today: bool


def compose_page(policy: Policy) -> Page:
    """All that a page about `policy` says. The same policy gives the same page."""
    return Page(
        title=title_of(policy),
        authority=policy.authority,
        version=policy.version,
        in_force_from=say_date(policy.effective_from),
        source=policy.source,
        hash=policy.hash,
        levels=tuple(_tell_level(policy, number) for number in LEVELS),
        combining=tuple(_say_combination(policy)),
        groups=group_rules(policy),
        asked=list_asked(policy),
        forbidden=join_and(FORBIDDEN, "or"),
        consent=_tell_consent(policy),
        clocks=list_clocks(policy.effective_from),
    )


def list_versions(versions: Sequence[Policy], today: Policy) -> tuple[VersionLine, ...]:
    """The versions of a policy, the newest first, as they are given; `today` is the one in force."""
    ends = (None, *(each.effective_from - timedelta(days=1) for each in versions))
    spans = zip(versions, ends, strict=False)
    return tuple(VersionLine(each.version, say_span(each.effective_from, end), each == today) for each, end in spans)


def title_of(policy: Policy) -> str:
    """ "Pathway to provision V5"."""
    return f"{policy.name.replace('_', ' ').capitalize()} {policy.version}"


def _tell_level(policy: Policy, number: int) -> Level:
    given_when = [say_case(rule) for rule in policy.rules if rule.level == number]
    if policy.combination.otherwise_level == number:
        given_when.append("no rule gives a level")
    domains = ((name, tuple(_list_signs(policy, number, code))) for code, name in policy.vocabulary.domains.items())
    return Level(
        number,
        policy.level_names[number],
        tuple(given_when),
        tuple(Domain(name, signs) for name, signs in domains if signs),
    )


def _list_signs(policy: Policy, level: int, domain: str) -> Iterator[Sign]:
    for each in policy.vocabulary.indicators.values():
        if each.usual_level == level and domain in each.domains:
            others = tuple(name for code, name in policy.vocabulary.domains.items() if code in each.domains - {domain})
            yield _tell_sign(policy.vocabulary, each, others)


def _tell_sign(words: Vocabulary, indicator: Indicator, also: tuple[str, ...]) -> Sign:
    section = SECTIONS.get(indicator.section, "")
    return Sign(indicator.words, ABOUT_WORDS[indicator.about], section, words.say_source(indicator), also)


def _say_combination(policy: Policy) -> Iterator[str]:
    """How one answer comes of many rules, a sentence a part."""
    how = policy.combination
    yield {
        HIGHEST: "The level is the highest that any rule gives. No rule lowers what another has reached.",
        FIRST: "The level is that of the first rule that holds, by rank. What nothing lowers still holds it up.",
    }[how.level]
    yield {
        MOST_PRESSING: "The rating is the most pressing that any rule gives: red before amber, and amber before green.",
        FIRST: "The rating is that of the first rule that holds, by rank. What nothing lowers still holds it up.",
    }[how.rag]
    yield "The route is that of the first rule that holds, in the order in which the routes stand below."
    yield "Section 47 enquiries are recommended, or the person must be seen today, as soon as one rule says so."
    yield "Every partner that any of the rules names is asked."
    yield from _say_otherwise(policy)


def _say_otherwise(policy: Policy) -> Iterator[str]:
    how, level = policy.combination, policy.combination.otherwise_level
    otherwise = {
        "level": level and f"{level} ({policy.level_names[level]})",
        "rating": how.otherwise_rag,
        "route": how.otherwise_route and f"“{ROUTES[how.otherwise_route]}”",
    }
    always = [rule for rule in policy.rules if isinstance(rule.when, Always)]
    given = {"level": "level", "rating": "rag", "route": "route"}
    for part, words in otherwise.items():
        if words:
            yield f"Where no rule gives a {part}, it is {words}."
        elif not any(getattr(rule, given[part]) for rule in always):
            yield f"Where no rule gives a {part}, these thresholds give no answer."


def _tell_consent(policy: Policy) -> Consent:
    serious = [rule for rule in policy.rules if rule.level is not None or rule.section_47]
    looked_at = any("consent" in facts_of(rule.when) for rule in serious)
    return Consent(tuple(CONSENT_WORDS.values()), list_about(policy, "consent"), not looked_at)
