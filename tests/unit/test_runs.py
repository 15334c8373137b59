"""A measure over time: which months or weeks, each with its limits, and its signals in words."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from triage.insight.charts import run_chart
from triage.insight.definition import get_measure
from triage.insight.measures import Figure
from triage.insight.runs import MOST, Span, choose_spans, lay, say_signal

DAYS = st.dates(date(2012, 1, 1), date(2020, 12, 31))


def months(count):
    return [Span(f"{number}", date(2013, 1, 1), date(2013, 1, 31), f"Month {number}") for number in range(count)]


def counts(*values):
    return [Figure(value, value, None) for value in values]


@given(DAYS, DAYS)
def test_spans_are_whole_and_follow_one_another_up_to_the_last_day(began, last):
    by, spans = choose_spans(began, last)
    assert len(spans) <= MOST[by]
    for span in spans:
        assert began <= span.first <= span.last <= last
        ends = (span.last + timedelta(1)).day == 1 and span.first.day == 1
        assert ends if by == "month" else span.first.weekday() == 0
        assert (span.last - span.first).days == 6 or by == "month"
        assert span.key == (f"{span.first:%Y-%m}" if by == "month" else f"{span.first:%G-W%V}")
    for before, after in pairwise(spans):
        assert after.first == before.last + timedelta(1)
    if spans:
        assert last - spans[-1].last < timedelta(31 if by == "month" else 7)
    assert by == "month" or len(spans) < 65


def test_weeks_are_taken_until_there_are_twelve_months():
    assert choose_spans(date(2013, 1, 1), date(2013, 12, 30))[0] == "week"
    assert choose_spans(date(2013, 1, 1), date(2013, 12, 31))[0] == "month"
    assert choose_spans(date(2013, 1, 2), date(2013, 12, 31))[0] == "week"  # January was not whole
    assert choose_spans(None, date(2013, 12, 31)) == ("month", [])


def test_signals_are_said_with_when_they_were():
    run = lay(get_measure("enquiries"), "month", months(14), counts(4, 6, 4, 6, 4, 6, 4, 6, 4, 5, 6, 7, 8, 12))
    said = [say_signal(run, each) for each in run.reading.signals]
    assert "Month 8 to Month 13: 6 months rising, one after the other, which chance seldom does." in said
    assert "Month 13: above the upper limit, which chance seldom does." in said
    assert [len(step.signals) for step in run.steps[:8]] == [0] * 8


def test_month_without_a_figure_is_left_out_and_shifts_nothing():
    shares = [Figure(0.5, 2, 4)] * 6 + [Figure(None, 0, 0)] + [Figure(0.5, 2, 4)] * 5 + [Figure(1.0, 40, 40)]
    run = lay(get_measure("re_referrals"), "month", months(13), shares)
    assert run.steps[6].limits is None
    assert run.steps[6].signals == ()
    assert run.reading is not None
    assert len(run.reading.limits) == len(run.told) == 12
    marked = [step.span.label for step in run.steps if any(each.kind == "outside" for each in step.signals)]
    assert "Month 6" not in marked
    assert say_signal(run, run.reading.signals[-1]).startswith("Month 12") or marked == []


def test_few_months_have_no_limits_and_are_drawn_all_the_same():
    run = lay(get_measure("enquiries"), "month", months(5), counts(1, 2, 3, 4, 5))
    assert run.reading is None
    picture = run_chart(run)
    assert "undefined" not in picture
    assert picture.startswith("<svg")
    assert "signal" in picture


def test_signal_is_drawn_as_another_shape_with_its_word():
    run = lay(get_measure("enquiries"), "month", months(14), counts(*[4, 6] * 6, 5, 90))
    picture = run_chart(run)
    assert "undefined" not in picture
    assert ">outside<" in picture
    assert "A signal, with its kind" in picture
