"""Word and OpenDocument texts: what may be in one."""

import pytest

from tests import samples
from tests.unit.uploads.test_looking import refused
from triage.uploads.looking import look_at

FIELD = '<w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\cmd.exe "/c calc"</w:instrText></w:r>'
WHOLE = '<w:fldSimple w:instr="INCLUDEPICTURE https://elsewhere.example/x.png"/>'
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
BOMB = "0" * 50_000_000
REFUSED = {
    "macros": (samples.docx(kind=MACRO), "active"),
    "program": (samples.docx(more={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "active"),
    "other document": (samples.docx(more={"word/embeddings/x.docx": b"PK"}), "active"),
    "template from elsewhere": (
        samples.docx(relations=samples.relation("attachedTemplate", "//evil.example/x.dotm")),
        "active",
    ),
    "picture from elsewhere": (
        samples.docx(relations=samples.relation("image", "https://evil.example/x.png")),
        "active",
    ),
    "web page within": (samples.docx(relations=samples.relation("aFChunk", "x.xml", external=False)), "active"),
    "program's object": (samples.docx(relations=samples.relation("oleObject", "x.xml", external=False)), "active"),
    "field in pieces": (samples.docx(FIELD), "active"),
    "field": (samples.docx(WHOLE), "active"),
    "entities": (samples.docx(more={"word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "active"),
    "file of ours": (samples.docx(more={"word/x.xml": '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}), "active"),
    "bomb": (samples.docx(more={"word/x.xml": BOMB}), "too_much"),
    "many parts": (samples.archive({f"{each}.xml": "<a/>" for each in range(2_001)}), "too_much"),
    "no document": (samples.archive({"a.xml": "<a/>"}), "broken"),
    "no XML": (samples.docx(more={"word/x.xml": "<a>"}), "broken"),
    "nothing": (samples.archive({"a": ""})[:4], "broken"),
    "cut off": (samples.docx()[:-30], "broken"),
    "something behind": (samples.docx() + b"<script>", "broken"),
    "above": (samples.docx(more={"../x.xml": "<a/>"}), "broken"),
    "from the root": (samples.docx(more={"/x.xml": "<a/>"}), "broken"),
    "programs of Java": (samples.archive({"META-INF/MANIFEST.MF": "x", "A.class": "x"}), "active"),
    "odt: event": (samples.odt("<script:event-listener/>"), "active"),
    "odt: object": (samples.odt("<draw:object-ole/>"), "active"),
    "odt: picture from elsewhere": (samples.odt('<draw:image xlink:href="https://evil.example/x.png"/>'), "active"),
    "odt: file of ours": (samples.odt('<draw:image xlink:href="../../etc/passwd"/>'), "active"),
    "odt: program": (samples.odt(more={"Basic/Standard/x.xba": "x"}), "active"),
    "odt: locked": (samples.odt(manifest="<m:encryption-data/>"), "encrypted"),
    "odt: no text": (samples.archive({"mimetype": samples.MEDIA_TYPES["odt"]}, stored=("mimetype",)), "broken"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_document_that_does_more_than_be_read_is_refused(how):
    content, code = REFUSED[how]
    assert refused(content) == code


def test_locked_archive_is_refused():
    content = bytearray(samples.docx())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refused(bytes(content)) == "encrypted"


def test_same_part_twice_is_refused():
    content = samples.docx(more={"word/y.xml": "<a/>", "word/z.xml": "<b/>"})
    assert refused(content.replace(b"word/z.xml", b"word/y.xml")) == "broken"


def test_links_pictures_and_page_numbers_are_kept():
    body = "<w:p><w:r><w:instrText> PAGE </w:instrText></w:r><w:hyperlink/></w:p>"
    links = samples.relation("hyperlink", "https://school.example") + samples.relation("image", "x.png", external=False)
    word = samples.docx(body, links, more={"word/media/x.png": samples.picture("PNG")})
    text = samples.odt('<text:a xlink:href="https://school.example"/><draw:image xlink:href="Pictures/x.png"/>')
    assert [look_at("docx", word), look_at("odt", text)] == [word, text]
