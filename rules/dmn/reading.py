"""A DMN 1.3 document of ours back to a policy: what it answers is read from its tables, and from nothing else.

It is equal to the policy that was exported in all but how conditions are put: the same rows, hence the same answers.
"""

import re
from itertools import groupby
from typing import Any

import yaml

from rules.dmn.document import find_table, make_document
from rules.dmn.model import Model, ReadTable, read_model
from rules.dmn.tables import Line, make_tables
from rules.dmn.xml import Element
from rules.document import PolicyError
from rules.policy import Policy
from rules.reading import load

_NAMED = re.compile(r"(?:- id: (.+)|  ([^ ].*?):|)")


def read_dmn(content: bytes, where: str = "table") -> Policy:
    """The policy in a document. PolicyError says where it is wrong and what to do; `where` is the file's name in it."""
    return load(read_as_yaml(content, where), where)


def read_as_yaml(content: bytes, where: str = "table") -> str:
    """The policy in a document, as YAML that loads. PolicyError says where the document is wrong and what to do."""
    model = read_model(content, where)
    text = yaml.dump(
        make_document(model), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    )
    try:
        policy = load(text, where)
    except PolicyError as error:
        raise _find_element(model, text, error.line).fault(f"no policy can say this: {error.problem}") from error
    _check_tables(model, policy)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes out in full what stands twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _find_element(model: Model, text: str, line: int) -> Element:
    """The element from which a line of the YAML came: a rule, an indicator, or else the whole."""
    for written in reversed(text.splitlines()[:line]):
        rule, code = (str(each).strip("'\"") for each in _NAMED.match(written).groups())
        if found := model.rules.get(rule) or model.indicators.get(code):
            return found
        if not written.startswith((" ", "-")):  # a part of the document begins
            break
    return model.root


def _check_tables(model: Model, policy: Policy) -> None:
    """That the policy has these tables, rule by rule in this order: else what it answers would not be what they do."""
    wanted = {table.name: table for table in make_tables(policy)}
    for name, read in model.tables.items():
        if name not in wanted:
            raise read.element.fault(f"this policy gives no {name}. Take the decision out.")
    for name, table in wanted.items():
        read = find_table(model, name)
        if read.hit != table.hit:
            raise read.element.fault(f"the hit policy of {name} is {table.hit}, not {read.hit}. Put it back.")
        _check_order(read, [*map(_sign, table.lines)])


def _check_order(read: ReadTable, signs: list[Any]) -> None:
    wanted = [sign for sign, _same in groupby(signs)]
    found = [(sign, list(same)) for sign, same in groupby(read.lines, key=lambda each: _sign(each[0]))]
    for place, (sign, lines) in enumerate(found):
        if place >= len(wanted) or sign != wanted[place]:
            raise lines[0][1].fault(f"this row is out of place in {read.name}. {_say_next(wanted[place:])}")
    if len(found) < len(wanted):
        raise read.element.fault(f"{read.name} lacks a row. {_say_next(wanted[len(found) :])}")


def _sign(line: Line) -> Any:
    """What must be the same of a line: of a rule's which rule, of any other what it demands; and what it gives."""
    return line.rule, line.output, frozenset() if line.rule else frozenset(line.row.items())


def _say_next(wanted: list[Any]) -> str:
    if not wanted:
        return "No more rows come here. Take it out."
    rule, output, _row = wanted[0]
    return f"Here comes {f'the rule {rule}' if rule else 'a row of no rule'}, which gives {output!r}."
