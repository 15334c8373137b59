"""A service as an HSDS 3 service object tells of it: what we look for in it, and the room that it says it has.

Our own two vocabularies stand in its `attributes`, by the `taxonomy` of their terms; the districts in `service_areas`,
by the URI that the Office for National Statistics gives each. What a council publishes as it is bears neither: then its
own terms may mean ours, by the pack, or somebody here says what it is for. Room is the entry of `capacities` (HSDS 3.2)
whose unit is a place, with one property of our own: `waiting_weeks`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

KINDS, NEEDS = "triage-provider-kinds", "triage-indicators"
LEVEL_OF_NEED = 2  # an indicator of level 1 says that all is well
PLACE = "Place"
PLACES = UUID("2f0c3a64-7a52-5f0e-9d0b-6a1f8c1c9d35")  # the unit's key, and where the keys of capacities begin
INACTIVE = "inactive"
OUTSIDE = "Outside our districts"  # where a service is for, of whose places none is ours
WIDER = {"E92000001": "England", "K04000001": "England and Wales", "K03000001": "Great Britain"}
WIDER |= {"K02000001": "United Kingdom"}
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """What there is to be named: kinds of provider, needs (of indicators and whole domains), and places by code.

    `meanings` says what terms of other vocabularies are of ours, by their address, code or name in small letters.
    """

    kinds: Collection[str]
    needs: Collection[str]
    districts: Mapping[str, str]
    county: str
    county_name: str = ""
    meanings: Mapping[str, "Purposes"] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, str]:
        """Each place that we can tell, by its name in small letters."""
        places = {**WIDER, self.county: self.county_name, **self.districts}
        return {name.casefold(): code for code, name in places.items() if name}


@dataclass(frozen=True, slots=True)
class Purposes:
    """What a service is for: the kind of provider, if that is known, and needs."""

    kind: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """The room that a service said it had: places free, of how many, and how many weeks one waits."""

    free: int
    places: int | None
    waiting_weeks: int | None
    at: datetime


def terms_of(document: Document, taxonomy: str) -> tuple[str, ...]:
    """The codes of that taxonomy which the service bears, in its order, each once."""
    return tuple(
        dict.fromkeys(
            each["code"] for each in _terms(document) if each.get("taxonomy") == taxonomy and each.get("code")
        )
    )


def other_terms_of(document: Document) -> list[str]:
    """What its own vocabularies call it, in words."""
    own = (each for each in _terms(document) if each.get("taxonomy") not in (KINDS, NEEDS))
    return list(dict.fromkeys(said for each in own if (said := each.get("name") or each.get("code"))))


def _terms(document: Document) -> Iterator[Document]:
    return (each["taxonomy_term"] for each in document.get("attributes") or () if each.get("taxonomy_term"))


def purposes_in(document: Document, known: Known) -> Purposes:
    """What it says that it is for: in our words or, where it has none of them, in others whose meaning we know."""
    names = (each.get(name) or "" for each in _terms(document) for name in ("term_uri", "code", "name"))
    meant = [known.meanings[name] for each in names if (name := each.casefold()) in known.meanings]
    kinds = terms_of(document, KINDS) or [each.kind for each in meant if each.kind]
    needs = terms_of(document, NEEDS) or [need for each in meant for need in each.needs if need in known.needs]
    return Purposes(kinds[0] if kinds else None, tuple(dict.fromkeys(needs)))


def speaks_for_itself(document: Document) -> bool:
    """Whether it says in our own words what it is for: nobody has to say it here."""
    return bool(terms_of(document, KINDS) and terms_of(document, NEEDS))


def places_of(document: Document, known: Known) -> tuple[str, ...]:
    """The districts that it serves, in the county's order; none where that is the whole county; else OUTSIDE."""
    named = {_place_of(area, known) for area in document.get("service_areas") or ()}
    if not named or named & {known.county, *WIDER}:
        return ()
    return tuple(code for code in known.districts if code in named) or (OUTSIDE,)


def _place_of(area: Document, known: Known) -> str:
    """The code at the end of its URI or, where it has none, that of the place of its name."""
    if area.get("uri"):
        return area["uri"].rstrip("/").rpartition("/")[2]
    return known.names.get((area.get("name") or "").casefold(), "")


def names_no_place(document: Document, known: Known) -> bool:
    """Whether it says where it serves, and none of that is here."""
    return places_of(document, known) == (OUTSIDE,)


def columns_of(document: Document, known: Known) -> dict[str, Any]:
    """What stands beside the whole, to be looked for. The document is one that was found to be right."""
    purposes = purposes_in(document, known)
    return {
        "name": document["name"],
        "status": document["status"],
        "kind": purposes.kind,
        "needs": list(purposes.needs),
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


def present(document: Document, said: Said | None, purposes: Purposes | None = None) -> dict[str, Any]:
    """The document with what was said here: of its room, where that was later than what stands in it, and of what it is
    for, where it has none of our words for that.
    """
    return _add_room(_add_purposes(document, purposes) if purposes else document, said)


def _add_purposes(document: Document, purposes: Purposes) -> Document:
    said = {KINDS: (purposes.kind,) if purposes.kind else (), NEEDS: purposes.needs}
    new = [(taxonomy, code) for taxonomy, codes in said.items() if not terms_of(document, taxonomy) for code in codes]
    added = [_new_term(document["id"], taxonomy, code) for taxonomy, code in new]
    return {**document, "attributes": [*(document.get("attributes") or ()), *added]} if added else document


def _new_term(key: str, taxonomy: str, code: str) -> dict[str, Any]:
    term = {"id": str(uuid5(PLACES, f"{taxonomy} {code}")), "taxonomy": taxonomy, "code": code}
    return {"id": str(uuid5(PLACES, f"{key} {taxonomy} {code}")), "link_entity": "service", "taxonomy_term": term}


def _add_room(document: Document, said: Said | None) -> dict[str, Any]:
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
