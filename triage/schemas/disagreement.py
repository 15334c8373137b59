"""That a professional disagrees with a decision, and what a manager answers."""

from triage.schemas.fields import Input, code, line, narrative
from workflows.disagreement import LET_STAND, LOOK_AGAIN

LONGEST = 5_000  # characters: it is about one decision, and a letter may follow


class DisagreeSchema(Input):
    """Why: what is missing is told by the service."""

    words = line(LONGEST)


class AnswerDisagreementSchema(Input):
    """Which way, what the professional reads, and the manager's own reason."""

    action = code((LET_STAND, LOOK_AGAIN))
    answer = line(LONGEST)
    reason = narrative()
