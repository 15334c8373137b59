"""Each of the 109 rules is there, is broken by what breaks it and not by what is near it, and says how to mend it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.unit.workflows.census.examples import EXAMPLES, MISSING, sharing
from tests.unit.workflows.census.samples import FAULTLESS, all_of, child, episode, part
from workflows.census import codes
from workflows.census.checking import check
from workflows.census.records import Assessment, Census, Child, CinPlan, Episode, ProtectionPlan, Section47
from workflows.census.rule import RULES, Rule, Severity, is_before, rule
from workflows.census.year import Year, year_of

CODES = (Path(__file__).parents[3] / "data" / "cin-census-rules.txt").read_text().split()
RECORDS = {
    "census": Census,
    "children": Child,
    "episodes": Episode,
    "assessments": Assessment,
    "section_47s": Section47,
    "plans": CinPlan,
    "protection_plans": ProtectionPlan,
}


def numbers(census: Census) -> set[str]:
    return {fault.number for fault in check(census)}


def test_every_rule_of_the_list_is_there_once_for_each_thing_and_no_other():
    assert {each.number for each in RULES} == set(CODES)
    assert len(CODES) == 109
    assert len({(each.number, each.about) for each in RULES}) == len(RULES)


def test_return_without_a_fault_has_none():
    assert check(FAULTLESS) == []


@pytest.mark.parametrize("code", CODES)
def test_rule_is_broken_by_what_breaks_it_and_not_by_what_is_near(code):
    breaks, near = EXAMPLES[code]
    assert code in numbers(breaks(FAULTLESS))
    assert code not in numbers(near(FAULTLESS))


@pytest.mark.parametrize("code", MISSING)
def test_rule_is_broken_the_other_way_too(code):
    assert code in numbers(MISSING[code](FAULTLESS))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.number}-{rule.about}")
def test_rule_says_what_is_wrong_and_how_to_mend_it(rule):
    for sentence in (rule.wrong, rule.mend):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "  " not in sentence
    assert rule.wrong != rule.mend
    assert set(rule.fields) <= set(RECORDS[rule.about].__dataclass_fields__)
    assert rule.fields


def test_number_with_a_q_is_a_query_and_every_other_an_error():
    assert {each.severity for each in RULES if each.number.endswith("Q")} == {Severity.QUERY}
    assert {each.severity for each in RULES if not each.number.endswith("Q")} == {Severity.ERROR}


@pytest.mark.parametrize(("others", "asked"), [(46, True), (47, False)])
def test_two_in_a_hundred_without_sex_are_not_asked_about(others, asked):
    assert ("2886Q" in numbers(all_of(child(sex="U"), sharing(others))(FAULTLESS))) == asked


@pytest.mark.parametrize(
    ("year", "change", "code", "told"),
    [
        (2024, child(identifier="A-1"), "1580", False),
        (2024, child(identifier="A" * 21), "1570", False),
        (2024, part("assessments", factors=("18A",)), "8945Q", False),
        (2025, part("assessments", factors=("18A",)), "8945Q", True),
        (2022, episode(closure="RC9"), "8640", True),
        (2023, episode(closure="RC9"), "8640", False),
        (2022, episode(source="5D"), "8866", True),
        (2023, episode(source="5D"), "8866", False),
    ],
)
def test_rule_and_code_begin_with_their_year(year, change, code, told):
    first = replace(change(FAULTLESS), children=change(FAULTLESS).children[:1])
    worked = replace(first, year=year, children=(replace(first.children[0], episodes=first.children[0].episodes[:1]),))
    assert (code in numbers(worked)) == told


@pytest.mark.parametrize(
    ("offered", "code", "first", "last"),
    [
        (codes.factors, "18A", 2021, 2024),
        (codes.factors, "19A", 2021, 2024),
        (codes.factors, "18B", 2021, 2026),
        (codes.sources, "5D", 2023, 2026),
        (codes.sources, "5C", 2021, 2026),
        (codes.closures, "RC9", 2023, 2026),
        (codes.closures, "RC8", 2021, 2026),
    ],
)
def test_code_is_offered_from_the_first_return_that_has_it_to_the_last(offered, code, first, last):
    years = {year: offered(year) for year in range(2021, 2027)}
    assert [year for year, words in years.items() if code in words] == list(range(first, last + 1))
    assert len({words[code] for words in years.values() if code in words}) == 1


@pytest.mark.parametrize(
    ("day", "year"),
    [("2025-03-31", 2025), ("2025-04-01", 2026), ("2025-12-31", 2026), ("2026-01-01", 2026), ("2026-03-31", 2026)],
)
def test_day_is_of_the_return_whose_year_from_april_to_march_it_lies_in(day, year):
    assert year_of(date.fromisoformat(day)) == Year(year)
    assert date.fromisoformat(day) in Year(year)


def test_rule_is_registered_with_what_it_looks_at_and_may_be_one_of_two_things(monkeypatch):
    monkeypatch.setattr("workflows.census.rule.RULES", registered := [])
    of_child = rule("1Q", "children", "sex birth_date", "Something is wrong.", "Mend it.")
    among = rule("2", "episodes", "start", "They overlap.", "End one.", among=True, since=2025)
    assert among(of_child(is_before)) is is_before
    assert registered == [
        Rule("1Q", "children", ("sex", "birth_date"), "Something is wrong.", "Mend it.", is_before, False, 0),
        Rule("2", "episodes", ("start",), "They overlap.", "End one.", is_before, True, 2025),
    ]


@pytest.mark.parametrize(
    ("born", "asked"), [("2020-03-31", True), ("2020-04-01", False), ("2009-04-01", True), ("2009-03-31", False)]
)
def test_pupil_number_is_asked_of_a_child_of_school_age(born, asked):
    change = child(birth_date=FAULTLESS.reference_date.fromisoformat(born), upn=None)
    assert ("8770Q" in numbers(change(FAULTLESS))) == asked
