"""From a document to a policy: every fault is said with its line and column, and the content is hashed."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rules.conditions import facts_of, names_level
from rules.document import Node, PolicyError, read_document
from rules.facts import ELSEWHERE, UNKNOWN
from rules.grammar import Reader
from rules.policy import (
    AGENCIES,
    FIRST,
    HIGHEST,
    LEVELS,
    MOST_PRESSING,
    RAGS,
    ROUTES,
    Because,
    Combination,
    Policy,
    Rule,
)
from rules.vocabulary import ABOUT, SECTIONS, Indicator, Vocabulary

KEYS = (
    *("name", "version", "effective_from", "authority", "source", "level_names"),
    *("domains", "authorities", "sources", "indicators", "combination", "rules"),
)
OPTIONAL_KEYS = ("sources",)
INDICATOR_KEYS = ("says", "domains", "level", "about", "section", "source")
COMBINATION_KEYS = ("level", "rag", "route", "section_47", "must_be_seen_today", "agencies", "otherwise")
RULE_KEYS = ("id", "rank", "floor", "when", "then", "because")
OUTCOMES = ("level", "rag", "route", "section_47", "must_be_seen_today", "agencies")
SLUG = re.compile(r"[a-z][a-z0-9_]*")
CODE = re.compile(r"[A-Z][A-Z0-9_]*")
VERSION = re.compile(r"[A-Za-z0-9]+([ ./-][A-Za-z0-9]+)*")
MOST_VERSION = 40
MOST_RANK = 9999


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
    parts = node.children(KEYS, [key for key in KEYS if key not in OPTIONAL_KEYS])
    vocabulary = _read_vocabulary(parts)
    combination = _read_combination(parts["combination"])
    reader, nodes = Reader(vocabulary), parts["rules"].items()
    policy = Policy(
        name=_read_slug(parts["name"]),
        version=_read_version(parts["version"]),
        effective_from=parts["effective_from"].day(),
        authority=parts["authority"].text(),
        source=parts["source"].text(),
        level_names=_read_level_names(parts["level_names"]),
        vocabulary=vocabulary,
        combination=combination,
        rules=tuple(_read_rule(reader, combination, each) for each in nodes),
        **_read_content(node),
    )
    _check_ids(nodes)
    return policy


def _read_content(node: Node) -> dict[str, Any]:
    """The order of keys is part of it: conditions, indicators and authorities are told in their order."""
    content = node.plain()
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return {"content": content, "hash": hashlib.sha256(text.encode()).hexdigest()}


def _read_vocabulary(parts: Mapping[str, Node]) -> Vocabulary:
    domains = {name: value.text() for _key, name, value in parts["domains"].entries()}
    authorities = {_check_slug(key, name): value.text() for key, name, value in parts["authorities"].entries()}
    for key, name, _value in parts["authorities"].entries():
        if name in (ELSEWHERE, UNKNOWN):
            raise key.fault(f"every policy knows {name!r}. Take it out.")
    sources = {name: value.text() for _key, name, value in parts["sources"].entries()} if "sources" in parts else {}
    read = [_read_indicator(domains, *entry) for entry in parts["indicators"].entries()]
    indicators = {each.code: each for each in read}
    return Vocabulary(*map(MappingProxyType, (indicators, domains, authorities, sources)))


def _read_indicator(domains: Mapping[str, str], key: Node, code: str, node: Node) -> Indicator:
    if not CODE.fullmatch(code):
        raise key.fault(f"{code!r} is not an indicator's code. Use capitals, digits and underscores.")
    parts = node.children(INDICATOR_KEYS, ("says", "domains", "level", "about", "source"))
    return Indicator(
        code,
        parts["says"].text(),
        frozenset(each.one_of(domains) for each in parts["domains"].items()),
        parts["level"].whole(LEVELS[0], LEVELS[-1]),
        parts["about"].one_of(ABOUT),
        parts["section"].one_of(SECTIONS) if "section" in parts else "",
        parts["source"].text(),
    )


def _read_combination(node: Node) -> Combination:
    parts = node.children(COMBINATION_KEYS, COMBINATION_KEYS[:-1])
    # One way each, so far; stated all the same, so that the document says the whole of how an answer comes about.
    parts["route"].one_of((FIRST,))
    parts["agencies"].one_of(("all",))
    for flag in ("section_47", "must_be_seen_today"):
        parts[flag].one_of(("any",))
    otherwise = parts["otherwise"].children(("level", "rag", "route")) if "otherwise" in parts else {}
    given = {f"otherwise_{key}": _READ_OUTCOME[key](value) for key, value in otherwise.items()}
    level, rag = parts["level"].one_of((HIGHEST, FIRST)), parts["rag"].one_of((MOST_PRESSING, FIRST))
    return Combination(level, rag, **given)


def _read_slug(node: Node) -> str:
    return _check_slug(node, node.text())


def _read_version(node: Node) -> str:
    """A version stands in addresses, files' names and log lines."""
    text = node.text()
    if not VERSION.fullmatch(text) or len(text) > MOST_VERSION:
        raise node.fault(
            f"a version is up to {MOST_VERSION} letters and digits, like V6 or 2027-28; not {text[:50]!r}."
        )
    return text


def _check_slug(node: Node, text: str) -> str:
    if not SLUG.fullmatch(text):
        raise node.fault(f"{text!r} is not a name. Use small letters, digits and underscores.")
    return text


def _read_level_names(node: Node) -> Mapping[int, str]:
    levels = [str(level) for level in LEVELS]
    named = node.children(levels, levels)
    return MappingProxyType({level: named[str(level)].text() for level in LEVELS})


def _read_rule(reader: Reader, combination: Combination, node: Node) -> Rule:
    parts = node.children(RULE_KEYS, ("id", "when", "then", "because"))
    because = parts["because"].children(("paragraph", "says"), ("paragraph", "says"))
    rule = Rule(
        _read_slug(parts["id"]),
        reader.read_when(parts["when"]),
        Because(because["paragraph"].text(), because["says"].text()),
        floor=parts["floor"].yes_no() if "floor" in parts else False,
        rank=parts["rank"].whole(1, MOST_RANK) if "rank" in parts else None,
        **{key: _READ_OUTCOME[key](value) for key, value in parts["then"].children(OUTCOMES).items()},
    )
    _check_rule(rule, combination, node, parts["then"])
    return rule


def _check_rule(rule: Rule, combination: Combination, node: Node, then: Node) -> None:
    # Else the level would hang on the order of the rules.
    if names_level(rule.when) and rule.level is not None:
        raise then.children(OUTCOMES)["level"].fault("a rule that asks for the level may not set it. Take one out.")
    if rule.section_47 and (rule.level, rule.rag) != (4, "red"):
        raise then.fault("section 47 goes with level 4 and rag red. Give all three.")
    if rule.floor and ((rule.level is None and rule.rag is None) or rule.route):
        raise then.fault("a floor holds a level or a RAG up, and no route. Give one of them, or take the floor out.")
    if "authority" in facts_of(rule.when) and (rule.level or rule.rag or rule.section_47 or rule.must_be_seen_today):
        raise node.fault("where a family lives may change the route, never how serious it is. Take one of them out.")
    for part in sorted(_taken_first(combination)):
        if getattr(rule, part) is not None and rule.rank is None:
            raise node.fault(f"the {part} is that of the first rule that fits, so this one needs a rank. Give one.")


def _taken_first(combination: Combination) -> Iterator[str]:
    yield "route"
    yield from (part for part in ("level", "rag") if getattr(combination, part) == FIRST)


def _read_agencies(node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.one_of(AGENCIES) for each in node.items()))


_READ_OUTCOME: Mapping[str, Any] = {
    "level": lambda node: node.whole(LEVELS[0], LEVELS[-1]),
    "rag": partial(Node.one_of, codes=RAGS),
    "route": partial(Node.one_of, codes=ROUTES),
    "section_47": Node.yes_no,
    "must_be_seen_today": Node.yes_no,
    "agencies": _read_agencies,
}


def _check_ids(nodes: list[Node]) -> None:
    seen = set()
    for value in (node.children(RULE_KEYS)["id"] for node in nodes):
        if value.text() in seen:
            raise value.fault(f"another rule is called {value.text()!r}. Give this one a name of its own.")
        seen.add(value.text())
