"""Administrators' page of webhooks: which other systems are told of what, and what did not reach them. Of no case."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from triage.errors import NotFound, Problem
from triage.services.desk import Desk
from triage.services.letters import say_count
from triage.services.webhook_kinds import KINDS, kind_of
from triage.services.webhooks import PAUSED, pause_webhook, resume_webhook, send_failed_again
from triage.store.webhooks import count_failed, list_messages, list_webhooks
from triage.web.access import may, open_desk
from triage.web.again import carry_on

blueprint = Blueprint("webhooks", __name__, url_prefix="/admin/webhooks")
carry_on(blueprint)
SHOWN = 10  # messages of each, the latest


def _pause(desk: Desk, name: str) -> str:
    pause_webhook(desk, name)
    return f"{name} is paused. What happens meanwhile waits for it."


def _resume(desk: Desk, name: str) -> str:
    return f"{name} is told again, also of {say_count(resume_webhook(desk, name), 'message')} that had waited."


def _send_again(desk: Desk, name: str) -> str:
    return f"{say_count(send_failed_again(desk, name), 'message')} will be sent to {name} again within a minute."


CHANGES: dict[str, Callable[[Desk, str], str]] = {"pause": _pause, "resume": _resume, "send-again": _send_again}


@blueprint.get("")
@may("webhooks.read")
def show_all() -> Any:
    """Each of them, how it does, and what was sent last."""
    with open_desk() as desk:
        rows = [(each, list_messages(desk.session, each.id, SHOWN)) for each in list_webhooks(desk.session)]
        given_up, said = count_failed(desk.session), {"kinds": KINDS, "kind_of": kind_of, "paused": PAUSED}
        return render_template("admin/webhooks.html", webhooks=rows, given_up=given_up, **said)


@blueprint.post("/<name>/<what>")
@may("webhooks.write")
def change(name: str, what: str) -> Any:
    """Pause it, let it go on, or send again what was given up."""
    if what not in CHANGES:
        raise NotFound(Problem("no_such_change", "There is nothing of that name to be done to a webhook."))
    with open_desk() as desk:
        said = CHANGES[what](desk, name)
    flash(said)
    return redirect(url_for("webhooks.show_all"))
