"""JSON in and out for the records of people: which are one person's, by whose word."""

from marshmallow import fields

from triage.schemas.fields import Input, Output, narrative


class MergeSchema(Input):
    """The other record that is the same person's, and how that is known."""

    other_id = fields.UUID(required=True)
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
