"""Requests for what is held about somebody: made, prepared, sent to another to review, released or refused in time.

The table in workflows/access_request.py says who may do what from which state; here is what each changes besides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from triage.access.vault import Vault
from triage.errors import Forbidden, Invalid, NotFound, Problem
from triage.models import AccessRequest, Person
from triage.models.codes import RELATIONS
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.services.firing import check_version, fire_action, refuse_unasked
from triage.services.rights.gathering_held import gather_material
from triage.services.rights.keeping import find_material, keep, prepared_too_long_ago
from triage.services.rights.sharing import tell_export
from triage.services.rights.showing import count_unlooked
from triage.store.access_requests import next_access_reference
from triage.store.held import find_by_name
from triage.store.locking import hold, lock
from workflows.access_request import ACCESS_REQUEST, EXTENDED, IN_TIME, PREPARES, AccessContext, months_after
from workflows.engine import Permitted, permitted
from workflows.people import fold

Details = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForRecord:
    """Who asks for whose record. The person is named in full, with their date of birth: nobody looks through people."""

    given_name: str
    family_name: str
    birth_date: date
    asked_by: str
    relation: str
    received_on: date
    identity: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessAction:
    """One action on a request. `version` is the one the actor has read; what an action does not need is left out."""

    request_id: UUID
    action: str
    version: int | None = None
    reason: str = ""
    identity: str = ""
    authority: str = ""


def ask_for_record(desk: Desk, command: AskForRecord) -> AccessRequest:
    """Keep the request. Invalid where nobody of that name and date of birth is held, or the dates cannot be right."""
    if desk.actor.role not in PREPARES:
        raise Forbidden(Problem("role", "Requests are recorded by information governance."))
    person = _find_person(desk, command)
    if command.received_on > desk.today:
        raise Invalid(Problem("future", "It cannot be received after today. Check the date.", "received_on"))
    request = AccessRequest(
        reference=next_access_reference(desk.session, command.received_on.year),
        person=person,
        asked_by=command.asked_by.strip(),
        relation=command.relation,
        identity=command.identity.strip(),
        authority=command.authority.strip(),
        received_on=command.received_on,
        due_on=due_on(desk, command.received_on, IN_TIME),
        made_at=desk.now,
        made_by_id=desk.actor.id,
    )
    desk.session.add(request)
    desk.session.flush()
    hold(desk.session, request)
    record(desk, request, ACCESS_REQUEST.begins, reference=request.reference, relation=request.relation)
    return request


def due_on(desk: Desk, received_on: date, months: int) -> date:
    """The day by which it is to be answered: one that the office works, as Regulation 1182/71 has it."""
    day, calendar = months_after(received_on, months), desk.pack.calendar
    return day if calendar.is_working_day(day) else calendar.next_working_day(day)


def _find_person(desk: Desk, command: AskForRecord) -> Person:
    named = fold(command.given_name, command.family_name)
    with seeing_all(desk):
        found = find_by_name(desk.session, named, command.birth_date) if named else []
    if len(found) == 1:
        return found[0]
    nobody = "Nobody of that name and date of birth is held here. Check both; if they are right, tell whoever asks so."
    several = "Two records have that name and date of birth. Ask the MASH which is meant, and have them joined first."
    raise Invalid(Problem("unknown_person", several if found else nobody, "given_name"))


def act_on_request(desk: Desk, vault: Vault, command: AccessAction) -> AccessRequest:
    """Do the action, or refuse: Stale, Conflict (with every reason), or NotFound for one there is not."""
    request = lock(desk.session, AccessRequest, command.request_id)
    check_version(desk, request, command.version)
    if command.action not in EFFECTS:
        raise NotFound(Problem("unknown_action", f"There is no action {command.action!r}.", "action"))
    refuse_unasked(ACCESS_REQUEST, command)
    fired = fire_action(ACCESS_REQUEST, desk, request, command.action, access_context(desk, vault, request, command))
    details = EFFECTS[command.action](desk, vault, request, command)
    request.state = fired.target
    if fired.target in ACCESS_REQUEST.final:
        request.ended_at, request.ended_by_id = desk.now, desk.actor.id
    if command.reason:
        details["reason"] = command.reason
    record(desk, request, fired.row.event, **details)
    desk.session.flush()
    return request


def permitted_on_request(desk: Desk, vault: Vault, request: AccessRequest) -> tuple[Permitted, ...]:
    """Every action from the request's state."""
    return permitted(ACCESS_REQUEST, request.state, desk.actor.role, access_context(desk, vault, request))


def access_context(
    desk: Desk, vault: Vault, request: AccessRequest, command: AccessAction | None = None
) -> AccessContext:
    """The request as its table's guards see it, with what the actor brings."""
    brought = {name: getattr(command, name).strip() or None for name in ("reason", "identity", "authority") if command}
    return AccessContext(
        is_own_request=request.relation == "self",
        is_proved=bool(request.identity and (request.relation == "self" or request.authority)),
        is_own_work=desk.actor.id in (request.made_by_id, request.prepared_by_id),
        extended=bool(request.extended_because),
        first_due_on=due_on(desk, request.received_on, IN_TIME),
        today=desk.today,
        is_stale=prepared_too_long_ago(desk, request),
        unlooked=count_unlooked(desk, vault, request) if request.state == "under_review" else 0,
        **brought,
    )


def _prove(desk: Desk, vault: Vault, request: AccessRequest, command: AccessAction) -> Details:
    request.identity, request.authority = command.identity.strip(), command.authority.strip()
    return {}


def _prepare(desk: Desk, vault: Vault, request: AccessRequest, command: AccessAction) -> Details:
    """What was approved before was approved of what was held then."""
    material = gather_material(desk, request.person)
    request.prepared_at, request.prepared_by_id = desk.now, desk.actor.id
    request.state, request.approved_at, request.approved_by_id = "prepared", None, None
    keep(desk, vault, request, "material", material.to_bytes())
    return {"passages": len(material.passages)}


def _approve(desk: Desk, vault: Vault, request: AccessRequest, command: AccessAction) -> Details:
    request.approved_at, request.approved_by_id = desk.now, desk.actor.id
    return {"material": str(find_material(desk, request).id)}


def _release(desk: Desk, vault: Vault, request: AccessRequest, command: AccessAction) -> Details:
    """Who it goes to is part of the log of what was shared about the person."""
    tell_export(desk, request, f"{request.asked_by} ({RELATIONS[request.relation].lower()})")
    return {"material": str(find_material(desk, request).id)}


def _extend(desk: Desk, vault: Vault, request: AccessRequest, command: AccessAction) -> Details:
    before, request.due_on = request.due_on, due_on(desk, request.received_on, EXTENDED)
    request.extended_because = command.reason
    return {"before": before.isoformat(), "until": request.due_on.isoformat()}


def _refuse(desk: Desk, vault: Vault, request: AccessRequest, command: AccessAction) -> Details:
    request.end_reason = command.reason
    return {}


def _nothing_more(desk: Desk, vault: Vault, request: AccessRequest, command: AccessAction) -> Details:
    return {}


EFFECTS: dict[str, Callable[[Desk, Vault, AccessRequest, AccessAction], Any]] = {
    "prove": _prove,
    "prepare": _prepare,
    "send_to_review": _nothing_more,
    "send_back": _nothing_more,
    "approve": _approve,
    "release": _release,
    "extend": _extend,
    "refuse": _refuse,
}
