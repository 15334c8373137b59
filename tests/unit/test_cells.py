"""No spreadsheet runs what somebody typed, and nothing that was typed is lost by it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.exchange.cells import read_cell, safe_cell

RUN = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "＝1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("x")',
]


@pytest.mark.parametrize("text", RUN)
def test_what_would_run_is_marked_as_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Zoë", "a=b", "O'Brien", "", 7, -1.5, None, True, date(2013, 5, 7)])
def test_everything_else_stays_as_it_is(value):
    assert safe_cell(value) is value


@given(st.text())
def test_no_cell_begins_a_formula_and_each_can_be_read_back(text):
    cell = safe_cell(text)
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert read_cell(cell) == text
