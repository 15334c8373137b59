"""A workbook (.xlsx) is an archive of XML: nothing in it may run, be fetched, or unpack without end."""

from io import BytesIO
from pathlib import PurePosixPath
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

from triage.errors import Invalid
from triage.uploads.archives import LOCKED_FLAG, MOST_PARTS, XML, is_within
from triage.uploads.kinds import ZIP, refusal

MOST_PACKED = 50_000_000  # bytes, of the file as it is sent
MOST_UNPACKED = 200_000_000  # bytes, of all its parts
AT_ONCE = 4_096  # bytes
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"  # Excel until 2003, and whatever is locked with a password
PLAIN = "Save it as an Excel workbook (.xlsx) with the one sheet in it, or as CSV UTF-8, and try again."
MACROS = f"This workbook has macros in it. {PLAIN}"
ELSEWHERE = f"This workbook takes values from other files. Break those links, so that the values stand in it. {PLAIN}"
TOO_MUCH = "This file is too large, or has too much packed into it. Split it into several files, and try each."
BROKEN = f"This file is broken, or is no Excel workbook. {PLAIN}"
LOCKED = f"This workbook is locked with a password, or was saved by an Excel older than 2007. {PLAIN}"


def is_workbook(content: bytes) -> bool:
    """Whether it begins as a workbook does, of whatever age."""
    return content.startswith((ZIP, OLD_OR_LOCKED))


def check_size(content: bytes) -> None:
    """Invalid where a file is larger than any that is taken, whatever it is."""
    if len(content) > MOST_PACKED:
        raise refusal("too_much", TOO_MUCH)


def check_workbook(content: bytes) -> None:
    """Invalid, saying what to do, where it is no sound .xlsx or would do more than be read."""
    if content.startswith(OLD_OR_LOCKED):
        raise refusal("encrypted", LOCKED)
    try:
        with ZipFile(BytesIO(content)) as archive:
            _check_parts(archive)
    except Invalid:
        raise
    except Exception as fault:  # a reader meets what hostile bytes mean it to
        raise refusal("broken", BROKEN) from fault


def _check_parts(archive: ZipFile) -> None:
    parts = [part for part in archive.infolist() if not part.is_dir()]
    names = {part.filename.lower() for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise refusal("too_much", TOO_MUCH)
    if any(part.flag_bits & LOCKED_FLAG for part in parts):
        raise refusal("encrypted", LOCKED)
    if "xl/workbook.xml" not in names or len(names) < len(parts) or not all(map(is_within, parts)):
        raise refusal("broken", BROKEN)
    if any("vbaproject" in name or "macrosheets/" in name for name in names):
        raise refusal("active", MACROS)
    if any(name.startswith("xl/externallinks/") for name in names):
        raise refusal("active", ELSEWHERE)
    for part in parts:
        _check_head(archive, part)


def _check_head(archive: ZipFile, part: ZipInfo) -> None:
    """XML declares what it would expand or fetch before its first element, so no more of it is read here."""
    if PurePosixPath(part.filename).suffix.lower() not in XML:
        return
    parser, begun = expat.ParserCreate(), []
    parser.StartDoctypeDeclHandler = _refuse_declaration
    parser.StartElementHandler = lambda *_: begun.append(True)
    with archive.open(part) as stream:
        while not begun and (some := stream.read(AT_ONCE)):
            parser.Parse(some)


def _refuse_declaration(*_: object) -> Invalid:
    raise refusal("active", BROKEN)
