"""What the pages of the public form send: all of them together, or one."""

from marshmallow import fields, validate

from triage.schemas.fields import LINE_LIMIT, Input, code, line, narrative
from triage.services.composing import AGREED, DANGER, PROFESSIONS, RELATIONS, WHO, TellUs, ToldOf

MOST_CHILDREN = 6


class ToldOfSchema(Input):
    """A child as somebody knows them."""

    command = ToldOf
    given_name = line()
    family_name = line()
    birth_date = fields.Date(allow_none=True)
    address = line(LINE_LIMIT)
    postcode = line(10, allow_none=True)
    about = line(2_000)


class TellUsSchema(Input):
    """What was told so far: what is missing is asked for by its page."""

    command = TellUs
    danger = code(DANGER)
    who = code(WHO)
    children = fields.List(fields.Nested(ToldOfSchema), validate=validate.Length(max=MOST_CHILDREN))
    witnessed = narrative()
    reported = narrative()
    opinion = narrative()
    child_voice = narrative()
    relation = code(RELATIONS)
    source = code(PROFESSIONS)
    your_name = line()
    job = line()
    email = fields.Email(allow_none=True, validate=validate.Length(max=254))
    phone = line()
    may_be_named = fields.Boolean()
    who_was_told = line(LINE_LIMIT)
    consent = code(AGREED)
    consent_reason = narrative()
