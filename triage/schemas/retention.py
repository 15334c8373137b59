"""What is said on the pages of retention."""

from typing import Any

from marshmallow import fields

from triage.models.codes import HOLD_REASONS
from triage.schemas.fields import LINE_LIMIT, Input, code, line


def _asked(message: str) -> dict[str, Any]:
    return {"required": True, "error_messages": {"required": message}}


class ExcludeSchema(Input):
    """Why a file is left out of a disposal."""

    reason = line(LINE_LIMIT, **_asked("Say why this file is to be kept."))


class LiftSchema(Input):
    """Why something need not be held any longer."""

    reason = line(LINE_LIMIT, **_asked("Say why this need not be held any longer."))


class HoldSchema(Input):
    """What is held, and for what."""

    reference = line(**_asked("Enter the reference of an enquiry or a referral."))
    people = fields.Boolean(**_asked("Choose what is held."))
    reason = code(HOLD_REASONS, **_asked("Choose why it is held."))
    words = line(LINE_LIMIT, **_asked("Say which inquiry, claim or request it is, or how you know of the class."))
    keep_as = line(load_default=None)
