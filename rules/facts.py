"""What a policy may look at: a frozen view of one person in one enquiry.

None means not known, and unknown is not false. Ethnicity, sex, religion and district are not here, so no policy can
use them. An indicator that nobody reported counts as not seen: the list is of observations, not of questions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

SOURCES = (
    *("1A", "1B", "1C", "1D", "2A", "2B", "3A", "3B", "3C", "3D", "3E", "3F"),
    *("4", "5A", "5B", "5C", "5D", "6", "7", "8", "9", "10"),
)
KIND_WORDS = {
    "child": "a child",
    "unborn_child": "an unborn child",
    "adult_at_risk": "an adult at risk",
    "other_adult": "another adult",
}
KINDS = tuple(KIND_WORDS)
ANYBODY = KINDS  # of whom a fact that is not known is worth asking
CONSENT_WORDS = {
    "given": "given",
    "refused": "refused",
    "not_asked": "not asked for yet",
    "not_safe_to_ask": "not safe to ask for",
}
CONSENTS = tuple(CONSENT_WORDS)
UNKNOWN = "unknown"  # of an address: nobody has said where it is
ELSEWHERE = "other"
# Longer ago than anybody lives: "never" as a number of days, so that "at least 90 days ago" holds of it.
NEVER = 1_000_000
NEVER_WORD = "never"


class FactError(ValueError):
    """A fact that is not one: says which (`fact`) and what to do."""

    def __init__(self, fact: str, what_to_do: str) -> None:
        super().__init__(f"{fact}: {what_to_do}")
        self.fact, self.what_to_do = fact, what_to_do


@dataclass(frozen=True, slots=True)
class CodeFact:
    """A fact that is one of a few codes, each with its words.

    `unknown` is the code that stands for not known: no condition holds of it. `unasked` is one that a condition may
    ask for, but that would turn into another as soon as somebody asks.
    """

    subject: str
    codes: Mapping[str, str]
    unknown: str | None = None
    unasked: str | None = None
    asked_of: tuple[str, ...] = ANYBODY

    @property
    def may_be_unknown(self) -> bool:
        """Whether there may be no value for it, or one that asking would change."""
        return bool(self.unknown or self.unasked)

    def check(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        fits = isinstance(value, str) and value in self.codes
        return None if fits else f"there is no code {value!r}. Use one of: {', '.join(self.codes)}."


@dataclass(frozen=True, slots=True)
class YesNoFact:
    """A fact that is true or false, with the words for each; None too where it may be unknown."""

    yes: str
    no: str
    may_be_unknown: bool = False
    asked_of: tuple[str, ...] = ANYBODY

    def check(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        fits = isinstance(value, bool) or (value is None and self.may_be_unknown)
        unknown = ", or null where it is not known" if self.may_be_unknown else ""
        return None if fits else f"{value!r} is neither true nor false. Use true or false{unknown}."


@dataclass(frozen=True, slots=True)
class CountFact:
    """A fact that is a whole number from 0, in `unit`; None or NEVER too, where it may be unknown or never."""

    subject: str
    unit: str
    may_be_unknown: bool = False
    may_be_never: bool = False
    asked_of: tuple[str, ...] = ANYBODY

    def check(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= NEVER
        other = ", or null where it is not known" if self.may_be_unknown else ""
        other += f', or "{NEVER_WORD}"' if self.may_be_never else ""
        fits = whole or (value is None and self.may_be_unknown)
        return None if fits else f"{value!r} is not a number of {self.unit}. Use a whole number from 0{other}."


Fact = CodeFact | YesNoFact | CountFact

# In the order of the fields of Facts, less the indicators.
FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        "kind": CodeFact("the person is", KIND_WORDS),
        "age_days": CountFact("the age", "days", may_be_unknown=True, asked_of=("child",)),
        "mobile": YesNoFact(
            "the child moves about alone",
            "the child does not move about alone",
            may_be_unknown=True,
            asked_of=("child",),
        ),
        "earlier_enquiries_12m": CountFact("the number of enquiries in the twelve months before", "enquiries"),
        "earlier_nfa_12m": CountFact(
            "the number of enquiries with no further action in the twelve months before", "enquiries"
        ),
        "days_since_last_enquiry": CountFact("the time since the last enquiry", "days", may_be_never=True),
        "days_since_case_closed": CountFact("the time since social care last closed a case", "days", may_be_never=True),
        "plan_failed": YesNoFact(
            "an earlier plan did not work",
            "no earlier plan failed",
            may_be_unknown=True,
            asked_of=("child", "unborn_child"),
        ),
        "consent": CodeFact("consent is", CONSENT_WORDS, unasked="not_asked"),
        "open_case": YesNoFact("a case is open", "no case is open"),
        # Which authorities there are is for each policy to say; these two are in all.
        "authority": CodeFact(
            "the address is in", {ELSEWHERE: "another authority", UNKNOWN: "not known"}, unknown=UNKNOWN
        ),
        "out_of_hours": YesNoFact("it came out of hours", "it came in working hours"),
        "source": CodeFact("the census source is", {code: code for code in SOURCES}),
        "ehc_request": YesNoFact(
            "an education, health and care assessment is asked for",
            "no education, health and care assessment is asked for",
        ),
        "needs_immediate_protection": YesNoFact(
            "immediate protection is needed", "no immediate protection is needed", may_be_unknown=True
        ),
    }
)
NAMES = tuple(FACTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One person in one enquiry. `age_days` is days since birth; counts are of the twelve months before receipt.

    The days since something are NEVER where it never was. Trusts its caller: what comes from outside goes through
    `rules.policy.Policy.read_facts`.
    """

    kind: str = "child"
    age_days: int | None = None
    mobile: bool | None = None
    indicators: frozenset[str] = frozenset()
    earlier_enquiries_12m: int = 0
    earlier_nfa_12m: int = 0
    days_since_last_enquiry: int = NEVER
    days_since_case_closed: int = NEVER
    plan_failed: bool | None = None
    consent: str = "not_asked"
    open_case: bool = False
    authority: str = UNKNOWN
    out_of_hours: bool = False
    source: str = "10"
    ehc_request: bool = False
    needs_immediate_protection: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON; what was never so is said as "never"."""
        values = {name: getattr(self, name) for name in NAMES}
        never = {name: NEVER_WORD for name in NAMES if _is_never(name, values[name])}
        return values | never | {"indicators": sorted(self.indicators)}


def _is_never(name: str, value: Any) -> bool:
    fact = FACTS[name]
    return isinstance(fact, CountFact) and fact.may_be_never and value == NEVER


def read_facts(facts: Mapping[str, Fact], values: Mapping[str, Any]) -> Facts:
    """The facts in `values`, each as `facts` says it may be; what is left out has its default.

    FactError names a fact or code that is not one. The indicators' codes are for the policy's vocabulary to check.
    """
    read = {name: _read(facts, name, value) for name, value in values.items()}
    return Facts(**read)


def _read(facts: Mapping[str, Fact], name: str, value: Any) -> Any:
    if name == "indicators":
        if not isinstance(value, list | tuple | set | frozenset):
            raise FactError("indicators", "give a list of indicator codes.")
        for each in value:
            if not isinstance(each, str):
                raise FactError("indicators", f"{each!r} is no code. Write codes as text, in quotes.")
        return frozenset(value)
    if name not in facts:
        names = sorted((*facts, "indicators"))
        raise FactError(str(name), f"there is no such fact. Use one of: {', '.join(names)}.")
    fact = facts[name]
    if isinstance(fact, CountFact) and fact.may_be_never and value == NEVER_WORD:
        return NEVER
    if wrong := fact.check(value):
        raise FactError(name, wrong)
    return value
