"""What must hold of every policy. Each theorem is asked the other way round: is there anybody for whom it fails?"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import z3

from rules.compiler import compile_policy
from rules.describing import describe
from rules.facts import NAMES, Facts
from rules.grammar import FORBIDDEN
from rules.interpret import decide
from rules.policy import FIRST, LEVELS, RANKED, ROUTES, NoAnswer, Policy, Rule, rank_of
from rules.prove.boundaries import boundary_cases
from rules.prove.reading import Outcome, Reading, read_policy
from rules.prove.running import SEEN, attributes_read, run_judge
from rules.prove.search import find, is_possible
from rules.prove.symbols import Person, anybody, same_but_age
from rules.wording import say_answer

SECTION_47_ROUTES = ("social_care", "existing_case", "other_authority")


@dataclass(frozen=True, slots=True)
class Proof:
    """One theorem about a policy: what it says, whether it holds, and if not a concrete child in plain words.

    `people` are those of whom the counter-example tells: one, or two who should not differ so; none where it is about
    a rule that fits nobody.
    """

    name: str
    says: str
    holds: bool
    counter_example: str | None
    people: tuple[Facts, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """How a theorem fails, in plain words, and for whom."""

    says: str
    people: tuple[Facts, ...] = ()


class Case:
    """One policy with anybody it may be asked about: what the document says, and what the compiled function does."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.person = policy, anybody(policy.vocabulary)
        self.compiled = compile_policy(policy)
        self.reading: Reading = read_policy(policy, self.person)
        self.answer = self.run(self.person)

    def run(self, person: Person) -> Outcome:
        """What the compiled function answers about somebody."""
        return run_judge(self.compiled.source, self.compiled.sets, person)

    @cached_property
    def is_answered(self) -> object:
        """That there is a level, a RAG and a route."""
        return z3.Not(z3.Or(*self.answer.gaps.values()))

    def tell(self, facts: Facts) -> str:
        """Somebody, and what the policy says of them."""
        try:
            answer = say_answer(decide(self.policy, facts))
        except NoAnswer as gap:
            answer = f"no {gap.part.replace('rag', 'RAG')}"
        return f"{describe(self.policy, facts)} The answer: {answer}."

    def fail(self, found: tuple[Facts, ...] | None, words: str = "") -> "Failure | None":
        """The failure that somebody who was found shows, or None where nobody was."""
        return found and Failure(words + self.tell(*found), found)


Theorem = Callable[[Case], Failure | None]


def prove(policy: Policy) -> list[Proof]:
    """Every theorem about the policy, in the order of PROOFS."""
    case = Case(policy)
    covers = _say_covered(policy)
    return [_time(name, says.format_map(covers), theorem, case) for name, (says, theorem) in PROOFS.items()]


def _say_covered(policy: Policy) -> dict[str, str]:
    """What a theorem is about in this policy: one about nothing says so."""
    floors = ", ".join(rule.id for rule in policy.rules if rule.floor) or "there is none"
    harm = sum(each.section == "s47" for each in policy.vocabulary.indicators.values())
    return {"floors": floors, "harm": f"{harm} indicator{'' if harm == 1 else 's'}"}


def _time(name: str, says: str, theorem: Theorem, case: Case) -> Proof:
    begun = time.monotonic()
    failure = theorem(case)
    seconds = time.monotonic() - begun
    if failure is None:
        return Proof(name, says, True, None, (), seconds)
    return Proof(name, says, False, failure.says, failure.people, seconds)


def is_complete(case: Case) -> Failure | None:
    """Everybody gets a level, a RAG and a route."""
    return case.fail(find(z3.Not(case.is_answered), case.person))


def has_no_conflict(case: Case) -> Failure | None:
    """Where the first rule is taken, no two of one rank hold and say different things."""
    parts = ["route", *(part for part in ("level", "rag") if getattr(case.policy.combination, part) == FIRST)]
    for part in parts:
        rules = sorted((rule for rule in case.policy.rules if getattr(rule, part) is not None), key=rank_of)
        for one, other in combinations(rules, 2):
            if one.rank == other.rank and getattr(one, part) != getattr(other, part):
                earlier = [case.reading.holds[rule.id] for rule in rules if rank_of(rule) < rank_of(one)]
                both = (case.reading.holds[one.id], case.reading.holds[other.id])
                if found := find(z3.And(*both, z3.Not(z3.Or(*earlier))), case.person):
                    said = f"{getattr(one, part)} by {one.id!r} and {getattr(other, part)} by {other.id!r}"
                    words = f"{describe(case.policy, *found)} Rank {one.rank} gives the {part} twice: {said}."
                    return Failure(words, found)
    return None


def has_no_dead_rule(case: Case) -> Failure | None:
    """Each rule can fire, and can matter: without it somebody's answer, or whom to ask, would be another.

    A floor need not matter: it is a promise, kept for the day when other rules change.
    """
    for rule in case.policy.rules:
        if not is_possible(case.reading.holds[rule.id], case.person):
            return Failure(f"The rule {rule.id!r} can never fire: nobody fits it. Correct it, or take it out.")
        if not rule.floor and not _matters(case, rule):
            words = "can fire and never matters: whoever fits it gets the same answer without it."
            return Failure(f"The rule {rule.id!r} {words}")
    return None


def _matters(case: Case, rule: Rule) -> bool:
    rest = tuple(each for each in case.policy.rules if each is not rule)
    without = read_policy(replace(case.policy, rules=rest, hash=f"{case.policy.hash} without {rule.id}"), case.person)
    asks = [
        z3.Not(z3.Or(*(case.reading.holds[each.id] for each in rest if agency in each.agencies)))
        for agency in rule.agencies
    ]
    claim = z3.Or(without.outcome.differs(case.reading.outcome), z3.And(case.reading.holds[rule.id], z3.Or(*asks)))
    return is_possible(claim, case.person)


def is_monotone_in_indicators(case: Case) -> Failure | None:
    """To observe more never lowers level, RAG, section 47 or that the child must be seen today."""
    other = anybody(case.policy.vocabulary, "'")
    more = case.person.but_seen(other.seen)
    grows = z3.And(*(z3.Implies(seen, other.seen[code]) for code, seen in case.person.seen.items()))
    claim = z3.And(grows, case.run(more).is_below(case.answer))
    return _tell_two(case, find(claim, case.person, more), "With more seen")


def is_monotone_in_age(case: Case) -> Failure | None:
    """Of two children alike but for their age, the younger never gets a lower level, RAG or section 47."""
    younger = anybody(case.policy.vocabulary, "'")
    claim = z3.And(
        same_but_age(case.person, younger),
        younger.value["age_days"] < case.person.value["age_days"],
        case.run(younger).is_below(case.answer),
    )
    return _tell_two(case, find(claim, case.person, younger), "Younger")


def _tell_two(case: Case, found: tuple[Facts, ...] | None, what: str) -> Failure | None:
    return found and Failure(f"{case.tell(found[0])} {what}: {case.tell(found[1])}", found)


def keeps_its_floors(case: Case) -> Failure | None:
    """Whoever fits a floor gets at least what it gives, whatever other rules say."""
    for rule in case.policy.rules:
        if rule.floor and (found := find(_falls_below(case, rule), case.person)):
            return case.fail(found, f"The floor {rule.id!r} does not hold. ")
    return None


def _falls_below(case: Case, rule: Rule) -> object:
    answer = case.answer
    below = [answer.level < (rule.level or LEVELS[0])]
    below += [answer.rag < RANKED.index(rule.rag)] if rule.rag else []
    below += [z3.Not(answer.section_47)] if rule.section_47 else []
    below += [z3.Not(answer.today)] if rule.must_be_seen_today else []
    return z3.And(case.reading.holds[rule.id], z3.Or(*below))


def keeps_the_duty(case: Case) -> Failure | None:
    """Children Act 1989, section 47(1): suspected significant harm, or danger now, is level 4, red and section 47.

    A child goes to those who make the enquiries: ours, those who have the case, or another authority's.
    """
    harm = [case.person.seen[each.code] for each in case.policy.vocabulary.indicators.values() if each.section == "s47"]
    danger = z3.And(case.person.known["needs_immediate_protection"], case.person.value["needs_immediate_protection"])
    answer = case.answer
    if not harm:
        return Failure("No indicator means section 47, so nobody can say that harm is suspected. Mark those that do.")
    child = z3.Or(*(case.person.value["kind"] == case.person.code("kind", each) for each in ("child", "unborn_child")))
    elsewhere = z3.And(child, *(answer.route != ROUTES.index(each) for each in SECTION_47_ROUTES))
    short = z3.Or(answer.level < 4, answer.rag < RANKED.index("red"), z3.Not(answer.section_47), elsewhere)
    return case.fail(find(z3.And(z3.Or(danger, *harm), short), case.person))


def cannot_discriminate(case: Case) -> Failure | None:
    """The compiled function looks at no more than the facts, and what it answers hangs on nothing else."""
    read = attributes_read(case.compiled.source) - {*NAMES, SEEN}
    if read:
        return Failure(f"The compiled function looks at {', '.join(sorted(read))}.")
    strange = _unknowns(case.answer) - _unknowns(case.person)
    named = {name for name in (*NAMES, *case.policy.vocabulary.indicators) if name.lower() in FORBIDDEN}
    return Failure(f"The answer hangs on {', '.join(sorted(strange | named))}.") if strange | named else None


def _unknowns(of: Outcome | Person) -> set[str]:
    """The names of all the solver's unknowns in an answer, or that a person is made of."""
    if isinstance(of, Person):
        return {str(each) for part in (of.value, of.known, of.seen) for each in part.values()}
    return {str(leaf) for part in of.parts for leaf in _leaves(part)}


def _leaves(formula: z3.ExprRef) -> Iterator[z3.ExprRef]:
    waiting, met = [formula], set()
    while waiting:
        each = waiting.pop()
        if each.get_id() in met:
            continue
        met.add(each.get_id())
        if z3.is_const(each) and each.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            yield each
        waiting.extend(each.children())


def is_compiled_soundly(case: Case) -> Failure | None:
    """The compiled function says of everybody what the document says; and so they do when they are run.

    The first is proved of both as formulas. That the formulas mean what Python does is tried on everybody on whom the
    solver finds the policy to turn.
    """
    found = find(case.answer.differs(case.reading.outcome), case.person)
    for facts, expected in () if found else boundary_cases(case.policy, case.person, case.reading):
        if not case.compiled.decide(facts) == decide(case.policy, facts) == expected:
            return case.fail((facts,), f"The compiled function says {_say(case, facts)}, and the document differs. ")
    return found and case.fail(found, f"The compiled function says {_say(case, *found)}, and the document differs. ")


def _say(case: Case, facts: Facts) -> str:
    try:
        return say_answer(case.compiled.decide(facts))
    except NoAnswer as gap:
        return f"no {gap.part}"


PROOFS: dict[str, tuple[str, Theorem]] = {
    "complete": ("Every possible enquiry gets exactly one level, route and RAG.", is_complete),
    "no conflict": ("No two rules of the same rank disagree.", has_no_conflict),
    "no dead rule": ("Every rule can fire and can matter.", has_no_dead_rule),
    "monotone in indicators": (
        "Observing more never lowers level, RAG, section 47 or help.",
        is_monotone_in_indicators,
    ),
    "monotone in age": ("A younger age never lowers level, RAG, section 47 or help.", is_monotone_in_age),
    "floors hold": ("Nothing lowers a floor: {floors}.", keeps_its_floors),
    "section 47 duty": (
        "Suspected significant harm ({harm}), or danger now, is level 4, red and section 47.",
        keeps_the_duty,
    ),
    "no discrimination": (
        "Ethnicity, sex, religion and district are not asked, and cannot change the answer.",
        cannot_discriminate,
    ),
    "sound compiler": ("The compiled function says of everybody what the document says.", is_compiled_soundly),
}
