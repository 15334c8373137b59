"""What another manager would have decided."""

from triage.schemas.fields import Input, line, narrative


class GiveLookSchema(Input):
    """The outcome, why in a few words, and a grade: what is missing is told by the service, with what to do."""

    outcome = line(40)
    reason = narrative()
    grade = line(40)
