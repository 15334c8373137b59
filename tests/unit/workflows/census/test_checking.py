"""Where a fault is, that order does not matter, and the overlaps against a slow and obvious oracle."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.census.examples import EXAMPLES
from tests.unit.workflows.census.samples import FAULTLESS, PUPIL, WORKED, all_of, child, episode, part
from workflows.census.checking import check, check_child, check_episode
from workflows.census.records import Child, CinPlan, Episode, ProtectionPlan
from workflows.census.year import Year

YEAR = Year(2026)
UNHURRIED = settings(deadline=None)  # whoever asks first has the year's bank holidays counted
DAYS = st.integers(0, 12).map(lambda number: date(2026, 3, 25) + timedelta(number))  # about the end of the year
PLANS = st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=5)


@UNHURRIED
@given(st.permutations(FAULTLESS.children))
def test_return_without_a_fault_stays_so_when_children_are_shuffled(children):
    assert check(replace(FAULTLESS, children=tuple(children))) == []


@UNHURRIED
@given(st.lists(st.sampled_from(sorted(EXAMPLES)), max_size=4), st.permutations(range(3)))
def test_faults_are_the_same_in_whatever_order_the_children_stand(codes, order):
    census = all_of(*(EXAMPLES[code][0] for code in codes if code not in ("8510", "8590", "1520")))(FAULTLESS)
    shuffled = replace(census, children=tuple(census.children[place] for place in order))
    assert Counter(check(shuffled)) == Counter(check(census))


def test_fault_says_the_child_the_episode_the_part_and_the_field():
    fault = next(each for each in check(EXAMPLES["1103"][0](FAULTLESS)) if each.number == "1103")
    assert (fault.child, fault.episode, fault.part, fault.place) == ("A1", 0, "assessments", 0)
    assert (fault.fields, fault.severity) == (("started",), "error")
    of_child = next(each for each in check(child(sex=None)(FAULTLESS)) if each.number == "4180")
    assert (of_child.child, of_child.episode, of_child.part, of_child.fields) == ("A1", None, None, ("sex",))
    of_all = next(each for each in check(child(disabilities=("MOB",))(FAULTLESS)) if each.number == "2888Q")
    assert (of_all.child, of_all.episode, of_all.part) == (None, None, None)


def test_child_alone_has_the_faults_that_the_return_tells_of_them():
    census = all_of(episode(closure="RC0"), part("plans", ended=None), child(ethnicity=None))(FAULTLESS)
    assert check_child(census.children[0], YEAR) == [each for each in check(census) if each.child == "A1"]


def test_episode_alone_is_told_its_own_faults_beside_the_others():
    later = replace(PUPIL, episodes=(replace(WORKED, closed=date(2025, 10, 2)), PUPIL.episodes[1]))
    assert {each.number for each in check_episode(later, 1, YEAR)} == {"8820"}
    assert check_episode(later, 0, YEAR) == []


def runs(start: date, end: date | None) -> list[date]:
    """Every day from the start to the day before the end, or to the last of the year."""
    last = end or date(2026, 4, 1)
    return [start + timedelta(number) for number in range((last - start).days)]


def overlap(spans: list[tuple[date, date | None]]) -> bool:
    """Whether one starts on a day on which another runs that started no later."""
    return any(
        start in runs(*other)
        for place, (start, _) in enumerate(spans)
        for number, other in enumerate(spans)
        if place != number
    )


def told(code: str, census_child: Child) -> bool:
    return code in {each.number for each in check_child(census_child, YEAR)}


def of_plans(plans: list[tuple[date, date | None]], protection: list[tuple[date, date | None]] = ()) -> Child:
    """A child whose one episode has plans of those dates."""
    in_need = tuple(CinPlan(started=start, ended=end) for start, end in plans)
    protecting = tuple(ProtectionPlan(started=start, ended=end) for start, end in protection)
    return replace(PUPIL, episodes=(replace(WORKED, plans=in_need, protection_plans=protecting),))


@UNHURRIED
@given(PLANS)
def test_plans_overlap_as_the_days_say(plans):
    assert told("4014", of_plans(plans)) == overlap(plans)


@UNHURRIED
@given(PLANS)
def test_protection_plans_overlap_from_the_day_that_another_ends(plans):
    longer = [(start, end and end + timedelta(1)) for start, end in plans]
    assert told("8940", of_plans([], plans)) == overlap(longer)


@UNHURRIED
@given(PLANS)
def test_episodes_overlap_as_the_days_say(spans):
    episodes = tuple(Episode(referred=start, closed=end, referral_nfa=False) for start, end in spans)
    assert told("8820", replace(PUPIL, episodes=episodes)) == overlap(spans)


@UNHURRIED
@given(PLANS, PLANS)
def test_neither_kind_of_plan_starts_while_the_other_runs(plans, protection):
    beside = of_plans(plans, protection)
    assert told("4016", beside) == any(start in runs(*other) for start, _ in plans for other in protection)
    assert told("4017", beside) == any(start in runs(*other) for start, _ in protection for other in plans)


@UNHURRIED
@given(PLANS)
def test_what_is_told_to_overlap_leaves_none_that_do_when_taken_away(plans):
    found = {each.place for each in check_child(of_plans(plans), YEAR) if each.number == "4014"}
    assert not overlap([each for place, each in enumerate(plans) if place not in found])
