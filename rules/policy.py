"""A policy document: thresholds that run. Read, checked with the line and column of every fault, and hashed."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from rules.conditions import Always, Condition, names_level
from rules.document import Node, PolicyError, read_document
from rules.grammar import read_when

__all__ = [
    "AGENCIES",
    "LADDER",
    "RAGS",
    "RANKED",
    "ROUTES",
    "Policy",
    "PolicyError",
    "RouteRule",
    "Rule",
    "Verdict",
    "load",
]

LEVELS = (1, 2, 3, 4)
RAGS = ("red", "amber", "green")
RANKED = RAGS[::-1]  # from the least pressing to the most
# From the least help to the most. The other routes hand the person to somebody else who weighs the concern.
LADDER = ("no_further_action", "advice", "early_help", "social_care")
ROUTES = (*LADDER, "adult_safeguarding", "ehc_pathway", "other_authority", "existing_case")
AGENCIES = (
    "police",
    "health",
    "school",
    "probation",
    "youth_offending",
    "housing",
    "adult_social_care",
    "cafcass",
    "voluntary",
)
KEYS = (
    "name",
    "version",
    "effective_from",
    "authority",
    "source",
    "level_names",
    "combination",
    "rules",
    "routes",
)
RULE_KEYS = ("id", "when", "then", "because")
ROUTE_KEYS = ("id", "when", "route", "because")
OUTCOMES = ("level", "rag", "section_47", "must_be_seen_today", "agencies", "floor")
_SLUG = re.compile(r"[a-z][a-z0-9_]*")


class Verdict(NamedTuple):
    """The bare answer: the five parts of it, then the place of the route that held and a bit for each rule that fired.

    `level` is 1 to 4; `routed_by` counts from 0 in `Policy.routes`; bit n of `fired` is `Policy.rules[n]`.
    """

    level: int
    route: str
    rag: str
    section_47: bool
    must_be_seen_today: bool
    routed_by: int
    fired: int

    @property
    def answer(self) -> tuple[Any, ...]:
        """What is acted on, whatever rule led to it."""
        return self[:5]


@dataclass(frozen=True, slots=True)
class Rule:
    """When this holds, at least this level, RAG and what comes with them.

    `floor` marks what nothing may ever lower: a promise about the whole policy, to be tested and proved.
    """

    id: str
    when: Condition
    because: str
    level: int = 1
    rag: str = RANKED[0]
    section_47: bool = False
    must_be_seen_today: bool = False
    agencies: tuple[str, ...] = ()
    floor: bool = False


@dataclass(frozen=True, slots=True)
class RouteRule:
    """The first of these that holds, given the level, says which way."""

    id: str
    when: Condition
    route: str
    because: str


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A version of a council's thresholds. `hash` is the SHA-256 of its content, whatever its layout and comments.

    Two policies are equal when their content is. `effective_from` is the first local day on which it is in force.
    """

    name: str
    version: str
    effective_from: date
    authority: str
    source: str
    level_names: Mapping[int, str]
    rules: tuple[Rule, ...] = field(repr=False)
    routes: tuple[RouteRule, ...] = field(repr=False)
    hash: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)


def load(source: str | Path, where: str | None = None) -> Policy:
    """The policy in a file (a Path) or a YAML text (a str). PolicyError says where it is wrong and what to do.

    `where` is what errors call the text: the file's name unless given. OSError where a file cannot be read.
    """
    if isinstance(source, Path):
        where = where or source.name
        source = _read_text(source, where)
    return _read_policy(read_document(source, where or "policy"))


def _read_text(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError("this is not UTF-8 text. Save it as UTF-8.", 1, 1, where) from error


def _read_policy(node: Node) -> Policy:
    parts = node.children(KEYS, KEYS)
    # Stated in the document rather than taken for granted, so that another way can be told apart when there is one.
    parts["combination"].one_of(("highest",))
    policy = Policy(
        name=_read_slug(parts["name"]),
        version=parts["version"].text(),
        effective_from=parts["effective_from"].day(),
        authority=parts["authority"].text(),
        source=parts["source"].text(),
        level_names=_read_level_names(parts["level_names"]),
        rules=tuple(_read_rule(each) for each in parts["rules"].items()),
        routes=tuple(_read_route(each) for each in parts["routes"].items()),
        hash=_hash(node.value()),
    )
    _check_ids([*parts["rules"].items(), *parts["routes"].items()])
    _check_last_route(parts["routes"].items(), policy.routes)
    return policy


def _read_slug(node: Node) -> str:
    text = node.text()
    if not _SLUG.fullmatch(text):
        raise node.fault(f"{text!r} is not a name. Use small letters, digits and underscores.")
    return text


def _read_level_names(node: Node) -> Mapping[int, str]:
    levels = [str(level) for level in LEVELS]
    named = node.children(levels, levels)
    return MappingProxyType({level: named[str(level)].text() for level in LEVELS})


def _read_rule(node: Node) -> Rule:
    parts = node.children(RULE_KEYS, RULE_KEYS)
    when = read_when(parts["when"])
    outcome = _read_then(parts["then"], when)
    return Rule(_read_slug(parts["id"]), when, parts["because"].text(), **outcome)


def _read_then(node: Node, when: Condition) -> dict[str, Any]:
    parts = node.children(OUTCOMES)
    outcome = {key: _READ_OUTCOME[key](value) for key, value in parts.items()}
    # Else the level would hang on the order of the rules.
    if names_level(when) and "level" in parts:
        raise parts["level"].fault("a rule that asks for the level may not set it. Take one of them out.")
    if outcome.get("section_47") and (outcome.get("level"), outcome.get("rag")) != (4, "red"):
        raise node.fault("section 47 goes with level 4 and rag red. Give all three.")
    return outcome


def _read_agencies(node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.one_of(AGENCIES) for each in node.items()))


_READ_OUTCOME: Mapping[str, Any] = {
    "level": lambda node: node.whole(LEVELS[0], LEVELS[-1]),
    "rag": lambda node: node.one_of(RAGS),
    "section_47": Node.yes_no,
    "must_be_seen_today": Node.yes_no,
    "agencies": _read_agencies,
    "floor": Node.yes_no,
}


def _read_route(node: Node) -> RouteRule:
    parts = node.children(ROUTE_KEYS, ROUTE_KEYS)
    when = read_when(parts["when"])
    return RouteRule(_read_slug(parts["id"]), when, parts["route"].one_of(ROUTES), parts["because"].text())


def _check_ids(nodes: list[Node]) -> None:
    seen = set()
    for _key, name, value in (entry for node in nodes for entry in node.entries()):
        if name == "id" and value.text() in seen:
            raise value.fault(f"another rule is called {value.text()!r}. Give this one a name of its own.")
        if name == "id":
            seen.add(value.text())


def _check_last_route(nodes: list[Node], routes: tuple[RouteRule, ...]) -> None:
    """Everybody gets a route: the last holds always, and no earlier one does."""
    whens = [node.children(ROUTE_KEYS)["when"] for node in nodes]
    if not isinstance(routes[-1].when, Always):
        raise whens[-1].fault("the last route must hold for everybody that is left. Give it `when: always`.")
    for when, route in zip(whens[:-1], routes[:-1], strict=True):
        if isinstance(route.when, Always):
            raise when.fault("no route after this one can ever hold. Move it to the end.")


def _hash(document: Mapping[str, Any]) -> str:
    text = json.dumps(_plain(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The value with all its keys as text, so that they can be put in order, and its dates too."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
