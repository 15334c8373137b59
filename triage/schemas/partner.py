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


class SaidSchema(Output):
    """That one disagreed, and what a manager answered."""

    said_at = fields.AwareDateTime()
    answer_by = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)
    means = fields.String(metadata={"description": "whether the decision stands; empty until it is answered"})
    answer = fields.String(metadata={"description": "the manager's words; empty until it is answered"})


class DisagreementSchema(Output):
    """What was said against the decision, and whether more may be said now."""

    said = fields.List(fields.Nested(SaidSchema))
    may = fields.Boolean()
    next_step = fields.String(metadata={"description": "what whoever still disagrees may do"})


class SentSchema(Output):
    """An enquiry that was sent, and where it stands."""

    reference = fields.String()
    received_at = fields.AwareDateTime()
    stands = fields.String()
    says = fields.List(fields.String(), metadata={"description": "what that means, or which way it was decided"})
    disagreement = fields.Nested(DisagreementSchema)


class SentListSchema(Output):
    """Enquiries, the latest first."""

    items = fields.List(fields.Nested(SentSchema))
