"""Plain text: UTF-8, and nothing that a browser or an office program would take for something else."""

import re
import unicodedata

from triage.uploads.kinds import MAY_BE, refusal

LINES = "\t\n\r\f"
# What programs look for at the beginning: markup, rich text, PostScript, a script.
BEGINS_AS_ELSE = re.compile(r"\s*(?:<[a-z!?/]|\{\\rtf|%!|#!)", re.IGNORECASE)
MARKUP = re.compile(r"<(?:script|html|svg|iframe|object|embed|!doctype)\b", re.IGNORECASE)


def check_text(content: bytes) -> None:
    """Invalid where it is not plain text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise refusal("unknown_kind", f"This kind of file cannot be kept here. {MAY_BE}") from fault
    if not text.strip():
        raise refusal("empty", "There is nothing in this file. Choose another.")
    if any(unicodedata.category(each) == "Cc" and each not in LINES for each in set(text)):
        raise refusal("unknown_kind", f"This kind of file cannot be kept here. {MAY_BE}")
    if BEGINS_AS_ELSE.match(text) or MARKUP.search(text):
        raise refusal("markup", f"This is a web page, a drawing or a program, and no plain text. {MAY_BE}")
