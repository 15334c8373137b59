"""A referral as JSON, in and out."""

from marshmallow import fields, validate

from triage.models.codes import CLOCK_KINDS, CLOSURES, CONSENTS, REFERRAL_STATES, SERVICES
from triage.schemas.enquiry import ClockSchema, PageQuery, PermittedActionSchema
from triage.schemas.fields import Input, Output, code, line, narrative
from workflows.census.codes import ABUSE, FACTORS, PRIMARY_NEEDS


class ReferralActionSchema(Input):
    """What an action may need; the table of the workflow says which needs what."""

    reason = narrative()
    team_code = line(40)
    provider_code = line(40)
    worker_id = fields.UUID()
    closure = code(CLOSURES)
    consent = code(CONSENTS)
    lead_practitioner = line()
    clock = code(CLOCK_KINDS)
    until = fields.Date()
    invited = fields.List(line(40), validate=validate.Length(max=20))
    came = fields.List(line(40), validate=validate.Length(max=20))
    expected_on = fields.Date()
    transfer_to = line()
    primary_need = code(PRIMARY_NEEDS)
    child_seen = fields.Boolean(
        metadata={"description": "Whether the child was seen during the assessment that is completed"}
    )
    factors = fields.List(code(FACTORS), validate=validate.Length(max=len(FACTORS)))
    internal_review_on = fields.Date()
    conference_on = fields.Date()
    category_of_abuse = code(ABUSE)
    previous_plans = fields.Integer(strict=True, validate=validate.Range(0, 50))
    reviewed_on = fields.Date()
    ended_on = fields.Date()
    family_rating = fields.Integer(strict=True)
    rating_reason = narrative()
    done_at = fields.AwareDateTime(format="iso")


class SeveralSchema(Input):
    """To which team or worker several go, and why."""

    to = line(40, required=True, error_messages={"required": "Choose who is to have them."})
    reason = narrative()


class TransferActionSchema(Input):
    """An answer to an offer, or why it is taken back."""

    reason = narrative()


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


class StrategyDiscussionSchema(Output):
    """Who was called, who came, and what they decided."""

    called_at = fields.AwareDateTime()
    invited = fields.List(fields.String())
    held_at = fields.AwareDateTime(allow_none=True)
    came = fields.List(fields.String())
    opened_section_47 = fields.Boolean(allow_none=True)
    reason = fields.String()


class AssessmentSchema(Output):
    """An assessment, and the census's codes of what it found."""

    kind = fields.String()
    started_on = fields.Date()
    internal_review_on = fields.Date(allow_none=True)
    authorised_on = fields.Date(allow_none=True)
    child_seen = fields.Boolean(allow_none=True)
    factors = fields.List(fields.String())


class Section47Schema(Output):
    """An enquiry under section 47, and its child protection conference."""

    started_on = fields.Date()
    conference_target_on = fields.Date(allow_none=True)
    conference_on = fields.Date(allow_none=True)
    conference_not_required = fields.Boolean(allow_none=True)


class PlanSchema(Output):
    """A plan, and the days on which it was reviewed."""

    kind = fields.String()
    started_on = fields.Date()
    ended_on = fields.Date(allow_none=True)
    initial_category = fields.String(allow_none=True)
    latest_category = fields.String(allow_none=True)
    previous_plans = fields.Integer(allow_none=True)
    reviewed_on = fields.List(fields.Date())


class TransferSchema(Output):
    """An offer of the case to another team or authority."""

    id = fields.UUID()
    state = fields.String()
    to_team_code = fields.String(allow_none=True)
    to_authority = fields.String(allow_none=True)
    reason = fields.String()
    offered_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    answer_reason = fields.String()
    version = fields.Integer()
    etag = fields.String(metadata={"description": "What an answer's If-Match must say: the offer and its case as read"})
    permitted_actions = fields.List(fields.Nested(PermittedActionSchema))


class ReferralSummarySchema(Output):
    """A referral in a list."""

    id = fields.UUID()
    reference = fields.String()
    service = fields.String()
    state = fields.String()
    level = fields.Integer(allow_none=True)
    rag = fields.String(allow_none=True)
    section_47 = fields.Boolean()
    queue = fields.String(allow_none=True)
    source = fields.String()
    person_id = fields.UUID()
    enquiry_id = fields.UUID(allow_none=True)
    requested_at = fields.AwareDateTime()
    district_code = fields.String(allow_none=True)
    locality_code = fields.String(allow_none=True)
    team_code = fields.String(allow_none=True)
    worker_id = fields.UUID(allow_none=True)
    to_authority = fields.String(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    closure = fields.String(allow_none=True)
    version = fields.Integer()
    clocks = fields.List(fields.Nested(ClockSchema))


class RepeatSchema(Output):
    """What it followed within twelve months, from date to date: `before_id` is null where that was disposed of."""

    kind = fields.String()
    before_id = fields.UUID(allow_none=True)
    before_on = fields.Date()
    days = fields.Integer()


class ReferralSchema(ReferralSummarySchema):
    """A referral with all that belongs to it.

    `referrals_before_latest` are the child's to social care in the twelve months before the latest (Annex A).
    """

    repeats = fields.List(fields.Nested(RepeatSchema))
    referrals_before_latest = fields.Integer()

    allocated_at = fields.AwareDateTime(allow_none=True)
    accepted_at = fields.AwareDateTime(allow_none=True)
    started_at = fields.AwareDateTime(allow_none=True)
    assessed_at = fields.AwareDateTime(allow_none=True)
    contacted_at = fields.AwareDateTime(allow_none=True)
    assessment_expected_on = fields.Date(allow_none=True)
    child_protection_plan = fields.Boolean()
    primary_need = fields.String(allow_none=True)
    conference_on = fields.Date(allow_none=True)
    provider_code = fields.String(allow_none=True)
    lead_practitioner = fields.String()
    family_rating = fields.Integer(allow_none=True)
    rating_reason = fields.String()
    discussions = fields.List(fields.Nested(StrategyDiscussionSchema))
    assessments = fields.List(fields.Nested(AssessmentSchema))
    section_47s = fields.List(fields.Nested(Section47Schema))
    plans = fields.List(fields.Nested(PlanSchema))
    transfers = fields.List(fields.Nested(TransferSchema))
    assignments = fields.List(fields.Nested(AssignmentSchema))
    permitted_actions = fields.List(fields.Nested(PermittedActionSchema))


class ReferralPageSchema(Output):
    """A page of referrals."""

    items = fields.List(fields.Nested(ReferralSummarySchema))
    next_cursor = fields.String(allow_none=True)
