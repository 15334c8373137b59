"""Annex A as a workbook: a sheet a list, its columns in the first line."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from uuid import UUID

import xlsxwriter
from sqlalchemy.orm import Session

from triage.exchange.annex_a import LISTS, Row, Told
from triage.exchange.census_collecting import identify
from triage.models import Person
from triage.pack import Pack
from triage.store import annex_a as store
from workflows.calendar import midnight

WIDTH = 24  # characters of a column
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - the same lists are the same bytes


def collect_annex_a(session: Session, pack: Pack, inspection: date) -> dict[str, list[Row]]:
    """The rows of each list, for the six months before the day of the inspection, which is not one of them."""
    contacts, helped, referrals, assessments, enquiries = _list_cases(session, inspection)
    work = [each.referral for each in (*assessments, *enquiries)]
    people = [each.person for each in (*contacts, *helped, *referrals, *work)]
    told = _gather(session, pack, inspection, people, [each.id for each in (*referrals, *work)])
    rows = (
        *(map(told.contact, contacts), map(told.early_help, helped), map(told.referral, referrals)),
        *(map(told.assessment, assessments), map(told.section_47, enquiries)),
    )
    return {name: list(each) for name, each in zip(LISTS, rows, strict=True)}


def list_annex_a_people(session: Session, inspection: date) -> set[UUID]:
    """The records of whoever stands in a list of it."""
    contacts, helped, referrals, *work = _list_cases(session, inspection)
    cases = (*helped, *referrals, *(each.referral for rows in work for each in rows))
    return {each.person_id for each in (*contacts, *cases)}


def _list_cases(session: Session, inspection: date) -> tuple[Sequence[Any], ...]:
    """What each list is of, in their order."""
    first = six_months_before(inspection)
    begins, ends = midnight(first), midnight(inspection)
    return (
        store.list_contacts(session, begins, ends),
        store.list_early_help(session, begins, ends),
        store.list_referrals_of(session, begins, ends),
        store.list_assessments(session, first, inspection),
        store.list_section_47s(session, first, inspection),
    )


def _gather(session: Session, pack: Pack, today: date, people: Iterable[Person], cases: Collection[UUID]) -> Told:
    records = store.list_records(session, {each.identity_id for each in people})
    first = {each[0].id: key for key, each in records.items()}
    days = store.list_referral_days(session, first)
    named = {code: each["name"] for code, each in (*pack.teams.items(), *pack.providers.items())}
    return Told(
        today,
        {key: (identify(each), each[0]) for key, each in records.items()},
        named,
        {first[key]: each for key, each in days.items()},
        store.list_days_of_harm(session, records),
        store.list_protected(session, cases),
        store.list_worked_on(session, cases),
    )


def six_months_before(day: date) -> date:
    """The same day six months before; the last of that month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 7, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def write_annex_a(lists: dict[str, list[Row]]) -> bytes:
    """The workbook. What is text stays text: nothing in it is ever a formula."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": MADE})
        looks = {"head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"})}
        looks["day"] = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, columns in LISTS.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(columns) - 1, WIDTH)
            sheet.write_row(0, 0, columns, looks["head"])
            for number, row in enumerate(lists[name], 1):
                _write_row(sheet, number, row, looks["day"])
    return out.getvalue()


def _write_row(sheet: Any, number: int, row: Row, day: Any) -> None:
    for place, value in enumerate(row):
        if isinstance(value, date):
            sheet.write_datetime(number, place, datetime.combine(value, time()), day)
        elif isinstance(value, int):
            sheet.write_number(number, place, value)
        elif value:
            sheet.write_string(number, place, value)
