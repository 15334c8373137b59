"""What another manager would have decided."""

from triage.schemas.fields import Input, line, narrative


class GiveLookSchema(Input):
    """The outcome, and why in a few words: what is missing is told by the service, with what to do."""

    outcome = line(40)
    reason = narrative()
