"""When a family's file may go: beside a plain reading that looks at every day one after the other."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.pack import load_pack
from workflows.retention import Record, anniversary, due_of, find_files

SCHEDULE = load_pack("nottinghamshire").retention
CLOSED = date(2013, 5, 7)
BORN = date(2008, 1, 2)
LONGEST = 320  # years that the plain reading looks ahead
days = st.dates(date(1930, 1, 1), date(2030, 12, 31)) | st.sampled_from([date(1996, 2, 29), date(2012, 2, 29)])
records = st.builds(
    Record,
    person=st.integers(1, 5),
    file=st.integers(1, 6),
    route=st.sampled_from(["social_care", "early_help", "ehc_pathway", "adult_safeguarding", "advice", "unheard of"]),
    section_47=st.booleans(),
    protection_plan=st.booleans(),
    is_open=st.sampled_from([False, False, False, True]),
    closed_on=st.none() | days,
    birth_date=st.none() | days,
    death_date=st.none() | st.none() | days,
    kept_as=st.sampled_from([frozenset(), frozenset(), frozenset({"looked_after"})]),
)


def a_record(**details):
    usual = {"person": "Ava", "file": "ENQ-1", "route": "social_care", "closed_on": CLOSED, "birth_date": BORN}
    return Record(**(usual | details))


def has_passed(since, years, day):
    """Whether somebody born `since` is that many years old on the day: as one counts it on one's fingers."""
    age = day.year - since.year - ((day.month, day.day) < (since.month, since.day))
    return age >= years


def may_go_on(record, day):
    """Whether no class has a reason left to keep the record on that day; None where nobody can tell."""
    if record.is_open:
        return None
    answers = []
    for kept in SCHEDULE.classes:
        if kept.routes and record.route not in kept.routes:
            continue
        if (kept.section_47 and not record.section_47) or (kept.protection_plan and not record.protection_plan):
            continue
        if kept.by_hand and kept.code not in record.kept_as:
            continue
        answers.append(lets_go(kept, record, day))
    return None if not answers or None in answers else all(answers)


def lets_go(kept, record, day):
    child = record.birth_date and record.death_date and not has_passed(record.birth_date, 18, record.death_date)
    if kept.died_before_18 and child:
        return has_passed(record.death_date, kept.died_before_18, day)
    for since, years in ((record.birth_date, kept.since_birth), (record.closed_on, kept.since_closing)):
        if years and since is None:
            return None
        if years and not has_passed(since, years, day):
            return False
    return True


def first_day(people, whose):
    """The first day on which everything about these people may go, looked for day by day around each anniversary."""
    kept = [record for person in people for record in whose[person]]
    anchors = {day for each in kept for day in (each.closed_on, each.birth_date, each.death_date) if day}
    years = range(LONGEST)
    near = sorted({near_day for day in anchors for count in years for near_day in around(day, count)})
    if any(may_go_on(each, date.max) is None for each in kept):
        return None
    return next(day for day in near if all(may_go_on(each, day) for each in kept))


def around(day, years):
    if day.year + years > 9000:
        return []
    near = date(day.year + years, day.month, min(day.day, 28))
    return [near + timedelta(days=more) for more in range(-1, 4)]


@settings(max_examples=60, deadline=None)
@given(st.lists(records, min_size=1, max_size=6), st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=4))
def test_file_goes_on_the_first_day_on_which_a_plain_reading_lets_all_of_it_go(kept, links):
    found = find_files(SCHEDULE, kept, links, held=())
    whose = {}
    for record in kept:
        whose.setdefault(record.person, []).append(record)
    about = {each.file for each in kept}
    told = sorted(case for file in found for case in file.cases)
    assert told == sorted({case for start in about for case in reach(start, links)})
    for file in found:
        assert set(file.cases) == reach(file.cases[0], links)
        assert file.people == {each.person for each in kept if each.file in file.cases}
        assert file.due.on == first_day(file.people, whose)
        assert (file.due.on is None) == bool(file.due.never)


def reach(case, links):
    """The cases that are linked with this one, by walking until there is nowhere new to go."""
    seen = {case}
    while more := {b for x, y in links for a, b in ((x, y), (y, x)) if a in seen} - seen:
        seen |= more
    return seen


@given(days, st.integers(1, 150))
def test_anniversary_is_the_first_day_on_which_so_many_years_have_passed(day, years):
    then = anniversary(day, years)
    assert has_passed(day, years, then)
    assert not has_passed(day, years, then - timedelta(days=1))


def test_leapling_is_a_year_older_on_the_first_of_march():
    assert anniversary(date(1996, 2, 29), 25) == date(2021, 3, 1)
    assert anniversary(date(1996, 2, 29), 24) == date(2020, 2, 29)


@pytest.mark.parametrize(
    ("details", "due", "code"),
    [
        ({}, date(2038, 1, 2), "child_in_need"),
        ({"route": "no_further_action"}, date(2019, 5, 7), "no_service"),
        ({"section_47": True}, date(2048, 5, 7), "child_protection"),
        ({"protection_plan": True}, date(2048, 5, 7), "protection_plan"),
        ({"kept_as": frozenset({"looked_after"})}, date(2083, 1, 2), "looked_after"),
        ({"kept_as": frozenset({"sexual_abuse"})}, date(2088, 5, 7), "sexual_abuse"),
        ({"route": "ehc_pathway"}, date(2039, 1, 2), "ehc"),
        ({"route": "adult_safeguarding", "birth_date": None}, date(2021, 5, 7), "adult"),
        ({"death_date": date(2013, 6, 1)}, date(2019, 6, 1), "child_in_need"),
        ({"birth_date": date(1996, 1, 2), "death_date": date(2014, 1, 2)}, date(2026, 1, 2), "child_in_need"),
    ],
)
def test_longest_class_that_covers_a_record_wins(details, due, code):
    found = due_of(SCHEDULE, [a_record(**details)])
    assert (found.on, found.code, found.never) == (due, code, "")


@pytest.mark.parametrize(
    ("details", "since"),
    [
        ({}, date(2008, 1, 2)),
        ({"section_47": True}, date(2013, 5, 7)),
        ({"death_date": date(2013, 6, 1)}, date(2013, 6, 1)),
    ],
)
def test_it_is_said_from_which_day_the_years_are_counted(details, since):
    assert due_of(SCHEDULE, [a_record(**details)]).since == since


def test_longest_of_a_persons_records_keeps_them_all():
    kept = [a_record(file="ENQ-1", route="advice"), a_record(file="ENQ-2", section_47=True)]
    assert {file.due.on for file in find_files(SCHEDULE, kept, (), ())} == {date(2048, 5, 7)}


@pytest.mark.parametrize("born", [{"birth_date": None}, {"birth_date": None, "death_date": date(2014, 1, 1)}])
def test_whoever_was_unborn_or_has_no_birth_date_never_falls_due(born):
    assert due_of(SCHEDULE, [a_record(**born)]).never == "undated"
    assert due_of(SCHEDULE, [a_record(closed_on=None, route="advice")]).never == "undated"


def test_what_no_class_covers_never_falls_due():
    assert due_of(SCHEDULE, [a_record(route="unheard of")]).never == "unclassed"


def test_open_case_is_told_before_a_date_that_is_not_known_and_that_before_what_no_class_covers():
    unclassed, undated, still_open = a_record(route="unheard of"), a_record(birth_date=None), a_record(is_open=True)
    for kept, never in (
        ([unclassed, a_record()], "unclassed"),
        ([unclassed, undated, a_record()], "undated"),
        ([still_open, undated, unclassed], "open"),
    ):
        assert due_of(SCHEDULE, kept).never == due_of(SCHEDULE, reversed(kept)).never == never
        (file,) = find_files(SCHEDULE, kept, (), {"Ava"})
        assert file.due.never == never


def test_brother_with_an_open_case_keeps_what_is_about_both_and_not_what_is_about_her_alone():
    kept = [
        a_record(file="hers", route="advice"),
        a_record(file="both", route="advice"),
        a_record(person="Ben", file="both", route="advice"),
        a_record(person="Ben", file="his", is_open=True),
    ]
    due = {file.cases: file.due for file in find_files(SCHEDULE, kept, (), ())}
    assert due[("hers",)].on == date(2019, 5, 7)
    assert due[("both",)].never == due[("his",)].never == "open"


@pytest.mark.parametrize("held", ["Ava", "ENQ-2"])
def test_hold_on_a_person_or_on_a_linked_case_keeps_the_whole_story(held):
    kept = [a_record(file="ENQ-1", route="advice"), a_record(person="Ben", file="ENQ-2", route="advice")]
    (file,) = find_files(SCHEDULE, kept, [("ENQ-2", "ENQ-1")], {held})
    assert (file.cases, file.due.never) == (("ENQ-1", "ENQ-2"), "held")
