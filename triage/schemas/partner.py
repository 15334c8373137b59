"""What partners' systems are shown."""

from marshmallow import fields

from triage.schemas.enquiry import CheckSchema
from triage.schemas.fields import Output


class AskedSchema(CheckSchema):
    """A check, whom it is about, and by when it is to be answered."""

    reference = fields.String(metadata={"description": "of the enquiry"})
    about = fields.List(fields.String(), metadata={"description": "each by name, with the date of birth if known"})
    due_at = fields.AwareDateTime(allow_none=True)


class AskedListSchema(Output):
    """Checks, those that wait first."""

    items = fields.List(fields.Nested(AskedSchema))


class SentSchema(Output):
    """An enquiry that was sent, and where it stands."""

    reference = fields.String()
    received_at = fields.AwareDateTime()
    stands = fields.String()


class SentListSchema(Output):
    """Enquiries, the latest first."""

    items = fields.List(fields.Nested(SentSchema))
