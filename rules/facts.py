"""What a policy may look at: a frozen view of one person in one enquiry.

None means not known, and unknown is not false. Ethnicity, sex, religion and district are not here, so no policy can
use them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from rules.indicators import INDICATORS

KINDS = ("child", "unborn_child", "adult_at_risk", "other_adult")
CONSENTS = ("given", "refused", "not_asked", "not_safe_to_ask")
AUTHORITIES = ("nottinghamshire", "nottingham_city", "other", "unknown")
CODES = {"kind": KINDS, "consent": CONSENTS, "authority": AUTHORITIES}


class FactError(ValueError):
    """A fact that is not one: says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One person in one enquiry. `age_days` is days since birth; counts are of the twelve months before."""

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
        """The facts in `values`. FactError names a key or code that is not known."""
        names = {field.name for field in fields(cls)}
        for name, value in values.items():
            if name not in names:
                raise FactError(f"{name}: there is no such fact. Use one of: {', '.join(sorted(names))}.")
            if name in CODES and value not in CODES[name]:
                raise FactError(f"{name}: there is no code {value!r}. Use one of: {', '.join(CODES[name])}.")
        observed = frozenset(values.get("indicators", ()))
        unknown = sorted(observed - INDICATORS.keys())
        if unknown:
            raise FactError(f"indicators: there is no {unknown[0]!r}. The list is in rules/indicators.csv.")
        return cls(**{**values, "indicators": observed})
