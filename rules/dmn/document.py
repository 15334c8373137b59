"""A document's parts as a policy's own document, in plain values: each rule from all its rows, in all its tables."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from rules.conditions import LEVEL
from rules.dmn.model import Model, ReadTable
from rules.dmn.phrasing import phrase_when
from rules.dmn.tables import FLOOR, TAKEN, Output, split_rows
from rules.dmn.xml import Element
from rules.normal import NO, YES, Row, Subject, TooManyRows
from rules.policy import FIRST
from rules.reading import MOST_RANK, OUTCOMES

Given = dict[tuple[str, Output], list[tuple[Row, Element]]]  # the rows of one rule, by table and what they give


def make_document(model: Model) -> dict[str, Any]:
    """The policy's document. PolicyError at what contradicts itself or is missing."""
    root, words = model.root, model.vocabulary
    return {
        "name": root.want("name"),
        "version": root.want("triage:version"),
        "effective_from": _read_day(root),
        "authority": root.one("organizationUnit").want("name"),
        "source": root.want("triage:source"),
        "level_names": _read_level_names(model),
        "domains": dict(words.domains),
        "authorities": dict(words.authorities),
        **({"sources": dict(words.sources)} if words.sources else {}),
        "indicators": {code: _put_indicator(model, code) for code in words.indicators},
        "combination": _read_combination(model),
        "rules": list(_read_rules(model)),
    }


def _read_day(root: Element) -> date:
    written = root.want("triage:effective_from")
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise root.fault(f"triage:effective_from is no date, but {written!r}. Write one like 2014-06-01.") from error


def find_table(model: Model, name: str) -> ReadTable:
    """The table of that name. PolicyError where there is none."""
    if name not in model.tables:
        raise model.root.fault(f"there is no decision {name}. Every policy gives one. Add it.")
    return model.tables[name]


def _read_level_names(model: Model) -> dict[int, Output]:
    """The names, where each row begins a level; the last row begins the first."""
    lines = [line for line, _element in find_table(model, "level_name").lines]
    starts = [getattr(line.row.get(Subject(LEVEL)), "start", 1) for line in lines]
    return {start: line.output for start, line in sorted(zip(starts, lines, strict=True), key=lambda each: each[0])}


def _put_indicator(model: Model, code: str) -> dict[str, Any]:
    each = model.vocabulary.indicators[code]
    section = {"section": each.section} if each.section else {}
    domains = [domain for domain in model.vocabulary.domains if domain in each.domains]
    told = {"says": each.words, "domains": domains, "level": each.usual_level, "about": each.about}
    return {**told, **section, "source": each.source}


def _read_combination(model: Model) -> dict[str, Any]:
    ways = {part: model.root.want(f"triage:takes_{part}") for part in ("level", "rag")} | {"route": FIRST}
    flags = {"section_47": "any", "must_be_seen_today": "any", "agencies": "all"}
    otherwise = {part: _read_otherwise(find_table(model, part)) for part in ("level", "rag", "route")}
    given = {part: value for part, value in otherwise.items() if value is not None}
    return {**ways, **flags, **({"otherwise": given} if given else {})}


def _read_otherwise(table: ReadTable) -> Output | None:
    """What the last row gives, where it is no rule's and always fits."""
    last = table.lines[-1][0] if table.lines else None
    return last.output if last and not last.rule and not last.row else None


def _read_rules(model: Model) -> Iterator[dict[str, Any]]:
    given: dict[str, Given] = {name: {} for name in model.rules}
    for table in model.tables.values():
        for line, element in table.lines:
            if line.rule and line.rule not in given:
                raise element.fault(
                    f"there is no knowledgeSource with the label {line.rule!r}. Add it, or correct this."
                )
            if line.rule:
                _check_because(model.rules[line.rule], element)
                given[line.rule].setdefault((table.name, line.output), []).append((line.row, element))
    for name, element in model.rules.items():
        if not given[name]:
            raise element.fault(f"no row has the label {name}. Add its rows, or take this out.")
        yield _read_rule(model, name, element, given[name])


def _check_because(because: Element, row: Element) -> None:
    for said in row.all("description"):
        if said.text.strip() != because.words("description"):
            raise said.fault(f"the knowledgeSource {because.want('label')} says otherwise. Change both.")


def _read_rule(model: Model, name: str, element: Element, given: Given) -> dict[str, Any]:
    then = _read_outcomes(given)
    rows = _read_rows(model, name, given)
    rank, floor = element.get("triage:rank"), element.get("triage:floor")
    if rank is not None and not (rank.isdecimal() and len(rank) <= len(str(MOST_RANK))):
        raise element.fault(f"a rank is a whole number up to {MOST_RANK}, not {rank[:20]!r}.")
    if floor not in (None, YES, NO):
        raise element.fault(f"triage:floor is {YES} or {NO}, not {floor!r}.")
    return {
        "id": name,
        **({"rank": int(rank)} if rank is not None else {}),
        **({"floor": True} if floor == YES else {}),
        "when": phrase_when(model.vocabulary, rows),
        "then": {part: then[part] for part in OUTCOMES if part in then},
        "because": {"paragraph": element.want("name"), "says": element.words("description")},
    }


def _read_outcomes(given: Given) -> dict[str, Any]:
    """What a rule gives, part by part. PolicyError at the row that gives a second value of a part."""
    then: dict[str, Any] = {}
    for (table, output), lines in given.items():
        part = table.removesuffix(TAKEN).removesuffix(FLOOR)
        value = True if output == YES else output
        if part == "agencies":
            then[part] = [*then.get(part, []), value]
        elif then.setdefault(part, value) != value:
            raise lines[0][1].fault(f"another row of this rule gives {then[part]!r} as its {part}. Give both the same.")
    return then


def _read_rows(model: Model, name: str, given: Given) -> list[Row]:
    """The rows of a rule, the same wherever it gives something. PolicyError where a table differs."""
    found: list[Row] | None = None
    for (table, _output), lines in given.items():
        try:
            rows = split_rows(model.vocabulary, (row for row, _element in lines))
        except TooManyRows as error:
            raise lines[0][1].fault(f"the rule {name} needs {error}. Take it apart into several.") from error
        if found is not None and rows != found:
            raise lines[0][1].fault(
                f"the rule {name} demands something else in {table} than before. Let it be the same."
            )
        found = rows
    return found or []
