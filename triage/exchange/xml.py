"""Reading XML from elsewhere: nothing is fetched, nothing is expanded, and a fault names its line."""

from lxml import etree

LIMIT = 200_000_000  # bytes: a whole county's census is a tenth of it


class XmlRefused(Exception):
    """A file that is not read at all: says why and what to do."""


def read_xml(content: bytes) -> etree._Element:
    """The root element. XmlRefused for what is malformed, cut off, too large, or declares a document type."""
    if len(content) > LIMIT:
        raise XmlRefused(f"The file is larger than {LIMIT // 1_000_000} MB. Split it by children.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise XmlRefused(f"This is not well-formed XML: {error.msg}. Export the file again.") from error
    if root.getroottree().docinfo.doctype:
        raise XmlRefused("The file declares a document type (DOCTYPE), which a census return never does. Refused.")
    return root
