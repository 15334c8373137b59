"""What is kept, and what is refused, by what it is."""

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from tests import samples
from triage.errors import Invalid
from triage.uploads.kinds import ENDINGS, FILE_KINDS, MEDIA_TYPES, recognise
from triage.uploads.looking import LOOKS, look_at

GOOD = {
    "pdf": samples.pdf(),
    "jpeg": samples.photograph(),
    "png": samples.picture("PNG"),
    "docx": samples.docx(),
    "odt": samples.odt(),
    "txt": "Dear colleague,\r\n\tmade up: <Ava> is 7 < 8, 30 £, Zoë.\n".encode(),
}


def refused(content):
    """Why it is not taken."""
    with pytest.raises(Invalid) as refusal:
        look_at(recognise(content), content)
    (problem,) = refusal.value.problems
    assert problem.field == "content"
    assert problem.message.endswith(".")
    return problem.code


def test_every_kind_is_told_of_everywhere():
    assert FILE_KINDS.keys() == MEDIA_TYPES.keys() == ENDINGS.keys() == LOOKS.keys() == GOOD.keys()


@pytest.mark.parametrize("kind", GOOD)
def test_what_a_program_writes_is_recognised_and_kept(kind):
    assert recognise(GOOD[kind]) == kind
    assert (look_at(kind, GOOD[kind]) == GOOD[kind]) is (kind != "jpeg")


def test_photograph_is_kept_upright_and_without_what_the_camera_wrote():
    sent = GOOD["jpeg"]
    before, after = (Image.open(BytesIO(each)) for each in (sent, look_at("jpeg", sent)))
    assert before.getexif().get_ifd(samples.GPS)
    assert (before.size, after.size) == ((40, 20), (20, 40))
    assert not after.getexif()
    assert not {"exif", "comment", "icc_profile"} & after.info.keys()
    assert b"Made-up Phone" not in look_at("jpeg", sent)


def test_what_is_hidden_behind_a_picture_goes():
    kept = look_at("png", GOOD["png"] + samples.archive({"x.html": "<script>"}))
    assert b"PK" not in kept


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "1"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "RGBA"), ("PNG", "I;16"), ("JPEG", "L"), ("JPEG", "CMYK")],
)
def test_pictures_of_every_colour_are_kept(form, mode):
    kept = Image.open(BytesIO(look_at(form.lower(), samples.picture(form, mode=mode))))
    assert (kept.format, kept.size) == (form, (40, 20))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (samples.huge_png(40_000, 40_000), "too_many_pixels"),
        (samples.huge_png(3_000, 3_000), "broken"),
        (GOOD["png"][:40], "broken"),
        (GOOD["jpeg"][: len(GOOD["jpeg"]) // 2], "broken"),
        (b"\xff\xd8\xff" + b"<script>alert(1)</script>" * 9, "broken"),
    ],
)
def test_picture_that_is_too_large_or_broken_is_refused(content, code):
    assert refused(content) == code


def with_action(**of_action):
    """A PDF that does this when it is opened."""
    action = {NameObject(f"/{key}"): value for key, value in of_action.items()}
    return samples.pdf(lambda writer: writer.root_object.update({NameObject("/OpenAction"): DictionaryObject(action)}))


SCRIPT = {"S": NameObject("/JavaScript"), "JS": TextStringObject("app.alert(1)")}


def in_page(writer, entry):
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): entry})


ACTIVE_PDFS = {
    "script": with_action(**SCRIPT),
    "attachment": samples.pdf(lambda writer: writer.add_attachment("x.exe", b"MZ")),
    "launch": with_action(S=NameObject("/Launch"), F=TextStringObject("cmd.exe")),
    "form that sends itself": with_action(S=NameObject("/SubmitForm")),
    "script in an action of a page": samples.pdf(
        lambda writer: in_page(writer, DictionaryObject({NameObject("/S"): NameObject("/GoToR")}))
    ),
    "nested": samples.pdf(
        lambda writer: in_page(
            writer, ArrayObject([ArrayObject([DictionaryObject({NameObject("/JS"): TextStringObject("x")})])])
        )
    ),
    "written otherwise": with_action(S=SCRIPT["S"]).replace(b"/JavaScript", b"/Java#53cript"),
    "in what was replaced": GOOD["pdf"].replace(b"startxref", b"9 0 obj << /S /JavaScript >> endobj\nstartxref"),
}


@pytest.mark.parametrize("how", ACTIVE_PDFS)
def test_pdf_that_does_more_than_be_read_is_refused(how):
    assert refused(ACTIVE_PDFS[how]) == "active"


def test_pdf_with_a_link_and_a_place_to_open_at_is_kept():
    here = with_action(S=NameObject("/GoTo"), D=ArrayObject([]))
    link = samples.pdf(
        lambda writer: in_page(
            writer,
            DictionaryObject(
                {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("https://school.example")}
            ),
        )
    )
    assert [look_at("pdf", each) for each in (here, link)] == [here, link]


def test_compressed_parts_of_a_pdf_are_read_too():
    plain, active = (
        samples.packed_pdf(action) for action in ("/Type /Catalog", "/OpenAction << /S /JavaScript /JS (x) >>")
    )
    assert look_at("pdf", plain) == plain
    assert b"JavaScript" not in active
    assert refused(active) == "active"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (samples.pdf(lambda writer: writer.encrypt("", "owner", algorithm="AES-256")), "encrypted"),
        (GOOD["pdf"] + samples.archive({"a.txt": "x"}), "two_in_one"),
        (b"%PDF-1.7\n", "broken"),
        (b"%PDF-1.7\n<html><script>alert(1)</script></html>", "broken"),
        (GOOD["pdf"][: len(GOOD["pdf"]) // 3], "broken"),
    ],
)
def test_pdf_that_is_locked_broken_or_two_in_one_is_refused(content, code):
    assert refused(content) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"MZ\x90\x00\x03", "unknown_kind"),
        (b"GIF89a\x01\x00\x01\x00", "unknown_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unknown_kind"),  # the old Word format
        ("caf\u00e9".encode("latin-1"), "unknown_kind"),
        (b"a\x00b", "unknown_kind"),
        (b"a\x1b[2Jb", "unknown_kind"),
        (b"<!DOCTYPE html><p>x", "markup"),
        (b"\xef\xbb\xbf <svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "markup"),
        (b"<?xml version='1.0'?><a/>", "markup"),
        (b"A letter <SCRIPT>alert(1)</SCRIPT>", "markup"),
        (b"{\\rtf1 {\\object}}", "markup"),
        (b"%!PS-Adobe-3.0", "markup"),
        (b"#!/bin/sh", "markup"),
    ],
)
def test_what_is_no_plain_text_is_refused(content, code):
    assert refused(content) == code


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_refusal(content):
    for begins in (b"", b"%PDF-1.4\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"):
        keep_or_refuse(begins + content)


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_no_spoilt_file_raises_anything_but_a_refusal(kind, data):
    content = bytearray(GOOD[kind])
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[at] = data.draw(st.integers(0, 255))
    keep_or_refuse(bytes(content[: data.draw(st.integers(0, len(content)))]))


def keep_or_refuse(content):
    with suppress(Invalid):
        assert look_at(recognise(content), content)
