"""What staff say of families that they know."""

from triage.models.codes import INTERESTS
from triage.schemas.fields import LINE_LIMIT, Input, code, line
from triage.services.interests import Declare


class DeclareSchema(Input):
    """Which case, and how they know the family."""

    command = Declare
    reference = line(required=True)
    relation = code(INTERESTS, required=True, error_messages={"required": "Choose how you know the family."})
    words = line(LINE_LIMIT)
