"""Administrators' page of what keeps failing: letters that were given up, and tasks. Of no case, and of nobody."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from triage.services.failing import (
    discard_letter,
    discard_task,
    list_letters,
    list_tasks,
    say_error,
    send_letter_again,
    try_task_again,
)
from triage.services.rights.case_sections import LETTERS
from triage.store.webhooks import count_failed
from triage.web.access import may, open_desk
from triage.web.again import carry_on

blueprint = Blueprint("failed", __name__, url_prefix="/admin/failed")
carry_on(blueprint)
SHOWN = 50  # letters, the latest
OTHERS = "To somebody who works here"
TASKS = {
    "clocks.sweep": "Clocks: whose time is nearly over or is over",
    "drafts.forget": "Drafts: those whose time is over",
    "ledger.seal": "The ledger: its seal",
    "measures.refresh": "Measures: counted again",
    "notices.promise": "Notices of the day: to managers and for the night",
    "outbox.relay": "Letters, and what other systems are told: sent on their way",
    "people.learn": "Matching: learned anew each night",
    "policies.run": "Thresholds: proofs and replays",
    "reports.make": "Quarterly reports: made",
    "retention.dispose": "Files that two people agreed to let go",
    "retention.forget": "Old letters and answers: let go",
    "retention.weigh": "Retention: what is due to go, worked out",
    "second_looks.draw": "Second looks: drawn for the day",
    "worklist.write": "What is open, on paper: written for the day that the service is down",
}


@blueprint.get("")
@may("failed.read")
def show_all() -> Any:
    """What failed, since when, how often it was tried, and what went wrong."""
    with open_desk() as desk:
        letters, count = list_letters(desk, SHOWN)
        told = {"letters": letters, "count": count, "tasks": list_tasks(desk)}
        others = sum(count_failed(desk.session).values())
        said = {"words": LETTERS, "others": OTHERS, "task_words": TASKS, "say_error": say_error}
        return render_template("admin/failed.html", given_up=others, **told, **said)


@blueprint.post("/letters/<uuid:message_id>/again")
@may("failed.write")
def send_again(message_id: UUID) -> Any:
    """Try a letter anew."""
    with open_desk() as desk:
        send_letter_again(desk, message_id)
    return _say("The letter is tried again within seconds.")


@blueprint.post("/letters/<uuid:message_id>/discard")
@may("failed.write")
def discard(message_id: UUID) -> Any:
    """Never send a letter."""
    with open_desk() as desk:
        discard_letter(desk, message_id, request.form.get("reason", ""))
    return _say("The letter is set aside and will not be sent. Your reason is kept.")


@blueprint.post("/tasks/<name>/again")
@may("failed.write")
def try_again(name: str) -> Any:
    """Ask for a task at once."""
    with open_desk() as desk:
        try_task_again(desk, name)
    return _say("It is tried again within seconds. It leaves this list once it is done.")


@blueprint.post("/tasks/<name>/discard")
@may("failed.write")
def set_aside(name: str) -> Any:
    """Take a task from the list until it fails again."""
    with open_desk() as desk:
        discard_task(desk, name, request.form.get("reason", ""))
    return _say("It is taken from this list until it fails again. Your reason is kept.")


def _say(words: str) -> Any:
    flash(words)
    return redirect(url_for("failed.show_all"))
