"""The Children in Need census as a way in: the return as plain records, and what could not be read, by line.

Nothing is lost silently: an element that is not known, is there twice or cannot be read is a fault with its line. The
text of a code is kept as it stands: the census's own rules say whether it is one.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lxml import etree

from triage.exchange.census_schema import CHILD, DAY, Group, Value
from triage.exchange.xml import XmlRefused, read_xml
from workflows.census.records import Census, Child

NOT_KEPT = "not kept by this service yet"
YEAR = re.compile("20[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What was not taken: the line, what it says, and why. `lost` marks a whole child or episode."""

    line: int
    what: str
    why: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """An element that was read: its path beneath Child ("CINdetails/Section47"), its line and its text."""

    path: str
    line: int
    text: str

    def fault(self, why: str, *, lost: bool = False) -> Fault:
        """That this was not taken, and why."""
        return Fault(self.line, f"{self.path.rpartition('/')[2]} {self.text}".strip(), why, lost)


@dataclass(slots=True)
class Reading:
    """A return that was read, and the faults found meanwhile in the order of their lines.

    `elements` has, for each child, their own elements and then those of each episode: the child or episode first.
    """

    census: Census
    faults: list[Fault]
    elements: list[list[list[Element]]] = field(default_factory=list)


def read_census(content: bytes) -> Reading:
    """The return in `content`. XmlRefused where it is not a Children in Need census at all."""
    root = read_xml(content)
    if root.tag != "Message" or root.findtext("Header/CollectionDetails/Collection") != "CIN":
        raise XmlRefused("This is not a Children in Need census: it should be a Message whose Collection is CIN.")
    year = root.findtext("Header/CollectionDetails/Year", "").strip()
    if not YEAR.fullmatch(year):
        raise XmlRefused("The return does not say its year. Its CollectionDetails should have a Year, such as 2022.")
    reader = _Reader()
    children = tuple(reader.read_child(each) for each in root.iterfind("Children/Child"))
    reader.tell_unknown(root, ("Header", "Children"))
    for each in root.iterfind("Children"):
        reader.tell_unknown(each, ("Child",))
    census = Census(
        year=int(year),
        authority=root.findtext("Header/Source/LEA", "").strip(),
        children=children,
        reference_date=reader.read_day(root.find("Header/CollectionDetails/ReferenceDate")),
    )
    return Reading(census, sorted(reader.faults, key=lambda each: each.line), reader.elements)


class _Reader:
    """Reads element by element, by the schema's table; remembers where each stood."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.elements: list[list[list[Element]]] = []

    def read_child(self, node: etree._Element) -> Child:
        self.elements.append([[Element(CHILD.tag, node.sourceline, "")]])
        return self._read_record(node, CHILD, "", self.elements[-1][0])

    def read_day(self, node: etree._Element | None) -> date | None:
        return None if node is None else self._read_text(_element_of(node, node.tag), DAY.read)

    def tell_unknown(self, node: etree._Element, known: tuple[str, ...]) -> None:
        self.faults += (_element_of(each, each.tag).fault(NOT_KEPT) for each in _inner(node) if each.tag not in known)

    def _read_record(self, node: etree._Element, group: Group, path: str, here: list[Element]) -> Any:
        found: dict[str, Any] = {}
        self._read_group(node, group, path, here, found)
        lists = {name: tuple(each) for name, each in found.items() if isinstance(each, list)}
        return group.record(**{**group.required, **found, **lists})

    def _read_group(
        self, node: etree._Element, group: Group, path: str, here: list[Element], found: dict[str, Any]
    ) -> None:
        """Into `found` go the values; a cover's go where its record's do."""
        known = group.known
        for each in _inner(node):
            part, element = known.get(each.tag), _element_of(each, path + each.tag)
            inside = f"{element.path}/"
            if part is None:
                self.faults.append(element.fault(NOT_KEPT))
            elif isinstance(part, Value):
                here.append(element)
                self._read_value(element, part, found)
            elif part.record is None:
                here.append(element)
                self._read_group(each, part, inside, here, found)
            else:
                elements = self._begin(part, element, here)
                found.setdefault(part.name, []).append(self._read_record(each, part, inside, elements))

    def _begin(self, part: Group, element: Element, here: list[Element]) -> list[Element]:
        """The list that holds a record's elements: each episode has its own, with all that is in it."""
        if part.name == "episodes":
            here = []
            self.elements[-1].append(here)
        here.append(element)
        return here

    def _read_value(self, element: Element, value: Value, found: dict[str, Any]) -> None:
        read = self._read_text(element, value.kind.read)
        if value.many:
            found.setdefault(value.name, []).append(read)
        elif value.name in found:
            self.faults.append(element.fault("is there twice: the first is kept"))
        elif element.text:
            found[value.name] = read

    def _read_text(self, element: Element, read: Any) -> Any:
        try:
            return read(element.text) if element.text else None
        except ValueError as error:
            self.faults.append(element.fault(str(error)))
            return None


def _inner(node: etree._Element) -> list[etree._Element]:
    """What is in an element, comments aside."""
    return [each for each in node if isinstance(each.tag, str)]


def _element_of(node: etree._Element, path: str) -> Element:
    return Element(path, node.sourceline, (node.text or "").strip())
