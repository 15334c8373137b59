"""Documents as PDF: a template of ours and data that it shows, tagged so that a screen reader can follow (PDF/UA-1).

The data is handed over as JSON and never becomes part of the template, so nothing in it is markup.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any

import typst

STANDARDS = ["ua-1"]
# What the typefaces that come with typst can show; the rest is written by its number, so that nothing is lost unseen.
UNSEEN = re.compile(
    r"[^\n\t\u0020-\u007e\u00a0-\u00ac\u00ae-\u0377\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0484\u0487-\u04ff\u0531-\u0556"
    r"\u0561-\u0587\u05d0-\u05ea\u10d0-\u10ff\u1d00-\u1dbf\u1e00-\u1f15\u2010-\u2027\u2030-\u203e\u20a0-\u20c0\u2100-\u211e"
    r"\u2190-\u23ff]"
)
# What they show in every combination: where a mark upon a letter is one that they lack, each mark is written out.
PLAIN = re.compile(
    r"[^\n\t\u0020-\u007e\u00a0-\u00ac\u00ae-\u017f\u0391-\u03a1\u03b1-\u03c9\u0410-\u044f\u2010-\u2027\u20ac]"
)


class NoDocument(Exception):
    """The template could not be laid out with this data."""


def make_pdf(template: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The document that `template` (a file of exchange/templates) makes of the data. NoDocument where it makes none."""
    source = files("triage.exchange").joinpath("templates", template).read_bytes()
    try:
        return _compile(source, make_showable(data), made_at)
    except typst.TypstError:
        return _compile_plainly(source, data, made_at, template)


def _compile_plainly(source: bytes, data: Mapping[str, Any], made_at: datetime, template: str) -> bytes:
    try:
        return _compile(source, make_showable(data, PLAIN), made_at)
    except typst.TypstError:
        raise NoDocument(template) from None  # its own words may hold the data


def _compile(source: bytes, data: Any, made_at: datetime) -> bytes:
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    options = {"pdf_standards": STANDARDS, "ignore_system_fonts": True, "timestamp": made_at.replace(microsecond=0)}
    return typst.compile(source, sys_inputs=inputs, **options)


def make_showable(value: Any, unseen: re.Pattern[str] = UNSEEN) -> Any:
    """The data with every character that no typeface of ours can show, or that none could see, written as [U+1F600]."""
    if isinstance(value, str):
        plain = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
        return unseen.sub(lambda found: f"[U+{ord(found[0]):04X}]", plain)
    if isinstance(value, Mapping):
        return {key: make_showable(each, unseen) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [make_showable(each, unseen) for each in value]
    return value
