"""Letters and photographs for systems: list and add them to a case, open one. Only a person takes one away."""

from typing import Any
from uuid import UUID

from flask import current_app, g, request, url_for
from flask_smorest import Blueprint
from marshmallow import RAISE
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import CombinedMultiDict

from triage.api.access import looks_first, may, note_shown
from triage.body_limits import takes_file
from triage.inert import send_inert
from triage.models import Enquiry, Referral
from triage.schemas.file import AddFileSchema, FileListSchema, FileSchema
from triage.services.files import AddFile, add_file, case_read, look_at, open_file
from triage.services.reading import people_of
from triage.state import state_of
from triage.store.enquiries import get_enquiry
from triage.store.files import list_files
from triage.store.referrals import get_referral
from triage.uploads.checking import Checked
from triage.uploads.kinds import FIELD, MEDIA_TYPES


class FormParser(FlaskParser):
    """Reads a form that has files among its fields. One that we do not know is refused."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"files": RAISE}

    def load_files(self, req: Any, schema: Any) -> Any:
        """All its fields."""
        return self._makeproxy(CombinedMultiDict([req.form, req.files]), schema)


class FormBlueprint(Blueprint):
    """Views that are sent such forms."""

    ARGUMENTS_PARSER = FormParser()


blueprint = FormBlueprint("api_files", __name__, url_prefix="/api/v1", description="Letters and photographs")
AS_SENT = {"schema": {"type": "string", "format": "binary"}}


@blueprint.get("/enquiries/<uuid:enquiry_id>/files")
@may("file.read")
@blueprint.response(200, FileListSchema)
def read_enquiry_files(enquiry_id: UUID) -> Any:
    """What came with an enquiry, and with those that were joined to it, in order. What was taken away says why."""
    return _list(get_enquiry(g.desk.session, enquiry_id))


@blueprint.get("/referrals/<uuid:referral_id>/files")
@may("file.read")
@blueprint.response(200, FileListSchema)
def read_referral_files(referral_id: UUID) -> Any:
    """What came with a referral, and with its enquiry, in order. What was taken away says why."""
    return _list(get_referral(g.desk.session, referral_id))


def _list(case: Enquiry | Referral) -> Any:
    note_shown(people_of([case]), case)
    return {"items": list_files(g.desk.session, case)}


def _look() -> Checked | None:
    """What was sent as the file, looked at; None where there is none, which the form's own check refuses."""
    sent = request.files.get(FIELD)
    if sent is None:
        return None
    return look_at(state_of(current_app).cabinet, sent.filename or "", sent.read())


@blueprint.post("/enquiries/<uuid:enquiry_id>/files")
@takes_file
@looks_first(_look)
@may("file.write")
@blueprint.arguments(AddFileSchema, location="files")
@blueprint.response(201, FileSchema)
def post_enquiry_file(sent: dict[str, Any], enquiry_id: UUID) -> Any:
    """Add a letter or photograph to an enquiry: a PDF, a picture, a text. It is looked at before it is kept.

    Pictures are drawn anew, without what the camera wrote into them (place, time, device).
    """
    return _add(Enquiry, enquiry_id, sent)


@blueprint.post("/referrals/<uuid:referral_id>/files")
@takes_file
@looks_first(_look)
@may("file.write")
@blueprint.arguments(AddFileSchema, location="files")
@blueprint.response(201, FileSchema)
def post_referral_file(sent: dict[str, Any], referral_id: UUID) -> Any:
    """Add a letter or photograph to a referral, as to an enquiry."""
    return _add(Referral, referral_id, sent)


def _add(kind: type[Enquiry] | type[Referral], case_id: UUID, sent: dict[str, Any]) -> Any:
    upload = sent.pop(FIELD)
    command = AddFile(kind=kind, case_id=case_id, name=upload.filename or "", content=upload.read(), **sent)
    file = add_file(g.desk, state_of(current_app).cabinet, command, g.looked)
    return file, 201, {"Location": url_for("api_files.read_file", file_id=file.id)}


@blueprint.get("/files/<uuid:file_id>")
@may("file.read")
@blueprint.doc(
    responses={200: {"description": "What is in it", "content": dict.fromkeys(MEDIA_TYPES.values(), AS_SENT)}}
)
def read_file(file_id: UUID) -> Any:
    """What is in a file, as an attachment of its own kind."""
    file, content = open_file(g.desk, state_of(current_app).cabinet, file_id)
    case = case_read(g.desk, file)
    note_shown(people_of([case]), case)
    return send_inert(file, content)
