"""From a policy to one fast Python function: written as source, straight down, and compiled once.

How a condition is written is in rules/expressions.py; here is how a policy is made of its conditions. What stands
beside the decision itself, for those who explain it, is in rules/outlines.py.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from rules.conditions import Always, names_level
from rules.expressions import Writer, constants, join
from rules.facts import Facts
from rules.policy import FIRST, LEVELS, RANKED, ROUTES, NoAnswer, Policy, Rule, Verdict, rank_of

# What rules may raise: level, place of the RAG in RANKED, section 47, must be seen today.
State = tuple[int, int, bool, bool]
VARIABLES = ("level", "rag", "section_47", "today")
# Every verdict there can be, made once: to find one takes half the time of making it.
ANSWERS = {
    (level, route, rag, section_47, today): Verdict(level, route, RANKED[rag], section_47, today)
    for level, route, rag, section_47, today in product(
        LEVELS, ROUTES, range(len(RANKED)), (False, True), (False, True)
    )
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A policy ready to run: `judge` gives the bare answer about anything that has the attributes of Facts.

    NoAnswer where the policy has a gap. `sets` are the constants that stand in the source by name.
    """

    source: str
    sets: dict[str, frozenset[str]]
    judge: Callable[[Any], Verdict]

    def decide(self, facts: Facts) -> Verdict:
        """The bare answer, without its reasons."""
        return self.judge(facts)


@lru_cache(maxsize=64)  # more than the versions ever in use at once; drafts come and go
def compile_policy(policy: Policy) -> Compiled:
    """The function of a policy."""
    source, sets = write_judge(policy)
    return Compiled(source, sets, run_source(policy, source, sets)["judge"])


def write_judge(policy: Policy) -> tuple[str, dict[str, frozenset[str]]]:
    """The Python source of the function, and the sets of indicators it names."""
    sets: dict[frozenset[str], str] = {}
    writer = Writer(policy.vocabulary, sets, low="level", high="level")
    body = _write_body(policy, writer)
    return write_function("judge", ("f",), body), constants(sets)


def write_function(name: str, parameters: Iterable[str], body: Iterable[str]) -> str:
    """A function's source."""
    return "\n".join((f"def {name}({', '.join(parameters)}):", *indent(body))) + "\n"


def run_source(policy: Policy, source: str, sets: dict[str, frozenset[str]]) -> dict[str, Any]:
    """The functions that a source defines, by name."""
    names: dict[str, Any] = {"NoAnswer": NoAnswer, "ANSWERS": ANSWERS, **sets}
    # What is run was written by us from a checked document: numbers, names of facts, and codes in quotes.
    exec(compile(source, f"<{policy.title}>", "exec"), names)  # nosec B102 # noqa: S102
    return names


def _write_body(policy: Policy, writer: Writer) -> list[str]:
    how = policy.combination
    start: State = (*start_of(policy), False, False)
    lines = [f"{name} = {value!r}" for name, value in zip(VARIABLES, start, strict=True)]
    rows = _list_rows(policy)
    # The first rule may give any level; elsewhere it only ever rises from where it starts.
    reached = {(level, *start[1:]) for level in ((0, *LEVELS) if how.level == FIRST else start[:1])}
    for by_level in (False, True):  # those that ask for the level come after all that set it
        rules = [rule for rule in policy.rules if names_level(rule.when) is by_level]
        lines += (_write_rows(rows, writer) or _write_first(how.level, "level", rules, writer)) if not by_level else []
        lines += [*_write_raises(rules, policy, writer, reached)]
        lines += _write_rest("level", 0, start[0], how.otherwise_level) if not by_level and not rows else []
    # Where the first RAG is taken, it is taken of all rules, whether they ask for the level or not.
    lines += [] if rows else _write_first(how.rag, "rag", policy.rules, writer)
    lines += _write_floors(policy, writer) if how.rag == FIRST else []
    if rows:
        return [*lines, _write_return()]
    lines += _write_rest("rag", -1, start[1], None if how.otherwise_rag is None else _place(how.otherwise_rag))
    return [*lines, *_write_routes(policy, writer), _write_return()]


def _list_rows(policy: Policy) -> list[Rule]:
    """The rules in their order, where the first that holds gives level, RAG and route at once and one always holds."""
    how = policy.combination
    parts = [[rule for rule in policy.rules if getattr(rule, part) is not None] for part in ("level", "rag", "route")]
    rows = sorted(parts[0], key=rank_of)
    whole = how.level == how.rag == FIRST and parts[0] == parts[1] == parts[2]
    return rows if whole and rows and isinstance(rows[-1].when, Always) else []


def _write_rows(rows: list[Rule], writer: Writer) -> list[str]:
    """One chain for all three parts, so that nothing is asked three times."""
    thens = [f"level = {rule.level}; rag = {_place(rule.rag)}; route = {rule.route!r}" for rule in rows]
    chain = write_chain((writer.holds(rule.when), then) for rule, then in zip(rows, thens, strict=True))
    return [*chain[:-1], f"else: {thens[-1]}"] if len(rows) > 1 else thens


def start_of(policy: Policy) -> tuple[int, int]:
    """Level and place of the RAG before any rule is asked: what nobody fits where that is the lowest, else nothing."""
    how = policy.combination
    level = LEVELS[0] if how.otherwise_level == LEVELS[0] else 0
    return level, 0 if how.otherwise_rag == RANKED[0] else -1


def _write_rest(part: str, nothing: int, start: int, otherwise: int | None) -> list[str]:
    """What is given where no rule gave anything."""
    if start != nothing:
        return []
    then = f"raise NoAnswer({part!r})" if otherwise is None else f"{part} = {otherwise}"
    return [f"if {part} == {nothing}: {then}"]


def _write_return() -> str:
    return "return ANSWERS[level, route, rag, section_47, today]"


def _write_raises(rules: list[Rule], policy: Policy, writer: Writer, reached: set[State]) -> list[str]:
    """What only ever raises: the strongest first, so that most people are done after a few questions.

    Where the policy takes the first level or RAG, only the floors raise it here.
    """
    lines = []
    groups: dict[State, list[Rule]] = {}
    for rule in rules:
        groups.setdefault(_raises(rule, policy), []).append(rule)
    for outcome in sorted(groups, key=lambda each: (each[2], each), reverse=True):
        raised = {state for state in reached if _adds(outcome, state)}
        if not raised:
            continue
        holds = join("or", (writer.holds(rule.when) for rule in groups[outcome]))
        changes = [_change(place, outcome[place], raised) for place in _given(outcome)]
        test = join("and", filter(None, (_write_guard(outcome, reached), holds)))
        lines += [f"if {test}:", *indent(changes)]
        reached |= {tuple(map(max, state, outcome)) for state in reached}  # type: ignore[misc]
    return lines


def _raises(rule: Rule, policy: Policy) -> State:
    how = policy.combination
    level = rule.level or 0 if how.level != FIRST or rule.floor else 0
    rag = _place(rule.rag) if how.rag != FIRST else -1
    return level, rag, rule.section_47, rule.must_be_seen_today


def _given(outcome: State) -> list[int]:
    """The places of what an outcome gives: a level, a RAG, a flag."""
    return [place for place, nothing in enumerate((0, -1, False, False)) if outcome[place] != nothing]


def _adds(outcome: State, state: State) -> bool:
    return any(new > old for new, old in zip(outcome, state, strict=True))


def _change(place: int, value: Any, raised: set[State]) -> str:
    name = VARIABLES[place]
    if any(state[place] > value for state in raised):
        return f"if {name} < {value}: {name} = {value}"
    return f"{name} = {value!r}"


def _write_guard(outcome: State, reached: set[State]) -> str:
    """The shortest test that tells the states to which the outcome would add anything; none where it always would."""
    adds = {state: _adds(outcome, state) for state in reached}
    if all(adds.values()):
        return ""
    tests = {place: f"{VARIABLES[place]} < {outcome[place]}" for place in _given(outcome)}
    tests |= {place: f"not {VARIABLES[place]}" for place in (2, 3) if place in tests}
    for place, test in tests.items():
        if all((state[place] < outcome[place]) == adds[state] for state in reached):
            return test
    return join("or", tests.values())


def _write_first(how: str, part: str, rules: Iterable[Rule], writer: Writer) -> list[str]:
    """Where the first is taken: the one of the lowest rank that holds, if any."""
    if how != FIRST:
        return []
    chosen = sorted((rule for rule in rules if getattr(rule, part) is not None), key=rank_of)
    return write_chain(
        (writer.holds(rule.when), f"{part} = {_place(rule.rag) if part == 'rag' else rule.level}") for rule in chosen
    )


def _write_floors(policy: Policy, writer: Writer) -> list[str]:
    """The floors' RAG, which holds whatever rule came first."""
    floors = [(rule, _place(rule.rag)) for rule in policy.rules if rule.floor and rule.rag]
    return [f"if rag < {rag} and {writer.holds(rule.when)}: rag = {rag}" for rule, rag in floors]


def write_chain(branches: Iterable[tuple[str, str]]) -> list[str]:
    """`if ... elif ...` for each test and what it does."""
    return [f"{'if' if place == 0 else 'elif'} {test}: {then}" for place, (test, then) in enumerate(branches)]


def _write_routes(policy: Policy, writer: Writer) -> list[str]:
    routes = list(policy.routes)
    last = routes.pop() if routes and isinstance(routes[-1].when, Always) else None
    otherwise = last.route if last else policy.combination.otherwise_route
    ends = f"route = {otherwise!r}" if otherwise else "raise NoAnswer('route')"
    chain = write_chain((writer.holds(rule.when), f"route = {rule.route!r}") for rule in routes)
    return [*chain, f"else: {ends}"] if chain else [ends]


def _place(rag: str | None) -> int:
    return -1 if rag is None else RANKED.index(rag)


def indent(lines: Iterable[str]) -> list[str]:
    """The lines, one step in."""
    return [f"    {line}" for line in lines]
