"""The kinds of file that a case may keep, how each begins, and what each may be called."""

import re
import unicodedata
from pathlib import PurePosixPath

from triage.errors import Invalid, invalid

FIELD = "content"  # what the field is called that a file is sent in
NAME_LIMIT = 120
FILE_KINDS = {
    "pdf": "PDF",
    "jpeg": "Photograph (JPEG)",
    "png": "Picture (PNG)",
    "docx": "Word document",
    "odt": "OpenDocument text",
    "txt": "Plain text",
}
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "txt": "text/plain",
}
ENDINGS = {
    "pdf": (".pdf",),
    "jpeg": (".jpg", ".jpeg"),
    "png": (".png",),
    "docx": (".docx",),
    "odt": (".odt",),
    "txt": (".txt",),
}
BEGINS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
ZIP = b"PK\x03\x04"
OF_ODT = b"mimetype" + MEDIA_TYPES["odt"].encode()  # uncompressed, first in the archive, as the standard asks
MAY_BE = "Send a PDF, a JPEG or PNG picture, a Word (.docx) or OpenDocument (.odt) text, or plain text (.txt)."
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


def refusal(code: str, message: str) -> Invalid:
    """Why a file is not taken, and what to do."""
    return invalid(FIELD, message, code)


def recognise(content: bytes) -> str:
    """The kind of file that the bytes begin as. Invalid where there are none. What begins as no other may be text."""
    if not content:
        raise refusal("empty", "This file is empty. Choose another.")
    if content.startswith(ZIP):
        return "odt" if content[30 : 30 + len(OF_ODT)] == OF_ODT else "docx"
    return next((kind for begins, kind in BEGINS.items() if content.startswith(begins)), "txt")


def clean_name(given: str, kind: str) -> str:
    """The file's own name, without folders, and without what cannot be seen or would turn the line about.

    It ends as its kind does. Invalid where it says that it is of another kind.
    """
    path = PurePosixPath(plain_name(given))
    stem, ending = (path.stem, path.suffix.lower()) if path.suffix else (path.name, ENDINGS[kind][0])
    if ending not in ENDINGS[kind]:
        what = f"This file is called {path.name}, but is not what that name says: it looks like {FILE_KINDS[kind]}."
        raise refusal("wrong_name", f"{what} {MAY_BE}")
    return f"{stem[: NAME_LIMIT - len(ending)].strip('. ') or 'file'}{ending}"


def plain_name(given: str) -> str:
    """The same, whatever kind of file it says that it is."""
    own = re.split(r"[/\\]", given)[-1]
    plain = "".join(" " if each.isspace() else each for each in unicodedata.normalize("NFC", own) if _is_plain(each))
    return " ".join(NOT_IN_NAMES.sub("_", plain).split()).strip(". ") or "file"


def _is_plain(character: str) -> bool:
    """Whether it can be seen, or is a space: no control, no direction mark, no half a character."""
    return character.isspace() or unicodedata.category(character)[0] != "C"
