"""Documents as PDF: what no typeface shows is written by its number, and the same data makes the same document."""

import io
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from triage.exchange.pdf import make_pdf, make_showable

AT = datetime(2013, 5, 7, 9, 0, 1, 234567, tzinfo=UTC)
DATA = {
    "reference": "SAR-2013-000001",
    "about": "Ava",
    "county": "Nottinghamshire",
    "made_by": "A",
    "made_for": "B",
    "made_at": "now",
    "about_this_copy": [{"heading": "Whom to ask", "words": ["Made up."], "points": ["Made up."]}],
    "held_back": "Not included.",
    "sections": [],
}


def with_text(text):
    passages = [{"label": text or "A", "text": text}, {"label": "Held", "text": None}]
    item = {"heading": text or "A", "facts": [{"label": text or "A", "value": text}], "passages": passages}
    return DATA | {"about": text or "A", "made_for": text, "sections": [{"title": text or "A", "items": [item]}]}


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40))
def test_any_text_at_all_makes_a_document(text):
    assert make_pdf("subject_access.typ", with_text(text), made_at=AT).startswith(b"%PDF")


@given(st.text(max_size=40))
def test_what_can_be_shown_is_shown_as_it_is(text):
    assert make_showable(make_showable(text)) == make_showable(text)
    assert make_showable("Zoë – “it’s” Łukasz\n") == "Zoë – “it’s” Łukasz\n"
    assert make_showable("a\u202eb\x00") == "a[U+202E]b[U+0000]"


def test_same_data_makes_the_same_document():
    first, second = (make_pdf("subject_access.typ", with_text("x"), made_at=AT) for _ in range(2))
    assert first == second


def test_long_telling_is_laid_out_page_after_page():
    said = {"label": "Told", "text": "Made up words. " * 4_000}
    item = {"heading": "An enquiry", "facts": [], "passages": [said]}
    pdf = make_pdf("subject_access.typ", DATA | {"sections": [{"title": "Told", "items": [item]}]}, made_at=AT)
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 10
