"""What the Children in Need census tells of a year: plain records, as its schema has them. Days are local dates.

Source: the DfE's CIN census schema (Message > Children > Child > CINdetails). A value that was left out, or could not
be read, is None or empty: the census's own rules say whether that is a fault.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """An assessment of an episode. `factors` are codes of AssessmentFactors, told once it is authorised."""

    started: date | None
    internal_review: date | None = None
    authorised: date | None = None
    factors: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section47:
    """An enquiry under section 47 of the Children Act 1989. `target`: by when the conference was to be held."""

    started: date | None
    target: date | None = None
    conference: date | None = None
    conference_not_required: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CinPlan:
    """A child in need plan."""

    started: date | None
    ended: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionPlan:
    """A child protection plan. Categories are codes of CategoryOfAbuse; `previous` counts the child's plans before it.

    A review that is None was returned without its date.
    """

    started: date | None
    ended: date | None = None
    initial_category: str | None = None
    latest_category: str | None = None
    previous: int | None = None
    reviews: Sequence[date | None] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One referral of a child and what came of it (CINdetails). `conference`: one that no section 47 here led to."""

    referred: date | None
    source: str | None = None
    primary_need: str | None = None
    closed: date | None = None
    closure: str | None = None
    conference: date | None = None
    assessments: Sequence[Assessment] = ()
    plans: Sequence[CinPlan] = ()
    section_47s: Sequence[Section47] = ()
    referral_nfa: bool | None = None
    protection_plans: Sequence[ProtectionPlan] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One child. `sex` is M, F or U; `upn_unknown` one of UN1 to UN7; `disabilities` codes, NONE where none."""

    identifier: str
    upn: str | None = None
    former_upn: str | None = None
    upn_unknown: str | None = None
    birth_date: date | None = None
    expected_date: date | None = None
    sex: str | None = None
    death_date: date | None = None
    ethnicity: str | None = None
    disabilities: Sequence[str] = ()
    episodes: Sequence[Episode] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """A year's return of one authority. `year` ends on 31 March of it; `authority` is the DfE's three digits."""

    year: int
    authority: str
    children: Sequence[Child]
    reference_date: date | None = None
