"""A context whose facts are looked up when a guard asks for them, and not before: most guards ask for one or two."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar

Context = TypeVar("Context")
Known = Mapping[str, Callable[[], Any]]


def gather(kind: type[Context], known: Known, **brought: object) -> Context:
    """A context of that kind: what is brought stands, what is `known` is found when first asked for, the rest is empty.

    TypeError for a name that the kind does not have.
    """
    strangers = (known.keys() | brought.keys()) - {each.name for each in fields(kind)}
    if strangers:
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(strangers))}")
    context = object.__new__(_asked(kind))
    object.__setattr__(context, "known", known)
    for name, value in (_empty(kind, frozenset(known)) | brought).items():
        object.__setattr__(context, name, value)
    return context


@cache
def _empty(kind: type, known: frozenset[str]) -> dict[str, object]:
    return {each.name: each.default for each in fields(kind) if each.name not in known and each.default is not MISSING}


@cache
def _asked(kind: type) -> type:
    """The kind, with slots that fill when they are first read."""

    def look_up(context: Any, name: str) -> object:
        known = object.__getattribute__(context, "known")
        if name not in known:
            raise AttributeError(name)
        value = known[name]()
        object.__setattr__(context, name, value)
        return value

    return type(f"Asked{kind.__name__}", (kind,), {"__slots__": ("known",), "__getattr__": look_up})
