"""Writing a version of the thresholds: its text is typed or sent as a file, and each fault is named where it stands."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from rules.dmn import read_as_yaml
from rules.document import PolicyError
from triage.errors import Conflict, DomainError, Invalid, Stale, invalid
from triage.models import PolicyVersion
from triage.schemas.policy import DraftPolicySchema
from triage.services.desk import Desk
from triage.services.drafting_policy import draft_policy
from triage.services.policies import policy_for
from triage.services.policy_actions import PolicyAction, act_on_policy
from triage.store.policies import find_policy, get_policy
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import load
from triage.web.keeping import begin, was_sent

blueprint = Blueprint("policy_texts", __name__, url_prefix="/policies")
carry_on(blueprint)
WHERE = "The text"  # what a fault calls what was typed
LINE = re.compile(r", line ([0-9]+), column")
LONGEST = 100  # of a line that is quoted


@blueprint.get("/new")
@may("policy.draft")
def begin_draft() -> Any:
    """The text of the version in force, to begin from."""
    with open_desk() as desk:
        policy = policy_for(desk, desk.now)
        kept = find_policy(desk.session, policy.name, policy.version)
        return _render(desk, None, kept.text if kept else "", ())


@blueprint.post("/new")
@may("policy.draft")
def draft() -> Any:
    """Keep it as a draft, or show every fault of it."""
    return _try(None, lambda desk, text: draft_policy(desk, text, WHERE))


@blueprint.get("/<uuid:policy_id>/text")
@may("policy.draft")
def change(policy_id: UUID) -> Any:
    """The text of a draft, for its author to change."""
    with open_desk() as desk:
        row = get_policy(desk.session, policy_id)
        return _render(desk, row, row.text, ())


@blueprint.post("/<uuid:policy_id>/text")
@may("policy.draft")
def revise(policy_id: UUID) -> Any:
    """Keep the text in place of the one before, or show every fault of it."""
    version = request.form.get("version", type=int)

    def attempt(desk: Desk, text: str) -> PolicyVersion:
        command = PolicyAction(policy_id=policy_id, action="revise", version=version, text=text, where=WHERE)
        return act_on_policy(desk, command)

    return _try(policy_id, attempt)


def _try(policy_id: UUID | None, attempt: Callable[[Desk, str], PolicyVersion]) -> Any:
    text = request.form.get("text", "")
    try:
        text = _read_text()
        with open_desk() as desk:
            kept = attempt(desk, load(DraftPolicySchema(), {"text": text} if text.strip() else {})["text"])
            was_sent(desk)
    except (Conflict, Invalid, Stale) as refusal:
        with open_desk() as desk:
            row = get_policy(desk.session, policy_id) if policy_id else None
            return _render(desk, row, text, _list_faults(refusal, text)), refusal.status
    flash("The draft is kept. Prove it, try it on the past, and have a MASH manager review it.")
    return redirect(url_for("policies.show", policy_id=kept.id))


def _read_text() -> str:
    """What was typed or, where a file was chosen, what is in it: a policy, or decision tables that become one."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return request.form.get("text", "").replace("\r\n", "\n")
    content = sent.read()
    try:
        if sent.filename.lower().endswith(".dmn"):
            return read_as_yaml(content, "The file")
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise invalid("file", "This file is not UTF-8 text. Save it as UTF-8, then choose it again.") from error
    except PolicyError as error:
        raise invalid("file", str(error)) from error


def _list_faults(refusal: DomainError, text: str) -> list[tuple[str, str]]:
    """Each fault with the line that it stands on, and the field that it is about."""
    return [(_quote(each.message, text), each.field or "") for each in refusal.problems]


def _quote(message: str, text: str) -> str:
    found, lines = LINE.search(message), text.split("\n")
    number = int(found[1]) if found else 0
    said = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return f"{message} The line says: {said[:LONGEST]}{'…' if len(said) > LONGEST else ''}" if said else message


def _render(desk: Desk, row: PolicyVersion | None, text: str, faults: Any) -> str:
    here = url_for("policy_texts.change", policy_id=row.id) if row else url_for("policy_texts.begin_draft")
    form = begin(desk, here, MultiDict({"text": text}))
    return render_template("policies/write.html", row=row, here=here, form=form, values=form.values, faults=faults)
