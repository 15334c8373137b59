"""A policy document: read, checked with the line and column of every fault, and hashed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from rules.conditions import Condition, ConditionError, read_condition

RAGS = ("red", "amber", "green")
ROUTES = (
    "social_care",
    "early_help",
    "adult_safeguarding",
    "ehc_pathway",
    "advice",
    "other_authority",
    "existing_case",
    "no_further_action",
)
FORBIDDEN = ("ethnicity", "sex", "religion", "district")
KEYS = {"name", "version", "effective_from", "authority", "source", "level_names", "combination", "rules", "routes"}
OUTCOMES = {"level", "rag", "section_47", "must_be_seen_today", "agencies", "floor"}


class PolicyError(ValueError):
    """A document that is not a policy: where (line and column, from 1), what, and what to do."""

    def __init__(self, message: str, mark: yaml.Mark | None = None, where: str = "policy") -> None:
        place = f"{where}, line {mark.line + 1}, column {mark.column + 1}: " if mark else f"{where}: "
        super().__init__(place + message)


@dataclass(frozen=True, slots=True)
class Rule:
    """When this holds, at least this level, RAG and what comes with them. `floor` says nothing may lower it."""

    id: str
    when: Condition
    because: str
    level: int = 1
    rag: str = "green"
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


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of a council's thresholds. `hash` is the SHA-256 of its content, whatever its layout and comments."""

    name: str
    version: str
    effective_from: date
    authority: str
    source: str
    level_names: Mapping[int, str]
    rules: tuple[Rule, ...]
    routes: tuple[RouteRule, ...]
    hash: str


def load_policy(text: str, where: str = "policy") -> Policy:
    """The policy in a YAML text. PolicyError says where it is wrong and what to do."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise PolicyError(str(error.problem), error.problem_mark, where) from error
    if not isinstance(node, yaml.MappingNode):
        raise PolicyError("a policy is a mapping that begins with its name", where=where)
    return _Reader(where).read(node)


class _Reader:
    """Reads nodes rather than values, because a node knows its line."""

    def __init__(self, where: str) -> None:
        self.where = where

    def read(self, node: yaml.MappingNode) -> Policy:
        document = self._value(node)
        self._check_keys(node, KEYS, KEYS)
        if document["combination"] != "highest":
            raise self._fault(_child(node, "combination"), "the only combination there is yet is: highest")
        names = document["level_names"]
        if not isinstance(names, dict) or set(names) != {1, 2, 3, 4}:
            raise self._fault(_child(node, "level_names"), "name the levels 1, 2, 3 and 4")
        if not isinstance(document["effective_from"], date):
            raise self._fault(_child(node, "effective_from"), "give a date, like 2014-06-01")
        rules = tuple(self._rule(each) for each in self._sequence(node, "rules"))
        routes = tuple(self._route(each) for each in self._sequence(node, "routes"))
        self._check_ids(node, [each.id for each in (*rules, *routes)])
        plain = {key: str(document[key]) for key in ("name", "version", "authority", "source")}
        return Policy(
            **plain,
            effective_from=document["effective_from"],
            level_names=names,
            rules=rules,
            routes=routes,
            hash=_hash(document),
        )

    def _rule(self, node: yaml.MappingNode) -> Rule:
        self._check_keys(node, {"id", "when", "then", "because"}, {"id", "when", "then", "because"})
        then = _child(node, "then")
        self._check_keys(then, OUTCOMES, set())
        outcome = self._value(then)
        if outcome.get("level", 1) not in (1, 2, 3, 4):
            raise self._fault(_child(then, "level"), "a level is 1, 2, 3 or 4")
        if outcome.get("rag", "green") not in RAGS:
            raise self._fault(_child(then, "rag"), f"a rag is one of: {', '.join(RAGS)}")
        outcome["agencies"] = tuple(outcome.get("agencies", ()))
        values = self._value(node)
        return Rule(values["id"], self._condition(_child(node, "when")), values["because"], **outcome)

    def _route(self, node: yaml.MappingNode) -> RouteRule:
        self._check_keys(node, {"id", "when", "route", "because"}, {"id", "when", "route", "because"})
        values = self._value(node)
        if values["route"] not in ROUTES:
            raise self._fault(_child(node, "route"), f"a route is one of: {', '.join(ROUTES)}")
        return RouteRule(values["id"], self._condition(_child(node, "when")), values["route"], values["because"])

    def _condition(self, node: yaml.Node) -> Condition:
        self._check_fair(node)
        try:
            return read_condition(self._value(node))
        except (ConditionError, TypeError) as error:
            raise self._fault(node, str(error)) from error

    def _check_fair(self, node: yaml.Node) -> None:
        for key, _value in getattr(node, "value", []) if isinstance(node, yaml.MappingNode) else []:
            if key.value in FORBIDDEN:
                raise self._fault(key, f"a policy may not look at {key.value}: take this condition out")
        for child in _children(node):
            self._check_fair(child)

    def _check_keys(self, node: yaml.Node, allowed: set[str], required: set[str]) -> None:
        if not isinstance(node, yaml.MappingNode):
            raise self._fault(node, "a mapping is wanted here")
        for key, _value in node.value:
            if key.value not in allowed:
                raise self._fault(key, f"there is no key {key.value!r} here; use: {', '.join(sorted(allowed))}")
        missing = sorted(required - {key.value for key, _value in node.value})
        if missing:
            raise self._fault(node, f"{missing[0]} is missing")

    def _check_ids(self, node: yaml.MappingNode, ids: list[str]) -> None:
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise self._fault(_child(node, "rules"), f"two rules are called {twice[0]!r}")

    def _sequence(self, node: yaml.MappingNode, key: str) -> list[Any]:
        child = _child(node, key)
        if not isinstance(child, yaml.SequenceNode) or not child.value:
            raise self._fault(child, f"{key} is a list with at least one entry")
        return child.value

    def _value(self, node: yaml.Node) -> Any:
        return _Constructor().construct_document(node)

    def _fault(self, node: yaml.Node, message: str) -> PolicyError:
        return PolicyError(message, node.start_mark, self.where)


class _Constructor(yaml.constructor.SafeConstructor):
    """Builds plain values from nodes that were read already."""


def _child(node: yaml.MappingNode, key: str) -> Any:
    return next(value for name, value in node.value if name.value == key)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _key, value in node.value]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _hash(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
