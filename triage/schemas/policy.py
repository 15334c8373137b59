"""A version of the thresholds as JSON, in and out."""

from marshmallow import fields, pre_load

from triage.models.codes import POLICY_STATES
from triage.schemas.enquiry import PermittedActionSchema
from triage.schemas.fields import Input, Output, code, document, narrative

NO_DAY = "Enter a real date, like 1 4 2013."


class DraftPolicySchema(Input):
    """The document, as YAML."""

    text = document(required=True)


class PolicyActionSchema(Input):
    """What an action may need: revise takes `text`, send_back and withdraw a `reason`."""

    reason = narrative()
    text = document()


class ReplaySchema(Input):
    """Local days of receipt, both included; without one, from the first or to the last on record."""

    first = fields.Date(error_messages={"invalid": NO_DAY})
    last = fields.Date(error_messages={"invalid": NO_DAY})


class PolicyQuery(Input):
    """Which versions."""

    state = code(POLICY_STATES)

    @pre_load
    def drop_empty(self, data: dict[str, str], **_: object) -> dict[str, str]:
        """An empty filter is no filter."""
        return {key: value for key, value in data.items() if value != ""}


class PolicySummarySchema(Output):
    """A version in a list. `hash` is the SHA-256 of its content; `version` is the row's, which an action must name.

    What came with the service has nobody who drafted, reviewed or published it.
    """

    id = fields.UUID()
    name = fields.String()
    policy_version = fields.String()
    effective_from = fields.Date()
    hash = fields.String()
    state = fields.String()
    drafted_by_id = fields.UUID(allow_none=True)
    drafted_at = fields.AwareDateTime(allow_none=True)
    reviewed_by_id = fields.UUID(allow_none=True)
    reviewed_at = fields.AwareDateTime(allow_none=True)
    published_by_id = fields.UUID(allow_none=True)
    published_at = fields.AwareDateTime(allow_none=True)
    withdrawn_by_id = fields.UUID(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class PolicySchema(PolicySummarySchema):
    """A version whole: its text, what was proved of it, and what may be done to it."""

    text = fields.String()
    proof = fields.Dict(allow_none=True)
    permitted_actions = fields.List(fields.Nested(PermittedActionSchema))


class PolicyListSchema(Output):
    """All versions, the latest first day first."""

    items = fields.List(fields.Nested(PolicySummarySchema))
