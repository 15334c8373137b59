"""Who covers for whom, from which day to which."""

from marshmallow import fields

from triage.schemas.fields import Input
from triage.services.covering import CoverFor


class CoverSchema(Input):
    """Who is away, who covers, the first day and the last."""

    command = CoverFor
    user_id = fields.UUID(required=True, error_messages={"required": "Choose who is away."})
    by_id = fields.UUID(required=True, error_messages={"required": "Choose who covers."})
    first = fields.Date(required=True, error_messages={"required": "Enter the first day."})
    last = fields.Date(required=True, error_messages={"required": "Enter the last day."})
