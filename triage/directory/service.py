"""A service as an HSDS 3 service object tells of it: what we look for in it, and the room that it says it has.

Our own two vocabularies stand in its `attributes`, by the `taxonomy` of their terms; the districts in `service_areas`,
by the URI that the Office for National Statistics gives each. Room is the entry of `capacities` (HSDS 3.2) whose unit
is a place, with one property of our own: `waiting_weeks`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

KINDS, NEEDS = "triage-provider-kinds", "triage-indicators"
LEVEL_OF_NEED = 2  # an indicator of level 1 says that all is well
PLACE = "Place"
PLACES = UUID("2f0c3a64-7a52-5f0e-9d0b-6a1f8c1c9d35")  # the unit's key, and where the keys of capacities begin
INACTIVE = "inactive"
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """What there is to be named: kinds of provider, needs (of indicators and whole domains), and places by code."""

    kinds: Collection[str]
    needs: Collection[str]
    districts: Mapping[str, str]
    county: str


@dataclass(frozen=True, slots=True)
class Said:
    """The room that a service said it had: places free, of how many, and how many weeks one waits."""

    free: int
    places: int | None
    waiting_weeks: int | None
    at: datetime


def terms_of(document: Document, taxonomy: str) -> tuple[str, ...]:
    """The codes of that taxonomy which the service bears, in its order, each once."""
    terms = (each.get("taxonomy_term") or {} for each in document.get("attributes") or ())
    return tuple(dict.fromkeys(term["code"] for term in terms if term.get("taxonomy") == taxonomy and term.get("code")))


def places_of(document: Document, known: Known) -> tuple[str, ...]:
    """The districts that it serves, in the county's order; none where that is the whole county."""
    named = {_place_of(area, known) for area in document.get("service_areas") or ()}
    return () if known.county in named else tuple(code for code in known.districts if code in named)


def _place_of(area: Document, known: Known) -> str:
    """The code at the end of its URI or, where it has none, that of the district of its name."""
    if area.get("uri"):
        return area["uri"].rstrip("/").rpartition("/")[2]
    return next((code for code, name in known.districts.items() if name == area.get("name")), "")


def names_no_place(document: Document, known: Known) -> bool:
    """Whether it says where it serves, and none of that is here."""
    ours = {known.county, *known.districts}
    areas = document.get("service_areas") or ()
    return bool(areas) and not any(_place_of(area, known) in ours for area in areas)


def columns_of(document: Document, known: Known) -> dict[str, Any]:
    """What stands beside the whole, to be looked for. The document is one that was found to be right."""
    return {
        "name": document["name"],
        "status": document["status"],
        "kind": terms_of(document, KINDS)[0],
        "needs": list(terms_of(document, NEEDS)),
        "districts": list(places_of(document, known)),
        "minimum_age": document.get("minimum_age"),
        "maximum_age": document.get("maximum_age"),
    }


def find_places(document: Document) -> Document | None:
    """The entry that says how many places are free, if one does."""
    entries = document.get("capacities") or ()
    return next((each for each in entries if (each.get("unit") or {}).get("name") == PLACE), None)


def said_in(document: Document) -> Said | None:
    """The room that it says it has, if it says so."""
    entry = find_places(document)
    if entry is None:
        return None
    at = datetime.fromisoformat(entry["updated"])
    return Said(entry["available"], entry.get("maximum"), entry.get("waiting_weeks"), at)


def present(document: Document, said: Said | None) -> dict[str, Any]:
    """The document with what was said of its room, where that was said later than what stands in it."""
    there = said_in(document)
    if said is None or (there and said.at <= there.at):
        return dict(document)
    entry = dict(find_places(document) or _new_places(document))
    for name, value in (("maximum", said.places), ("waiting_weeks", said.waiting_weeks)):
        entry.pop(name, None)
        entry |= {} if value is None else {name: value}
    entry |= {"available": said.free, "updated": said.at.isoformat()}
    others = [each for each in document.get("capacities") or () if each is not find_places(document)]
    return {**document, "capacities": [*others, entry]}


def _new_places(document: Document) -> dict[str, Any]:
    unit = {"id": str(PLACES), "name": PLACE}
    return {"id": str(uuid5(PLACES, document["id"])), "unit": unit}


def spell_out(needs: Iterable[str], domains: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Needs with each whole domain replaced by those within it."""
    return frozenset(code for need in needs for code in domains.get(need, (need,)))
