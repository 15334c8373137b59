"""The kinds of field that every schema is made of: every input limited, every unknown key refused."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate

NAME_LIMIT = 200
LINE_LIMIT = 500
NARRATIVE_LIMIT = 20_000
DOCUMENT_LIMIT = 300_000


class Input(Schema):
    """What comes in. A key that we do not know is refused, so that a misspelt one is not silently lost."""

    command: type | None = None

    class Meta:
        unknown = RAISE

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        """The command that the input means, where the schema names one."""
        return self.command(**data) if self.command else data


class Output(Schema):
    """What goes out."""

    class Meta:
        unknown = EXCLUDE


def _no_nul(value: str) -> None:
    if "\x00" in value:
        raise ValidationError("Remove the NUL character: it cannot be kept.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValidationError("Part of this text is broken (half a character). Type it again.") from error


def line(limit: int = NAME_LIMIT, **options: Any) -> fields.String:
    """One line of text."""
    too_long = validate.Length(max=limit, error=f"Use {limit:,} characters or fewer.")
    return fields.String(validate=[too_long, _no_nul], **options)


def narrative(**options: Any) -> fields.String:
    """A telling, as long as a hub needs it to be. The limit is named when it is passed."""
    error = f"This is too long: the most is {NARRATIVE_LIMIT:,} characters. Shorten it, or attach the rest as a letter."
    return fields.String(validate=[validate.Length(max=NARRATIVE_LIMIT, error=error), _no_nul], **options)


def document(**options: Any) -> fields.String:
    """A whole document, such as a policy."""
    error = f"This is too long: the most is {DOCUMENT_LIMIT:,} characters."
    return fields.String(validate=[validate.Length(max=DOCUMENT_LIMIT, error=error), _no_nul], **options)


def code(codes: Any, **options: Any) -> fields.String:
    """One of a set of codes."""
    allowed = list(codes)
    error = f"There is no code {{input!r}}. Use one of: {', '.join(allowed)}."
    return fields.String(validate=validate.OneOf(allowed, error=error), **options)


def level(**options: Any) -> fields.Integer:
    """A level of need, 1 to 4."""
    return fields.Integer(strict=True, validate=validate.Range(1, 4, error="A level is 1, 2, 3 or 4."), **options)
