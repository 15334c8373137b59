"""What a file is called once it is kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import Invalid
from triage.uploads.kinds import ENDINGS, NAME_LIMIT, clean_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("letter.pdf", "letter.pdf"),
        ("C:\\Users\\x\\letter.PDF", "letter.pdf"),
        ("../../etc/letter.pdf", "letter.pdf"),
        ("letter", "letter.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"),
        ('a"; filename="b.pdf', "a_; filename=_b.pdf"),
        ("a\u202efdp.exe\u202c.pdf", "afdp.exe.pdf"),
        ("a\u200b\x00\ud800b.pdf", "ab.pdf"),
        ("Zoë’s  letter .pdf", "Zoë’s letter.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_name_keeps_what_can_be_read_of_it(given_name, kept):
    assert clean_name(given_name, "pdf") == kept


@pytest.mark.parametrize(
    ("name", "kind"),
    [("x.exe", "pdf"), ("x.html", "txt"), ("x.csv", "txt"), ("x.svg", "png"), ("x.docm", "docx"), ("x.jpg", "png")],
)
def test_name_of_another_kind_is_refused(name, kind):
    with pytest.raises(Invalid, match="not what that name says"):
        clean_name(name, kind)


@given(st.text(), st.sampled_from(sorted(ENDINGS)))
def test_every_name_is_one_short_line_of_its_kind_or_refused(name, kind):
    try:
        kept = clean_name(name, kind)
    except Invalid:
        return
    assert kept.endswith(ENDINGS[kind])
    assert len(kept) <= NAME_LIMIT
    assert not [each for each in kept if unicodedata.category(each)[0] == "C" or each in '/\\"<>:|?*']
    assert kept.encode()
    assert clean_name(kept, kind) == kept
