"""What a partner is said to have answered, as JSON."""

from marshmallow import fields

from triage.schemas.fields import LINE_LIMIT, Input, line, narrative


class CheckActionSchema(Input):
    """A partner's answer, or why there is none. `done_at`: heard while the service was down."""

    reason = narrative()
    answer = narrative()
    done_at = fields.AwareDateTime(format="iso")


class LinkAnswerSchema(CheckActionSchema):
    """The same by a link, where no account says who it is."""

    answered_by = line(LINE_LIMIT)
