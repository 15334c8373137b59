"""When the service was down, as a form states it."""

from marshmallow import fields

from triage.schemas.fields import Input, narrative
from triage.services.outages import DeclareOutage

HOW = "Enter a day and a time, like 7 5 2013 and 14:20."
TIME = dict.fromkeys(("invalid", "invalid_awareness", "format", "required"), HOW)


class DeclareOutageSchema(Input):
    """From when until when, and why."""

    command = DeclareOutage
    began_at = fields.AwareDateTime(required=True, format="iso", error_messages=TIME)
    ended_at = fields.AwareDateTime(required=True, format="iso", error_messages=TIME)
    reason = narrative(required=True, error_messages={"required": "Say why it was down, and how people worked."})
