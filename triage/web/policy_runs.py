"""A version of the thresholds proved and tried on the past: asked for here, made by the worker, shown once it is."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from triage.errors import Invalid
from triage.models import PolicyRun, Subject
from triage.schemas.policy import ReplaySchema
from triage.services.desk import Desk
from triage.services.policy_runs import AskRun, ask_for_run, has_given_up
from triage.store.policy_runs import get_run, list_subjects
from triage.thresholds.replay_page import lay_out_told
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import load, read_part
from triage.web.policies import show_refused

blueprint = Blueprint("policy_runs", __name__, url_prefix="/policies/<uuid:policy_id>")
carry_on(blueprint)


@blueprint.post("/prove")
@may("policy.draft")
def prove(policy_id: UUID) -> Any:
    """Ask for every proof of the text as it stands."""
    with open_desk() as desk:
        run = ask_for_run(desk, AskRun(policy_id=policy_id, kind="proof"))
    return _lead_to(run)


@blueprint.post("/replay")
@may("policy.draft")
def replay(policy_id: UUID) -> Any:
    """Ask what the text would have recommended of everybody who was told of in a period."""
    try:
        days = load(ReplaySchema(), read_part(request.form, "replay"))
        with open_desk() as desk:
            run = ask_for_run(desk, AskRun(policy_id=policy_id, kind="replay", **days))
    except Invalid as refusal:
        return show_refused(policy_id, "replay", refusal)
    return _lead_to(run)


@blueprint.get("/runs/<uuid:run_id>")
@may("policy.draft")
def show(policy_id: UUID, run_id: UUID) -> Any:
    """What came of it, or how far it is."""
    with open_desk() as desk:
        run = get_run(desk.session, policy_id, run_id)
        told = lay_out_told(run.result) if run.result and "tables" in run.result else None
        who = list(_list_who(desk, run))
        about = {"run": run, "row": run.policy, "given_up": has_given_up(run, desk.now)}
        page = render_template("policies/run.html", **about, told=told, who=who)
        note_shown(desk, (subject.person_id for subject, _move in who))
        return page


def _lead_to(run: PolicyRun) -> Any:
    return redirect(url_for("policy_runs.show", policy_id=run.policy_id, run_id=run.id))


def _list_who(desk: Desk, run: PolicyRun) -> list[tuple[Subject, dict[str, str]]]:
    """Those who would move and whom this person may see, by reference."""
    moves = (run.result or {}).get("who", [])
    seen = list_subjects(desk.session, (UUID(each["subject_id"]) for each in moves))
    found = [(seen[key], each) for each in moves if (key := UUID(each["subject_id"])) in seen]
    return sorted(found, key=lambda pair: (pair[0].enquiry.reference, pair[0].ordinal))
