"""A register sent again, in another order, stopped on the way, tried only: what stands is the same, or nothing."""

import re
from collections import Counter
from contextlib import contextmanager, suppress
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import MORNING, Office
from tests.registers import a_row, all_that_stands, as_csv, take
from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.exchange.past_mapping import PastMapping
from triage.exchange.sheet_file import read_sheet, write_refused
from triage.pack import load_pack

PREFIX, HASH = "An earlier system: ", re.compile("#[0-9a-f]{64}")
BIRTHDAYS = ("2/1/2008", "3/5/2010", "31/2/2010")  # the last is none
ROWS = st.builds(
    lambda enquiry, told, person, number, day, source: a_row(
        enquiry=f"C{enquiry}",
        received=f"{1 + enquiry}/4/2013 14:20",
        decided=f"{2 + enquiry}/4/2013 10:20",
        told=f"Made up: {told}",
        person=person and f"P{person}",
        nhs_number=number,
        given_name=("Ava", "Ben", "Cat")[day],
        birth_date=BIRTHDAYS[day],
        source=source,
    ),
    st.integers(1, 5),
    st.just("hungry."),
    st.sampled_from(["", 1, 2, 3]),
    st.sampled_from(["", "", "9434765919", "9434765870"]),
    st.sampled_from([0, 0, 1, 1, 2]),
    st.sampled_from(["School"] * 9 + ["Police"]),
)
REGISTERS = st.lists(ROWS, min_size=1, max_size=10)
DRAWN = settings(deadline=None, max_examples=25)


class Stopped(Exception):
    """The import is killed before a batch."""


@pytest.fixture
def made_by(session):
    """What stands after something was done in an office where nothing stood."""

    def of(do):
        office = Office(session, SettableClock(MORNING), load_pack("nottinghamshire"), {"system": SYSTEM})
        with in_vain(session), patch("triage.exchange.importing_past.BATCH", 2):
            return do(office), all_that_stands(session)

    return of


@contextmanager
def in_vain(session):
    attempt = session.begin_nested()
    yield
    attempt.rollback()
    session.expire_all()


def stop_before(batch):
    """Whatever stands before each batch, and stops that one."""
    left = iter(range(batch))

    def opens():
        if next(left, None) is None:
            raise Stopped

    return opens


def counts(outcome):
    taken = outcome.taken
    return taken.enquiries, taken.people, taken.rows, taken.known_before


def refused(outcome):
    """Each row's cells with what to mend, in no order."""
    return sorted((row.cells, tuple(words)) for row, words in outcome.refused)


def test_taken_again_adds_nothing_and_refuses_the_same(made_by):
    @DRAWN
    @given(REGISTERS)
    def run(rows):
        first, once = made_by(lambda office: take(office, as_csv(rows)))
        (_, again), twice = made_by(lambda office: (take(office, as_csv(rows)), take(office, as_csv(rows))))
        assert once == twice
        assert counts(again) == (0, 0, 0, first.taken.rows + first.taken.known_before)
        assert refused(again) == refused(first)
        assert first.taken.rows + first.taken.known_before + len(first.refused) == len(rows)

    run()


def test_order_of_rows_makes_no_difference(made_by):
    @DRAWN
    @given(REGISTERS.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
    def run(both):
        (one, stands), (other, same) = (made_by(lambda office, rows=rows: take(office, as_csv(rows))) for rows in both)
        assert stands == same
        assert (counts(one), refused(one)) == (counts(other), refused(other))

    run()


def test_stopped_before_any_batch_and_begun_again_is_as_if_it_had_not_been(made_by):
    @DRAWN
    @given(REGISTERS, st.integers(0, 3))
    def run(rows, batch):
        def stop_and_go_on(office):
            with suppress(Stopped):
                take(office, as_csv(rows), opens=stop_before(batch))
            return take(office, as_csv(rows))

        whole, stands = made_by(lambda office: take(office, as_csv(rows)))
        again, same = made_by(stop_and_go_on)
        assert stands == same
        assert refused(whole) == refused(again)

    run()


def test_dry_run_tells_what_would_be_and_changes_nothing(made_by):
    @DRAWN
    @given(REGISTERS)
    def run(rows):
        real, _ = made_by(lambda office: take(office, as_csv(rows)))
        dry, stands = made_by(lambda office: take(office, as_csv(rows), keep=False))
        assert stands == (set(), set())
        assert (counts(dry), refused(dry)) == (counts(real), refused(real))

    run()


def test_what_is_taken_is_each_row_that_nothing_is_wrong_with_once(made_by):
    """Beside a plain reading: of each enquiry, the rows with a real birthday, unless two say different things of it."""

    @DRAWN
    @given(REGISTERS)
    def run(rows):
        _, (stands, _) = made_by(lambda office: take(office, as_csv([each | {"nhs_number": ""} for each in rows])))
        right = [each | {"nhs_number": ""} for each in rows if each["birth_date"] != BIRTHDAYS[2]]
        due = Counter()
        for name in {each["enquiry"] for each in right}:
            of_it = [each for each in right if each["enquiry"] == name]
            by_key = {}
            for each in of_it:
                by_key.setdefault(each["person"] or each["given_name"], []).append(each)
            alone = [same[0] for same in by_key.values() if all(each == same[0] for each in same)]
            if len({each["source"] for each in alone}) == 1:
                due += Counter((name, each["person"] or "#") for each in alone)
        assert Counter((row[0], HASH.sub("#", row[5].removeprefix(PREFIX))) for row in stands) == due

    run()


def test_mended_rows_are_taken_and_the_file_is_then_done(made_by):
    rows = [a_row(), a_row(enquiry="C2", given_name="=Ava", birth_date="31/2/2010", person="P2")]

    def mend(office):
        sheet = read_sheet("register", as_csv(rows))
        mended = write_refused(sheet, take(office, as_csv(rows)).refused).replace(b"31/2/2010", b"28/2/2010")
        return counts(take(office, mended)), counts(take(office, mended)), counts(take(office, as_csv(rows)))

    told, (stands, _) = made_by(mend)
    assert told == ((1, 1, 1, 0), (0, 0, 0, 1), (0, 0, 0, 1))
    assert {row[6] for row in stands} == {"Ava", "=Ava"}


def test_overlapping_files_take_each_row_once(made_by):
    rows = [a_row(enquiry=f"C{number}") for number in range(6)]
    both = made_by(lambda office: [counts(take(office, as_csv(part))) for part in (rows[:4], rows[2:])])
    assert both[0] == [(4, 1, 4, 0), (2, 0, 2, 2)]
    assert both[1] == made_by(lambda office: take(office, as_csv(rows), PastMapping()))[1]
