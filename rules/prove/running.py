"""The compiled function as formulas: its very source, run on an unknown person.

So what is proved is proved of the code that decides, not of the document that it was made from. It knows the few forms
that rules/compiler.py writes, and refuses any other.
"""

import ast
import operator
from collections.abc import Mapping
from typing import Any

import z3

from rules.facts import CodeFact
from rules.policy import ROUTES
from rules.prove.reading import Outcome
from rules.prove.search import CannotProve
from rules.prove.symbols import Person

State = dict[str, Any]
FACTS_NAME, SEEN = "f", "indicators"
GAPS = ("level", "rag", "route")
ANSWER = ["level", "route", "rag", "section_47", "today"]
_ORDER = {ast.Lt: operator.lt, ast.GtE: operator.ge}


class UnknownForm(CannotProve):
    """A piece of source that the compiler is not known to write: teach rules/prove/running.py what it means."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__(f"The compiled source has a form that cannot be proved yet: {ast.unparse(node)}")


def run_judge(source: str, sets: Mapping[str, frozenset[str]], person: Person) -> Outcome:
    """What the function `judge` of a source answers about `person`."""
    (function,) = ast.parse(source).body
    if not isinstance(function, ast.FunctionDef):
        raise UnknownForm(function)
    *statements, last = function.body
    start: State = {"route": z3.IntVal(-1), **{f"gap_{part}": z3.BoolVal(False) for part in GAPS}}
    return _read_answer(last, _Run(sets, person).run(statements, start))


def attributes_read(source: str) -> frozenset[str]:
    """The facts that a source looks at, the methods of sets apart."""
    read = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))
    return frozenset(node.attr for node in read if isinstance(node.value, ast.Name) and node.value.id == FACTS_NAME)


def _read_answer(node: ast.stmt, state: State) -> Outcome:
    match node:
        case ast.Return(ast.Subscript(ast.Name("ANSWERS"), ast.Tuple(parts))) if _names(parts) == ANSWER:
            gaps = {part: state[f"gap_{part}"] for part in GAPS}
            return Outcome(
                state["level"],
                state["rag"],
                state["route"],
                _as_bool(state["section_47"]),
                _as_bool(state["today"]),
                gaps,
            )
    raise UnknownForm(node)


def _names(nodes: list[ast.expr]) -> list[str]:
    return [node.id for node in nodes if isinstance(node, ast.Name)]


def _as_bool(value: Any) -> Any:
    return z3.BoolVal(value) if isinstance(value, bool) else value


class _Run:
    """Runs statements on formulas: where a test may go either way, both ways are run and joined."""

    def __init__(self, sets: Mapping[str, frozenset[str]], person: Person) -> None:
        self.sets, self.person = sets, person

    def run(self, statements: list[ast.stmt], state: State) -> State:
        for each in statements:
            state = self._step(each, state)
        return state

    def _step(self, node: ast.stmt, state: State) -> State:
        match node:
            case ast.Assign([ast.Name(name)], ast.UnaryOp(ast.USub(), ast.Constant(int(value)))):
                return {**state, name: z3.IntVal(-value)}
            case ast.Assign([ast.Name(name)], ast.Constant(value)):
                return {**state, name: _constant(value)}
            case ast.Raise(ast.Call(ast.Name("NoAnswer"), [ast.Constant(part)])):
                return {**state, f"gap_{part}": z3.BoolVal(True)}
            case ast.If(test, body, orelse):
                asked = self._test(test, state)
                return _join(asked, self.run(body, state), self.run(orelse, state))
        raise UnknownForm(node)

    def _test(self, node: ast.expr, state: State) -> Any:
        match node:
            case ast.Constant(bool(value)):
                return z3.BoolVal(value)
            case ast.BoolOp(ast.And(), parts):
                return z3.And(*(self._test(part, state) for part in parts))
            case ast.BoolOp(ast.Or(), parts):
                return z3.Or(*(self._test(part, state) for part in parts))
            case ast.UnaryOp(ast.Not(), ast.Name(name)):
                return z3.Not(state[name])
            case ast.UnaryOp(ast.Not(), part):
                return z3.Not(self._test(part, state))
            case ast.Call(ast.Attribute(ast.Attribute(ast.Name("f"), "indicators"), "isdisjoint"), [ast.Name(name)]):
                return z3.Not(z3.Or(*(self.person.seen[code] for code in sorted(self.sets[name]))))
            case ast.Compare(left, [sign], [right]):
                return self._compare(left, sign, _literal(right), state)
        raise UnknownForm(node)

    def _compare(self, left: ast.expr, sign: ast.cmpop, wanted: Any, state: State) -> Any:
        match left:
            case ast.Attribute(ast.Name("f"), name):
                return self._compare_fact(name, sign, wanted)
            case ast.Name(name):
                return _compare_number(state[name], sign, wanted)
            case ast.Call(
                ast.Name("len"), [ast.BinOp(ast.Attribute(ast.Name("f"), "indicators"), ast.BitAnd(), ast.Name(name))]
            ):
                seen = [(self.person.seen[code], 1) for code in sorted(self.sets[name])]
                return z3.PbGe(seen, wanted)
            case ast.BinOp(_, ast.Add(), _) | ast.UnaryOp():
                places = [(self._test(each, state), 1) for each in _summands(left)]
                return z3.PbGe(places, wanted)
        raise UnknownForm(left)

    def _compare_fact(self, name: str, sign: ast.cmpop, wanted: Any) -> Any:
        fact, value, known = self.person.facts[name], self.person.value[name], self.person.known[name]
        if wanted is None:
            return known if isinstance(sign, ast.IsNot) else z3.Not(known)
        if isinstance(wanted, bool) and isinstance(sign, ast.Is):
            return z3.And(known, value == wanted)
        if isinstance(fact, CodeFact):
            places = [self.person.code(name, each) for each in (wanted if isinstance(wanted, tuple) else (wanted,))]
            return _compare_number(value, sign, tuple(places))
        equal = isinstance(sign, ast.Eq | ast.In)  # nothing is equal to None
        test = _compare_number(value, sign, wanted)
        return z3.And(known, test) if equal else test


def _compare_number(value: Any, sign: ast.cmpop, wanted: Any) -> Any:
    several = wanted if isinstance(wanted, tuple) else (wanted,)
    match sign:
        case ast.In() | ast.Eq():
            return z3.Or(*(value == each for each in several))
        case ast.NotIn() | ast.NotEq():
            return z3.And(*(value != each for each in several))
    if type(sign) not in _ORDER:
        raise UnknownForm(sign)
    return _ORDER[type(sign)](value, *several)


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        raise UnknownForm(node) from error


def _summands(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left, ast.Add(), right):
            return [*_summands(left), right]
    return [node]


def _constant(value: Any) -> Any:
    if isinstance(value, str):
        return z3.IntVal(ROUTES.index(value))
    return z3.BoolVal(value) if isinstance(value, bool) else z3.IntVal(value)


def _join(asked: Any, one: State, other: State) -> State:
    return {name: one[name] if one[name] is other[name] else z3.If(asked, one[name], other[name]) for name in one}
