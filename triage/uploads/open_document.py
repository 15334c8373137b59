"""An OpenDocument text: that nothing in it runs, is another program's, or is fetched from elsewhere."""

import re
from typing import Any

from lxml.etree import QName

from triage.errors import Invalid
from triage.uploads.archives import ACTIVE, BROKEN, LOCKED, read_parts
from triage.uploads.kinds import refusal

HREF = "{http://www.w3.org/1999/xlink}href"
# Programs, what calls them, other programs' objects, live data (OpenDocument 1.3, part 3).
ACTIVE_TAGS = {
    *("script", "event-listener", "object", "object-ole", "plugin", "applet", "floating-frame"),
    *("dde-source", "dde-connection", "dde-connection-decl", "section-source", "database-display", "execute-macro"),
}
LINK = "a"  # followed by whoever reads, and by nobody else
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|\\\\|\.\./|/", re.IGNORECASE)


def check_open_document(content: bytes) -> None:
    """Invalid where it is no OpenDocument text, or would do more than be read."""
    try:
        names = [part for part, root in read_parts(content) if _look(root)]
    except Invalid:
        raise
    except Exception as fault:  # a reader meets what hostile bytes mean it to
        raise refusal("broken", BROKEN) from fault
    if not {"content.xml", "META-INF/manifest.xml"} <= set(names):
        raise refusal("broken", BROKEN)


def _look(root: Any) -> bool:
    """True of what is only to be read. Invalid of all else."""
    for each in root.iter("{*}*"):
        tag = QName(each).localname
        if tag == "encryption-data":
            raise refusal("encrypted", LOCKED)
        if tag in ACTIVE_TAGS or (tag != LINK and ELSEWHERE.match(each.get(HREF, ""))):
            raise refusal("active", ACTIVE)
    return True
