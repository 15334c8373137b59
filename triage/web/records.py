"""The records of one person: which are said to be theirs, which may be, and saying so or taking it back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid
from triage.schemas.person import AddNameSchema, MergeSchema, UndoMergeSchema
from triage.services.desk import Desk
from triage.services.merging import AddName, MergePeople, UndoMerge, add_name, merge_people, undo_merge, weigh
from triage.services.people import find_matches, get_person
from triage.store.merges import list_cases_of, list_merges, list_records
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load
from triage.web.keeping import NOTHING, begin, was_sent
from triage.web.words import call_person

blueprint = Blueprint("records", __name__, url_prefix="/people/<uuid:person_id>/records")
carry_on(blueprint)


@blueprint.get("")
@may("person.merge")
def show(person_id: UUID) -> Any:
    """Every record that is said to be this person's, by whom and why, and those that may be."""
    return _render(person_id, NOTHING, {})


@blueprint.get("/<uuid:other_id>")
@may("person.merge")
def compare(person_id: UUID, other_id: UUID) -> Any:
    """Two records side by side, what speaks for and against their being one person's, and how it is known."""
    return _compare(person_id, other_id, {})


@blueprint.post("/<uuid:other_id>")
@may("person.merge")
def merge(person_id: UUID, other_id: UUID) -> Any:
    """Say that they are one person's."""

    def attempt(desk: Desk) -> None:
        told = load(MergeSchema(), {"other_id": str(other_id), "reason": request.form.get("reason", "")})
        said = merge_people(desk, MergePeople(person_id=person_id, **told))
        flash(f"{call_person(said.person)} and {call_person(said.other)} count as one person from now on.")

    return _try(person_id, attempt, lambda errors: _compare(person_id, other_id, errors))


@blueprint.post("/names")
@may("person.merge")
def name(person_id: UUID) -> Any:
    """Keep another name that they go by."""
    told = {field: request.form.get(f"name.{field}", "") for field in AddNameSchema().fields}

    def attempt(desk: Desk) -> None:
        said = add_name(desk, AddName(person_id=person_id, **load(AddNameSchema(), told)))
        flash(f"They are found as {call_person(said.other)} too from now on.")

    def again(errors: dict[str, str]) -> str:
        return _render(person_id, request.form, {f"name.{field}": words for field, words in errors.items()})

    return _try(person_id, attempt, again)


@blueprint.post("/merges/<uuid:merge_id>/undo")
@may("person.merge")
def undo(person_id: UUID, merge_id: UUID) -> Any:
    """Say that they are two people after all."""
    part = f"m{merge_id.hex}"

    def attempt(desk: Desk) -> None:
        told = load(UndoMergeSchema(), {"reason": request.form.get(f"{part}.reason", "")})
        said = undo_merge(desk, UndoMerge(merge_id=merge_id, **told))
        flash(f"{call_person(said.person)} and {call_person(said.other)} are two people again.")

    def again(errors: dict[str, str]) -> str:
        named = {f"{part}.{field}" if field else "": words for field, words in errors.items()}
        return _render(person_id, request.form, named)

    return _try(person_id, attempt, again)


def _try(person_id: UUID, attempt: Callable[[Desk], None], again: Callable[[dict[str, str]], str]) -> Any:
    try:
        with open_desk() as desk:
            attempt(desk)
            was_sent(desk)
    except (Conflict, Invalid) as refusal:
        return again(errors_by_field(refusal)), refusal.status
    return redirect(url_for("records.show", person_id=person_id))


def _render(person_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        person = get_person(desk, person_id, "person_id")
        records, found = list_records(desk.session, [person.id]), find_matches(desk, person)
        keys = [each.id for each in records]
        merges = list_merges(desk.session, keys)
        beside = {key for each in merges for key in (each.person_id, each.other_id)}
        note_shown(desk, {*keys, *beside, *(match.person.id for match in found)})
        return render_template(
            "people/records.html",
            person=person,
            records=records,
            cases=list_cases_of(desk.session, [*keys, *(match.person.id for match in found)]),
            merges=merges,
            found=found,
            form=begin(desk, url_for("records.show", person_id=person.id), values),
            errors=errors,
        )


def _compare(person_id: UUID, other_id: UUID, errors: dict[str, str]) -> str:
    with open_desk() as desk:
        both = [get_person(desk, key, "person_id") for key in (person_id, other_id)]
        note_shown(desk, [person_id, other_id])
        form = begin(desk, request.path, request.form)
        return render_template(
            "people/compare.html",
            both=both,
            evidence=weigh(desk, *both),
            cases=list_cases_of(desk.session, [each.id for each in both]),
            form=form,
            values=form.values,
            errors=errors,
        )
