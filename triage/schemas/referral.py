"""A referral as JSON, in and out."""

from marshmallow import fields

from triage.models.codes import CLOSURES, CONSENTS, REFERRAL_STATES, SERVICES
from triage.schemas.enquiry import ClockSchema, PageQuery, PermittedActionSchema
from triage.schemas.fields import Input, Output, code, line, narrative


class ReferralActionSchema(Input):
    """What an action may need; the table of the workflow says which needs what."""

    reason = narrative()
    team_code = line(40)
    worker_id = fields.UUID()
    closure = code(CLOSURES)
    consent = code(CONSENTS)
    lead_practitioner = line()


class ReferralQuery(PageQuery):
    """Which referrals."""

    state = code(REFERRAL_STATES)
    service = code(SERVICES)


class AssignmentSchema(Output):
    """Who had it from when."""

    team_code = fields.String()
    worker_id = fields.UUID(allow_none=True)
    assigned_at = fields.AwareDateTime()
    superseded_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String()


class ReferralSummarySchema(Output):
    """A referral in a list."""

    id = fields.UUID()
    reference = fields.String()
    service = fields.String()
    state = fields.String()
    level = fields.Integer(allow_none=True)
    section_47 = fields.Boolean()
    source = fields.String()
    person_id = fields.UUID()
    enquiry_id = fields.UUID(allow_none=True)
    requested_at = fields.AwareDateTime()
    district_code = fields.String(allow_none=True)
    locality_code = fields.String(allow_none=True)
    team_code = fields.String(allow_none=True)
    worker_id = fields.UUID(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    closure = fields.String(allow_none=True)
    version = fields.Integer()
    clocks = fields.List(fields.Nested(ClockSchema))


class ReferralSchema(ReferralSummarySchema):
    """A referral with all that belongs to it."""

    allocated_at = fields.AwareDateTime(allow_none=True)
    accepted_at = fields.AwareDateTime(allow_none=True)
    started_at = fields.AwareDateTime(allow_none=True)
    assessed_at = fields.AwareDateTime(allow_none=True)
    lead_practitioner = fields.String()
    assignments = fields.List(fields.Nested(AssignmentSchema))
    permitted_actions = fields.List(fields.Nested(PermittedActionSchema))


class ReferralPageSchema(Output):
    """A page of referrals."""

    items = fields.List(fields.Nested(ReferralSummarySchema))
    next_cursor = fields.String(allow_none=True)
