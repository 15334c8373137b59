"""Same facts, same policy, same bytes: what a policy says is found again after it was kept, and any change is found."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.explain import decide
from rules.facts import Facts
from rules.library import get_policy, policies
from rules.policy import NoAnswer, Policy
from tests.unit.rules.drawing import draw_facts, draw_policies, draw_policy_and_facts
from triage.services.verifying import COLUMNS, Checked, canonical, verify
from triage.store.policies import Kept

V4 = get_policy("pathway_to_provision", "V4")
KNOWN = {each.hash: each for each in policies().values()}


def keep(policy: Policy, facts: Facts) -> Kept:
    """A recommendation as the database would give it back: through JSON, its keys in another order."""
    answer = decide(policy, facts).to_dict()
    kept = json.loads(json.dumps(answer, sort_keys=True))
    columns = {column: answer[column] for column in COLUMNS}
    of = (policy.name, policy.version, policy.hash)
    return Kept("ENQ-2016-000001", 1, *of, **columns, facts=json.loads(json.dumps(facts.to_dict())), answer=kept)


def check(kept: Kept, known: dict[str, Policy] = KNOWN) -> Checked:
    (checked,) = verify([kept], known)
    return checked


@given(draw_policy_and_facts())
@settings(max_examples=300, deadline=None)
def test_answer_is_found_again_byte_for_byte(drawn: tuple[Policy, Facts]) -> None:
    assert check(keep(*drawn)).is_same


@given(draw_policies(), draw_facts())
@settings(max_examples=50, deadline=None)
def test_so_is_that_of_any_policy(policy: Policy, facts: Facts) -> None:
    try:
        kept = keep(policy, facts)
    except NoAnswer:
        return
    assert check(kept, {policy.hash: policy}).is_same


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every single value in an answer."""
    if isinstance(value, dict):
        return [way for key, each in value.items() for way in leaves(each, (*path, key))]
    if isinstance(value, list):
        return [way for place, each in enumerate(value) for way in leaves(each, (*path, place))]
    return [path]


def change(value: Any, path: tuple[Any, ...]) -> Any:
    """The same with the value at `path` another: a number for a flag of the same worth among them."""
    if not path:
        return {True: 1, False: 0}.get(value, f"{value}?") if isinstance(value, bool) else f"{value}?"
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = change(value[path[0]], path[1:])
    return changed


@given(draw_policy_and_facts(), st.data())
@settings(max_examples=200, deadline=None)
def test_any_one_value_that_was_changed_is_found_and_its_part_named(
    drawn: tuple[Policy, Facts], data: st.DataObject
) -> None:
    kept = keep(*drawn)
    path = data.draw(st.sampled_from(leaves(kept.answer)))
    assert check(kept._replace(answer=change(kept.answer, path))).differs == (path[0],)


@pytest.mark.parametrize("column", COLUMNS)
def test_column_that_disagrees_with_its_answer_is_found(column: str) -> None:
    kept = keep(V4, Facts())
    other = {"level": 4, "route": "social_care", "rag": "red", "section_47": True}
    assert check(kept._replace(**{column: other[column]})).differs == (f"{column} (the column)",)


@pytest.mark.parametrize("name", ["policy_name", "policy_version"])
def test_column_that_names_another_policy_is_found(name: str) -> None:
    assert check(keep(V4, Facts())._replace(**{name: "other"})).differs == ("policy (the column)",)


def test_part_that_was_taken_away_or_added_is_found() -> None:
    kept = keep(V4, Facts())
    less = {key: value for key, value in kept.answer.items() if key != "missing"}
    assert check(kept._replace(answer=less)).differs == ("missing",)
    assert check(kept._replace(answer=kept.answer | {"score": None})).differs == ("score",)


def test_facts_that_were_changed_give_another_answer() -> None:
    kept = keep(V4, Facts())
    checked = check(kept._replace(facts=kept.facts | {"needs_immediate_protection": True}))
    assert {"level", "route", "rag", "section_47", "level (the column)"} <= set(checked.differs)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"kind": "cat"}, "kind: there is no code 'cat'"),
        ({"indicators": ["X1"]}, "X1"),
        (None, "Its facts"),
        ([], "Its facts"),
    ],
)
def test_facts_that_cannot_be_asked_about_are_told(facts: Any, says: str) -> None:
    checked = check(keep(V4, Facts())._replace(facts=facts))
    assert (says in checked.wrong, checked.is_same) == (True, False)


def test_hash_that_nobody_knows_is_told() -> None:
    checked = check(keep(V4, Facts()), {})
    assert (checked.unknown, checked.is_same) == (True, False)


def test_canonical_bytes_take_no_heed_of_order_but_of_kind() -> None:
    assert canonical({"a": 1, "b": "é"}) == canonical({"b": "é", "a": 1})
    assert canonical({"a": True}) != canonical({"a": 1}) != canonical({"a": 1.0})
