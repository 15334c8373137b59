"""The answer of a policy about one person, as it is kept and shown. The same answer gives the same bytes."""

import json
from typing import Any, NamedTuple


class Reason(NamedTuple):
    """A rule that fired, and what made it fire: in plain words (`seen`), and as facts with their values."""

    rule: str
    because: str
    paragraph: str
    seen: tuple[str, ...]
    values: tuple[tuple[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in self.values}
        return {**self._asdict(), "seen": list(self.seen), "values": values}


class WhyNot(NamedTuple):
    """The rule nearest to a higher level, or to section 47, and what it lacked: clauses of plain English.

    Where it lacked nothing, the policy takes the first level, and `came_first` is the rule that goes before it.
    """

    level: int
    section_47: bool
    rule: str
    lacks: tuple[str, ...]
    came_first: str | None

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**self._asdict(), "lacks": list(self.lacks)}


class WhyNotRoute(NamedTuple):
    """The rule nearest to a route with more help, and what it lacked.

    Where it lacked nothing, `came_first` is the rule that goes before it and held.
    """

    route: str
    rule: str
    lacks: tuple[str, ...]
    came_first: str | None

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**self._asdict(), "lacks": list(self.lacks)}


class Missing(NamedTuple):
    """A fact not known that could change the answer: what it could be, and what the answer would be then.

    `changes` are the parts of the answer that would differ: level, route, rag, section_47, must_be_seen_today.
    `together_with` are other unknown facts that must turn out as `could_be` says for it to matter; most often none.
    """

    fact: str
    could_be: str
    then: str
    changes: tuple[str, ...]
    together_with: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**self._asdict(), "changes": list(self.changes), "together_with": list(self.together_with)}


class PolicyRef(NamedTuple):
    """Which policy said so."""

    name: str
    version: str
    hash: str

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return self._asdict()


class Recommendation(NamedTuple):
    """What the policy recommends. A person decides. `level` is 1 to 4; `agencies` are codes of partners to ask."""

    level: int
    level_name: str
    route: str
    rag: str
    section_47: bool
    must_be_seen_today: bool
    agencies: tuple[str, ...]
    reasons: tuple[Reason, ...]
    why_not: tuple[WhyNot, ...]
    why_not_routes: tuple[WhyNotRoute, ...]
    missing: tuple[Missing, ...]
    policy: PolicyRef

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON: the same facts and the same policy give the same content, in the same order."""
        return {
            **self._asdict(),
            "agencies": list(self.agencies),
            "reasons": [each.to_dict() for each in self.reasons],
            "why_not": [each.to_dict() for each in self.why_not],
            "why_not_routes": [each.to_dict() for each in self.why_not_routes],
            "missing": [each.to_dict() for each in self.missing],
            "policy": self.policy.to_dict(),
        }

    def to_json(self) -> str:
        """One line of JSON; the same bytes for the same answer, for ever."""
        return as_line(self.to_dict())


def as_line(values: Any) -> str:
    """One line of JSON as it is kept: what can be compared byte for byte."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
