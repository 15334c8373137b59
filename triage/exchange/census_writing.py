"""The Children in Need census as a way out: the XML that the DfE takes, the same bytes for the same return."""

from datetime import datetime
from typing import Any

from lxml import etree

from triage.exchange.census_schema import CHILD, Group, Value
from workflows.calendar import LONDON
from workflows.census.records import Census


def write_census(census: Census, *, at: datetime, software: str, release: str, serial: int = 1) -> bytes:
    """The return as UTF-8. `at` is when it was made, an aware instant; `serial` counts the files made for the year.

    What is None or empty is left out. ValueError for text that XML cannot hold, such as a NUL.
    """
    root = etree.Element("Message")
    _write_header(root, census, at.astimezone(LONDON), (software, release, f"{serial:03}"))
    children = etree.SubElement(root, "Children")
    for child in census.children:
        _write_group(etree.SubElement(children, CHILD.tag), CHILD, child, census.year)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _write_header(root: etree._Element, census: Census, at: datetime, made_by: tuple[str, str, str]) -> None:
    header = etree.SubElement(root, "Header")
    collection, source = (etree.SubElement(header, tag) for tag in ("CollectionDetails", "Source"))
    _write_text(collection, "Collection", "CIN")
    _write_text(collection, "Year", str(census.year))
    if census.reference_date:
        _write_text(collection, "ReferenceDate", census.reference_date.isoformat())
    _write_text(source, "SourceLevel", "L")
    _write_text(source, "LEA", census.authority)
    for tag, text in zip(("SoftwareCode", "Release", "SerialNo"), made_by, strict=True):
        _write_text(source, tag, text)
    _write_text(source, "DateTime", f"{at:%Y-%m-%dT%H:%M:%S}")


def _write_group(node: etree._Element, group: Group, record: Any, year: int) -> None:
    for part in group.parts:
        if isinstance(part, Value):
            _write_value(node, part, record, year)
        elif part.record:
            for each in getattr(record, part.name):
                _write_group(etree.SubElement(node, part.tag), part, each, year)
        else:
            cover = etree.Element(part.tag)
            _write_group(cover, part, record, year)
            if len(cover):
                node.append(cover)


def _write_value(node: etree._Element, value: Value, record: Any, year: int) -> None:
    """A review without its date is written as an empty element: the rules ask about it (8842Q)."""
    found = getattr(record, value.name)
    if not value.since <= year <= value.until:
        return
    for each in found if value.many else [found] if found not in (None, "") else []:
        _write_text(node, value.tag, "" if each is None else value.kind.write(each))


def _write_text(node: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(node, tag).text = text
