"""Restricted records: made, listed and lifted; opened in an emergency; and each such opening looked at again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.access.permissions import has
from triage.errors import Conflict, Invalid, NotFound
from triage.models import Enquiry
from triage.models.codes import VERDICTS
from triage.services.breaking_glass import BreakGlass, break_glass, review_break
from triage.services.desk import Desk
from triage.services.restricting import Restrict, add_reader, lift, remove_reader, restrict
from triage.store.enquiries import get_enquiry
from triage.store.referrals import find_case
from triage.store.restrictions import list_breaks, list_restrictions
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field
from triage.web.keeping import begin, was_sent
from triage.web.words import local

blueprint = Blueprint("restrictions", __name__, url_prefix="/restricted")
carry_on(blueprint)


@blueprint.get("")
@may("restriction.read")
def show() -> Any:
    """Which records are restricted, who sees them, and who opened one in an emergency."""
    return _render({})


@blueprint.get("/enquiries/<uuid:enquiry_id>/subjects/<int:ordinal>")
@may("restriction.make")
def ask_why(enquiry_id: UUID, ordinal: int) -> Any:
    """The form by which the records of one whom an enquiry is about are restricted."""
    with open_desk() as desk:
        get_enquiry(desk.session, enquiry_id)
    return _ask({})


@blueprint.post("/enquiries/<uuid:enquiry_id>/subjects/<int:ordinal>")
@may("restriction.make")
def make(enquiry_id: UUID, ordinal: int) -> Any:
    """Restrict them."""
    command = Restrict(enquiry_id=enquiry_id, ordinal=ordinal, reason=request.form.get("reason", ""))
    try:
        with open_desk() as desk:
            restrict(desk, command)
            was_sent(desk)
    except (Conflict, Invalid) as refusal:
        return _ask(errors_by_field(refusal)), refusal.status
    flash("Few see these records from now on: whoever is on the list.")
    return redirect(url_for("restrictions.show"))


def _ask(errors: dict[str, str]) -> str:
    with open_desk() as desk:
        form = begin(desk, request.path, request.form)
    return render_template("restricted/make.html", form=form, values=form.values, errors=errors)


@blueprint.post("/<uuid:restriction_id>/readers")
@may("restriction.write")
def add(restriction_id: UUID) -> Any:
    """Put somebody on the list."""
    name = request.form.get("username", "")
    return _try(restriction_id, lambda desk: add_reader(desk, restriction_id, name), "Added to the list.")


@blueprint.post("/<uuid:restriction_id>/readers/<uuid:user_id>/remove")
@may("restriction.write")
def remove(restriction_id: UUID, user_id: UUID) -> Any:
    """Take somebody off the list."""
    return _try(restriction_id, lambda desk: remove_reader(desk, restriction_id, user_id), "Taken off the list.")


@blueprint.post("/<uuid:restriction_id>/lift")
@may("restriction.write")
def lift_one(restriction_id: UUID) -> Any:
    """Let everybody see the records again who would."""
    reason = request.form.get("reason", "")
    return _try(restriction_id, lambda desk: lift(desk, restriction_id, reason), "The restriction is lifted.")


@blueprint.get("/open")
@may("glass.break")
def ask() -> Any:
    """The form by which a restricted record is opened in an emergency."""
    return _ask_to_open(request.args, {})


@blueprint.post("/open")
@may("glass.break")
def open_one() -> Any:
    """Open it for two hours, and say where it is."""
    form = request.form
    about = {"enquiry_id": form.get("enquiry_id", type=UUID), "ordinal": form.get("ordinal", type=int)}
    command = BreakGlass(reason=form.get("reason", ""), reference=form.get("reference", ""), **about)
    try:
        with open_desk() as desk:
            opened = break_glass(desk, command)
            was_sent(desk)
    except (Invalid, NotFound) as refusal:
        errors = {field or "reference": words for field, words in errors_by_field(refusal).items()}
        return _ask_to_open(form, errors), refusal.status
    flash(f"Open to you until {local(opened[0].ends_at):%H:%M}. The MASH managers have been told.")
    return redirect(_find_place(command))


def _ask_to_open(values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        form = begin(desk, url_for("restrictions.ask"), values)
    return render_template("restricted/open.html", form=form, values=form.values, errors=errors)


def _find_place(command: BreakGlass) -> str:
    """Where what was opened is looked at."""
    if command.enquiry_id:
        return url_for("enquiries.show", enquiry_id=command.enquiry_id)
    with open_desk() as desk:
        found = find_case(desk.session, command.reference)
    if found is None:
        return url_for("worktray.show")
    if isinstance(found, Enquiry):
        return url_for("enquiries.show", enquiry_id=found.id)
    return url_for("referrals.show", referral_id=found.id)


@blueprint.post("/openings/<uuid:break_id>/review")
@may("glass.review")
def review(break_id: UUID) -> Any:
    """Say whether it was right to open it."""
    said = request.form.get("verdict", ""), request.form.get("note", "")
    return _try(break_id, lambda desk: review_break(desk, break_id, *said), "Your verdict is kept.")


def _try(part: Any, attempt: Callable[[Desk], Any], done: str) -> Any:
    """Attempt it and show the page again. `part` is what its errors are told beside."""
    try:
        with open_desk() as desk:
            attempt(desk)
            was_sent(desk)
    except (Conflict, Invalid) as refusal:
        return _render({f"{part}.{field}": words for field, words in errors_by_field(refusal).items()}), refusal.status
    flash(done)
    return redirect(url_for("restrictions.show"))


def _render(errors: dict[str, str]) -> str:
    with open_desk() as desk:
        restrictions, breaks = list_restrictions(desk.session), list_breaks(desk.session)
        form = begin(desk, url_for("restrictions.show"), request.form)
        page = render_template(
            "restricted/show.html",
            restrictions=restrictions,
            breaks=breaks,
            reviews=has("glass.review", desk.actor.role),
            verdicts=VERDICTS,
            form=form,
            errors=errors,
        )
        note_shown(desk, (each.person_id for each in (*restrictions, *breaks)))
        return page
