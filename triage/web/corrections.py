"""What a person says is wrong about them: written down, decided by another, and shown beside what is recorded."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.access.permissions import has
from triage.errors import Conflict, Invalid, Stale
from triage.models import Enquiry
from triage.models.codes import CORRECTABLE, ETHNICITIES
from triage.schemas.rights import AskRectificationSchema, DecideRectificationSchema
from triage.services.people import DATES
from triage.services.rights.rectifying import (
    CODES,
    PASSAGES,
    AskRectification,
    DecideRectification,
    ask_rectification,
    decide_rectification,
)
from triage.store.held import get_person, list_enquiries_about
from triage.store.rectifications import list_rectifications
from triage.store.staff import list_names
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, nest, read_part
from triage.web.keeping import NOTHING, Form, begin, was_sent
from triage.web.words import SAID_OF_SEX

blueprint = Blueprint("corrections", __name__, url_prefix="/people/<uuid:person_id>/corrections")
carry_on(blueprint)
KINDS = {**dict.fromkeys(DATES, "day"), **dict.fromkeys(CODES, "choose")}  # how what is right is given
CHOICES = {"sex": SAID_OF_SEX, "ethnicity": ETHNICITIES}
FIELDS = ("what", "recorded", "asserted", "asked_by", "evidence")


@blueprint.get("")
@may("correction.write")
def show(person_id: UUID) -> Any:
    """Everything that was said to be wrong about somebody, and a form for more."""
    return _render(person_id, NOTHING, {})


@blueprint.post("")
@may("correction.write")
def ask(person_id: UUID) -> Any:
    """Write down what is said to be wrong."""
    try:
        said = load(AskRectificationSchema(), _read())
        with open_desk() as desk:
            ask_rectification(desk, AskRectification(person_id=person_id, **said))
            was_sent(desk)
    except Invalid as refusal:
        told = errors_by_field(refusal)
        return _render(person_id, request.form, {"what" if name == "field" else name: told[name] for name in told}), 422
    return redirect(url_for("corrections.show", person_id=person_id))


def _read() -> dict[str, Any]:
    """What is wrong is chosen from one list: a fact, or a passage of one enquiry ("reported/<its key>")."""
    data = nest(request.form, FIELDS)
    what, _, enquiry = data.pop("what", "").partition("/")
    return data | ({"passage": what, "enquiry_id": enquiry} if enquiry else {"field": what} if what else {})


@blueprint.post("/<uuid:rectification_id>")
@may("correction.decide")
def decide(person_id: UUID, rectification_id: UUID) -> Any:
    """Accept or refuse it."""
    part, version = f"r{rectification_id.hex}", request.form.get("version", type=int)
    try:
        said = load(DecideRectificationSchema(), read_part(request.form, part))
        with open_desk() as desk:
            command = DecideRectification(rectification_id=rectification_id, version=version, **said)
            decide_rectification(desk, command)
            was_sent(desk)
    except (Invalid, Conflict, Stale) as refusal:
        errors = {f"{part}.{name}" if name else "": words for name, words in errors_by_field(refusal).items()}
        return _render(person_id, request.form, errors), refusal.status
    return redirect(url_for("corrections.show", person_id=person_id))


def _render(person_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        person = get_person(desk.session, person_id)
        rows = list_rectifications(desk.session, [person.id])
        note_shown(desk, [person.id])
        options = dict([*CORRECTABLE.items(), *_list_passages(list_enquiries_about(desk.session, person.id))])
        form = begin(desk, url_for("corrections.show", person_id=person.id), values)
        return render_template(
            "rights/corrections.html",
            person=person,
            rows=rows,
            names=list_names(desk.session, [key for each in rows for key in (each.made_by_id, each.decided_by_id)]),
            options=options,
            what=_find_what(form, options),
            kinds=KINDS,
            choices=CHOICES,
            decides=has("correction.decide", desk.actor.role),
            form=form,
            errors=errors,
        )


def _find_what(form: Form, options: Mapping[str, str]) -> str | None:
    """What was chosen as wrong: its own field is asked for then."""
    what = form.within("new").values.get("what") or request.args.get("what")
    return what if what in options else None


def _list_passages(enquiries: Sequence[Enquiry]) -> list[tuple[str, str]]:
    """What was written of somebody in these enquiries, to choose from."""
    there = ((each, name) for each in enquiries for name in PASSAGES if getattr(each, name))
    return [(f"{name}/{each.id}", f"{PASSAGES[name]}, {each.reference}") for each, name in there]
