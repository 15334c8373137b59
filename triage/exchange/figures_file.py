"""Partners' figures as a file, CSV or Excel: a row an indicator, place and period (docs/quarterly-report.md)."""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO

from triage.exchange.cells import safe_cell
from triage.exchange.past_days import read_day
from triage.exchange.people_file import FileRefused
from triage.exchange.sheet_file import CODEC, Row, Sheet, read_sheet, tell_width
from triage.insight.quarterly.indicators import Indicator, list_sent, read_indicators
from triage.pack import Pack
from triage.services.partner_figures import SentFigure
from workflows.quarters import Quarter

COLUMNS = ("indicator", "district", "first", "last", "value", "counted", "of", "supplied_by", "supplied_on")
HELP = ("title", "unit", "from_whom")  # which the template has for whoever fills it, and nobody reads
WHOLE = "county"
LONGEST = 200  # characters of who supplied it
DIGITS = 10  # which a count has fewer of
MOST = 10**9
NEAR = 0.0006  # a share that was rounded to a tenth of a percent is still that of its counts
Said = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line of the file, in which column, and what to do."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.message}"


class FiguresRefused(Exception):
    """A file of which nothing is taken, with everything that is wrong in it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Figures:
    """What a file sends, and how many of its rows have no figure."""

    sent: tuple[SentFigure, ...]
    empty: int


def read_figures(name: str, content: bytes, pack: Pack, today: date) -> Figures:
    """Every figure of the file. FiguresRefused with all that is to mend; a row without a figure is passed over."""
    try:
        sheet = read_sheet(name, content)
    except FileRefused as refusal:
        raise FiguresRefused([Fault(1, "file", str(refusal))]) from refusal
    missing = [each for each in COLUMNS if each not in sheet.columns]
    if missing:
        message = f"There is no column {', '.join(missing)}. Name the columns as the template does."
        raise FiguresRefused([Fault(1, "file", message)])
    reader = _Reader(sheet, pack, today)
    figures = [reader.read(row, dict(zip(sheet.columns, row.cells, strict=False))) for row in sheet.rows]
    if reader.faults:
        raise FiguresRefused(reader.faults)
    sent = tuple(each for each in figures if each)
    return Figures(sent, len(figures) - len(sent))


class _Reader:
    """Reads row after row, and keeps what is wrong in each."""

    def __init__(self, sheet: Sheet, pack: Pack, today: date) -> None:
        self.sheet, self.today, self.faults = sheet, today, []
        self.lines: dict[object, int] = {}
        names = {row["name"].casefold(): code for code, row in pack.districts.items()}
        self.districts = names | {code.casefold(): code for code in pack.districts} | {WHOLE: None, "": None}

    def read(self, row: Row, said: Said) -> SentFigure | None:
        """The figure, or None where there is none or something is wrong."""
        if not (said.get("value") or said.get("counted")):
            return None
        shifted = tell_width(self.sheet, row)
        wrong = [Fault(row.line, "row", shifted)] if shifted else list(self._check(row.line, said))
        if wrong:
            self.faults += wrong
            return None
        figure = self._make(said)
        if figure.key in self.lines:
            message = f"Line {self.lines[figure.key]} has the same indicator, district and days. Keep one of them."
            self.faults.append(Fault(row.line, "indicator", message))
        self.lines[figure.key] = row.line
        return figure

    def _check(self, line: int, said: Said) -> Iterator[Fault]:
        checks = {
            "indicator": _check_indicator(said["indicator"]),
            "district": "" if said["district"].casefold() in self.districts else self._say_districts(),
            "supplied_by": _check_supplier(said["supplied_by"]),
            **{name: self._check_day(said[name]) for name in ("first", "last", "supplied_on")},
        }
        yield from (Fault(line, name, message) for name, message in checks.items() if message)
        first, last = read_day(said["first"]), read_day(said["last"])
        if first and last and last < first:
            yield Fault(line, "last", "The period ends before it begins. Turn the two days round.")
        indicator = list_sent().get(said["indicator"])
        yield from (Fault(line, *wrong) for wrong in _check_numbers(said, indicator))

    def _say_districts(self) -> str:
        return f"There is no such district. Leave it empty for the whole county, or write its name, like {self._one()}."

    def _one(self) -> str:
        return next(name for name in self.districts if name).title()

    def _check_day(self, text: str) -> str:
        day = read_day(text)
        if day is None:
            return "Enter a real date, like 2013-12-31 or 31/12/2013."
        return "This day is still to come. Enter one that is over." if day > self.today else ""

    def _make(self, said: Said) -> SentFigure:
        indicator = list_sent()[said["indicator"]]
        counted, of = (_read_count(said[name]) for name in ("counted", "of"))
        return SentFigure(
            indicator=indicator.name,
            district_code=self.districts[said["district"].casefold()],
            first=read_day(said["first"]),
            last=read_day(said["last"]),
            value=_read_value(said, indicator),
            counted=counted,
            of=of,
            supplied_by=said["supplied_by"],
            supplied_on=read_day(said["supplied_on"]),
        )


def _check_indicator(name: str) -> str:
    if name in list_sent():
        return ""
    if name in read_indicators():
        return "This indicator is counted by this service. Take the row out."
    return "There is no such indicator. Take its name from the template."


def _check_supplier(text: str) -> str:
    if not text:
        return "Enter who supplied the figure."
    if not text.isprintable():
        return "Take out what cannot be seen, such as a line break."
    return f"Use {LONGEST} characters or fewer." if len(text) > LONGEST else ""


def _check_numbers(said: Said, indicator: Indicator | None) -> Iterator[tuple[str, str]]:
    counted, of = (_read_count(said[name]) for name in ("counted", "of"))
    malformed = [name for name, count in (("counted", counted), ("of", of)) if said[name] and count is None]
    if malformed:
        yield from ((name, "Enter a whole number, 0 or more.") for name in malformed)
    elif (counted is None) != (of is None):
        yield "of" if of is None else "counted", "Enter both how many were counted and of how many, or neither."
    elif counted is not None and (counted > of or not of):
        yield "of", "Enter of how many, at least as many as were counted and not 0."
    elif indicator:
        yield from _check_value(said, indicator)


def _check_value(said: Said, indicator: Indicator) -> Iterator[tuple[str, str]]:
    number = _read_number(said["value"]) if said["value"] else None
    if said["value"] and number is None:
        yield "value", "Enter a number, like 22.4."
    elif number is not None and indicator.unit == "share" and not 0 <= number <= 100:
        yield "value", "Enter a percentage from 0 to 100, like 22.4."
    elif indicator.unit != "share" and number is None:
        yield "value", f"Enter the figure itself ({say_unit(indicator)})."
    elif indicator.unit == "share" and number is not None and said["counted"]:
        part = int(said["counted"]) / int(said["of"])
        if abs(number / 100 - part) > NEAR:
            yield (
                "value",
                f"{said['counted']} of {said['of']} is {part:.1%}, and not {said['value']}%. Mend one of them.",
            )


def _read_count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else None


def _read_number(text: str) -> float | None:
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < MOST else None


def _read_value(said: Said, indicator: Indicator) -> float:
    if indicator.unit != "share":
        return _read_number(said["value"])
    if said["counted"]:
        return int(said["counted"]) / int(said["of"])
    return _read_number(said["value"]) / 100


def say_unit(indicator: Indicator) -> str:
    """What its value is to be written in."""
    return "percent" if indicator.unit == "share" else indicator.unit


def write_template(pack: Pack, quarter: Quarter) -> bytes:
    """A file to be filled: every indicator that partners send, for the county and each district, of that quarter.

    Of what is published once a year the days are to be filled as well.
    """
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, *HELP])
    for indicator in list_sent().values():
        is_yearly = indicator.every == "year"
        days = ("", "") if is_yearly else (quarter.first.isoformat(), quarter.last.isoformat())
        for place in [WHOLE, *(row["name"] for row in pack.districts.values())]:
            cells = [indicator.name, place, *days, *[""] * 5, indicator.title, say_unit(indicator), indicator.partners]
            writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode(CODEC)
