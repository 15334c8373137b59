"""A manager's page for one disagreement: what the professional said, what was decided, and one form to answer it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid, NotFound, Problem
from triage.models import Disagreement
from triage.schemas.disagreement import AnswerDisagreementSchema
from triage.services.answering_disagreement import AnswerDisagreement, answer_disagreement, permitted_on_disagreement
from triage.services.desk import Desk
from triage.services.reading import people_of
from triage.store.disagreements import get_disagreement
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, naming_fields
from triage.web.keeping import NOTHING, begin, was_sent
from workflows.disagreement import DISAGREEMENT

blueprint = Blueprint(
    "disagreements", __name__, url_prefix="/enquiries/<uuid:enquiry_id>/disagreements/<uuid:disagreement_id>"
)
carry_on(blueprint)
FIELDS = tuple(AnswerDisagreementSchema().fields)


@blueprint.get("")
@may("disagreement.answer")
def show(enquiry_id: UUID, disagreement_id: UUID) -> Any:
    """What they said, and the form; once it is answered, the answer."""
    return _render(enquiry_id, disagreement_id, NOTHING, {})


@blueprint.post("")
@may("disagreement.answer")
def answer(enquiry_id: UUID, disagreement_id: UUID) -> Any:
    """Keep the answer, and lead back to the enquiry."""
    try:
        said = load(AnswerDisagreementSchema(), {name: request.form[name] for name in FIELDS if request.form.get(name)})
        with open_desk() as desk, naming_fields(DISAGREEMENT, said.get("action", "")):
            _find(desk, enquiry_id, disagreement_id)
            answer_disagreement(desk, AnswerDisagreement(disagreement_id=disagreement_id, **said))
            was_sent(desk)
    except (Invalid, Conflict) as refusal:
        return _render(enquiry_id, disagreement_id, request.form, errors_by_field(refusal)), refusal.status
    flash("Your answer is kept, and the professional is told.")
    return redirect(url_for("enquiries.show", enquiry_id=enquiry_id))


def _find(desk: Desk, enquiry_id: UUID, disagreement_id: UUID) -> Disagreement:
    """NotFound where it is about another enquiry than the address says."""
    row = get_disagreement(desk.session, disagreement_id)
    if row.enquiry_id != enquiry_id:
        raise NotFound(Problem("not_found", "There is no such disagreement with this enquiry."))
    return row


def _render(enquiry_id: UUID, disagreement_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        row = _find(desk, enquiry_id, disagreement_id)
        here = url_for("disagreements.show", enquiry_id=enquiry_id, disagreement_id=disagreement_id)
        form, actions = begin(desk, here, values), permitted_on_disagreement(desk, row)
        page = render_template(
            "mash/disagreement.html",
            row=row,
            enquiry=row.enquiry,
            actions=actions,
            choices=[(each.action, each.says) for each in actions if each.allowed],
            form=form,
            values=form.values,
            errors=errors,
        )
        note_shown(desk, people_of([row.enquiry]), row.enquiry)
        return page
