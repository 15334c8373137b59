"""Saying on a page what was seen of those whom an enquiry is about: what stands is filled in."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid, Stale
from triage.models import Enquiry, Subject
from triage.schemas.enquiry import SaySeenSchema
from triage.services.policies import policy_for
from triage.services.reading import people_of
from triage.services.saying_seen import SaySeen, say_seen
from triage.store.enquiries import get_enquiry
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.following import follow_subjects
from triage.web.forms import errors_by_field, load, nest
from triage.web.keeping import begin, was_sent
from triage.web.log_enquiry import find_in, list_indicators

blueprint = Blueprint("say_seen", __name__, url_prefix="/enquiries/<uuid:enquiry_id>/seen")
carry_on(blueprint)
ASKED = ("mobile", "plan_failed", "needs_immediate_protection")


@blueprint.get("")
@may("seen.say")
def show(enquiry_id: UUID) -> Any:
    """What was told, and what was seen of each as it stands."""
    return _show(enquiry_id, None, {})


@blueprint.post("")
@may("seen.say")
def post(enquiry_id: UUID) -> Any:
    """Keep it, or show it again with what to put right or with what was looked for."""
    if "find" in request.form:
        return _show(enquiry_id, request.form, {})
    try:
        details = load(SaySeenSchema(), nest(request.form, ("seen", "reason")))
        read = request.form.get("read", type=int)
        with open_desk() as desk:
            seen = tuple(details["seen"])
            say_seen(desk, SaySeen(enquiry_id=enquiry_id, seen=seen, reason=details["reason"], version=read))
            was_sent(desk)
    except (Conflict, Invalid, Stale) as refusal:
        values = request.form.copy()
        if isinstance(refusal, Stale):  # which says what changed, beside what stands now
            values.pop("read", None)
        return _show(enquiry_id, values, errors_by_field(refusal)), refusal.status
    flash("What was seen is recorded, and the policy was asked again.")
    return redirect(url_for("enquiries.show", enquiry_id=enquiry_id))


def _show(enquiry_id: UUID, values: MultiDict[str, str] | None, errors: dict[str, str]) -> str:
    with open_desk() as desk:
        enquiry = get_enquiry(desk.session, enquiry_id)
        here = url_for("say_seen.show", enquiry_id=enquiry_id)
        form = follow_subjects(begin(desk, here, _fill_in(enquiry) if values is None else values), enquiry)
        policy = policy_for(desk, enquiry.received_at)
        listed = list_indicators(policy)
        page = render_template(
            "mash/say_seen.html",
            enquiry=enquiry,
            form=form,
            values=form.values,
            errors=errors,
            listed=listed,
            found=find_in(listed, form.values, len(enquiry.subjects)),
            indicators=policy.vocabulary.indicators,
        )
        note_shown(desk, people_of([enquiry]), enquiry)
        return page


def _fill_in(enquiry: Enquiry) -> MultiDict[str, str]:
    """What stands, as the page would send it."""
    return MultiDict(
        (f"seen.{place}.{name}", said)
        for place, subject in enumerate(enquiry.subjects)
        for name, said in (*_ticked(subject), *_answered(subject))
    )


def _ticked(subject: Subject) -> list[tuple[str, str]]:
    return [("indicators", code) for code in subject.indicators]


def _answered(subject: Subject) -> list[tuple[str, str]]:
    said = {name: getattr(subject, name) for name in ASKED}
    told = [(name, str(value).lower()) for name, value in said.items() if value is not None]
    return [*told, *([("needs", subject.needs)] if subject.needs else [])]
