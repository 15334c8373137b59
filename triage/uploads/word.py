"""A Word document: what its parts are, what they refer to, and what its fields would do."""

import re
from typing import Any

from triage.errors import Invalid
from triage.uploads.archives import ACTIVE, BROKEN, read_parts
from triage.uploads.kinds import MEDIA_TYPES, refusal

CONTENTS = "[Content_Types].xml"
MAIN = MEDIA_TYPES["docx"] + ".main+xml"
ACTIVE_CONTENT = re.compile("macro|vba|activex|oleobject", re.IGNORECASE)
# The last step of a relationship's type: other programs' objects, other documents, templates.
ACTIVE_RELATIONS = re.compile(
    "vba|oleobject|package|control|activex|afchunk|attachedtemplate|subdocument|frame|mailmerge", re.IGNORECASE
)
LINK = "hyperlink"  # followed by whoever reads, and by nobody else
# What runs a program or fetches a file when the document is opened.
FIELDS = re.compile(r"DDE|INCLUDEPICTURE|INCLUDETEXT|\bINCLUDE\b|\bIMPORT\b|\bLINK\b|\bDATABASE\b", re.IGNORECASE)


def check_word(content: bytes) -> None:
    """Invalid where it is no Word document, or would do more than be read."""
    try:
        kinds = {name: kind for part, root in read_parts(content) for name, kind in _look(part, root)}
    except Invalid:
        raise
    except Exception as fault:  # a reader meets what hostile bytes mean it to
        raise refusal("broken", BROKEN) from fault
    if MAIN not in kinds.values():
        raise refusal("broken", BROKEN)


def _look(part: str, root: Any) -> list[tuple[str, str]]:
    """What the part says of which part is what. Invalid where it would do more than be read."""
    told = [(each.get("PartName", ""), each.get("ContentType", "")) for each in root] if part == CONTENTS else []
    is_active = any(ACTIVE_CONTENT.search(kind) for _, kind in told)
    if is_active or (part.endswith(".rels") and any(map(_is_active, root))) or _has_active_field(root):
        raise refusal("active", ACTIVE)
    return told


def _is_active(relation: Any) -> bool:
    what = relation.get("Type", "").rpartition("/")[2]
    reaches_out = relation.get("TargetMode", "").lower() == "external" and what != LINK
    return reaches_out or ACTIVE_RELATIONS.search(what) is not None


def _has_active_field(root: Any) -> bool:
    """Said whole, or in pieces."""
    pieces = [each.text or "" for each in root.iter("{*}instrText")]
    whole = [each.get(name) for each in root.iter("{*}fldSimple") for name in each.attrib]
    return any(map(FIELDS.search, ("".join(pieces), *pieces, *whole)))
