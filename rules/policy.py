"""What a threshold policy is, once it is read: a version of a council's thresholds, and the bare answer it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from rules.conditions import Condition
from rules.facts import Facts, read_facts
from rules.vocabulary import Vocabulary

LEVELS = (1, 2, 3, 4)
RAGS = ("red", "amber", "green")
RANKED = RAGS[::-1]  # from the least pressing to the most
# From the least help to the most. The other routes hand the person to somebody else who weighs the concern.
LADDER = ("no_further_action", "advice", "early_help", "social_care")
ROUTES = (*LADDER, "adult_safeguarding", "ehc_pathway", "other_authority", "existing_case")
AGENCIES = (
    "police",
    "health",
    "school",
    "probation",
    "youth_offending",
    "housing",
    "adult_social_care",
    "cafcass",
    "voluntary",
)
# How a policy may combine what several rules say. What is taken "first" is of the rule with the lowest rank.
HIGHEST, MOST_PRESSING, FIRST = "highest", "most_pressing", "first"


class NoAnswer(ValueError):
    """No rule gives somebody a level, RAG or route, and the policy says nothing of what then: `part` is which."""

    def __init__(self, part: str) -> None:
        super().__init__(
            f"No rule gives a {part}. Complete the policy: `triage policy prove` finds whom it leaves out."
        )
        self.part = part


class Verdict(NamedTuple):
    """The bare answer. `level` is 1 to 4, `route` one of ROUTES, `rag` one of RAGS."""

    level: int
    route: str
    rag: str
    section_47: bool
    must_be_seen_today: bool

    @property
    def weight(self) -> tuple[Any, ...]:
        """How serious it is, to put answers in order."""
        return self.section_47, self.level, RANKED.index(self.rag), self.must_be_seen_today


@dataclass(frozen=True, slots=True)
class Because:
    """Why a rule is so: the paragraph that says it, or who agreed it, and plain words."""

    paragraph: str
    says: str


@dataclass(frozen=True, slots=True)
class Rule:
    """When this holds: a level, RAG or route, and what comes with them. None leaves that part alone.

    `floor` marks what nothing may lower: it stays whatever other rules say. `rank` puts rules in order where the policy
    takes the first; the lowest goes first.
    """

    id: str
    when: Condition
    because: Because
    level: int | None = None
    rag: str | None = None
    route: str | None = None
    section_47: bool = False
    must_be_seen_today: bool = False
    agencies: tuple[str, ...] = ()
    floor: bool = False
    rank: int | None = None

    @property
    def only_routes(self) -> bool:
        """Whether a route is all that it gives."""
        beyond = (self.level, self.rag, self.section_47, self.must_be_seen_today, self.agencies)
        return self.route is not None and not any(beyond)


@dataclass(frozen=True, slots=True)
class Combination:
    """How the policy makes one answer of many rules. `otherwise` is for whom no rule fits; None: that is a gap.

    `level` is HIGHEST or FIRST, `rag` MOST_PRESSING or FIRST; the route is that of the first rule. Flags hold where any
    rule sets them, and all agencies are asked.
    """

    level: str
    rag: str
    otherwise_level: int | None = None
    otherwise_rag: str | None = None
    otherwise_route: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A version of a council's thresholds. `hash` is the SHA-256 of its content, whatever its layout and comments.

    Two policies are equal when their content is. `effective_from` is the first local day on which it is in force.
    `content` is the document as plain values.
    """

    name: str
    version: str
    effective_from: date
    authority: str
    source: str
    level_names: Mapping[int, str]
    vocabulary: Vocabulary = field(repr=False)
    combination: Combination
    rules: tuple[Rule, ...] = field(repr=False)
    hash: str
    content: Mapping[str, Any] = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def title(self) -> str:
        """Name and version, as they are given to a command."""
        return f"{self.name}@{self.version}"

    @property
    def routes(self) -> tuple[Rule, ...]:
        """The rules that give a route, in the order in which they are tried."""
        return tuple(sorted((rule for rule in self.rules if rule.route), key=rank_of))

    def read_facts(self, values: Mapping[str, Any]) -> Facts:
        """The facts in `values`; what is left out has its default. FactError names what this policy does not know."""
        facts = read_facts(self.vocabulary.facts, values)
        self.vocabulary.check_indicators(facts.indicators)
        return facts


def rank_of(rule: Rule) -> int:
    """A rule's place where the first is taken; those without one come last."""
    return 1_000_000 if rule.rank is None else rule.rank
