"""Proofs before publishing: what is kept of them, and what is said where one fails or there is no solver."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from rules.prove import PROOFS
from rules.reading import load
from tests.drafting import a_text
from triage.errors import Conflict
from triage.services.proving import prove_policy

GOOD = load(a_text())


def test_what_is_kept_names_every_proof() -> None:
    proof = prove_policy(GOOD)
    assert proof["hash"] == GOOD.hash
    kept = proof["proofs"]
    assert [each["name"] for each in kept] == list(PROOFS)
    assert {tuple(each) for each in kept} == {("name", "says", "seconds")}


def test_each_proof_that_fails_is_told_with_somebody_for_whom_it_does() -> None:
    twice = a_text(harm="4, rag: amber").replace("rank: 2", "rank: 1")
    with pytest.raises(Conflict) as refusal:
        prove_policy(load(twice))
    assert [problem.code for problem in refusal.value.problems] == ["not_proved"] * 2
    assert "Not so: A child whose age is not known" in str(refusal.value)


def test_without_the_solver_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("rules.prove")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(Conflict, match=r"Install z3-solver \(the extra `prove`") as refusal:
        prove_policy(GOOD)
    assert [problem.code for problem in refusal.value.problems] == ["no_solver"]


def test_several_managers_may_prove_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(prove_policy, [GOOD] * 8))
    assert [len(each["proofs"]) for each in kept] == [len(PROOFS)] * 8
