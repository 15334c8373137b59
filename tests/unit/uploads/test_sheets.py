"""A spreadsheet that a stranger made: nothing of it runs, is fetched, or unpacks without end."""

from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.registers import as_workbook
from triage.exchange import sheet_file
from triage.exchange.past_days import read_day, read_instant
from triage.exchange.people_file import FileRefused
from triage.exchange.sheet_file import Row, Sheet, read_sheet, write_refused
from triage.uploads import sheets

HEAD = ["enquiry", "told"]


def with_part(name, text, content=None):
    """A workbook with one more part in it."""
    out = BytesIO(content or as_workbook([HEAD, ["C1", "Made up."]]))
    with ZipFile(out, "a", ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return out.getvalue()


def in_place(name, change):
    """A workbook of which one part says something else."""
    out = BytesIO()
    with ZipFile(BytesIO(as_workbook([HEAD, ["C1", "Made up."]]))) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return out.getvalue()


def torn(name):
    """A workbook of which one part does not unpack."""
    content = bytearray(as_workbook([HEAD, ["C1", "Made up."]]))
    with ZipFile(BytesIO(content)) as archive:
        part = archive.getinfo(name)
    begins = part.header_offset + 30 + len(part.filename)
    content[begins : begins + part.compress_size] = b"\xff" * part.compress_size
    return bytes(content)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
HOSTILE = {
    "macros": (with_part("xl/vbaProject.bin", b"made up"), "has macros in it. Save it as an Excel workbook"),
    "old macros": (with_part("xl/macrosheets/sheet1.xml", b"<x/>"), "has macros in it"),
    "links": (with_part("xl/externalLinks/externalLink1.xml", b"<x/>"), "Break those links"),
    "bomb": (with_part("xl/media/a.xml", b"<x>" + b" " * sheets.MOST_UNPACKED), "Split it into several files"),
    "outside": (with_part("../../a.xml", b"<x/>"), "This file is broken"),
    "entities": (in_place("xl/worksheets/sheet1.xml", lambda said: ENTITIES + said), "This file is broken"),
    "hidden entities": (
        in_place("xl/workbook.xml", lambda said: (ENTITIES.decode() + said.decode()).encode("utf-16")),
        "This file is broken",
    ),
    "password": (b"\xd0\xcf\x11\xe0" + b"\0" * 500, "locked with a password"),
    "no workbook": (b"PK\x03\x04 and nothing", "This file is broken"),
    "torn": (torn("xl/worksheets/sheet1.xml"), "This file is broken"),
    "unknown letters": (
        in_place("xl/workbook.xml", lambda _said: b'<?xml version="1.0" encoding="made-up"?><x/>'),
        "This file is broken",
    ),
    "half": (as_workbook([HEAD])[:900], "This file is broken"),
    "two sheets": (as_workbook([HEAD], sheets=2), "this workbook has 2 sheets"),
    "latin": ("enquiry,told\nC1,Zoë".encode("latin-1"), "Save it as CSV UTF-8"),
    "utf-16": ("enquiry,told\nC1,Zoë".encode("utf-16"), "Save it as CSV UTF-8"),
    "quotes": (b'enquiry,told\nC1,"half', "register:2: unexpected end of data. Check the quotation marks."),
    "nothing": (b"", "there is nothing in this file"),
    "double": (b"told,told\n1,2", "there are two columns 'told'"),
    "nameless": (b"told,,x\n1,2,3", "a column has no name"),
    "wide": (b"," * 300 + b"x", "at most 100,000 rows and 200 columns"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_what_to_do(name):
    content, words = HOSTILE[name]
    with pytest.raises(FileRefused, match=r"^register") as refusal:
        read_sheet("register", content)
    assert words in str(refusal.value)


def test_more_rows_than_anybody_has_are_refused(monkeypatch):
    monkeypatch.setattr(sheet_file, "MOST_ROWS", 2)
    assert len(read_sheet("register", as_workbook([HEAD, [1], [2]])).rows) == 2
    for content in (as_workbook([HEAD, [1], [2], [3]]), b"a\n1\n\n\n", b"a\n1\n2\n3\n"):
        with pytest.raises(FileRefused, match="Split the file"):
            read_sheet("register", content)


def test_larger_file_than_any_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_PACKED", 5)
    with pytest.raises(FileRefused, match="too large"):
        read_sheet("register", b"enquiry")


def test_size_that_a_sheet_only_claims_costs_nothing():
    claims = in_place("xl/worksheets/sheet1.xml", lambda said: said.replace(b"A1:B2", b"A1:XFD1048576"))
    assert len(read_sheet("register", claims).rows) == 1


def test_cells_are_read_as_text_and_formulas_as_nothing_that_runs():
    instant = datetime(2013, 4, 3, 14, 20)  # noqa: DTZ001 - as Excel has it
    row = [7.0, 9434765919, 1.5, True, date(2013, 4, 3), instant, None, " x ", "=1+1"]
    sheet = read_sheet("register", as_workbook([list("abcdefghi"), row]))
    said = ("7", "9434765919", "1.5", "yes", "2013-04-03", "2013-04-03T14:20:00", "", "x", "")
    assert sheet.rows == (Row(2, said),)


def test_line_is_where_a_row_begins_though_cells_have_several():
    sheet = read_sheet("register", b'a,b\n1,"two\nlines"\n\n3,4\n')
    assert [row.line for row in sheet.rows] == [2, 5]


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(str.strip)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=5))
def test_rows_that_are_sent_back_are_read_as_they_were(cells):
    rows = [Row(2 + place, tuple(each)) for place, each in enumerate(cells)]
    again = read_sheet("mend", write_refused(Sheet(("a", "b"), tuple(rows)), [(row, ["Mend it."]) for row in rows]))
    assert again.columns == ("a", "b", "line", "what to mend")
    assert [row.cells for row in again.rows] == [(*row.cells, str(row.line), "Mend it.") for row in rows]


def test_what_is_sent_back_is_no_formula_for_a_spreadsheet():
    sheet = Sheet(("a",), (Row(2, ("=cmd()",)),))
    assert b"'=cmd()" in write_refused(sheet, [(sheet.rows[0], ["x"])])


@pytest.mark.parametrize(
    "text", ["3/4/2013", "03/04/2013", "3.4.2013", "3-4-2013", "2013-04-03", "3 April 2013", "3 Apr 2013", "3-apr-2013"]
)
def test_days_have_the_day_first(text):
    assert read_day(text) == date(2013, 4, 3)
    assert read_instant(text) == (datetime(2013, 4, 2, 23, tzinfo=UTC), False)
    assert read_instant(f"{text} 14:20") == (datetime(2013, 4, 3, 13, 20, tzinfo=UTC), True)


@pytest.mark.parametrize("text", ["2013-04-03T13:20:00Z", "2013-04-03 14:20:00+01:00"])
def test_instant_that_says_its_offset_is_that_instant(text):
    assert read_instant(text) == (datetime(2013, 4, 3, 13, 20, tzinfo=UTC), True)


@pytest.mark.parametrize(
    "text",
    ["", "4/27/2013", "3/4/13", "31/2/2013", "0/1/2013", "2013", "20130403", "3 Foo 2013", "3/4/2013 25:00", "41367"],
)
def test_what_is_no_day_is_none_and_never_guessed(text):
    assert read_instant(text) is None


@pytest.mark.parametrize("text", ["9999-12-31T23:59:00-05:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00"])
def test_instant_beyond_the_first_or_the_last_day_is_none(text):
    assert (read_instant(text), read_day(text)) == (None, None)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_is_read_back_however_it_is_written(day):
    written = f"{day.day}/{day.month}/{day.year}", day.isoformat(), f"{day.day} {day:%B} {day.year}"
    assert {read_day(each) for each in written} == {day}
