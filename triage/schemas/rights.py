"""What people ask of their own record, and what was shared of it, as a page or a system says it."""

from marshmallow import fields

from triage.models.codes import BY_HAND, CONSENTS, CORRECTABLE, HELD_BACK, JUDGEMENTS, LAWFUL_BASES, RELATIONS
from triage.schemas.fields import LINE_LIMIT, Input, code, line, narrative
from triage.services.rights.rectifying import PASSAGES
from triage.services.rights.requests import AskForRecord


class AskForRecordSchema(Input):
    """Who asks for whose record, and how they showed that they may."""

    command = AskForRecord
    given_name = line(required=True)
    family_name = line(required=True)
    birth_date = fields.Date(required=True)
    asked_by = line(required=True)
    relation = code(RELATIONS, required=True)
    received_on = fields.Date(required=True)
    identity = line(LINE_LIMIT)
    authority = line(LINE_LIMIT)


class AccessActionSchema(Input):
    """What an action on a request may need."""

    reason = narrative()
    identity = line(LINE_LIMIT)
    authority = line(LINE_LIMIT)


class JudgePassageSchema(Input):
    """What a reviewer says of one passage; `words` one to a line."""

    choice = code(JUDGEMENTS)
    words = narrative()
    held_back_for = code(HELD_BACK)
    note = narrative()


class TellSharedSchema(Input):
    """What somebody shared about a case, and on what basis."""

    what = narrative(required=True)
    to_whom = line(LINE_LIMIT, required=True)
    shared_at = fields.AwareDateTime(required=True)
    how = code(BY_HAND, required=True)
    lawful_basis = code(LAWFUL_BASES, required=True)
    consent = code(CONSENTS, required=True)
    because = narrative()


class AskRectificationSchema(Input):
    """What is said to be wrong: a fact, or the words of a passage, quoted."""

    field = code(CORRECTABLE)
    passage = code(PASSAGES)
    enquiry_id = fields.UUID()
    recorded = narrative()
    asserted = narrative(required=True)
    asked_by = line(required=True)
    evidence = narrative()


class DecideRectificationSchema(Input):
    """Accepted or refused, why, and the person's own statement."""

    accept = fields.Boolean(required=True)
    reason = narrative(required=True)
    statement = narrative()
