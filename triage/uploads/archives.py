"""Word and OpenDocument texts are archives of XML: unpacked within limits, and only of what a letter is made of."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from lxml import etree

from triage.uploads.kinds import refusal

MOST_PARTS = 2_000
MOST_BYTES = 40_000_000  # of all its parts, unpacked
XML = {".xml", ".rels", ".rdf"}
# Text, what ties it together, pictures and fonts. Programs and other documents are .bin, .docx, or have no ending.
PARTS = XML | {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".odttf", ".ttf"}
NAMELESS = ("mimetype",)
END = b"PK\x05\x06"
END_LENGTH = 22
LOCKED_FLAG = 0x1

ACTIVE = (
    "This document has a program, another file, or a link that fetches something by itself inside it."
    " Save it as a PDF, and send that."
)
BROKEN = "This document is broken, or is no Word or OpenDocument text. Save it as a PDF, and send that."
LOCKED = "This document is locked with a password. Save it as a PDF without one, and send that."
TOO_MUCH = "This document has too much packed into it. Save it as a PDF, and send that."


def read_parts(content: bytes) -> Iterator[tuple[str, Any]]:
    """The name and the tree of each part that is XML, once the archive has been found sound."""
    with ZipFile(BytesIO(content)) as archive:
        _check_shape(content, archive)
        for part in archive.infolist():
            text = archive.read(part)  # whole, whatever it is: its checksum is checked by that
            if PurePosixPath(part.filename).suffix.lower() in XML:
                yield part.filename, _parse(text)


def _check_shape(content: bytes, archive: ZipFile) -> None:
    parts = [part for part in archive.infolist() if not part.is_dir()]
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise refusal("too_much", TOO_MUCH)
    if any(part.flag_bits & LOCKED_FLAG for part in parts):
        raise refusal("encrypted", LOCKED)
    is_whole = content[-END_LENGTH:].startswith(END) and min(part.header_offset for part in parts) == 0
    if not is_whole or len(set(names)) < len(names) or not all(map(is_within, parts)):
        raise refusal("broken", BROKEN)
    if not all(map(_is_of_letter, names)):
        raise refusal("active", ACTIVE)


def is_within(part: ZipInfo) -> bool:
    """Whether it says where it belongs within the archive, and is packed as every program unpacks it."""
    path = PurePosixPath(part.filename)
    is_inside = not path.is_absolute() and ".." not in path.parts and "\\" not in part.orig_filename
    return is_inside and part.compress_type in (ZIP_STORED, ZIP_DEFLATED)


def _is_of_letter(name: str) -> bool:
    return name in NAMELESS or PurePosixPath(f"x{name}").suffix.lower() in PARTS


def _parse(text: bytes) -> Any:
    """The tree, with nothing fetched and nothing expanded."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(text, parser)
    if root.getroottree().docinfo.doctype:
        raise refusal("active", ACTIVE)
    return root
