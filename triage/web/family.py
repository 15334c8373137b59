"""Who belongs to somebody and with whom they live, from which day to which; and saying so."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid, NotFound, Problem
from triage.models import Person
from triage.schemas.enquiry import NewPersonSchema
from triage.schemas.person import EndRelationshipSchema, RelateSchema, WithdrawRelationshipSchema
from triage.services.desk import Desk
from triage.services.family import Family, gather_families
from triage.services.people import Candidate, find_matches, get_person
from triage.services.relating import (
    EndRelationship,
    Relate,
    WithdrawRelationship,
    end_relationship,
    relate,
    withdraw_relationship,
)
from triage.store.history import list_told_together
from triage.store.relationships import get_relationship, list_relationships, people_of_ties
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, nest
from triage.web.keeping import NOTHING, begin, was_sent
from triage.web.words import call_person
from workflows.people.family import RELATIONS

blueprint = Blueprint("family", __name__, url_prefix="/people/<uuid:person_id>/family")
carry_on(blueprint)
FIELDS = tuple(RelateSchema().fields)
SHOWN = 5  # people known already who may be the one described
ONE_OF_THESE = "Somebody like that is known already. Say whether it is one of them."


@blueprint.get("")
@may("person.relate")
def show(person_id: UUID) -> Any:
    """Everybody who belongs to this person, who lives with them, and what was said before."""
    return _render(person_id, NOTHING, {})


@blueprint.post("")
@may("person.relate")
def say(person_id: UUID) -> Any:
    """Say how somebody is related to them: who is known, or is described here."""

    def attempt(desk: Desk) -> None:
        said = relate(desk, _read(desk, person_id))
        flash(f"{call_person(said.relative)} is on record as belonging to {call_person(said.person)}.")

    return _try(person_id, attempt)


@blueprint.post("/<uuid:relationship_id>/end")
@may("person.relate")
def end(person_id: UUID, relationship_id: UUID) -> Any:
    """Say until when it was so."""
    part = f"e{relationship_id.hex}"

    def attempt(desk: Desk) -> None:
        _refuse_others(desk, person_id, relationship_id)
        told = load(EndRelationshipSchema(), nest(request.form, (part,)).get(part, {}))
        end_relationship(desk, EndRelationship(relationship_id=relationship_id, **told))
        flash("It is on record that this has ended.")

    return _try(person_id, attempt, part)


@blueprint.post("/<uuid:relationship_id>/withdraw")
@may("person.relate")
def withdraw(person_id: UUID, relationship_id: UUID) -> Any:
    """Say that it is not so."""
    part = f"w{relationship_id.hex}"

    def attempt(desk: Desk) -> None:
        _refuse_others(desk, person_id, relationship_id)
        told = load(WithdrawRelationshipSchema(), {"reason": request.form.get(f"{part}.reason", "")})
        withdraw_relationship(desk, WithdrawRelationship(relationship_id=relationship_id, **told))
        flash("It was taken back. What was said stays on record.")

    return _try(person_id, attempt, part)


def _try(person_id: UUID, attempt: Callable[[Desk], None], part: str = "") -> Any:
    try:
        with open_desk() as desk:
            attempt(desk)
            was_sent(desk)
    except (Conflict, Invalid) as refusal:
        errors = errors_by_field(refusal)
        placed = {f"{part}.{field}" if part and field else field: words for field, words in errors.items()}
        return _render(person_id, request.form, placed), refusal.status
    return redirect(url_for("family.show", person_id=person_id))


def _refuse_others(desk: Desk, person_id: UUID, relationship_id: UUID) -> None:
    """NotFound where what was said is of two others."""
    said, person = get_relationship(desk.session, relationship_id), get_person(desk, person_id, "person_id")
    if person.identity_id not in (said.person.identity_id, said.relative.identity_id):
        raise NotFound(Problem("not_found", "That was said of others. Open the family of one of them."))


def _read(desk: Desk, person_id: UUID) -> Relate:
    """What the form means. Invalid where somebody is described who is like one that is known, and nothing says who."""
    data, described = nest(request.form, FIELDS), _describe(desk, person_id, request.form)
    data.pop("relative", None)
    if known := request.form.get("relative.known"):
        return Relate(person_id=person_id, **load(RelateSchema(), data | {"relative_id": known}))
    if described and "kind" not in described:
        raise Invalid(Problem("kind", "Say whether this is an adult or a child.", "relative.kind"))
    command = Relate(person_id=person_id, **load(RelateSchema(), data | ({"relative": described} if described else {})))
    if command.relative and "relative.known" not in request.form and _find_like(desk, described):
        raise Invalid(Problem("known", ONE_OF_THESE, "relative.known"))
    return command


def _describe(desk: Desk, person_id: UUID, form: MultiDict[str, str]) -> dict[str, Any]:
    """Somebody as they are described on the form, with the person's address where they live there too."""
    described = nest(form, ("relative",)).get("relative", {})
    described = dict(described) if isinstance(described, dict) else {}
    described.pop("known", "")
    if described.pop("same_address", "") and described:
        person = get_person(desk, person_id, "person_id")
        described |= {"address": person.address, "postcode": person.postcode}
    return described


def _find_like(desk: Desk, described: dict[str, Any]) -> list[Candidate]:
    """Whoever is known and like them; nobody where that cannot be read."""
    try:
        return find_matches(desk, load(NewPersonSchema(), described), SHOWN) if described else []
    except Invalid:
        return []


def _render(person_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        person = get_person(desk, person_id, "person_id")
        family = gather_families(desk, [person], desk.today)[person.identity_id]
        said = list_relationships(desk.session, [person.id])
        asks = "relative.known" in errors or "relative.known" in values
        found = _find_like(desk, _describe(desk, person_id, values)) if asks else []
        nearby = _list_nearby(desk, person, family)
        named = {each.id for each in (*family.people.values(), *nearby, *(match.person for match in found))}
        note_shown(desk, {person.id, *named, *people_of_ties(said)})
        form = begin(desk, url_for("family.show", person_id=person.id), values)
        return render_template(
            "people/family.html",
            person=person,
            family=family,
            said=said,
            nearby=nearby,
            kinds=RELATIONS,
            found=found,
            form=form,
            values=form.values,
            errors=errors,
        )


def _list_nearby(desk: Desk, person: Person, family: Family) -> list[Person]:
    """Their family, and whoever was told of together with them: it is mostly one of these."""
    told = {each.identity_id: each for each in list_told_together(desk.session, [person.id])}
    return sorted((told | family.people).values(), key=lambda each: each.id)
