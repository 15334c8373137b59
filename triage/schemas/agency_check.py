"""What a partner is said to have answered, as JSON."""

from triage.schemas.fields import LINE_LIMIT, Input, line, narrative


class CheckActionSchema(Input):
    """A partner's answer, or why there is none."""

    reason = narrative()
    answer = narrative()


class LinkAnswerSchema(CheckActionSchema):
    """The same by a link, where no account says who it is."""

    answered_by = line(LINE_LIMIT)
