"""What a PromQL expression asks for."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import promql_parser


class Asked(NamedTuple):
    """A metric, and what its selector wants of labels: (label, whether by a pattern, value)."""

    name: str
    labels: tuple[tuple[str, bool, str], ...]


def asked_in(expression: str) -> list[Asked]:
    """Every selector of an expression. ValueError where it is none."""
    return list(_selectors(promql_parser.parse(expression)))


def _selectors(found: Any) -> Iterator[Asked]:
    if isinstance(found, promql_parser.VectorSelector):
        fixed = ((each.name, each.op == promql_parser.MatchOp.Re, each.value) for each in found.matchers.matchers)
        yield Asked(found.name, tuple(fixed))
        return
    for name in ("expr", "lhs", "rhs", "param", "vector_selector"):
        inner = getattr(found, name, None)
        if inner is not None:
            yield from _selectors(inner)
    for inner in getattr(found, "args", None) or ():
        yield from _selectors(inner)
