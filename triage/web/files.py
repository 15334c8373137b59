"""Letters and photographs: added and taken away on the page of a case, and opened from it."""

from itertools import chain
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState

from triage.body_limits import takes_file
from triage.inert import send_inert
from triage.models import Enquiry, Referral
from triage.schemas.file import FileDetailsSchema, TakeFileAwaySchema
from triage.services.desk import Desk
from triage.services.files import AddFile, TakeFileAway, add_file, case_read, open_file, say_size, take_file_away
from triage.services.reading import people_of
from triage.state import state_of
from triage.uploads.kinds import ENDINGS, FIELD, refusal
from triage.web import enquiries, referrals
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.file_parts import NEW, part_of
from triage.web.forms import load, read_part

blueprint = Blueprint("files", __name__)
carry_on(blueprint)


@blueprint.record_once
def tell_templates(setup: BlueprintSetupState) -> None:
    """What a page says before anything is sent."""
    limit = state_of(setup.app).settings.file_limit
    told = {"file_limit": say_size(limit), "file_endings": ",".join(chain(*ENDINGS.values()))}
    setup.app.jinja_env.globals.update(told)
    setup.app.jinja_env.filters["part_of_file"] = lambda file: part_of(file.id)


@blueprint.post("/enquiries/<uuid:enquiry_id>/files")
@takes_file
@may("file.write")
def add_to_enquiry(enquiry_id: UUID) -> Any:
    """Keep the file that was chosen, then show the enquiry again."""
    return enquiries.try_part(enquiry_id, NEW, lambda desk: _add(desk, Enquiry, enquiry_id))


@blueprint.post("/referrals/<uuid:referral_id>/files")
@takes_file
@may("file.write")
def add_to_referral(referral_id: UUID) -> Any:
    """Keep the file that was chosen, then show the referral again."""
    return referrals.try_step(referral_id, NEW, lambda desk: _add(desk, Referral, referral_id))


def _add(desk: Desk, kind: type[Enquiry] | type[Referral], case_id: UUID) -> None:
    sent = request.files.get(f"{NEW}.{FIELD}")
    if sent is None or not sent.filename:
        raise refusal("no_file", "Choose a file.")
    details = load(FileDetailsSchema(), read_part(request.form, NEW))
    command = AddFile(kind=kind, case_id=case_id, name=sent.filename, content=sent.read(), **details)
    add_file(desk, state_of(current_app).cabinet, command)


@blueprint.post("/enquiries/<uuid:enquiry_id>/files/<uuid:file_id>/take-away")
@may("file.write")
def take_from_enquiry(enquiry_id: UUID, file_id: UUID) -> Any:
    """Take a wrong file away, then show the enquiry again."""
    return enquiries.try_part(enquiry_id, part_of(file_id), lambda desk: _take_away(desk, file_id))


@blueprint.post("/referrals/<uuid:referral_id>/files/<uuid:file_id>/take-away")
@may("file.write")
def take_from_referral(referral_id: UUID, file_id: UUID) -> Any:
    """Take a wrong file away, then show the referral again."""
    return referrals.try_step(referral_id, part_of(file_id), lambda desk: _take_away(desk, file_id))


def _take_away(desk: Desk, file_id: UUID) -> None:
    details = load(TakeFileAwaySchema(), read_part(request.form, part_of(file_id)))
    take_file_away(desk, TakeFileAway(file_id=file_id, **details))


@blueprint.get("/files/<uuid:file_id>")
@may("file.read")
def open_one(file_id: UUID) -> Any:
    """What is in a file, to be saved: never shown as a page of ours."""
    with open_desk() as desk:
        file, content = open_file(desk, state_of(current_app).cabinet, file_id)
        case = case_read(desk, file)
        note_shown(desk, people_of([case]), case)
        return send_inert(file, content)
