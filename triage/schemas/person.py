"""JSON in and out for the records of people: which are one person's, and how people are related, by whose word."""

from marshmallow import fields

from triage.schemas.enquiry import NewPersonSchema
from triage.schemas.fields import Input, Output, code, line, narrative
from workflows.people.family import RELATIONS


class MergeSchema(Input):
    """The other record that is the same person's, and how that is known."""

    other_id = fields.UUID(required=True)
    reason = narrative(required=True)


class AddNameSchema(Input):
    """Another name of somebody, and how it is known."""

    given_name = line()
    family_name = line()
    reason = narrative(required=True)


class UndoMergeSchema(Input):
    """How it is known that they are two people."""

    reason = narrative(required=True)


class RecordSchema(Output):
    """One record of a person. Records with the same `identity_id` count as one person's."""

    id = fields.UUID()
    identity_id = fields.UUID()
    kind = fields.String()
    given_name = fields.String()
    family_name = fields.String()
    birth_date = fields.Date(allow_none=True)
    expected_date = fields.Date(allow_none=True)
    sex = fields.String()
    address = fields.String()
    postcode = fields.String(allow_none=True)
    nhs_number = fields.String(allow_none=True)
    upn = fields.String(allow_none=True)


class MergeOutSchema(Output):
    """Somebody's word that two records are one person's, and whose it was to take it back, if anybody did."""

    id = fields.UUID()
    person_id = fields.UUID()
    other_id = fields.UUID()
    reason = fields.String()
    evidence = fields.List(fields.String())
    made_at = fields.AwareDateTime()
    made_by_id = fields.UUID()
    undone_at = fields.AwareDateTime(allow_none=True)
    undone_by_id = fields.UUID(allow_none=True)
    undone_reason = fields.String()


class RecordsSchema(Output):
    """Every record of a person, the first recorded first, and all that was said of them, in order."""

    records = fields.List(fields.Nested(RecordSchema))
    merges = fields.List(fields.Nested(MergeOutSchema))


class RelateSchema(Input):
    """How somebody, known (`relative_id`) or described for the first time (`relative`), is related to the person."""

    kind = code(RELATIONS, required=True)
    known_by = narrative(required=True)
    relative_id = fields.UUID()
    relative = fields.Nested(NewPersonSchema)
    since = fields.Date(allow_none=True)
    until = fields.Date(allow_none=True)


class EndRelationshipSchema(Input):
    """The last day on which it was so."""

    until = fields.Date(required=True)


class WithdrawRelationshipSchema(Input):
    """How it is known that it is not so."""

    reason = narrative(required=True)


class RelationshipSchema(Output):
    """That the relative is the `kind` of the person, by whose word, and by whose it was taken back, if it was."""

    id = fields.UUID()
    person_id = fields.UUID()
    relative_id = fields.UUID()
    kind = fields.String()
    since = fields.Date(allow_none=True)
    until = fields.Date(allow_none=True)
    known_by = fields.String()
    said_at = fields.AwareDateTime()
    said_by_id = fields.UUID()
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    withdrawn_by_id = fields.UUID(allow_none=True)
    withdrawn_reason = fields.String()


class RelativeSchema(Output):
    """Somebody who belongs to the person today, and as what: a brother or sister also where a parent is shared."""

    person = fields.Nested(RecordSchema)
    relations = fields.List(fields.String())


class FamilySchema(Output):
    """Who belongs to a person today, who lives with them, and everything that was ever said of it, in order."""

    relatives = fields.List(fields.Nested(RelativeSchema))
    household = fields.List(fields.Nested(RecordSchema))
    relationships = fields.List(fields.Nested(RelationshipSchema))
