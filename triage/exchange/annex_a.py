"""Ofsted's Annex A, lists 1 to 5, for the six months before an inspection: what each column of a row says. Pure.

Columns, codes and what goes into them: Ofsted's child-level data for inspections, guidance and codes of August 2019. A
code's letter belongs to its value. Whether the child was seen is unknown of assessments of which nobody was asked it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from triage.models import Assessment, Person, Referral, Section47, Subject
from workflows.again import before_the_latest, is_within_a_year
from workflows.calendar import local_day
from workflows.census.codes import ETHNICITIES as GROUPS
from workflows.census.codes import NO_DISABILITY

YES, NO, UNKNOWN = "a) Yes", "b) No", "c) Unknown"
GENDERS = {"M": "a) Male", "F": "b) Female", "U": "c) Not stated/recorded"}
# Refused and not yet obtained share a letter.
ETHNICITIES = {code: f"{letter}) {code}" for letter, code in zip("abcdefghijklmnopqrss", GROUPS, strict=True)}
SOURCES = {
    **{f"1{each}": f"{letter}) 1{each}: Individual" for letter, each in zip("abcd", "ABCD", strict=True)},
    "2A": "e) 2A: Schools",
    "2B": "f) 2B: Education services",
    **{f"3{each}": f"{letter}) 3{each}: Health services" for letter, each in zip("ghijkl", "ABCDEF", strict=True)},
    "4": "m) 4: Housing",
    **{f"5{each}": f"{letter}) 5{each}: LA services" for letter, each in zip("nop", "ABC", strict=True)},
    "5D": "o) 5B: LA services",  # of 2023: until then early help was another department
    "6": "q) 6: Police",
    "7": "r) 7: Other legal agency",
    "8": "s) 8: Other",
    "9": "t) 9: Anonymous",
    "10": "u) 10: Unknown",
}
CHILD = ("Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)")
WHOSE = ("Allocated Team", "Allocated Worker")
DISABLED = "Does the Child have a Disability"
LISTS = {
    "List 1": (*CHILD, "Date of Contact", "Contact Source"),
    "List 2": (
        *CHILD,
        "Assessment start date",
        "Assessment completion date",
        "Organisation completing assessment",
    ),
    "List 3": (
        *CHILD,
        "Date of referral",
        "Referral Source",
        "Referral NFA?",
        "Number of Referrals in Last 12 Months",
        *WHOSE,
    ),
    "List 4": (
        *CHILD,
        DISABLED,
        "Continuous Assessment Start Date",
        "Child Seen During Continuous Assessment",
        "Continuous Assessment Date of Authorisation",
        "Was the child assessed as requiring LA children’s social care support",
        *WHOSE,
    ),
    "List 5": (
        *CHILD,
        DISABLED,
        "Strategy discussion initiating Section 47 Enquiry Start Date",
        "Was an Initial Child Protection Conference deemed unnecessary?",
        "Date of Initial Child Protection Conference",
        "Did the Initial Child Protection Conference Result in a Child Protection Plan",
        "Number of Section 47 Enquiries in the last 12 months",
        "Number of ICPCs in the last 12 months",
        *WHOSE,
    ),
}
NOT_NEEDED = ("RC8", "RC9")  # closed after assessment: nothing more from social care
Row = Sequence[str | int | date | None]


@dataclass(frozen=True, slots=True)
class Told:
    """Of each child by their record's `identity_id`: their identifier, what they are told of by, and their past.

    `today` is the day of the inspection. Names of teams and providers by code.
    """

    today: date
    children: Mapping[Any, tuple[str, Person]]
    names: Mapping[str, str]
    referred: Mapping[Any, Sequence[date]] = field(default_factory=dict)
    harm: Mapping[Any, Sequence[tuple[date, date | None]]] = field(default_factory=dict)
    protected: Mapping[Any, Sequence[date]] = field(default_factory=dict)
    worked_on: frozenset[Any] = frozenset()

    def child(self, person: Person) -> Row:
        """The first columns of every list."""
        identifier, told = self.children[person.identity_id]
        gender = GENDERS["U"] if told.expected_date else GENDERS[told.sex]
        born = told.birth_date or told.expected_date
        return identifier, gender, ETHNICITIES[told.ethnicity], born, age_on(told, self.today)

    def contact(self, subject: Subject) -> Row:
        """A row of list 1."""
        enquiry = subject.enquiry
        return *self.child(subject.person), _day(enquiry.received_at), SOURCES[enquiry.source]

    def early_help(self, case: Referral) -> Row:
        """A row of list 2. Where no provider has it, the team does."""
        organisation = self.names.get(case.provider_code or case.team_code or "", "")
        return *self.child(case.person), _day(case.started_at), _day(case.assessed_at), organisation

    def referral(self, case: Referral) -> Row:
        """A row of list 3. No further action: closed, and nothing was done in it."""
        nothing = case.state == "closed" and case.id not in self.worked_on
        before = before_the_latest(self.referred.get(case.person.identity_id, ()))
        told = (_day(case.requested_at), SOURCES[case.source], YES if nothing else NO, before)
        return *self.child(case.person), *told, *self._whose(case)

    def assessment(self, row: Assessment) -> Row:
        """A row of list 4."""
        case, done = row.referral, row.authorised_on
        needed = None if done is None else NO if case.closure in NOT_NEEDED else YES
        seen = UNKNOWN if row.child_seen is None else YES if row.child_seen else NO
        told = (self._disabled(case.person), row.started_on, seen, done, needed)
        return *self.child(case.person), *told, *self._whose(case)

    def section_47(self, row: Section47) -> Row:
        """A row of list 5."""
        case, held = row.referral, row.conference_on
        unnecessary = YES if row.conference_not_required else NO if held else None
        led = any(started >= held for started in self.protected.get(case.id, ())) if held else None
        past = self._count_harm(case.person)
        told = (row.started_on, unnecessary, held, None if led is None else YES if led else NO, *past)
        return *self.child(case.person), self._disabled(case.person), *told, *self._whose(case)

    def _count_harm(self, person: Person) -> tuple[int, int]:
        """Enquiries in the twelve months before the child's latest, and conferences: the latest's own is not one."""
        ordered = sorted(self.harm.get(person.identity_id, ()), key=lambda each: each[0])
        latest = ordered[-1][0]
        before = [(started, held) for started, held in ordered[:-1] if is_within_a_year(started, latest)]
        held = [held for _started, held in ordered[:-1] if held and held <= latest and is_within_a_year(held, latest)]
        return len(before), len(held)

    def _disabled(self, person: Person) -> str:
        disabilities = self.children[person.identity_id][1].disabilities
        return UNKNOWN if not disabilities else NO if NO_DISABILITY in disabilities else YES

    def _whose(self, case: Referral) -> tuple[str, str]:
        return self.names.get(case.team_code or "", ""), case.worker.name if case.worker else ""


def age_on(person: Person, today: date) -> int | None:
    """In years at the last birthday; -1 of an unborn child; None where nobody knows."""
    if person.birth_date is None:
        return -1 if person.expected_date or person.kind == "unborn_child" else None
    born = person.birth_date
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _day(at: datetime | None) -> date | None:
    return local_day(at) if at else None
