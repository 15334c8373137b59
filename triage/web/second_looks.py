"""Second looks: the queue of decisions to weigh blind, one of them, and how far managers agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid
from triage.insight.agreement import Agreement, measure_agreement
from triage.models.codes import GRADES, LOOKED_AT_FOR, OUTCOMES
from triage.schemas.second_look import GiveLookSchema
from triage.services.policies import policy_for
from triage.services.second_looks import GiveLook, give_second_look, list_answers_then
from triage.store.second_looks import count_given_looks, get_look, list_given_looks, list_waiting_looks
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load
from triage.web.keeping import NOTHING, begin, was_sent

blueprint = Blueprint("second_looks", __name__, url_prefix="/second-looks")
carry_on(blueprint)
MOST = 50  # that wait, and that were given
YEAR = timedelta(days=365)
FIELDS = tuple(GiveLookSchema().fields)


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far two managers agreed: in all of them, and plainly by why they were looked at."""

    whole: Agreement
    parts: dict[str, Agreement]


@blueprint.get("")
@may("second_look.read")
def show_all() -> Any:
    """What waits for this manager, the oldest first, and what came of the last year's."""
    with open_desk() as desk:
        waiting, total = list_waiting_looks(desk.session, MOST)
        given = list_given_looks(desk.session, desk.now - YEAR, MOST)
        agreed = _agree(count_given_looks(desk.session, desk.today - YEAR, desk.today))
        page = render_template("insight/second_looks.html", waiting=waiting, total=total, given=given, agreed=agreed)
        shown = (*waiting, *given)
        note_shown(desk, (look.decision.subject.person_id for look in shown))
        return page


@blueprint.get("/<uuid:look_id>")
@may("second_look.read")
def show(look_id: UUID) -> Any:
    """What was known, and a form; once somebody has looked, both answers."""
    return _render(look_id, NOTHING, {})


@blueprint.post("/<uuid:look_id>")
@may("second_look.give")
def give(look_id: UUID) -> Any:
    """Keep what this manager would have chosen, and show both."""
    try:
        said = load(GiveLookSchema(), {name: request.form[name] for name in FIELDS if name in request.form})
        with open_desk() as desk:
            give_second_look(desk, GiveLook(look_id=look_id, **said))
            was_sent(desk)
    except (Invalid, Conflict) as refusal:
        return _render(look_id, request.form, errors_by_field(refusal)), refusal.status
    return redirect(url_for("second_looks.show", look_id=look_id))


def _render(look_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        look = get_look(desk.session, look_id)
        subject = look.decision.subject
        form = begin(desk, url_for("second_looks.show", look_id=look_id), values)
        page = render_template(
            "insight/second_look.html",
            look=look,
            subject=subject,
            answers=list_answers_then(look),
            facts=look.decision.recommendation.facts,
            indicators=policy_for(desk, subject.enquiry.received_at).vocabulary.indicators,
            outcomes=OUTCOMES.items(),
            grades=GRADES,
            outcome=look.decision.outcome,
            form=form,
            values=form.values,
            errors=errors,
        )
        note_shown(desk, [subject.person_id], subject.enquiry)
        return page


def _agree(given: Sequence[Any]) -> Agreed:
    """From rows of why, decided, weighed, and how often."""
    pairs = {
        why: [pair for row in given if row.why == why for pair in [(row.decided, row.weighed)] * row.number]
        for why in LOOKED_AT_FOR
    }
    whole = measure_agreement([pair for each in pairs.values() for pair in each])
    return Agreed(whole, {why: measure_agreement(each) for why, each in pairs.items()})
