"""An enquiry as JSON, in and out."""

from marshmallow import fields, pre_load, validate

from triage.models.codes import (
    CHANNELS,
    CLOCK_KINDS,
    CONSENTS,
    ETHNICITIES,
    LAWFUL_BASES,
    PERSON_KINDS,
    RAGS,
    ROUTES,
    SEXES,
    SOURCES,
)
from triage.schemas.fields import LINE_LIMIT, Input, Output, code, level, line, narrative
from triage.services.deciding import SubjectDecision
from triage.services.first_view import OwnView
from triage.services.logging_enquiry import LogEnquiry, NewSubject
from triage.services.people import NewPerson
from triage.services.saying_seen import Seen


class NewPersonSchema(Input):
    """Somebody described for the first time."""

    command = NewPerson
    kind = code(PERSON_KINDS)
    given_name = line()
    family_name = line()
    birth_date = fields.Date(allow_none=True)
    expected_date = fields.Date(allow_none=True)
    sex = code(SEXES)
    ethnicity = code(ETHNICITIES)
    nhs_number = line(10, allow_none=True)
    upn = line(13, allow_none=True)
    address = line(LINE_LIMIT)
    postcode = line(10, allow_none=True)


class NewSubjectSchema(Input):
    """One person whom the enquiry is about: `person_id` of somebody known, or `person`."""

    command = NewSubject
    person_id = fields.UUID()
    person = fields.Nested(NewPersonSchema)
    indicators = fields.List(line(40), validate=validate.Length(max=68))
    needs = narrative()
    mobile = fields.Boolean(allow_none=True)
    plan_failed = fields.Boolean(allow_none=True)
    ehc_request = fields.Boolean()
    needs_immediate_protection = fields.Boolean(allow_none=True)
    danger_unsure = fields.Boolean()
    first_view_level = level(allow_none=True)
    first_view_reason = narrative()


class LogEnquirySchema(Input):
    """What was told. `received_at` must say its offset from UTC."""

    command = LogEnquiry
    received_at = fields.AwareDateTime(required=True, format="iso")
    channel = code(CHANNELS, required=True)
    source = code(SOURCES, required=True)
    subjects = fields.List(fields.Nested(NewSubjectSchema), required=True, validate=validate.Length(max=20))
    agency_code = line(40, allow_none=True)
    referrer_name = line()
    referrer_role = line()
    referrer_email = fields.Email(allow_none=True, validate=validate.Length(max=254))
    referrer_phone = line()
    referrer_may_be_named = fields.Boolean()
    who_was_told = line(LINE_LIMIT)
    consent = code(CONSENTS)
    consent_reason = narrative()
    witnessed = narrative()
    reported = narrative()
    opinion = narrative()
    child_voice = narrative()


class EnquiryActionSchema(Input):
    """What an action may need; the table of the workflow says which needs what."""

    reason = narrative()
    rag = code(RAGS)
    agency_code = line(40)
    lawful_basis = code(LAWFUL_BASES)
    consent = code(CONSENTS)
    consent_reason = narrative()
    question = narrative()
    worker_id = fields.UUID()
    clock = code(CLOCK_KINDS)
    until = fields.Date()
    subject_ids = fields.List(fields.UUID(), validate=validate.Length(max=20))
    into_reference = line(40)
    done_at = fields.AwareDateTime(format="iso")


class SubjectDecisionSchema(Input):
    """What was chosen for one subject."""

    command = SubjectDecision
    subject_id = fields.UUID(required=True)
    level = level(required=True, error_messages={"required": "Choose the level of need."})
    route = code(ROUTES, required=True, error_messages={"required": "Choose what should happen."})
    section_47 = fields.Boolean(
        required=True, error_messages={"required": "Say whether significant harm is suspected (section 47)."}
    )
    consent = code(CONSENTS)
    reason = narrative(required=True, error_messages={"required": "Say why this is the right decision for this child."})
    why_not = fields.Dict(keys=line(40), values=narrative())
    sibling_reason = narrative()
    repeat_reason = narrative()


class DecideSchema(Input):
    """The decisions on all subjects, together. `done_at`: on paper, while the service was down."""

    decisions = fields.List(fields.Nested(SubjectDecisionSchema), required=True, validate=validate.Length(1, 20))
    done_at = fields.AwareDateTime(format="iso")


class OwnViewSchema(Input):
    """A worker's own view of one subject, in one line; with neither level nor reason it is left for later."""

    command = OwnView
    subject_id = fields.UUID(required=True)
    level = level()
    reason = line(LINE_LIMIT)


class RecordFirstViewsSchema(Input):
    """A worker's own views, together."""

    first_views = fields.List(fields.Nested(OwnViewSchema), load_default=list, validate=validate.Length(max=20))


class LinkPersonSchema(Input):
    """The person already known who the subject is, by somebody's word.

    The reason says how it is known: it is needed where the person is not one of the matches.
    """

    ordinal = fields.Integer(strict=True, required=True)
    person_id = fields.UUID(required=True)
    reason = narrative()


class SeenSchema(Input):
    """What was seen of one subject, whole: what is left out is taken away."""

    command = Seen
    subject_id = fields.UUID(required=True)
    indicators = fields.List(line(40), validate=validate.Length(max=68))
    needs = narrative()
    mobile = fields.Boolean(allow_none=True)
    plan_failed = fields.Boolean(allow_none=True)
    needs_immediate_protection = fields.Boolean(allow_none=True)


class SaySeenSchema(Input):
    """What was seen of some of the subjects or of all, and who told or how it is known."""

    seen = fields.List(fields.Nested(SeenSchema), required=True, validate=validate.Length(1, 20))
    reason = narrative(required=True, error_messages={"required": "Say who told us, or how you know."})


class PageQuery(Input):
    """Which page of a list."""

    cursor = fields.String()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200, error="Ask for 1 to 200 at a time."))

    @pre_load
    def drop_empty(self, data: dict[str, str], **_: object) -> dict[str, str]:
        """An empty filter is no filter."""
        return {key: value for key, value in data.items() if value != ""}


class PauseSchema(Output):
    """Why a clock stood still, from when until when. It runs on when the office opens on the day `until`, or before."""

    reason = fields.String()
    paused_at = fields.AwareDateTime()
    until = fields.Date()
    resumed_at = fields.AwareDateTime(allow_none=True)


class ClockSchema(Output):
    """A clock: when it started, when it is due, and whether it was met."""

    kind = fields.String()
    variant = fields.String(allow_none=True)
    started_at = fields.AwareDateTime()
    due_at = fields.AwareDateTime()
    state = fields.String()
    stopped_at = fields.AwareDateTime(allow_none=True)
    entered_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "When its end was entered, if it was done on paper before"}
    )
    paused_at = fields.AwareDateTime(allow_none=True)
    pauses = fields.List(fields.Nested(PauseSchema))
    limit = fields.String(attribute="limit_text")
    authority = fields.String()
    timescale_version = fields.String()


class ReasonSchema(Output):
    """A reason, as a code and in plain words."""

    code = fields.String()
    words = fields.String()


class PermittedActionSchema(Output):
    """What may be done now, or why not. `asks` names what may come with it, and `needs` says what must."""

    action = fields.String()
    allowed = fields.Boolean()
    reasons = fields.List(fields.Nested(ReasonSchema))
    needs = fields.List(fields.Nested(ReasonSchema))
    asks = fields.List(fields.String())


class RecommendationSchema(Output):
    """What the policy said of one subject; `policy` says which version, by its hash."""

    level = fields.Integer()
    level_name = fields.String()
    route = fields.String()
    rag = fields.String()
    section_47 = fields.Boolean()
    must_be_seen_today = fields.Boolean()
    agencies = fields.List(fields.String())
    reasons = fields.List(fields.Dict())
    why_not = fields.List(fields.Dict())
    why_not_routes = fields.List(fields.Dict())
    missing = fields.List(fields.Dict())
    policy = fields.Dict()


class DecisionSchema(Output):
    """What a person chose."""

    level = fields.Integer()
    route = fields.String()
    section_47 = fields.Boolean()
    reason = fields.String()
    why_not = fields.Dict()
    consent = fields.String()
    sibling_reason = fields.String()
    repeat_reason = fields.String()
    decided_at = fields.AwareDateTime()
    decided_by_id = fields.UUID()
    approved_at = fields.AwareDateTime(allow_none=True)
    approved_by_id = fields.UUID(allow_none=True)
    took_effect_at = fields.AwareDateTime(allow_none=True)


class MatchSchema(Output):
    """Somebody known who may be this person. `weight` is in bits; of 10 or more they are worth a look."""

    person_id = fields.UUID(attribute="person.id")
    given_name = fields.String(attribute="person.given_name")
    family_name = fields.String(attribute="person.family_name")
    birth_date = fields.Date(attribute="person.birth_date", allow_none=True)
    postcode = fields.String(attribute="person.postcode", allow_none=True)
    weight = fields.Float()
    evidence = fields.Function(lambda match: [each.says for each in match.evidence])


class MatchListSchema(Output):
    """Those who may be this person, likeliest first."""

    items = fields.List(fields.Nested(MatchSchema))


class FirstViewSchema(Output):
    """What a worker thought before they saw what the policy says. Recorded on the pages: no system has a view."""

    user_id = fields.UUID()
    level = fields.Integer()
    reason = fields.String()
    recorded_at = fields.AwareDateTime()


class SubjectSchema(Output):
    """One person whom the enquiry is about."""

    id = fields.UUID()
    ordinal = fields.Integer()
    person_id = fields.UUID()
    name = fields.String(attribute="name_as_given")
    indicators = fields.List(fields.String())
    needs = fields.String()
    seen_said_at = fields.AwareDateTime(allow_none=True)
    first_views = fields.List(fields.Nested(FirstViewSchema))
    recommendation = fields.Nested(RecommendationSchema, attribute="recommendation.answer")
    decision = fields.Nested(DecisionSchema, allow_none=True)
    proposal = fields.Nested(DecisionSchema, allow_none=True)


class CheckSchema(Output):
    """A partner asked, and what they said."""

    id = fields.UUID()
    agency_code = fields.String()
    state = fields.String()
    lawful_basis = fields.String()
    consent = fields.String()
    consent_reason = fields.String()
    question = fields.String()
    answer = fields.String()
    answered_by = fields.String()
    gone_without = fields.String()
    acknowledged_at = fields.AwareDateTime(allow_none=True)
    chased_at = fields.AwareDateTime(allow_none=True)
    escalated_at = fields.AwareDateTime(allow_none=True)
    requested_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()
    permitted_actions = fields.List(fields.Nested(PermittedActionSchema))


class EnquirySummarySchema(Output):
    """An enquiry in a list."""

    id = fields.UUID()
    reference = fields.String()
    state = fields.String()
    queue = fields.String(allow_none=True)
    owner_id = fields.UUID(allow_none=True)
    with_edt = fields.Boolean()
    rag = fields.String(allow_none=True)
    received_at = fields.AwareDateTime()
    logged_at = fields.AwareDateTime()
    channel = fields.String()
    source = fields.String()
    authority = fields.String()
    district_code = fields.String(allow_none=True)
    locality_code = fields.String(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()
    clocks = fields.List(fields.Nested(ClockSchema))


class EnquirySchema(EnquirySummarySchema):
    """An enquiry with all that belongs to it."""

    agency_code = fields.String(allow_none=True)
    referrer_role = fields.String()
    referrer_may_be_named = fields.Boolean()
    consent = fields.String()
    consent_reason = fields.String()
    witnessed = fields.String()
    reported = fields.String()
    opinion = fields.String()
    child_voice = fields.String()
    split_from_id = fields.UUID(allow_none=True)
    joined_into_id = fields.UUID(allow_none=True)
    imported_from = fields.String(allow_none=True)
    imported_reference = fields.String(allow_none=True)
    subjects = fields.List(fields.Nested(SubjectSchema))
    checks = fields.List(fields.Nested(CheckSchema))
    permitted_actions = fields.List(fields.Nested(PermittedActionSchema))


class EnquiryPageSchema(Output):
    """A page of enquiries."""

    items = fields.List(fields.Nested(EnquirySummarySchema))
    next_cursor = fields.String(allow_none=True)


class EventSchema(Output):
    """One thing that happened."""

    number = fields.Integer()
    type = fields.String()
    at = fields.AwareDateTime()
    actor_name = fields.String()
    actor_role = fields.String()
    data = fields.Dict()
    hash = fields.Function(lambda event: event.hash.hex())


class EventListSchema(Output):
    """A case's whole log, in order."""

    items = fields.List(fields.Nested(EventSchema))
