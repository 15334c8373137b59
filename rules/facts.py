"""What a policy may look at: a frozen view of one person in one enquiry.

None means not known, and unknown is not false. Ethnicity, sex, religion and district are not here, so no policy can
use them. An indicator that nobody reported counts as not seen: the list is of observations, not of questions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from rules.indicators import INDICATORS, as_bits

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
AUTHORITY_WORDS = {
    "nottinghamshire": "Nottinghamshire",
    "nottingham_city": "Nottingham City",
    "other": "another authority",
    "unknown": "not known",
}
AUTHORITIES = tuple(AUTHORITY_WORDS)


class FactError(ValueError):
    """A fact that is not one: says which (`fact`) and what to do."""

    def __init__(self, fact: str, what_to_do: str) -> None:
        super().__init__(f"{fact}: {what_to_do}")
        self.fact = fact


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
    """A fact that is a whole number from 0, in `unit`; None too where it may be unknown."""

    subject: str
    unit: str
    may_be_unknown: bool = False
    asked_of: tuple[str, ...] = ANYBODY

    def check(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        unknown = ", or null where it is not known" if self.may_be_unknown else ""
        fits = whole or (value is None and self.may_be_unknown)
        return None if fits else f"{value!r} is not a number of {self.unit}. Use a whole number from 0{unknown}."


Fact = CodeFact | YesNoFact | CountFact

# In the order of the fields of Facts, less the indicators: compiled policies take their values in this order.
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
        "plan_failed": YesNoFact(
            "an earlier plan did not work",
            "no earlier plan failed",
            may_be_unknown=True,
            asked_of=("child", "unborn_child"),
        ),
        "consent": CodeFact("consent is", CONSENT_WORDS, unasked="not_asked"),
        "open_case": YesNoFact("a case is open", "no case is open"),
        "authority": CodeFact("the address is in", AUTHORITY_WORDS, unknown="unknown"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One person in one enquiry. `age_days` is days since birth; counts are of the twelve months before receipt.

    Trusts its caller: what comes from outside goes through `from_mapping`.
    """

    kind: str = "child"
    age_days: int | None = None
    mobile: bool | None = None
    indicators: frozenset[str] = frozenset()
    earlier_enquiries_12m: int = 0
    earlier_nfa_12m: int = 0
    plan_failed: bool | None = None
    consent: str = "not_asked"
    open_case: bool = False
    authority: str = "unknown"
    out_of_hours: bool = False
    source: str = "10"
    ehc_request: bool = False
    needs_immediate_protection: bool | None = None

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Facts":
        """The facts in `values`; what is left out has its default. FactError names a fact or code that is unknown."""
        for name, value in values.items():
            _check(name, value)
        return cls(**{**values, "indicators": frozenset(values.get("indicators", ()))})


def _check(name: str, value: Any) -> None:
    if name == "indicators":
        _check_indicators(value)
    elif name not in FACTS:
        names = sorted((*FACTS, "indicators"))
        raise FactError(str(name), f"there is no such fact. Use one of: {', '.join(names)}.")
    elif wrong := FACTS[name].check(value):
        raise FactError(name, wrong)


def _check_indicators(value: Any) -> None:
    if not isinstance(value, list | tuple | set | frozenset):
        raise FactError("indicators", "give a list of indicator codes.")
    unknown = sorted(str(each) for each in value if not isinstance(each, str) or each not in INDICATORS)
    if unknown:
        raise FactError("indicators", f"there is no {unknown[0]!r}. Use a code from rules/indicators.csv.")


View = tuple[Any, ...]
_values: Callable[[Facts], View] = attrgetter(*FACTS)
_AUTHORITY = list(FACTS).index("authority")


def view(facts: Facts) -> View:
    """The facts as compiled policies take them: the indicators' bits, then a value for each of FACTS; None is unknown.

    FactError for an indicator that is not in the vocabulary.
    """
    values = _values(facts)
    try:
        seen = as_bits(facts.indicators)
    except KeyError as error:
        raise FactError("indicators", f"there is no {error.args[0]!r}. Use a code from rules/indicators.csv.") from None
    if values[_AUTHORITY] == "unknown":
        values = (*values[:_AUTHORITY], None, *values[_AUTHORITY + 1 :])
    return (seen, *values)
