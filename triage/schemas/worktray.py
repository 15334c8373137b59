"""What of the worktray an address asks for."""

from uuid import UUID

from marshmallow import fields, validate

from triage.models.codes import SOURCES
from triage.schemas.fields import Input, line
from triage.store.queues import ENQUIRY_QUEUES
from triage.store.worktray import WHOSE, Tray

NO_QUEUE = "There is no queue {input}. There are: {choices}."
NO_SOURCE = "Nobody of the kind {input} tells us. Choose from the list."


def _check_whose(value: str) -> None:
    if value not in WHOSE:
        try:
            UUID(value)
        except ValueError:
            raise validate.ValidationError(f"Nobody here is {value}. Choose from the list.") from None


class TrayQuery(Input):
    """A tray, with what is left empty left out."""

    command = Tray
    queue = fields.String(validate=validate.OneOf(ENQUIRY_QUEUES, error=NO_QUEUE))
    whose = fields.String(validate=_check_whose)
    source = fields.String(validate=validate.OneOf(tuple(SOURCES), error=NO_SOURCE))
    district = line()
    late = fields.Boolean()
