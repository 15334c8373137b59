"""What is open, as whoever works from paper needs it: the worst first; of what few may see the reference alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import inf

from triage.models import AgencyCheck, Clock, Enquiry, Person, Referral, Subject
from triage.models.codes import CLOCK_KINDS, QUEUES, SERVICES
from triage.services.clocks import recommended_colour
from triage.services.desk import Desk
from triage.services.letters import say_instant
from triage.store.restrictions import list_restricted
from triage.store.worklist import list_open_enquiries, list_open_referrals
from workflows.agency_check import WAITING

SOON = timedelta(days=7)  # what is due later is in the file and not on paper: a county has thousands of plans
NOBODY = "Nobody"
RESTRICTED = "Restricted"


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody whom a case is about."""

    name: str
    born: str
    address: str


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that runs, in words: what is due, and when."""

    what: str
    at: datetime
    said: str
    late: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An open case. Of one that few may see there is nothing but its reference."""

    reference: str
    kind: str
    restricted: bool = False
    colour: str = ""
    grave: str = ""
    whom: tuple[Whom, ...] = ()
    due: tuple[Due, ...] = ()
    who_has_it: str = ""
    waits: tuple[str, ...] = ()
    told_by: str = ""
    telephone: str = ""
    received: str = ""
    settled: bool = False

    @property
    def late(self) -> bool:
        """Whether anything of it is overdue."""
        return any(each.late for each in self.due)

    @property
    def is_grave(self) -> bool:
        """Whether it stands before others: what is decided does so in what was opened."""
        return not self.settled and (bool(self.grave) or self.colour.startswith("red"))


@dataclass(frozen=True, slots=True)
class Worklist:
    """As of `made_at`. `enquiries` are all that are open, `referrals` those that cannot wait, `later` the others."""

    county: str
    made_at: datetime
    made: str
    enquiries: Sequence[Line]
    referrals: Sequence[Line]
    later: Sequence[Line]
    restricted: Sequence[Line]


def gather_worklist(desk: Desk) -> Worklist:
    """The whole county's. The service asks for itself: who gets the paper, and keeps it, is for the hub to see to."""
    enquiries, referrals = list_open_enquiries(desk.session), list_open_referrals(desk.session)
    asked = (*enquiries, *(each.enquiry for each in referrals if each.enquiry))
    people = {each.person_id for case in asked for each in case.subjects} | {each.person_id for each in referrals}
    few = list_restricted(desk.session, people)
    told = [_tell_enquiry(desk, each, few) for each in enquiries]
    handed = [_tell_referral(desk, each, few) for each in referrals]
    shown = [each for each in handed if not each.restricted]
    return Worklist(
        county=desk.pack.name,
        made_at=desk.now,
        made=say_instant(desk.now, desk.pack.calendar.zone),
        enquiries=_worst_first(each for each in told if not each.restricted),
        referrals=_worst_first(each for each in shown if _cannot_wait(desk, each)),
        later=_worst_first(each for each in shown if not _cannot_wait(desk, each)),
        restricted=sorted((each for each in (*told, *handed) if each.restricted), key=lambda each: each.reference),
    )


def _cannot_wait(desk: Desk, line: Line) -> bool:
    return line.is_grave or any(each.at <= desk.now + SOON for each in line.due)


def _worst_first(lines: Iterable[Line]) -> list[Line]:
    """As the worktray has it: the overdue, the reds, then by what is due first."""
    return sorted(
        lines,
        key=lambda each: (
            not each.late,
            not each.is_grave,
            each.due[0].at.timestamp() if each.due else inf,
            each.reference,
        ),
    )


def _tell_enquiry(desk: Desk, enquiry: Enquiry, few: set[object]) -> Line:
    if _is_restricted(enquiry, few):
        return Line(enquiry.reference, "enquiry", restricted=True)
    by = ", ".join(filter(None, (enquiry.referrer_name, enquiry.referrer_role)))
    unnamed = "" if enquiry.referrer_may_be_named else " (the family must not learn who)"
    return Line(
        enquiry.reference,
        "enquiry",
        colour=enquiry.rag or f"{recommended_colour(enquiry)} recommended",
        grave=_say_grave(enquiry.subjects),
        whom=tuple(_tell_person(each.person, each.name_as_given) for each in enquiry.subjects),
        due=_tell_due(desk, enquiry.clocks),
        who_has_it=enquiry.owner.name if enquiry.owner else NOBODY,
        waits=(QUEUES[enquiry.queue], *_say_asked(desk, enquiry.checks)),
        told_by=f"{by or 'Not said'}{unnamed}",
        telephone=enquiry.referrer_phone,
        received=say_instant(enquiry.received_at, desk.pack.calendar.zone),
        settled=enquiry.queue == "decided",
    )


def _is_restricted(enquiry: Enquiry, few: set[object]) -> bool:
    return any(each.person_id in few for each in enquiry.subjects)


def _say_grave(subjects: Iterable[Subject]) -> str:
    subjects = list(subjects)
    if any(each.needs_immediate_protection for each in subjects):
        return "immediate danger"
    return "section 47 recommended" if any(each.recommendation.section_47 for each in subjects) else ""


def _say_asked(desk: Desk, checks: Iterable[AgencyCheck]) -> Iterator[str]:
    return (f"Answer of {desk.pack.agencies[each.agency_code]}" for each in checks if each.state in WAITING)


def _tell_referral(desk: Desk, referral: Referral, few: set[object]) -> Line:
    if referral.person_id in few or (referral.enquiry and _is_restricted(referral.enquiry, few)):
        return Line(referral.reference, "referral", restricted=True)  # its number leads to a brother or sister
    team = desk.pack.teams.get(referral.team_code or "", {}).get("name", "")
    return Line(
        referral.reference,
        "referral",
        colour=referral.rag or "",
        grave="section 47" if referral.section_47 else "",
        whom=(_tell_person(referral.person),),
        due=_tell_due(desk, referral.clocks),
        who_has_it=", ".join(filter(None, (referral.worker.name if referral.worker else NOBODY, team))),
        waits=(SERVICES[referral.service], referral.state.replace("_", " ")),
        told_by=f"Of {referral.enquiry.reference}" if referral.enquiry else "",
        received=say_instant(referral.requested_at, desk.pack.calendar.zone),
    )


def _tell_person(person: Person, called: str = "") -> Whom:
    name = called or f"{person.given_name} {person.family_name}".strip() or "Name not known"
    return Whom(name, _say_born(person), ", ".join(filter(None, (person.address, person.postcode))))


def _say_born(person: Person) -> str:
    if person.expected_date:
        return f"expected {_say_date(person.expected_date)}"
    return f"born {_say_date(person.birth_date)}" if person.birth_date else "date of birth not known"


def _say_date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _tell_due(desk: Desk, clocks: Iterable[Clock]) -> tuple[Due, ...]:
    return tuple(_tell_clock(desk, each) for each in sorted(clocks, key=lambda each: each.due_at))


def _tell_clock(desk: Desk, clock: Clock) -> Due:
    what = CLOCK_KINDS[clock.kind] + (" (stands still)" if clock.state == "paused" else "")
    late = clock.state == "running" and clock.due_at < desk.now
    return Due(what, clock.due_at, say_instant(clock.due_at, desk.pack.calendar.zone), late)
