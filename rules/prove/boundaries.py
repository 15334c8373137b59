"""People whom the solver chooses because a policy turns on them: each rule just met, and missed by one thing."""

from collections.abc import Iterator
from typing import Any

import z3

from rules.conditions import LEVEL, Compare, requirements, walk
from rules.facts import CountFact, Facts
from rules.policy import RANKED, ROUTES, Policy, Verdict
from rules.prove.reading import Reading, holds
from rules.prove.search import check
from rules.prove.symbols import Person, read_person


def boundary_cases(policy: Policy, person: Person, reading: Reading) -> Iterator[tuple[Facts, Verdict]]:
    """Each such person, with what the solver's reading of the document answers about them."""
    solver = z3.Solver()
    solver.add(person.valid, z3.Not(z3.Or(*reading.outcome.gaps.values())))
    for claim in _claims(policy, person, reading):
        if check(solver, claim):
            model = solver.model()
            yield read_person(model, person), _read_verdict(model, reading)


def _claims(policy: Policy, person: Person, reading: Reading) -> Iterator[Any]:
    level = reading.outcome.level
    for rule in policy.rules:
        asked = [holds(policy.vocabulary, part, person, level) for part in requirements(rule.when)]
        yield z3.And(*asked)
        for place, part in enumerate(asked):
            yield z3.And(*asked[:place], *asked[place + 1 :], z3.Not(part))
        for part in walk(rule.when):
            if isinstance(part, Compare) and part.fact != LEVEL:
                yield from _turns(part, person)


def _turns(part: Compare, person: Person) -> Iterator[Any]:
    value, known = person.value[part.fact], person.known[part.fact]
    yield z3.Not(known)
    if isinstance(person.facts[part.fact], CountFact):
        yield from (z3.And(known, value == each + step) for each in part.values for step in (-1, 0, 1))


def _read_verdict(model: Any, reading: Reading) -> Verdict:
    level, route, rag, section_47, today = (model.eval(part, True) for part in reading.outcome.parts)
    return Verdict(
        level.as_long(), ROUTES[route.as_long()], RANKED[rag.as_long()], z3.is_true(section_47), z3.is_true(today)
    )
