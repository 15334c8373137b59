"""Renewing the directory from a file: it is sent, what it would change is shown, and then it is taken in or let go."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for

from triage.body_limits import takes_file
from triage.directory.hsds_file import Documents, Fault, FileRefused, read_services, write_services
from triage.errors import Conflict, Invalid, Problem
from triage.services.desk import Desk
from triage.services.directory import Taken, export_services, known_here
from triage.services.directory_files import SendFile, discard_file, keep_file, preview_file, take_file
from triage.state import state_of
from triage.store.directory import find_file
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field
from triage.web.sent_file import read_sent_file

blueprint = Blueprint("directory_files", __name__, url_prefix="/directory/file")
carry_on(blueprint)
SHOWN = 100  # faults told at once


@blueprint.get("")
@may("directory.import")
def show() -> Any:
    """Where a file is sent and, if one waits, what it would change."""
    with open_desk() as desk:
        return _render(desk)


@blueprint.post("")
@takes_file
@may("directory.import")
def send() -> Any:
    """Look through a file. It waits, and nothing changes yet."""
    with open_desk() as desk:
        try:
            sent = _read_sent(state_of(current_app).settings.file_limit)
            _read(desk, sent.content)
            keep_file(desk, sent)
            return redirect(url_for("directory_files.show"))
        except FileRefused as refused:
            return _render(desk, faults=refused.faults), Invalid.status
        except Invalid as refused:
            return _render(desk, errors=errors_by_field(refused)), refused.status


def _read_sent(limit: int) -> SendFile:
    name, content = read_sent_file(limit)
    return SendFile(name=name, content=content, withdraw=request.form.get("withdraw") == "true")


@blueprint.get("/take")
@blueprint.get("/discard")
@may("directory.import")
def go_back() -> Any:
    """To the page, for whoever opens the address of something that was sent."""
    return redirect(url_for("directory_files.show"))


@blueprint.post("/take")
@may("directory.import")
def take() -> Any:
    """Take in the file that waits, all or nothing, if it and the directory are still as they were looked at."""
    with open_desk() as desk:
        try:
            taken = _take(desk, request.form.get("seen", ""))
        except FileRefused:
            return _render(desk), Conflict.status
        except Conflict as refused:
            return _render(desk, errors=errors_by_field(refused)), refused.status
    flash(f"The file is taken in: {say_taken(taken)}.")
    return redirect(url_for("directory.show_all"))


def _take(desk: Desk, seen: str) -> Taken:
    file = find_file(desk.session, desk.actor.id)
    if file is None:
        raise Conflict(Problem("no_file", "No file of yours waits to be taken in. Send one."))
    return take_file(desk, file, _read(desk, file.content), seen)


def _read(desk: Desk, content: bytes) -> Documents:
    return read_services(content, known_here(desk), desk.now)


@blueprint.post("/discard")
@may("directory.import")
def discard() -> Any:
    """Let the file that waits go."""
    with open_desk() as desk:
        discard_file(desk)
    flash("Nothing was taken from the file, and it is not kept.")
    return redirect(url_for("directory_files.show"))


@blueprint.get("/export")
@may("directory.import")
def export() -> Any:
    """Every service as a file of HSDS 3, also those that were withdrawn: it can be taken in again."""
    with open_desk() as desk:
        content = write_services(export_services(desk))
        name = f"directory-{desk.pack.authority}-{desk.today.isoformat()}.json"
    return Response(
        content, mimetype="application/json", headers={"Content-Disposition": f"attachment; filename={name}"}
    )


def say_taken(taken: Taken) -> str:
    """How many services are new, changed, ended and as they were."""
    ended = len(taken.missing) if taken.withdrawn else 0
    return f"{len(taken.added)} new, {len(taken.changed)} changed, {ended} ended, {taken.unchanged} as they were"


def _render(desk: Desk, *, errors: dict[str, str] | None = None, faults: list[Fault] | None = None) -> str:
    waiting, told = None, list(faults or ())
    try:
        file = find_file(desk.session, desk.actor.id)
        waiting = file and preview_file(desk, file, _read(desk, file.content))
    except FileRefused as refused:  # the policy changed since it was sent
        told = told or list(refused.faults)
    return render_template(
        "directory/file.html",
        errors=errors or {},
        faults=told[:SHOWN],
        more=max(0, len(told) - SHOWN),
        waiting=waiting,
    )
