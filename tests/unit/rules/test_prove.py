"""The proofs: every published policy stands them, every broken one is caught, and what the solver says is so."""

from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import rules
from rules import interpret
from rules.checking import check_policy
from rules.compiler import compile_policy
from rules.facts import Facts
from rules.policy import LADDER, RANKED, NoAnswer, Policy
from rules.prove import PROOFS, prove, theorems
from rules.prove.boundaries import boundary_cases
from rules.prove.running import UnknownForm, run_judge
from rules.prove.search import is_possible
from rules.prove.symbols import anybody
from rules.prove.theorems import Case
from rules.reading import load
from tests.unit.rules.drawing import V4, VERSIONS, draw_facts, draw_policies
from tests.unit.rules.test_policy_faults import GOOD

BROKEN = sorted((Path(rules.__file__).parent / "broken").glob("*.yaml"))
HEAD = ("# Broken on purpose: ", "# fails: ", "# says: ")


def read_head(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(start) for line, start in zip(lines, HEAD, strict=False) if line.startswith(start)]


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda each: each.title)
def test_published_policy_stands_every_proof(policy) -> None:
    proofs = prove(policy)
    assert [proof.name for proof in proofs] == list(PROOFS)
    assert [proof.counter_example for proof in proofs if not proof.holds] == []


def test_each_proof_says_how_many_seconds_it_took(monkeypatch) -> None:
    ticks = count(1_000, 2)
    monkeypatch.setattr(theorems, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    assert [proof.seconds for proof in prove(load(GOOD))] == [2] * len(PROOFS)


@pytest.mark.parametrize("path", BROKEN, ids=lambda each: each.stem)
def test_broken_policy_is_caught_with_its_counter_example(path) -> None:
    _why, fails, says = read_head(path)
    text = path.read_text(encoding="utf-8")
    faults = [str(fault) for fault in check_policy(text, path.name)]
    if fails == "check":
        assert faults == [says]
    else:
        failing = {proof.name: proof.counter_example for proof in prove(load(text)) if not proof.holds}
        assert faults == []
        assert failing[fails] == says


def test_there_is_a_broken_policy_for_each_proof_that_a_document_can_fail() -> None:
    by_construction = {"floors hold", "no discrimination", "sound compiler"}
    assert {read_head(path)[1] for path in BROKEN} == {*PROOFS, "check"} - by_construction


def test_broken_policy_without_its_fault_is_whole() -> None:
    """What is wrong with them is the one thing: a small policy like them stands every proof."""
    text = (BROKEN[0].parent / "danger_is_not_heard.yaml").read_text(encoding="utf-8")
    harm = "{indicators: {section: s47}}"
    policy = load(text.replace(harm, f"{{any: [{harm}, {{needs_immediate_protection: true}}]}}"))
    assert [proof.name for proof in prove(policy) if not proof.holds] == []


class Miscompiled(Case):
    """A policy whose compiled function has been tampered with."""

    def __init__(self, policy: Policy, old: str, new: str) -> None:
        super().__init__(policy)
        assert old in self.compiled.source
        source = self.compiled.source.replace(old, new)
        self.compiled = replace(self.compiled, source=source)
        self.answer = self.run(self.person)


def fails(name: str, case: Case):
    return PROOFS[name][1](case)


def test_floor_that_the_compiler_lost_is_found() -> None:
    failure = fails("floors hold", Miscompiled(V4, "(f.needs_immediate_protection is True)", "(f.open_case is True)"))
    assert "The floor 'immediate_protection' does not hold." in failure.says
    assert failure.people == (Facts(needs_immediate_protection=True),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("f.age_days < 1826", "f.age_days < 1825"),
        ("f.age_days is not None and ", ""),
        ("f.plan_failed is True", "f.plan_failed is False"),
        (">= 3 and", ">= 2 and"),
        ("'refused', 'not_safe_to_ask'", "'refused'"),
        ("rag = 2", "rag = 1"),
        ("\n    elif (f.open_case is True): route = 'existing_case'", ""),
        ("(not f.indicators.isdisjoint(SET_0)) or ", ""),
    ],
)
def test_wrong_compiler_is_found_with_somebody_it_is_wrong_about(old, new) -> None:
    case = Miscompiled(V4, old, new)
    failure = fails("sound compiler", case)
    assert failure.says.startswith("The compiled function says level ")
    assert ", and the document differs. A" in failure.says
    assert len(failure.people) == 1


def test_compiled_function_that_looks_at_more_is_found() -> None:
    case = Miscompiled(V4, "def judge(f):", "def judge(f):\n    level = 1")
    assert fails("no discrimination", case) is None
    case.compiled = replace(case.compiled, source=case.compiled.source.replace("f.open_case", "f.ethnicity"))
    assert fails("no discrimination", case).says == "The compiled function looks at ethnicity."


def test_answer_that_has_a_gap_where_another_has_none_is_another() -> None:
    case = Case(V4)
    whole = case.reading.outcome
    for part in whole.gaps:
        gap = replace(whole, gaps=whole.gaps | {part: z3.BoolVal(True)})
        assert is_possible(gap.differs(whole), case.person)
    assert not is_possible(whole.differs(whole), case.person)


@pytest.mark.parametrize(
    "line",
    ["level = max(level, 2)", "if f.age_days > 5: level = 2", "while True: level = 1", "level += 1", "import os"],
)
def test_source_of_a_form_that_is_not_known_is_refused(line) -> None:
    source = compile_policy(V4).source.replace("def judge(f):", f"def judge(f):\n    {line}")
    with pytest.raises(UnknownForm, match="cannot be proved yet"):
        run_judge(source, compile_policy(V4).sets, anybody(V4.vocabulary))


@settings(max_examples=40, deadline=None)
@given(draw_policies())
def test_compiler_is_proved_sound_for_any_policy(policy) -> None:
    assert fails("sound compiler", Case(policy)) is None


@settings(max_examples=40, deadline=None)
@given(draw_policies(), st.lists(draw_facts(), min_size=5, max_size=20))
def test_floors_of_any_policy_hold_as_the_plain_reading_says(policy, people) -> None:
    assert fails("floors hold", Case(policy)) is None
    for facts in people:
        answer = interpret.decide(policy, facts)
        for rule in interpret.find_fired(policy, facts, answer.level):
            if rule.floor:
                assert answer.level >= rule.level
                assert RANKED.index(answer.rag) >= RANKED.index(rule.rag)


def is_lower(one, other) -> bool:
    def parts(answer):
        return answer.level, RANKED.index(answer.rag), answer.section_47, answer.must_be_seen_today

    less_help = {one.route, other.route} <= set(LADDER) and LADDER.index(one.route) < LADDER.index(other.route)
    return less_help or any(mine < theirs for mine, theirs in zip(parts(one), parts(other), strict=True))


@settings(max_examples=40, deadline=None)
@given(draw_policies(), draw_facts(), draw_facts())
def test_monotone_is_what_the_plain_reading_finds(policy, person, other) -> None:
    """Where it is proved nobody is an exception; where it fails the two who were found are one indeed."""
    failure = fails("monotone in indicators", Case(policy))
    if failure is None:
        more = replace(person, indicators=person.indicators | other.indicators)
        assert not is_lower(interpret.decide(policy, more), interpret.decide(policy, person))
    else:
        before, after = failure.people
        assert before.indicators < after.indicators
        assert replace(before, indicators=after.indicators) == after
        assert is_lower(interpret.decide(policy, after), interpret.decide(policy, before))


@settings(max_examples=40, deadline=None)
@given(draw_policies(), draw_facts(), st.integers(0, 7000))
def test_monotone_in_age_is_what_the_plain_reading_finds(policy, person, days) -> None:
    assume(person.age_days is not None)
    failure = fails("monotone in age", Case(policy))
    if failure is None:
        younger, older = (replace(person, age_days=each) for each in sorted((person.age_days, days)))
        assert not is_lower(interpret.decide(policy, younger), interpret.decide(policy, older))
    else:
        older, younger = failure.people
        assert replace(older, age_days=younger.age_days) == younger
        assert younger.age_days < older.age_days
        assert is_lower(interpret.decide(policy, younger), interpret.decide(policy, older))


@settings(max_examples=40, deadline=None)
@given(draw_policies(), st.lists(draw_facts(), min_size=5, max_size=20))
def test_gap_is_what_the_plain_reading_finds(policy, people) -> None:
    rest = tuple(rule for rule in policy.rules if rule.id != policy.routes[-1].id)
    policy = replace(policy, rules=rest, hash=f"{policy.hash} without its last route")
    failure = fails("complete", Case(policy))
    if failure is None:
        assert all(interpret.decide(policy, facts).route for facts in people)
    else:
        with pytest.raises(NoAnswer):
            interpret.decide(policy, *failure.people)


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda each: each.title)
def test_solver_python_and_plain_reading_agree_where_the_policy_turns(policy) -> None:
    case = Case(policy)
    chosen = list(boundary_cases(policy, case.person, case.reading))
    assert len(chosen) > 2 * len(policy.rules)
    for facts, expected in chosen:
        assert compile_policy(policy).decide(facts) == interpret.decide(policy, facts) == expected
