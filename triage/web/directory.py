"""The directory of early help services: the list, a service, and what room it has today in one step."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.access.permissions import has
from triage.directory.fitting import Child, choose
from triage.directory.listing import list_offers, needs_of, offer_today, purposes_of
from triage.directory.service import other_terms_of
from triage.errors import Invalid
from triage.models.codes import PROVIDER_KINDS
from triage.models.directory import ACTIVE
from triage.schemas.directory import CapacitySchema, DirectoryQuery
from triage.services.desk import Desk
from triage.services.directory import SayCapacity, may_say_capacity, say_capacity
from triage.services.policies import policy_for
from triage.services.purposes import may_say_purpose
from triage.store.directory import get_service, list_said
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, nest
from triage.web.keeping import NOTHING

blueprint = Blueprint("directory", __name__, url_prefix="/directory")
carry_on(blueprint)
ASKED = tuple(DirectoryQuery().fields)
SAID = tuple(CapacitySchema().fields)
SHOWN = 12  # of what was said of a service's room


@blueprint.get("")
@may("directory.read")
def show_all() -> Any:
    """The active services that the address asks for: those with room first, then the shortest wait."""
    asked, errors = _read_asked()
    with open_desk() as desk:
        vocabulary = policy_for(desk, desk.now).vocabulary
        offers = list_offers(desk.session, desk.pack, vocabulary, desk.today)
        return render_template(
            "directory/list.html",
            offers=None if errors else _choose(offers, asked),
            total=len(offers),
            unsaid=sum(not each.needs for each in offers),
            may_import=has("directory.import", desk.actor.role),
            needs=needs_of(vocabulary),
            options=_options(desk, needs_of(vocabulary)),
            values=request.args,
            errors=errors,
        )


def _read_asked() -> tuple[dict[str, Any], dict[str, str]]:
    """What is asked for, and what is wrong with it."""
    sent = {name: request.args[name] for name in ASKED if request.args.get(name)}
    try:
        return load(DirectoryQuery(), sent), {}
    except Invalid as refusal:
        return {}, errors_by_field(refusal)


def _choose(offers: Any, asked: dict[str, Any]) -> Any:
    needs = frozenset({asked["need"]} if "need" in asked else ())
    months = asked["age"] * 12 if "age" in asked else None
    child = Child(needs, months, asked.get("district"))
    if asked.get("unsaid"):
        offers = [each for each in offers if not each.needs]
    return choose(offers, child, kind=asked.get("kind"), room_now=asked.get("room", False))


def _options(desk: Desk, needs: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen, each with its words."""
    return {
        "need": sorted(needs.items(), key=lambda each: each[1].casefold()),
        "district": [(code, row["name"]) for code, row in desk.pack.districts.items()],
        "kind": list(PROVIDER_KINDS.items()),
    }


@blueprint.get("/<uuid:service_id>")
@may("directory.read")
def show(service_id: UUID) -> Any:
    """One service: whom it is for, where, how to ask, and what room it has."""
    return _render(service_id, NOTHING, {})


@blueprint.get("/<uuid:service_id>/capacity")
@may("directory.read")
def go_back(service_id: UUID) -> Any:
    """To the service, for whoever opens the address of something that was sent."""
    return redirect(url_for("directory.show", service_id=service_id))


@blueprint.post("/<uuid:service_id>/capacity")
@may("capacity.say")
def say(service_id: UUID) -> Any:
    """Write down what room it has today."""
    try:
        said = load(CapacitySchema(), nest(request.form, SAID))
        with open_desk() as desk:
            say_capacity(desk, SayCapacity(service_id=service_id, **said))
    except Invalid as refusal:
        return _render(service_id, request.form, errors_by_field(refusal)), refusal.status
    flash("What room there is today is written down.")
    return redirect(url_for("directory.show", service_id=service_id))


def _render(service_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        service, last = get_service(desk.session, service_id)
        vocabulary = policy_for(desk, desk.now).vocabulary
        may_say = has("capacity.say", desk.actor.role) and service.status == ACTIVE and may_say_capacity(desk, service)
        may_purpose = has("purpose.say", desk.actor.role) and may_say_purpose(desk, service)
        return render_template(
            "directory/show.html",
            service=service,
            document=service.document,
            purposes=purposes_of(service),
            own_terms=other_terms_of(service.document),
            may_say_purpose=may_purpose,
            offer=offer_today(desk.pack, vocabulary, desk.today, service, last),
            needs={**needs_of(vocabulary), **vocabulary.domains},
            last=last,
            said=list_said(desk.session, service_id, SHOWN),
            holds_days=desk.pack.capacity_holds_days,
            may_say=may_say,
            values=values,
            errors=errors,
        )
