"""Looking for somebody of whom something is true, and telling of them no more than makes it so."""

from typing import Any

import z3

from rules.facts import Facts
from rules.prove.symbols import Person, read_person, usual


class CannotProve(RuntimeError):
    """No proof either way, and why."""


class TooHard(CannotProve):
    """The solver gave up: simplify the policy, or prove on a faster machine."""


def is_possible(claim: Any, person: Person) -> bool:
    """Whether there can be anybody of whom the claim is true."""
    solver = z3.Solver()
    solver.add(claim, person.valid)
    return check(solver)


def check(solver: z3.Solver, *claims: Any) -> bool:
    """Whether all that is asked can be so. TooHard where the solver cannot tell."""
    answer = solver.check(*claims)
    if answer == z3.unknown:
        raise TooHard(f"The solver gave up: {solver.reason_unknown()}.")
    return bool(answer == z3.sat)


def find(claim: Any, *people: Person) -> tuple[Facts, ...] | None:
    """People of whom the claim is true, as ordinary as may be, or None where there can be none.

    The claim is about the first; the others differ from them as the claim says.
    """
    solver = z3.Solver()
    solver.add(claim, *(person.valid for person in people))
    if not check(solver):
        return None
    for person in people[::-1]:
        _prefer(solver, person)
    solver.check()
    return tuple(read_person(solver.model(), person) for person in people)


def _prefer(solver: z3.Solver, person: Person) -> None:
    """Fix whatever may be as usual, one thing after another."""
    for wish in usual(person):
        if solver.check(wish) == z3.sat:
            solver.add(wish)
