"""The file that a form sends, whole and within a limit, for whatever reads it."""

from flask import request

from triage.errors import invalid
from triage.services.files import say_size
from triage.uploads.kinds import plain_name


def read_sent_file(limit: int) -> tuple[str, bytes]:
    """The name and the content of the file that was chosen. Invalid where none was, or one above `limit` bytes."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise invalid("file", "Choose a file.", "no_file")
    content = sent.read()
    if len(content) > limit:
        message = f"This file is too large: the most is {say_size(limit)}. Send it in two files."
        raise invalid("file", message, "too_large")
    return plain_name(sent.filename), content
