"""Requests for what is held about somebody: those that are due, one of them, a new one, and its copies."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid, NotFound, Problem, Stale
from triage.exchange.subject_access import release
from triage.models import AccessRequest
from triage.models.codes import RELATIONS
from triage.schemas.rights import AccessActionSchema, AskForRecordSchema
from triage.services.desk import Desk
from triage.services.rights.keeping import download
from triage.services.rights.requests import AccessAction, act_on_request, ask_for_record, permitted_on_request
from triage.state import state_of
from triage.store.access_requests import get_request, list_exports, list_requests
from triage.store.enquiries import list_events
from triage.store.staff import list_names
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, naming_fields, nest, read_part
from triage.web.keeping import NOTHING, begin, was_sent
from triage.web.offering import find_open
from triage.web.words import local
from workflows.access_request import ACCESS_REQUEST

blueprint = Blueprint("rights", __name__, url_prefix="/rights")
carry_on(blueprint)
FIELDS = tuple(AskForRecordSchema().fields)
COPIES = {"pdf": "application/pdf", "json": "application/json"}


@blueprint.get("")
@may("request.read")
def show_list() -> Any:
    """Open requests, the first due first, and those that are over."""
    with open_desk() as desk:
        rows, over = (list_requests(desk.session, are_open=each) for each in (True, False))
        note_shown(desk, {each.person_id for each in (*rows, *over)})
        return render_template("rights/list.html", rows=rows, over=over, today=local(desk.now).date())


@blueprint.get("/new")
@may("request.write")
def show_form() -> Any:
    """An empty form, received today."""
    today = local(state_of(current_app).clock.now())
    parts = {"day": today.day, "month": today.month, "year": today.year}
    return _render_form(MultiDict({f"received_on-{part}": str(value) for part, value in parts.items()}), {})


@blueprint.post("/new")
@may("request.write")
def ask() -> Any:
    """Keep the request, or show the form again with all that was typed and what to put right."""
    try:
        command = load(AskForRecordSchema(), nest(request.form, FIELDS))
        with open_desk() as desk:
            made = ask_for_record(desk, command)
            was_sent(desk)
    except Invalid as refusal:
        return _render_form(request.form, errors_by_field(refusal)), refusal.status
    return redirect(url_for("rights.show", request_id=made.id))


def _render_form(values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        form = begin(desk, url_for("rights.show_form"), values)
    return render_template("rights/new.html", form=form, values=form.values, errors=errors, relations=RELATIONS)


@blueprint.get("/<uuid:request_id>")
@may("request.read")
def show(request_id: UUID) -> Any:
    """One request: who asks for whom, by when, what has been done, what may be done."""
    return _show_again(request_id, NOTHING, {})


@blueprint.post("/<uuid:request_id>/actions/<action>")
@may("request.act")
def act(request_id: UUID, action: str) -> Any:
    """Do one of the permitted actions, then show the request again; a refusal is shown on it."""
    try:
        with open_desk() as desk:
            _attempt(desk, request_id, action)
            was_sent(desk)
    except (Conflict, Invalid, Stale) as refusal:
        errors = {f"{action}.{name}" if name else "": words for name, words in errors_by_field(refusal).items()}
        return _show_again(request_id, request.form, errors), refusal.status
    return redirect(url_for("rights.show" if action != "send_back" else "rights.show_list", request_id=request_id))


def _attempt(desk: Desk, request_id: UUID, action: str) -> None:
    vault, version = state_of(current_app).vault, request.form.get("version", type=int)
    if action == "release":
        release(desk, vault, request_id, version)
        return
    details = load(AccessActionSchema(), read_part(request.form, action))
    with naming_fields(ACCESS_REQUEST, action):
        act_on_request(desk, vault, AccessAction(request_id=request_id, action=action, version=version, **details))


@blueprint.post("/<uuid:request_id>/copies/<kind>")
@may("request.write")
def take_copy(request_id: UUID, kind: str) -> Any:
    """A released copy, as an attachment. It is sent, and not linked to, because each is on record."""
    if kind not in COPIES:
        raise NotFound(Problem("not_found", f"There is no copy as {kind}. There are: {', '.join(COPIES)}."))
    with open_desk() as desk:
        row, content = download(desk, state_of(current_app).vault, request_id, kind)
        name = f"{row.reference}.{kind}"
        note_shown(desk, [row.person_id])
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=COPIES[kind], headers=disposition)


def _show_again(request_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        row = get_request(desk.session, request_id)
        note_shown(desk, [row.person_id])
        form = begin(desk, url_for("rights.show", request_id=row.id), values)
        return render_template(
            "rights/show.html",
            row=row,
            actions=permitted_on_request(desk, state_of(current_app).vault, row),
            copies=[kind for kind in COPIES if _has_copy(desk, row, kind)],
            names=list_names(desk.session, (row.made_by_id, row.prepared_by_id, row.approved_by_id, row.ended_by_id)),
            events=list_events(desk.session, row.id),
            relations=RELATIONS,
            today=local(desk.now).date(),
            form=form,
            errors=errors,
            open=find_open(form.values, errors),
        )


def _has_copy(desk: Desk, row: AccessRequest, kind: str) -> bool:
    found = list_exports(desk.session, row.id, kind)
    return bool(found) and found[-1].expires_at > desk.now
