"""PDFs: read through, object by object, and refused where they would do more than be read."""

import logging
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import is_zipfile

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from triage.errors import Invalid
from triage.uploads.kinds import refusal

MOST_OBJECTS = 100_000
# Actions that run something or reach out (ISO 32000-2, 12.6.4). A link within the letter, or to a page on the web that
# somebody must follow themselves, is left.
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToE",
    "/GoToR",
    "/Rendition",
    "/RichMediaExecute",
}
KEYS = {"/JavaScript", "/JS", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA"}
# Also where no table of contents leads any more: other readers may find their way to it.
SAID = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)\b")
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what a stranger's file says is not for our log

ACTIVE = (
    "This PDF has a program, a form that sends itself, or another file inside it. Print it to a new PDF, and send that."
)
BROKEN = "This PDF is broken: it cannot be opened. Send another copy of it."
LOCKED = "This PDF is locked with a password or against changes. Print it to a new PDF, and send that."


def check_pdf(content: bytes) -> None:
    """Invalid where it cannot be read, is encrypted, is something else as well, or would do more than be read."""
    try:
        _check(content)
    except Invalid:
        raise
    except Exception as fault:  # a reader meets what hostile bytes mean it to
        raise refusal("broken", BROKEN) from fault


def _check(content: bytes) -> None:
    if is_zipfile(BytesIO(content)):
        raise refusal("two_in_one", "This PDF is another kind of file as well. Print it to a new PDF, and send that.")
    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise refusal("encrypted", LOCKED)
    if not len(reader.pages):
        raise refusal("broken", BROKEN)
    if SAID.search(content) or any(map(_is_active, _dictionaries_of(reader))):
        raise refusal("active", ACTIVE)


def _is_active(found: DictionaryObject) -> bool:
    return bool(KEYS & found.keys()) or found.get("/S") in ACTIONS or found.get("/Subtype") == "/RichMedia"


def _dictionaries_of(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary there is, in whatever it is nested. Invalid where there are more than a letter has."""
    waiting: list[Any] = [reader.trailer, *_objects_of(reader)]
    for number, found in enumerate(_nested(waiting)):
        if number > MOST_OBJECTS:
            raise refusal("too_many_objects", "This PDF has too many parts. Print it to a new PDF, and send that.")
        if isinstance(found, DictionaryObject):
            yield found


def _objects_of(reader: PdfReader) -> Iterator[Any]:
    for generation, there in reader.xref.items():
        for number in there:
            yield reader.get_object(IndirectObject(number, generation, reader))
    for number in reader.xref_objStm:
        yield reader.get_object(IndirectObject(number, 0, reader))


def _nested(waiting: list[Any]) -> Iterator[Any]:
    """Each of these and all that is written within it; what it refers to is an object of its own."""
    while waiting:
        found = waiting.pop()
        if isinstance(found, DictionaryObject):
            waiting.extend(found.values())
        elif isinstance(found, ArrayObject):
            waiting.extend(found)
        if isinstance(found, DictionaryObject | ArrayObject):
            yield found
