"""A policy's decision tables as a DMN 1.3 document. The same policy gives the same bytes."""

import re
from urllib.parse import quote as percent
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # nosec B405 - writes only

from rules.conditions import LEVEL
from rules.dmn.columns import (
    DECISION,
    Column,
    list_codes,
    list_columns,
    quote,
    write_cells,
    write_expression,
)
from rules.dmn.inputs import list_inputs, names_in
from rules.dmn.tables import FIRST, NUMBERS, CannotWrite, Line, Output, Table, make_tables
from rules.dmn.words import QUESTIONS, describe_export, describe_input, head_column
from rules.dmn.xml import DMN, OURS
from rules.facts import CountFact
from rules.normal import NO, YES
from rules.policy import AGENCIES, LEVELS, RAGS, ROUTES, Policy, Rule
from rules.vocabulary import Indicator, Vocabulary

# What XML has no place for, and the carriage return, which it would read as another character.
_NO_PLACE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What each decision may give, the strongest first where one is stronger.
_VALUES = {"level": LEVELS[::-1], "rag": RAGS, "route": ROUTES, "agencies": AGENCIES}
_VALUES |= dict.fromkeys(("section_47", "must_be_seen_today"), (YES, NO))


def write_dmn(policy: Policy) -> str:
    """The document. CannotWrite where a rule would need too many rows, or a text holds what XML has no place for."""
    tables = make_tables(policy)
    columns = [list_columns(policy.vocabulary, (line.row for line in table.lines)) for table in tables]
    written = {line.rule for table in tables for line in table.lines}
    root = _write_head(policy)
    root.extend(_write_input(policy.vocabulary, name) for name in list_inputs(policy.vocabulary, columns))
    root.extend(_write_because(rule) for rule in policy.rules if rule.id in written)
    root.extend(_write_decision(policy, *each) for each in zip(tables, columns, strict=True))
    SubElement(root, "organizationUnit", id="owner", name=policy.authority)
    indent(root)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'
    if found := _NO_PLACE.search(text):
        raise CannotWrite(
            f"{policy.title}: XML has no place for the character {found[0]!r}. Take it out of the policy."
        )
    return text


def _write_head(policy: Policy) -> Element:
    how = policy.combination
    ours = {
        "version": policy.version,
        "effective_from": policy.effective_from.isoformat(),
        "source": policy.source,
        "takes_level": how.level,
        "takes_rag": how.rag,
    }
    namespace = f"{OURS}:{policy.name}:{percent(policy.version)}"
    standard = {"xmlns": DMN, "xmlns:triage": OURS, "id": "policy", "name": policy.name, "namespace": namespace}
    root = Element(
        "definitions", standard | {f"triage:{name}": value for name, value in ours.items()}, exporter="triage"
    )
    SubElement(root, "description").text = describe_export(policy)
    more = SubElement(root, "extensionElements")
    words = policy.vocabulary
    for kind, names in (("domain", words.domains), ("authority", words.authorities), ("source", words.sources)):
        for code, words in names.items():
            SubElement(more, f"triage:{kind}", code=code).text = words
    return root


def _write_input(vocabulary: Vocabulary, name: str) -> Element:
    element = Element("inputData", id=f"input_{name}", name=name)
    SubElement(element, "description").text = describe_input(vocabulary, name)
    if indicator := vocabulary.indicators.get(name):
        SubElement(element, "extensionElements").append(_write_indicator(vocabulary, indicator))
    SubElement(element, "variable", name=name, typeRef=_type_of(indicator or _is_number(vocabulary, name)))
    return element


def _is_number(vocabulary: Vocabulary, name: str) -> bool:
    return isinstance(vocabulary.facts.get(name), CountFact)


def _type_of(number: object) -> str:
    return "number" if number else "string"


def _write_indicator(vocabulary: Vocabulary, indicator: Indicator) -> Element:
    told = {"level": str(indicator.usual_level), "about": indicator.about, "source": indicator.source}
    section = {"section": indicator.section} if indicator.section else {}
    element = Element("triage:indicator", told | section)
    for domain in vocabulary.domains:
        if domain in indicator.domains:
            SubElement(element, "triage:in", domain=domain)
    return element


def _write_because(rule: Rule) -> Element:
    names = {"id": f"because_{rule.id}", "label": rule.id, "name": rule.because.paragraph}
    rank = {"triage:rank": str(rule.rank)} if rule.rank is not None else {}
    element = Element("knowledgeSource", names | rank | ({"triage:floor": YES} if rule.floor else {}))
    SubElement(element, "description").text = rule.because.says
    return element


def _write_decision(policy: Policy, table: Table, columns: list[Column]) -> Element:
    vocabulary = policy.vocabulary
    decision = Element("decision", id=table.name, name=table.name)
    SubElement(decision, "question").text = QUESTIONS[table.name]
    kind = _type_of(table.name in NUMBERS)
    SubElement(decision, "variable", {"name": table.name} | ({"typeRef": kind} if table.hit == FIRST else {}))
    for needed, name in dict.fromkeys((_needs(each), name) for each in columns for name in names_in(vocabulary, each)):
        target = name if needed == "requiredDecision" else f"input_{name}"
        SubElement(SubElement(decision, "informationRequirement"), needed, href=f"#{target}")
    for rule in dict.fromkeys(line.rule for line in table.lines if line.rule):
        SubElement(SubElement(decision, "authorityRequirement"), "requiredAuthority", href=f"#because_{rule}")
    SubElement(decision, "decisionOwner", href="#owner")
    decision.append(_write_table(policy, table, columns, kind))
    return decision


def _needs(column: Column) -> str:
    return "requiredDecision" if column.subject.what in (LEVEL, DECISION) else "requiredInput"


def _write_table(policy: Policy, table: Table, columns: list[Column], kind: str) -> Element:
    vocabulary, says = policy.vocabulary, {rule.id: rule.because.says for rule in policy.rules}
    element = Element("decisionTable", id=f"{table.name}_table", hitPolicy=table.hit)
    for place, column in enumerate(columns, 1):
        element.append(_write_column(vocabulary, f"{table.name}_in{place}", column))
    output = SubElement(element, "output", id=f"{table.name}_out", name=table.name, typeRef=kind)
    if values := _VALUES.get(table.name):
        _write_text(output, "outputValues", ",".join(map(_write_output, values)))
    for place, line in enumerate(table.lines, 1):
        cells = write_cells(vocabulary, columns, line.row)
        element.append(_write_line(f"{table.name}_{place}", line, says.get(line.rule), cells))
    return element


def _write_column(vocabulary: Vocabulary, name: str, column: Column) -> Element:
    codes = list_codes(vocabulary, column.subject)
    element = Element("input", id=name, label=head_column(vocabulary, column.subject))
    asked = _write_text(element, "inputExpression", write_expression(vocabulary, column.subject))
    asked.set("typeRef", _type_of(not codes))
    if codes:
        _write_text(element, "inputValues", ",".join(map(quote, codes)))
    return element


def _write_line(name: str, line: Line, says: str | None, cells: list[str]) -> Element:
    element = Element("rule", {"id": name} | ({"label": line.rule} if line.rule else {}))
    if says:
        SubElement(element, "description").text = says
    for place, cell in enumerate(cells, 1):
        _write_text(element, "inputEntry", cell).set("id", f"{name}_in{place}")
    _write_text(element, "outputEntry", _write_output(line.output)).set("id", f"{name}_out")
    return element


def _write_text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    SubElement(element, "text").text = text
    return element


def _write_output(output: Output) -> str:
    return str(output) if isinstance(output, int) else quote(output)
