"""The versions of the thresholds for those who write them: all of them, one with what is known of it, and acting."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import MultiDict

from rules.changes import Changes, find_changes
from rules.dmn import CannotWrite, write_dmn
from rules.document import PolicyError
from rules.policy import Policy
from rules.reading import load as load_policy
from triage.errors import Conflict, DomainError, Invalid, Problem, Stale
from triage.models import PolicyRun, PolicyVersion
from triage.schemas.policy import PolicyActionSchema
from triage.services.desk import Desk
from triage.services.permitted import permitted_on_policy
from triage.services.policies import policy_for, versions_for
from triage.services.policy_actions import PolicyAction, act_on_policy
from triage.services.policy_runs import has_given_up, proved_already
from triage.services.publishing_policy import PublishPolicy, publish_policy
from triage.store.enquiries import list_events
from triage.store.policies import get_policy, list_policies
from triage.store.policy_runs import list_runs
from triage.store.staff import list_names
from triage.thresholds.page import compose_page, title_of
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import load, naming_fields, read_part, typed_elsewhere
from triage.web.keeping import NOTHING, begin, was_sent
from triage.web.offering import find_open
from triage.web.referrals import place_errors
from workflows.policy import POLICY

blueprint = Blueprint("policies", __name__, url_prefix="/policies")
carry_on(blueprint)
MOST_RUNS = 20  # the latest, which are shown beside a version
DONE = {
    "review": "It is reviewed: its text can no longer change. Any MASH manager but its author publishes it.",
    "send_back": "It is a draft again, for its author to change.",
    "publish": "It is published, in force from its first day.",
    "withdraw": "It is withdrawn.",
}


@dataclass(frozen=True, slots=True)
class Read:
    """A version as it reads: the policy, or in words why its text cannot be read any more."""

    policy: Policy | None
    fault: str = ""


@blueprint.get("")
@may("policy.draft")
def show_all() -> Any:
    """Every version, the latest first day first."""
    with open_desk() as desk:
        rows = list_policies(desk.session)
        names = list_names(desk.session, (key for row in rows for key in _hands(row)))
        return render_template("policies/list.html", rows=rows, names=names, in_force=policy_for(desk, desk.now).hash)


@blueprint.get("/<uuid:policy_id>")
@may("policy.draft")
def show(policy_id: UUID) -> Any:
    """One version: what it changes, what is proved of it, what it would have done, and what may be done to it."""
    return _render(policy_id, NOTHING, {})


@blueprint.get("/<uuid:policy_id>/whole")
@may("policy.draft")
def read(policy_id: UUID) -> Any:
    """The version as partners will read it."""
    with open_desk() as desk:
        row = get_policy(desk.session, policy_id)
        return render_template("policies/read.html", row=row, page=compose_page(_insist(row)))


@blueprint.get("/<uuid:policy_id>/text.yaml")
@may("policy.draft")
def download_text(policy_id: UUID) -> Response:
    """The text, as a file."""
    with open_desk() as desk:
        row = get_policy(desk.session, policy_id)
        return _send(row, row.text, "yaml", "text/yaml")


@blueprint.get("/<uuid:policy_id>/tables.dmn")
@may("policy.draft")
def download_tables(policy_id: UUID) -> Response:
    """The rules as decision tables for other engines."""
    with open_desk() as desk:
        row = get_policy(desk.session, policy_id)
        try:
            return _send(row, write_dmn(_insist(row)), "dmn", "application/xml")
        except CannotWrite as error:
            raise Conflict(Problem("cannot_write", str(error))) from error


@blueprint.post("/<uuid:policy_id>/actions/<action>")
@may("policy.draft")
def act(policy_id: UUID, action: str) -> Any:
    """Do one of the permitted actions and show the version again, with a refusal on it."""
    try:
        with open_desk() as desk:
            details = load(PolicyActionSchema(), read_part(request.form, action))
            with naming_fields(POLICY, action):
                _act(desk, policy_id, action, details)
            was_sent(desk, typed_elsewhere(request.form, action))
    except (Conflict, Invalid, Stale) as refusal:
        return show_refused(policy_id, action, refusal)
    flash(DONE.get(action, "Done."))
    return redirect(url_for("policies.show", policy_id=policy_id))


def _act(desk: Desk, policy_id: UUID, action: str, details: dict[str, Any]) -> None:
    read_version = request.form.get("version", type=int)
    if action == "publish":
        command = PublishPolicy(policy_id=policy_id, version=read_version)
        publish_policy(desk, command, proved_already(desk, policy_id))
    else:
        act_on_policy(desk, PolicyAction(policy_id=policy_id, action=action, version=read_version, **details))


def show_refused(policy_id: UUID, part: str, refusal: DomainError) -> Any:
    """The version again with what was typed, and what is wrong in that part of the page."""
    return _render(policy_id, request.form, place_errors(refusal, part)), refusal.status


def _render(policy_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        row = get_policy(desk.session, policy_id)
        found, runs = try_reading(row), list_runs(desk.session, policy_id, MOST_RUNS)
        form = begin(desk, url_for("policies.show", policy_id=policy_id), values)
        return render_template(
            "policies/show.html",
            row=row,
            read=found,
            changes=_find_changes(desk, found.policy),
            actions=permitted_on_policy(desk, row),
            proof=_find_proof(row, runs),
            replays=[each for each in runs if each.kind == "replay"],
            given_up={each.id for each in runs if has_given_up(each, desk.now)},
            events=list_events(desk.session, policy_id),
            names=list_names(desk.session, _hands(row)),
            form=form,
            values=form.values,
            errors=errors,
            open=find_open(form.values, errors),
        )


def try_reading(row: PolicyVersion) -> Read:
    """What a version's text says. A draft of long ago may be none any more."""
    try:
        return Read(_load(row.text, f"{row.name}@{row.policy_version}"))
    except PolicyError as error:
        return Read(None, str(error))


@lru_cache(maxsize=8)  # reading takes a tenth of a second, and whoever works at a version opens it again and again
def _load(text: str, title: str) -> Policy:
    return load_policy(text, title)


def _insist(row: PolicyVersion) -> Policy:
    found = try_reading(row)
    if found.policy is None:
        raise Conflict(Problem("cannot_be_read", f"This text cannot be read any more: {found.fault}"))
    return found.policy


def _find_changes(desk: Desk, policy: Policy | None) -> tuple[str, Changes] | None:
    """The version that a policy follows, by name, and what differs; None where it follows none."""
    before = [each for each in versions_for(desk) if policy and each.effective_from < policy.effective_from]
    return (title_of(before[0]), find_changes(before[0], policy)) if before else None


def _find_proof(row: PolicyVersion, runs: list[PolicyRun]) -> PolicyRun | None:
    """The latest of the text as it stands."""
    return next((each for each in runs if each.kind == "proof" and each.hash == row.hash), None)


def _hands(row: PolicyVersion) -> tuple[UUID | None, ...]:
    return row.drafted_by_id, row.reviewed_by_id, row.published_by_id, row.withdrawn_by_id


def _send(row: PolicyVersion, text: str, ending: str, kind: str) -> Response:
    name = f"{row.name}_{row.policy_version}.{ending}".replace("/", "-")
    return send_file(BytesIO(text.encode()), mimetype=kind, as_attachment=True, download_name=name)
