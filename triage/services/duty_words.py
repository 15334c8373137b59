"""The duty lists as letters: references, ratings and times. No name, and no reason that somebody typed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from triage.models import Clock, Enquiry, Referral
from triage.models.codes import CLOCK_KINDS, RAGS
from triage.services.desk import Desk
from triage.services.duty import Brief, Done, DueList, DutyList, Morning, OnDuty, WithEdt
from triage.services.letters import say_count, say_instant

READ_MORE = "Who they are, and the reasons given, are on the page Duty, once you have signed in."
NOTHING = "None."


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says."""

    subject: str
    text: str


def say_due(desk: Desk, due: DueList, by: datetime) -> Words:
    """What will breach by closing, the overdue ones first."""
    closing, later = _say(desk, by), due.total - due.overdue
    if not due.total:
        return Words("Nothing will breach by closing", f"Nothing is overdue and nothing will breach by {closing}.\n")
    subject = f"{due.overdue:,} overdue, {later:,} will breach by closing"
    overdue = [each for each in due.cases if each.due_at < desk.now]
    still = [each for each in due.cases if each.due_at >= desk.now]
    return Words(
        subject,
        _join(
            _section(f"Overdue: {say_count(due.overdue, 'case')}", _say_cases(desk, overdue)),
            _section(f"Due by {closing}: {say_count(later, 'case')}", _say_cases(desk, still)),
            _say_cut(due),
        ),
    )


def say_brief(desk: Desk, brief: Brief) -> Words:
    """What the night begins with."""
    subject = f"Brief for the night: {brief.section_47.total:,} section 47, {brief.reds.total:,} other red"
    opening = _say(desk, brief.until)
    return Words(
        subject,
        _join(
            f"Until the office opens at {opening}.",
            _say_list(desk, "Section 47", brief.section_47),
            _say_list(desk, "Other open reds, not yet being assessed", brief.reds),
            _say_left(desk, "With the Emergency Duty Team", brief.with_edt),
            _say_list(desk, f"Due before {opening}", brief.due),
        ),
    )


def say_morning(desk: Desk, morning: Morning) -> Words:
    """What the night did and left."""
    left, received = len(morning.left), morning.received.total
    return Words(
        f"The night: {left:,} still with the Emergency Duty Team, {received:,} received",
        _join(
            f"From when the office closed, at {_say(desk, morning.since)}, until {_say(desk, morning.until)}.",
            _say_left(desk, "Still with the Emergency Duty Team", morning.left),
            _say_list(desk, "Received while the office was closed", morning.received),
            _section("What the Emergency Duty Team did", (_say_done(each) for each in morning.done)),
        ),
    )


def _say(desk: Desk, at: datetime) -> str:
    return say_instant(at, desk.pack.calendar.zone)


def _join(*sections: str) -> str:
    return "\n\n".join(filter(None, (*sections, READ_MORE))) + "\n"


def _section(heading: str, lines: Iterable[str]) -> str:
    return "\n".join((heading, *(tuple(f"- {line}" for line in lines) or (NOTHING,))))


def _say_list(desk: Desk, heading: str, listed: DutyList) -> str:
    section = _section(f"{heading}: {say_count(listed.total, 'case')}", _say_cases(desk, listed.cases))
    return "\n".join(filter(None, (section, _say_cut(listed))))


def _say_cut(listed: DutyList) -> str:
    shown = len(listed.cases)
    return f"The worst {shown:,} of {listed.total:,} are listed." if shown < listed.total else ""


def _say_cases(desk: Desk, cases: Iterable[OnDuty]) -> Iterator[str]:
    return (_say_case(desk, each) for each in cases)


def _say_case(desk: Desk, listed: OnDuty) -> str:
    clocks = (_say_clock(desk, clock) for clock in listed.clocks)
    said = "; ".join(clocks) or _say_joined(listed.case) or "nothing due"
    return ", ".join((listed.case.reference, *_say_marks(listed))) + ": " + said


def _say_joined(case: Enquiry | Referral) -> str:
    """Those whom a joined enquiry was about stand in the other, where they are counted once."""
    into = case.joined_into if isinstance(case, Enquiry) else None
    return f"joined to {into.reference}" if into else ""


def _say_clock(desk: Desk, clock: Clock) -> str:
    asked = f" ({desk.pack.agencies[clock.agency_check.agency_code]})" if clock.agency_check else ""
    was = "was due" if clock.due_at < desk.now else "due"
    return f"{CLOCK_KINDS[clock.kind].lower()}{asked} {was} {_say(desk, clock.due_at)}"


def _say_marks(listed: OnDuty) -> Iterator[str]:
    case = listed.case
    if not isinstance(case, Enquiry):
        yield from filter(None, (case.rag, "section 47" if case.section_47 else None))
        return
    advised = [subject.recommendation for subject in case.subjects]
    if case.rag:
        yield case.rag
    elif advised:
        yield f"{min((each.rag for each in advised), key=RAGS.index)} recommended"
    if any(each.section_47 for each in advised):
        yield "section 47 recommended"


def _say_left(desk: Desk, heading: str, left: Iterable[WithEdt]) -> str:
    lines = [f"{_say_case(desk, each.listed)}; {_say_handover(desk, each)}" for each in left]
    return _section(f"{heading}: {say_count(len(lines), 'case')}", lines)


def _say_handover(desk: Desk, left: WithEdt) -> str:
    if left.handover is None:
        return "red while the office was closed"
    return f"handed over by {left.handover.actor_name} at {_say(desk, left.handover.at)}"


def _say_done(done: Done) -> str:
    said = ", ".join(event.type.replace("_", " ") for event in done.events)
    return f"{done.listed.case.reference}: {said}"
