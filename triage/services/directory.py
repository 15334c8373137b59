"""Keeping the directory: services are taken from a file, and what each says of its room is written down beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from triage.directory.listing import known_of, said_here, said_of
from triage.directory.service import (
    INACTIVE,
    Document,
    Known,
    Purposes,
    Said,
    columns_of,
    present,
    purposes_in,
    said_in,
)
from triage.errors import Forbidden, Invalid, NotFound, Problem, invalid
from triage.models import Capacity, DirectoryService
from triage.models.directory import ACTIVE
from triage.services.desk import Desk
from triage.services.policies import policy_for
from triage.store.directory import Held, get_service, hold_services, list_services

MOST = 100_000  # places, or weeks
NO_COUNT = f"Enter a whole number from 0 to {MOST:,}."


@dataclass(slots=True)
class Taken:
    """What a file changed: the names of the services that are new, changed, left out of it and, if asked, withdrawn."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    missing: list[str] = field(default_factory=list)
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SayCapacity:
    """What room a service has today; where that is what was said last, `after` is the key of that."""

    service_id: UUID
    free: int
    places: int | None = None
    waiting_weeks: int | None = None
    after: UUID | None = None


def known_here(desk: Desk) -> Known:
    """What a service of this county may name, by the policy in force."""
    return known_of(desk.pack, policy_for(desk, desk.now).vocabulary)


def take_services(desk: Desk, documents: Sequence[Document], *, withdraw: bool = False) -> Taken:
    """Take services that were found to be right. Whatever is in the directory and not among them stays and is named.

    With `withdraw` these are made inactive. The same file taken again changes nothing. Room that was said here later
    than in the file stays.
    """
    known, taken = known_here(desk), Taken(withdrawn=withdraw)
    keys = [UUID(each["id"]) for each in documents]
    there = hold_services(desk.session, keys)
    for key, document in zip(keys, documents, strict=True):
        _take(desk, known, document, there.get(key), taken)
    desk.session.flush()
    _weigh_missing(desk, known, set(keys), taken)
    return taken


def _take(desk: Desk, known: Known, document: Document, held: Held | None, taken: Taken) -> None:
    service, last = held or (None, None)
    before, said = said_of(last), said_in(document)
    latest = said if said and (before is None or said.at > before.at) else before
    if service is None:
        desk.session.add(DirectoryService(id=UUID(document["id"]), **_columns(desk, known, document)))
        taken.added.append(document["name"])
    elif _is_same(service, document, latest, before, known):
        taken.unchanged += 1
    else:
        _change(desk, known, service, document)
        taken.changed.append(document["name"])
    if latest is not None and latest is said:
        desk.session.flush()
        _write_down(desk, UUID(document["id"]), said)


def _is_same(
    service: DirectoryService, document: Document, latest: Said | None, before: Said | None, known: Known
) -> bool:
    """Whether nothing of it would change: neither what it says nor, by what the pack says since, what it is for."""
    said = said_here(service)
    as_it_was = present(document, latest, said) == present(service.document, before, said)
    return as_it_was and purposes_in(service.document, known) == Purposes(service.kind, tuple(service.needs))


def _columns(desk: Desk, known: Known, document: Document) -> dict[str, Any]:
    kept = {"document": dict(document), "imported_at": desk.now, "imported_by_id": desk.actor.id}
    return columns_of(document, known) | kept


def _change(desk: Desk, known: Known, service: DirectoryService, document: Document) -> None:
    for name, value in _columns(desk, known, document).items():
        setattr(service, name, value)


def _write_down(desk: Desk, key: UUID, said: Said) -> Capacity:
    about = {"free": said.free, "places": said.places, "waiting_weeks": said.waiting_weeks}
    row = Capacity(service_id=key, said_at=said.at, said_by_id=desk.actor.id, **about)
    desk.session.add(row)
    return row


def _weigh_missing(desk: Desk, known: Known, keys: set[UUID], taken: Taken) -> None:
    """What the file no longer has, of what was active."""
    missing = [service for service, _ in list_services(desk.session) if service.id not in keys]
    taken.missing = sorted(each.name for each in missing)
    for service in missing if taken.withdrawn else ():
        _change(desk, known, service, {**service.document, "status": INACTIVE})


def export_services(desk: Desk) -> list[dict[str, Any]]:
    """Every service as HSDS has it, also those that were withdrawn, with the room that each said last."""
    return [tell(service, said) for service, said in list_services(desk.session, every=True)]


def tell(service: DirectoryService, said: Capacity | None) -> dict[str, Any]:
    """The service as HSDS has it, with what was said here of its room and of what it is for."""
    return present(service.document, said_of(said), said_here(service))


def say_capacity(desk: Desk, command: SayCapacity) -> Capacity:
    """Write down what room a service has. NotFound, Invalid, or Forbidden for a service of another locality alone."""
    service, last = get_service(desk.session, command.service_id)
    if service.status != ACTIVE:
        raise NotFound(Problem("not_active", f"{service.name} is not active any more."))
    if not may_say_capacity(desk, service):
        raise Forbidden(Problem("another_locality", "This service is for another locality. Its own team says this."))
    if command.after and last and last.id != command.after:
        raise invalid("free", f"{last.said_by.name} has said something else since. Look at it, and say what is so now.")
    _weigh(command)
    said = Said(command.free, command.places, command.waiting_weeks, desk.now)
    return _write_down(desk, service.id, said)


def may_say_capacity(desk: Desk, service: DirectoryService) -> bool:
    """Whether it serves the place that this person works for; whoever works for no one locality works for all."""
    here, districts = desk.actor.locality_code, desk.pack.districts
    there = {districts[code]["locality"] for code in service.districts if code in districts}
    return not here or not service.districts or here in there


def _weigh(command: SayCapacity) -> None:
    counts = {name: getattr(command, name) for name in ("free", "places", "waiting_weeks")}
    wrong = [name for name, count in counts.items() if count is not None and not 0 <= count <= MOST]
    if wrong:
        raise Invalid(*(Problem("invalid", NO_COUNT, name) for name in wrong))
    if command.places is not None and command.places < command.free:
        raise invalid("places", "There are more places free than there are places. Correct one of the two.")
