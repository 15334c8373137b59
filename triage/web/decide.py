"""Deciding on a page: one's own first view first, then the recommendation and its reasons beside each choice.

Nothing is pre-selected. Choosing otherwise than recommended is the same one step: choose, say why, press Decide.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from rules.policy import LEVELS
from triage.errors import Conflict, DomainError, Invalid, Stale
from triage.models import Enquiry, Subject
from triage.models.codes import CHILDREN, CONSENTS, ROUTES
from triage.schemas.enquiry import DecideSchema
from triage.services.choosing import as_choice, as_recommended, find_existing_service
from triage.services.deciding import Decide, SubjectDecision, decide
from triage.services.desk import Desk
from triage.services.first_view import name_of, record_first_views, waits_for_view
from triage.services.outages import list_open_outages
from triage.services.policies import policy_for
from triage.services.reading import people_of
from triage.store.enquiries import get_enquiry
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.enquiries import read_views, show_again
from triage.web.following import follow_subjects
from triage.web.forms import DONE_AT, errors_by_field, load, nest, read_done_at, typed_elsewhere
from triage.web.keeping import Form, begin, was_sent
from triage.web.words import RUNGS, say_levels
from workflows.choice import (
    EXPLAINED,
    LADDER,
    Choice,
    compare,
    find_repeat,
    higher_routes,
    needs_approval,
    place_of,
    unexplained_repeats,
    unexplained_siblings,
)

blueprint = Blueprint("decide", __name__, url_prefix="/enquiries/<uuid:enquiry_id>/decide")
carry_on(blueprint)
AGAIN = {
    "third_enquiry": "Say what is different this time",
    "third_nfa": "Say why nothing further is right a third time",
}


@blueprint.get("")
@may("enquiry.decide")
def show(enquiry_id: UUID) -> Any:
    """The choices for each subject, once this worker has said what they think themselves."""
    return _show(enquiry_id, MultiDict(), {})


@blueprint.post("/start")
@may("enquiry.decide")
def start(enquiry_id: UUID) -> Any:
    """The same, carrying on whatever was half typed on the enquiry's page."""
    return _show(enquiry_id, request.form, {})


@blueprint.get("/start")
@blueprint.get("/first-views")
@may("enquiry.decide")
def go_back(enquiry_id: UUID) -> Any:
    """To the choices, for whoever opens the address of something that was sent."""
    return redirect(url_for("decide.show", enquiry_id=enquiry_id))


@blueprint.post("/first-views")
@may("enquiry.decide")
def record_views(enquiry_id: UUID) -> Any:
    """Keep this worker's own first views of all subjects, then show the choices."""
    try:
        with open_desk() as desk:
            record_first_views(desk, read_views(enquiry_id))
            was_sent(desk, typed_elsewhere(request.form, "first_views"))
    except (Conflict, Invalid, Stale) as refusal:
        return _show(enquiry_id, request.form, errors_by_field(refusal)), refusal.status
    typed = typed_elsewhere(request.form, "first_views")
    return _show(enquiry_id, typed, {}) if typed else redirect(url_for("decide.show", enquiry_id=enquiry_id))


@blueprint.post("")
@may("enquiry.decide")
def post(enquiry_id: UUID) -> Any:
    """Keep the decisions, or show them again with what to put right."""
    decisions: list[SubjectDecision] = []
    try:
        sent = load(DecideSchema(), nest(request.form, ("decisions",)) | read_done_at(request.form))
        decisions = sent["decisions"]
        version = request.form.get("version", type=int)
        with open_desk() as desk:
            done = {"version": version, "done_at": sent.get("done_at")}
            decide(desk, Decide(enquiry_id=enquiry_id, decisions=tuple(decisions), **done))
            was_sent(desk, typed_elsewhere(request.form, "decisions", DONE_AT))
    except (Conflict, Invalid, Stale) as refusal:
        unexplained = _unexplained(refusal, decisions)
        return _show(enquiry_id, request.form, errors_by_field(refusal), unexplained), refusal.status
    typed = typed_elsewhere(request.form, "decisions", DONE_AT)
    return show_again(enquiry_id, typed, {}) if typed else redirect(url_for("enquiries.show", enquiry_id=enquiry_id))


def _unexplained(refusal: DomainError, decisions: list[SubjectDecision]) -> list[SubjectDecision]:
    """The decisions of which a reason may be missing beside the one for the decision itself, if that was refused."""
    codes = {problem.code for problem in refusal.problems}
    return decisions if codes & {"why_not_missing", "sibling_unexplained", "repeat_unexplained"} else []


def _show(
    enquiry_id: UUID, values: MultiDict[str, str], errors: dict[str, str], unexplained: Sequence[SubjectDecision] = ()
) -> str:
    with open_desk() as desk:
        enquiry = get_enquiry(desk.session, enquiry_id)
        form = follow_subjects(begin(desk, url_for("decide.show", enquiry_id=enquiry_id), values), enquiry)
        if waits_for_view(desk.actor, enquiry):
            page = _ask_views(desk, enquiry, form, errors)
        else:
            page = _ask_decisions(desk, enquiry, form, errors | _missing(enquiry, unexplained))
        note_shown(desk, people_of([enquiry]), enquiry)
        return page


def _missing(enquiry: Enquiry, decisions: Sequence[SubjectDecision]) -> dict[str, str]:
    """An error beside each reason that is missing: why not, why otherwise than a sibling, what is different now."""
    subjects = {subject.id: subject for subject in enquiry.subjects}
    chosen = [(subjects[each.subject_id], as_choice(enquiry, subjects[each.subject_id], each)) for each in decisions]
    differing = unexplained_siblings(choice for _subject, choice in chosen)
    found = {}
    for number, (subject, choice) in enumerate(chosen):
        at, whom = f"decisions.{number}", name_of(subject)
        for rung in higher_routes(choice):
            if rung not in choice.why_not:
                found[f"{at}.why_not.{rung}"] = f"Say why not {RUNGS[rung]} for {whom}."
        if choice in differing:
            found[f"{at}.sibling_reason"] = f"Say why the outcome for {whom} differs from the brother's or sister's."
        if choice in unexplained_repeats([choice]):
            found[f"{at}.repeat_reason"] = f"{AGAIN[find_repeat(choice)]} for {whom}."
    return found


def _ask_views(desk: Desk, enquiry: Enquiry, form: Form, errors: dict[str, str]) -> str:
    policy = policy_for(desk, enquiry.received_at)
    return render_template(
        "mash/first_view.html",
        enquiry=enquiry,
        waiting=waits_for_view(desk.actor, enquiry),
        indicators=policy.vocabulary.indicators,
        levels=say_levels(policy),
        form=form,
        values=form.values,
        kept=list(typed_elsewhere(form.values, "first_views").items(multi=True)),
        errors=errors,
    )


def _ask_decisions(desk: Desk, enquiry: Enquiry, form: Form, errors: dict[str, str]) -> str:
    policy = policy_for(desk, enquiry.received_at)
    return render_template(
        "mash/decide.html",
        enquiry=enquiry,
        form=form,
        values=form.values,
        kept=list(typed_elsewhere(form.values, "decisions", DONE_AT).items(multi=True)),
        errors=errors,
        routes=ROUTES,
        indicators=policy.vocabulary.indicators,
        levels=say_levels(policy),
        consents=CONSENTS,
        compared={subject.id: compare_options(enquiry, subject) for subject in enquiry.subjects},
        approved={subject.id: approved_options(enquiry, subject) for subject in enquiry.subjects},
        asked={subject.id: asked_after(enquiry, subject) for subject in enquiry.subjects},
        stands={subject.id: stand_of_routes(subject) for subject in enquiry.subjects},
        earlier={each.id: told for each in enquiry.subjects if find_repeat(told := as_recommended(enquiry, each))},
        outages=list_open_outages(desk),
        siblings=[subject.id for subject in enquiry.subjects if subject.person.kind in CHILDREN],
    )


def compare_options(enquiry: Enquiry, subject: Subject) -> dict[str, dict[str, str]]:
    """How each option of each question stands to what the policy recommends: same, less, more or other."""
    same = as_recommended(enquiry, subject)
    return {
        "route": {route: compare(replace(same, route=route)) for route in ROUTES},
        "level": {str(level): compare(replace(same, level=level)) for level in LEVELS},
        "section_47": {said: compare(replace(same, section_47=said == "true")) for said in ("true", "false")},
    }


def approved_options(enquiry: Enquiry, subject: Subject) -> dict[str, set[str]]:
    """The options of each question that take a manager other than the decider, whatever is chosen beside them."""
    options = {"route": ROUTES, "level": LEVELS, "section_47": (True, False)}
    made = [dict(zip(options, chosen, strict=True)) for chosen in product(*options.values())]
    same = as_recommended(enquiry, subject)
    alone = [each for each in made if not needs_approval(replace(same, **each))]
    return {
        question: {_said(option) for option in of_question} - {_said(each[question]) for each in alone}
        for question, of_question in options.items()
    }


def _said(option: object) -> str:
    """As the form sends it."""
    return str(option).lower()


def stand_of_routes(subject: Subject) -> dict[str, str]:
    """Where each route stands, as far as it leaves something to be explained: see higher_routes."""
    about = {"is_child": subject.person.kind in CHILDREN, "existing_service": find_existing_service(subject)}
    return {route: _stand(place_of(route, **about)) for route in ROUTES}


def _stand(place: int | None) -> str:
    if place is None:
        return "elsewhere"
    return LADDER[place] if LADDER[place] in EXPLAINED else "nothing"


def asked_after(enquiry: Enquiry, subject: Subject) -> dict[str, str]:
    """For each "why not" that may be needed, the choices after which it is: "nothing early_help".

    Where consent is refused it may be another: "nothing-refused". The style sheet shows what the present choice needs;
    what is missing is refused in any case.
    """
    found: dict[str, list[str]] = {rung: [] for rung in EXPLAINED}
    least = _least(enquiry, subject)
    for route, stands in stand_of_routes(subject).items():
        for consent, mark in (("given", ""), ("refused", "-refused")):
            chosen = replace(least, route=route, consent=consent)
            for rung in higher_routes(chosen):
                found[rung].append(stands + mark)
    return {rung: " ".join(dict.fromkeys(after)) for rung, after in found.items() if after}


def _least(enquiry: Enquiry, subject: Subject) -> Choice:
    return replace(as_recommended(enquiry, subject), route="no_further_action", level=1, section_47=False)
