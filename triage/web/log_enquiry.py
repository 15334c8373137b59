"""Logging an enquiry on a page. What was typed is never lost: every refusal, and a database that is down, shows it."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from rules.finding import find_indicators
from rules.policy import Policy
from rules.vocabulary import Indicator
from triage.access.permissions import has
from triage.database import UNREACHABLE, gave_way
from triage.errors import Conflict, Invalid, NotFound, Problem
from triage.models import Enquiry
from triage.models.codes import CHANNELS, CONSENTS, OUTSIDE, SOURCES
from triage.problems import RETRY_SECONDS
from triage.schemas.enquiry import LogEnquirySchema
from triage.services.desk import Desk
from triage.services.linking import LinkPerson, link_person
from triage.services.logging_enquiry import LogEnquiry, log_enquiry
from triage.services.policies import policy_at_hand
from triage.state import state_of
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, local_instant, nest
from triage.web.keeping import Form, begin, begin_alone, was_sent
from triage.web.words import local, say_levels

blueprint = Blueprint("log_enquiry", __name__, url_prefix="/enquiries/new")
carry_on(blueprint)
FIELDS = tuple(LogEnquirySchema().fields)
MOST_SUBJECTS = 20
PLACE = re.compile(r"subjects\.([0-9]{1,2})\.")
AWAY = "The service cannot reach its database just now. Nothing is lost: leave this page open and press Log again."


@blueprint.get("")
@may("enquiry.log")
def show() -> Any:
    """An empty form, received now."""
    now = local(state_of(current_app).clock.now())
    parts = {"day": now.day, "month": now.month, "year": now.year, "time": f"{now:%H:%M}"}
    return _render(_begin(MultiDict({f"received_at-{part}": str(value) for part, value in parts.items()})))


@blueprint.post("")
@may("enquiry.log")
def log() -> Any:
    """Keep the enquiry, or show the form again with all that was typed and what to put right."""
    if "add_subject" in request.form:
        return _render(_begin(request.form), subjects=min(_count(request.form) + 1, MOST_SUBJECTS))
    if "find" in request.form:
        return _render(_begin(request.form))
    try:
        command, known = read_form(request.form)
        with open_desk() as desk:
            enquiry = log_enquiry(desk, command)
            _recognise(desk, enquiry, known)
            was_sent(desk)
            done = _go_on(enquiry)
    except (Invalid, NotFound) as refusal:
        return _render(_begin(request.form), errors=errors_by_field(refusal)), refusal.status
    except UNREACHABLE as error:
        if gave_way(error):
            raise  # it is tried once more, or carried on with the words for that
        form = begin_alone(url_for("log_enquiry.show"), request.form)
        return _render(form, errors={"": AWAY}), 503, {"Retry-After": str(RETRY_SECONDS)}
    return done


@blueprint.post("/indicators")
@may("enquiry.log")
def find() -> Any:
    """The codes of what fits the words typed so far, the nearest first. It is asked by POST: they may name people."""
    return jsonify([each.code for each in find_indicators(list_indicators(_policy()), request.form.get("words", ""))])


def _recognise(desk: Desk, enquiry: Enquiry, known: Mapping[int, UUID]) -> None:
    """Whom the worker chose from those known already, while typing. What they typed stays as it was described."""
    for ordinal, person_id in known.items():
        try:
            with desk.session.begin_nested():
                link_person(desk, LinkPerson(enquiry_id=enquiry.id, ordinal=ordinal, person_id=person_id))
        except Conflict as refusal:  # the call is logged all the same
            flash(f"It is logged, and who this is was not recorded: {refusal.problems[0].message}")


def _go_on(enquiry: Enquiry) -> Any:
    """To the enquiry or, for whoever is outside, to what they sent: what the hub makes of it is the hub's."""
    if g.actor.role not in OUTSIDE:
        return redirect(url_for("enquiries.show", enquiry_id=enquiry.id))
    flash(f"We have it. Its reference is {enquiry.reference}.")
    return redirect(url_for("partners.show_own"))


def read_form(form: MultiDict[str, str]) -> tuple[LogEnquiry, dict[int, UUID]]:
    """The command that the form means, and who was chosen as known already, by place. Invalid names its fields."""
    data = nest(form, FIELDS) | _say_how_it_came(form)
    subjects = data.get("subjects", [])
    data["subjects"] = [each for each in subjects if each] if isinstance(subjects, list) else []
    if not data["subjects"]:
        raise Invalid(Problem("no_subject", "Say who the enquiry is about.", "subjects.0.person.given_name"))
    said = {place: each.pop("known", "") for place, each in enumerate(data["subjects"], 1) if isinstance(each, dict)}
    return load(LogEnquirySchema(), data), {place: _read_key(key) for place, key in said.items() if key}


def _read_key(said: object) -> UUID:
    try:
        return UUID(str(said))
    except ValueError as error:
        raise Invalid(Problem("known", "Choose again whether the person is known already.")) from error


def _say_how_it_came(form: MultiDict[str, str]) -> dict[str, str]:
    """When and by what way: whoever is outside tells it here and now."""
    if g.actor.role in OUTSIDE:
        return {"received_at": state_of(current_app).clock.now().isoformat(), "channel": "portal"}
    return {"received_at": local_instant(form, "received_at")}


def _count(form: MultiDict[str, str]) -> int:
    """How many people the form has room for."""
    found = (PLACE.match(name) for name in form)
    return min(max((int(each[1]) for each in found if each), default=0) + 1, MOST_SUBJECTS)


def _policy() -> Policy:
    """The thresholds now: needs no database, so that the form can always be shown."""
    state = state_of(current_app)
    return policy_at_hand(state.pack.policy, state.clock.now())


def list_indicators(policy: Policy) -> list[Indicator]:
    """What may be ticked, causes for concern first."""
    return sorted(policy.vocabulary.indicators.values(), key=lambda each: each.usual_level == 1)


def find_in(indicators: list[Indicator], values: MultiDict[str, str], count: int) -> dict[int, list[Indicator]]:
    """For each person by place, what fits the plain words looked for; nothing where none were."""
    said = {place: values.get(f"find.{place}", "").strip() for place in range(count)}
    return {place: find_indicators(indicators, words) for place, words in said.items() if words}


def _begin(values: MultiDict[str, str]) -> Form:
    """The form, and what was typed there before; without that while the database is away."""
    here = url_for("log_enquiry.show")
    try:
        with open_desk() as desk:
            return begin(desk, here, values)
    except UNREACHABLE:
        return begin_alone(here, values)


def _render(form: Form, *, errors: dict[str, str] | None = None, subjects: int | None = None) -> str:
    policy = _policy()
    indicators, count = list_indicators(policy), subjects or _count(form.values)
    return render_template(
        "mash/log_enquiry.html",
        form=form,
        values=form.values,
        errors=errors or {},
        outside=g.actor.role in OUTSIDE,
        looks=has("person.look", g.actor.role),
        count=count,
        found=find_in(indicators, form.values, count),
        channels=CHANNELS,
        sources=SOURCES,
        consents=CONSENTS,
        agencies=state_of(current_app).pack.agencies,
        indicators=indicators,
        levels=say_levels(policy),
    )
