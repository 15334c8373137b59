"""Whether a return keeps the census's rules: all of it, one child, or one episode as somebody types it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from workflows.census import (  # noqa: F401 (each registers its rules)
    assessments,
    characteristics,
    cin_plans,
    closures,
    identifiers,
    protection_plans,
    referrals,
    section_47s,
    whole_return,
)
from workflows.census.records import Census, Child
from workflows.census.rule import PARTS, RULES, At, Rule, Severity
from workflows.census.year import Year


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that is broken, and where: the child's identifier, the place of the episode, and of the part in it.

    None stands for the whole: a fault without a child is the return's, one without an episode the child's.
    """

    rule: Rule
    child: str | None = None
    episode: int | None = None
    place: int | None = None

    @property
    def number(self) -> str:
        """The DfE's: "8820", and with a Q where it is a query."""
        return self.rule.number

    @property
    def severity(self) -> Severity:
        return self.rule.severity

    @property
    def part(self) -> str | None:
        """Which of an episode's parts: "assessments", "section_47s", "plans" or "protection_plans"."""
        return self.rule.about if self.place is not None else None

    @property
    def fields(self) -> tuple[str, ...]:
        """What is at fault, by the record's own names."""
        return self.rule.fields

    @property
    def wrong(self) -> str:
        """What is wrong, in a sentence."""
        return self.rule.wrong

    @property
    def mend(self) -> str:
        """What to do about it, in a sentence."""
        return self.rule.mend


def check(census: Census) -> list[Fault]:
    """Every fault of a return: the whole's first, then child by child."""
    year = Year(census.year)
    children = census.children
    whole = [Fault(each) for each in _rules("census", year.number) if each.broken(census, year)]
    among = [
        Fault(each, children[place].identifier)
        for each in _rules("children", year.number, among=True)
        for place in each.broken(children, year)
    ]
    return [*whole, *among, *(fault for child in children for fault in _check_child(child, year))]


def check_child(child: Child, year: Year) -> list[Fault]:
    """The faults of a child and their episodes, as far as one child alone can tell."""
    return list(_check_child(child, year))


def check_episode(child: Child, place: int, year: Year) -> list[Fault]:
    """The faults of the child's episode at `place`, counted from 0, beside their other episodes."""
    return [fault for fault in _check_child(child, year) if fault.episode == place]


def _check_child(child: Child, year: Year) -> Iterator[Fault]:
    for each in _rules("children", year.number):
        if each.broken(child, year):
            yield Fault(each, child.identifier)
    for rule, place in _broken("episodes", child.episodes, year.number, [At(year, child, e) for e in child.episodes]):
        yield Fault(rule, child.identifier, place)
    for number, episode in enumerate(child.episodes):
        at = At(year, child, episode)
        for part in PARTS:
            things = getattr(episode, part)
            for rule, place in _broken(part, things, year.number, [at] * len(things)):
                yield Fault(rule, child.identifier, number, place)


def _broken(about: str, things: Sequence[Any], year: int, ats: Sequence[At]) -> Iterable[tuple[Rule, int]]:
    """Each broken rule with the place of what breaks it. `ats` says of each thing where it stands."""
    for rule in _rules(about, year):
        for place, (thing, at) in enumerate(zip(things, ats, strict=True)):
            if rule.broken(thing, at):
                yield rule, place
    for rule in _rules(about, year, among=True) if len(things) > 1 else ():
        for place in rule.broken(things, ats[0]):
            yield rule, place


@cache
def _rules(about: str, year: int, *, among: bool = False) -> tuple[Rule, ...]:
    return tuple(each for each in RULES if (each.about, each.among) == (about, among) and each.since <= year)
