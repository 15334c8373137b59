"""A DMN 1.3 document of ours taken apart: the vocabulary, the rules, and each table with its rows.

What a policy cannot be made of is refused with its line and column, never passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rules.dmn.cells import read_cell, read_output, read_subject
from rules.dmn.columns import KNOWN_SUFFIX
from rules.dmn.tables import Line
from rules.dmn.xml import Element, read_xml
from rules.facts import FACTS, CountFact
from rules.normal import FACT, KNOWN, Demand, Row, Subject, meet_demands
from rules.policy import LEVELS
from rules.vocabulary import Indicator, Vocabulary

_READ = ("description", "extensionElements", "inputData", "knowledgeSource", "decision", "organizationUnit")
_HARMLESS = ("other:DMNDI", "textAnnotation", "association", "group")  # how it is drawn changes nothing


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A decision's table as it stands: its name, its hit policy, and its lines, each with its element."""

    name: str
    hit: str
    lines: tuple[tuple[Line, Element], ...]
    element: Element


@dataclass(frozen=True, slots=True)
class Model:
    """What a document holds: its top, the vocabulary, and by name the indicators, the rules' elements, the tables."""

    root: Element
    vocabulary: Vocabulary
    indicators: Mapping[str, Element]
    rules: Mapping[str, Element]
    tables: Mapping[str, ReadTable]


def read_model(content: bytes, where: str) -> Model:
    """The parts of a document. PolicyError, with its place, for what is no document of ours; `where` is its name."""
    root = read_xml(content, where)
    if root.name != "definitions":
        raise root.fault("this is not DMN 1.3. Save it as that, or export the policy again.")
    if root.get("triage:version") is None:
        raise root.fault("this was not written by `triage policy dmn`, or has lost what DMN alone does not carry.")
    for child in root.children:
        if child.name not in (*_READ, *_HARMLESS):
            raise child.fault(f"a policy has no place for this {child.name}. Take it out.")
    indicators = _index(_list_indicators(root), "name")
    vocabulary = _read_vocabulary(root, indicators)
    rules = _index(root.all("knowledgeSource"), "label")
    tables = {name: _read_table(vocabulary, name, each) for name, each in _index(root.all("decision"), "name").items()}
    return Model(root, vocabulary, indicators, rules, tables)


def _index(elements: list[Element], attribute: str) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for element in elements:
        name = element.want(attribute)
        if name in found:
            raise element.fault(f"another {element.name} has the {attribute} {name!r}. Keep one.")
        found[name] = element
    return found


def _list_indicators(root: Element) -> list[Element]:
    """The inputs that are indicators. PolicyError for one that is neither that nor a fact."""
    indicators = []
    for element in root.all("inputData"):
        name = element.want("name")
        if any(each.all("triage:indicator") for each in element.all("extensionElements")):
            indicators.append(element)
        elif name not in FACTS and not _tells_whether_known(name):
            raise element.fault(f"there is no fact {name!r}, and it is not said what it means as an indicator.")
    return indicators


def _tells_whether_known(name: str) -> bool:
    fact = FACTS.get(name.removesuffix(KNOWN_SUFFIX))
    return isinstance(fact, CountFact) and fact.may_be_unknown


def _read_vocabulary(root: Element, inputs: Mapping[str, Element]) -> Vocabulary:
    more = root.one("extensionElements")
    names = [
        {each.want("code"): each.text.strip() for each in more.all(kind)}
        for kind in ("triage:domain", "triage:authority", "triage:source")
    ]
    indicators = {code: _read_indicator(code, element, names[0]) for code, element in inputs.items()}
    return Vocabulary(*map(MappingProxyType, (indicators, *names)))


def _read_indicator(code: str, element: Element, domains: Mapping[str, str]) -> Indicator:
    told = element.one("extensionElements").one("triage:indicator")
    level = told.want("level")
    if level not in map(str, LEVELS):
        raise told.fault(f"an indicator's level is from 1 to 4, not {level!r}.")
    lies_in = frozenset(each.want("domain") for each in told.all("triage:in"))
    if not lies_in or not lies_in <= domains.keys():
        raise told.fault(f"an indicator lies in one or more of the domains {', '.join(domains)}.")
    about, section, source = told.want("about"), told.get("section") or "", told.want("source")
    return Indicator(code, element.words("description"), lies_in, int(level), about, section, source)


def _read_table(vocabulary: Vocabulary, name: str, decision: Element) -> ReadTable:
    table = decision.one("decisionTable")
    if table.get("aggregation") or table.one("output").all("defaultOutputEntry"):
        raise table.fault("a policy neither counts its rows nor gives what no row says. Take that out.")
    subjects = [read_subject(vocabulary, each) for each in table.all("input")]
    lines = tuple((_read_line(vocabulary, subjects, each), each) for each in table.all("rule"))
    return ReadTable(name, table.get("hitPolicy") or "UNIQUE", lines, table)


def _read_line(vocabulary: Vocabulary, subjects: list[Subject], element: Element) -> Line:
    cells = element.all("inputEntry")
    if len(cells) != len(subjects):
        raise element.fault(f"this row has {len(cells)} cells for {len(subjects)} columns. Give it one for each.")
    row: dict[Subject, Demand] = {}
    for subject, demand, cell in _read_cells(vocabulary, subjects, cells):
        met = meet_demands(row[subject], demand) if subject in row else demand
        if met is None:
            raise cell.fault("with another cell of its row, this can never be met. Change one, or take the row out.")
        row[subject] = met
    _check_known(vocabulary, row, element)
    return Line(element.get("label") or "", row, read_output(element.one("outputEntry")))


def _read_cells(
    vocabulary: Vocabulary, subjects: list[Subject], cells: list[Element]
) -> Iterator[tuple[Subject, Demand, Element]]:
    for subject, cell in zip(subjects, cells, strict=True):
        demand = read_cell(vocabulary, subject, cell)
        if demand is not None:
            yield subject, demand, cell


def _check_known(vocabulary: Vocabulary, row: Row, element: Element) -> None:
    for subject in row:
        asks_number = subject.what == FACT and isinstance(vocabulary.facts[subject.name], CountFact)
        known = Subject(KNOWN, subject.name)
        if asks_number and vocabulary.facts[subject.name].may_be_unknown and known not in row:
            raise element.fault(
                f"this row asks for {subject.name} but not whether it is known. "
                f'Put "yes" in the column {subject.name}{KNOWN_SUFFIX} too.'
            )
