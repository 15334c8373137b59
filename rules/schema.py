"""The JSON Schema of a policy document, for editors: made from the same names that the reader takes.

An editor shows what may stand where as somebody writes. Only `rules.reading.load` says whether it is a policy: that a
code is in the vocabulary, for one, no schema can tell.
"""

from typing import Any

from rules.conditions import LEVEL
from rules.durations import UNITS
from rules.facts import FACTS, NEVER_WORD, CodeFact, CountFact, Fact, YesNoFact
from rules.grammar import ALIASES, JOINS, OF_INDICATORS
from rules.policy import AGENCIES, FIRST, HIGHEST, LEVELS, MOST_PRESSING, RAGS, ROUTES
from rules.reading import (
    CODE,
    INDICATOR_KEYS,
    KEYS,
    MOST_RANK,
    MOST_VERSION,
    OPTIONAL_KEYS,
    OUTCOMES,
    RULE_KEYS,
    SLUG,
    VERSION,
)
from rules.vocabulary import ABOUT, SECTIONS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "pattern": r"\S"}
NAME: Schema = {"type": "string", "pattern": f"^{SLUG.pattern}$"}
LEVEL_NUMBER: Schema = {"enum": list(LEVELS)}
YES_NO: Schema = {"type": "boolean"}
CONDITION: Schema = {"$ref": "#/$defs/condition"}


def write_schema() -> Schema:
    """The schema, as JSON Schema 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A threshold policy",
        **_closed(_whole_document(), (key for key in KEYS if key not in OPTIONAL_KEYS)),
        "$defs": {"condition": _condition()},
    }


def _whole_document() -> Schema:
    return {
        "name": NAME,
        "version": {"type": "string", "pattern": f"^{VERSION.pattern}$", "maxLength": MOST_VERSION},
        # YAML reads an unquoted day as a date; a validator may see it as a date or as text.
        "effective_from": {"type": "string", "format": "date", "description": "The first local day in force."},
        "authority": TEXT,
        "source": TEXT,
        "level_names": _closed({str(level): TEXT for level in LEVELS}, map(str, LEVELS)),
        "domains": _mapping(r"^\S+$", TEXT),
        "authorities": _mapping(NAME["pattern"], TEXT) | {"description": "Where an address may lie: ours first."},
        "sources": _mapping(r"^\S+$", TEXT) | {"description": "What the indicators' notes on their source abbreviate."},
        "indicators": _mapping(f"^{CODE.pattern}$", _indicator()),
        "combination": _combination(),
        "rules": {"type": "array", "minItems": 1, "items": _rule()},
    }


def _closed(properties: Schema, required: Any = ()) -> Schema:
    needed = list(required)
    closed = {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": properties}
    return closed | ({"required": needed} if needed else {})


def _mapping(pattern: str, value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "minProperties": 1, "patternProperties": {pattern: value}}


def _several(items: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": items}


def _indicator() -> Schema:
    properties = {
        "says": TEXT,
        "domains": _several({"type": "string"}),
        "level": LEVEL_NUMBER,
        "about": {"enum": list(ABOUT)},
        "section": {"enum": list(SECTIONS), "description": "Of the Children Act 1989."},
        "source": TEXT,
    }
    return _closed(properties, (key for key in INDICATOR_KEYS if key != "section"))


def _combination() -> Schema:
    properties = {
        "level": {"enum": [HIGHEST, FIRST]},
        "rag": {"enum": [MOST_PRESSING, FIRST]},
        "route": {"const": FIRST},
        "section_47": {"const": "any"},
        "must_be_seen_today": {"const": "any"},
        "agencies": {"const": "all"},
        "otherwise": _closed({"level": LEVEL_NUMBER, "rag": {"enum": list(RAGS)}, "route": {"enum": list(ROUTES)}}),
    }
    return _closed(properties, (key for key in properties if key != "otherwise"))


def _rule() -> Schema:
    outcomes = {
        "level": LEVEL_NUMBER,
        "rag": {"enum": list(RAGS)},
        "route": {"enum": list(ROUTES)},
        "section_47": YES_NO,
        "must_be_seen_today": YES_NO,
        "agencies": _several({"enum": list(AGENCIES)}),
    }
    properties = {
        "id": NAME,
        "rank": {"type": "integer", "minimum": 1, "maximum": MOST_RANK, "description": "The lowest goes first."},
        "floor": YES_NO | {"description": "Nothing lowers what this gives."},
        "when": {"anyOf": [{"const": "always"}, CONDITION]},
        "then": _closed({key: outcomes[key] for key in OUTCOMES}),
        "because": _closed({"paragraph": TEXT, "says": TEXT}, ("paragraph", "says")),
    }
    return _closed({key: properties[key] for key in RULE_KEYS}, ("id", "when", "then", "because"))


def _condition() -> Schema:
    facts = {name: _compared(fact) for name, fact in FACTS.items()}
    leaves = {
        "at_least": _closed({"count": _whole(1), "of": _several(CONDITION)}, ("count", "of")),
        "indicator": {"type": "string"},
        "indicators": _closed(_asked_of_indicators()),
        LEVEL: _either(LEVEL_NUMBER, ordered=True),
    }
    aliases = {alias: facts[name] for alias, name in ALIASES.items()}
    return _closed({name: _several(CONDITION) for name in JOINS} | leaves | aliases | facts)


def _asked_of_indicators() -> Schema:
    properties = {
        "level": LEVEL_NUMBER,
        "section": {"enum": list(SECTIONS)},
        "domain": {"type": "string"},
        "about": {"enum": list(ABOUT)},
        "codes": _several({"type": "string"}),
        "count": _whole(1),
        "domains": _whole(1),
    }
    return {key: properties[key] for key in OF_INDICATORS}


def _compared(fact: Fact) -> Schema:
    match fact:
        case YesNoFact():
            return {"anyOf": [YES_NO, _closed({"is": YES_NO})], "description": f"{fact.yes}, or {fact.no}"}
        case CodeFact(subject="the address is in"):
            return _either(NAME) | {"description": f"{fact.subject} one of the policy's authorities, or other"}
        case CodeFact():
            return _either({"enum": [code for code in fact.codes if code != fact.unknown]})
        case CountFact():
            return _either(_count(fact), ordered=True) | {"description": f"{fact.subject}, in {fact.unit}"}


def _count(fact: CountFact) -> Schema:
    kinds = [_whole(0)]
    if fact.unit == "days":
        kinds += [{"type": "string", "pattern": f"^[1-9][0-9]{{0,4}} ({'|'.join(UNITS)})s?$"}]
    kinds += [{"const": NEVER_WORD}] if fact.may_be_never else []
    return {"anyOf": kinds} if len(kinds) > 1 else kinds[0]


def _whole(least: int) -> Schema:
    return {"type": "integer", "minimum": least}


def _either(value: Schema, *, ordered: bool = False) -> Schema:
    """A value, a list of them, or one comparison."""
    several = _several(value)
    operators = {"is": value, "in": several} | ({"below": value, "at_least": value} if ordered else {})
    return {"anyOf": [value, several, _closed(operators) | {"maxProperties": 1}]}
