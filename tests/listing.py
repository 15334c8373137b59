"""Made-up services of the directory, as a file tells of them and as they stand in it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from triage.access.actor import SYSTEM
from triage.directory.service import KINDS, NEEDS, PLACE, PLACES
from triage.services.directory import Taken, take_services

MADE_UP = UUID("0c5e0d1e-3f5b-5d0a-9a55-5b1d7a1c2013")
ONS = "http://statistics.data.gov.uk/id/statistical-geography/"
ASHFIELD, BASSETLAW, MANSFIELD, COUNTY = "E07000170", "E07000171", "E07000174", "E10000024"
ABSENT = "C2_ABSENCE_PATTERN"  # what is seen of the child of a test


def key(*parts: str) -> str:
    """The same UUID each time."""
    return str(uuid5(MADE_UP, "/".join(parts)))


def a_term(name: str, taxonomy: str, code: str) -> dict[str, Any]:
    """An attribute of the service of that name."""
    return {"id": key(name, taxonomy, code), "taxonomy_term": {"id": key(code), "code": code, "taxonomy": taxonomy}}


def a_service(name: str = "Stay and play", **about: Any) -> dict[str, Any]:
    """A children's centre of Ashfield for children who miss school, as HSDS has it, but for `about`."""
    kind, needs = about.pop("kind", "childrens_centre"), about.pop("needs", (ABSENT,))
    districts, free = about.pop("districts", (ASHFIELD,)), about.pop("free", None)
    terms = [a_term(name, KINDS, kind), *(a_term(name, NEEDS, need) for need in needs)]
    areas = [{"id": key(name, code), "uri": ONS + code} for code in districts]
    room = {"capacities": [a_place(name, free)]} if isinstance(free, dict) else {}
    made = {"id": key(name), "name": name, "status": "active", "attributes": terms, "service_areas": areas}
    return made | room | about


def a_plain_service(name: str = "Homework club", *terms: str, **about: Any) -> dict[str, Any]:
    """A service as a council publishes it: its own vocabulary, and none of ours."""
    own = [
        {"id": key(name, term), "taxonomy_term": {"id": key(term), "name": term, "taxonomy": "council-themes"}}
        for term in terms
    ]
    area = {"id": key(name, "area"), "name": "Ashfield"}
    made = {"id": key(name), "name": name, "status": "active", "attributes": own, "service_areas": [area]}
    return made | about


def a_place(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """What a service of that name says of its room: `available` and `updated`, and perhaps more."""
    return {"id": key(name, "places"), "unit": {"id": str(PLACES), "name": PLACE}, **said}


def said(office: Any, free: int, days: int = 1, **more: Any) -> dict[str, Any]:
    """That so many places were free some days ago."""
    return {"available": free, "updated": (office.clock.now() - timedelta(days=days)).isoformat(), **more}


def take(office: Any, documents: Sequence[dict[str, Any]], *, withdraw: bool = False) -> Taken:
    """Take them, as the service itself."""
    taken = take_services(office.desk("administrator").with_actor(SYSTEM), documents, withdraw=withdraw)
    office.session.flush()
    return taken


def some_services(office: Any) -> list[dict[str, Any]]:
    """With room, full, said long ago, for older children, and elsewhere: all for children who miss school."""
    return [
        a_service("Breakfast club", kind="school", maximum_age=11, free=said(office, 3, maximum=20)),
        a_service("Back to school", kind="targeted_support", free=said(office, 0, waiting_weeks=6)),
        a_service("School nursing", kind="school_nurses", districts=(COUNTY,), free=said(office, 4, days=90)),
        a_service("Youth club", kind="voluntary", minimum_age=11, maximum_age=17, free=said(office, 9)),
        a_service("Stay and play, Worksop", districts=(BASSETLAW,), free=said(office, 2)),
        a_service("Grief", kind="voluntary", needs=("F2_BEREAVEMENT",), districts=()),
    ]


def in_directory(office: Any) -> list[dict[str, Any]]:
    """These, taken."""
    documents = some_services(office)
    take(office, documents)
    return documents
