"""Letters and photographs, in and out. What is in one is sent and answered as it is, not as JSON."""

from flask_smorest.fields import Upload
from marshmallow import fields

from triage.schemas.fields import LINE_LIMIT, Input, Output, line, narrative


class FileDetailsSchema(Input):
    """What somebody says of a file."""

    described = line(LINE_LIMIT)


class AddFileSchema(FileDetailsSchema):
    """A file to be kept with a case, and what it is: "letter from the school"."""

    content = Upload(required=True)


class TakeFileAwaySchema(Input):
    """Why a file does not belong here."""

    reason = narrative()


class FileSchema(Output):
    """A file in a list. `sha256` is of what is kept; a picture is drawn anew, and `sent_sha256` is of what was sent."""

    id = fields.UUID()
    enquiry_id = fields.UUID(allow_none=True)
    referral_id = fields.UUID(allow_none=True)
    name = fields.String()
    kind = fields.String()
    described = fields.String()
    size = fields.Integer(metadata={"description": "Bytes"})
    sha256 = fields.Function(lambda file: file.sha256.hex(), metadata={"type": "string"})
    sent_sha256 = fields.Function(lambda file: file.sent_sha256.hex(), metadata={"type": "string"})
    added_at = fields.AwareDateTime()
    removed_at = fields.AwareDateTime(allow_none=True)
    removed_reason = fields.String()


class FileListSchema(Output):
    """The files of a case."""

    items = fields.List(fields.Nested(FileSchema))
