"""The quarterly report: which is asked for, and what is said in it."""

from triage.schemas.fields import Input, line, narrative
from triage.services.reports import AskReport


class AskReportSchema(Input):
    """The quarter, as it is written."""

    command = AskReport
    quarter = line(required=True, error_messages={"required": "Choose a quarter."})


class CommentSchema(Input):
    """What is said of an indicator, by its name, or of the whole report; no words take back what was said."""

    about = line(required=True, error_messages={"required": "Choose what you write about."})
    words = narrative(load_default="")
