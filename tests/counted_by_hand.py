"""What a county's measures must say, by looking at its rows one after the other."""

from collections import Counter
from datetime import timedelta
from math import ceil

from tests.coming_back import day_of
from triage.insight.agreement import measure_agreement


def part_of(values, part, grain=1):
    """The value within which that part of them lies, to the next grain; None of none."""
    ordered = sorted(values)
    return ceil(ordered[ceil(part * len(ordered)) - 1] / grain) * grain if ordered else None


def moves_of(referral):
    """When it went to which team, or to none, in order of time."""
    told = [(referral.requested_at, 0, referral.id, "none")]
    for each in referral.assignments:
        told.append((each.assigned_at, 1, each.id, each.team_code))
        if each.superseded_at:
            told.append((each.superseded_at, 0, each.id, "none"))
    return sorted(told)


def stands(county, day):
    """Each case that is open at the end of that day: its team or "none", and since when that has it."""
    for referral in county.referrals:
        before = [(day_of(at), team) for at, _step, _of, team in moves_of(referral) if day_of(at) <= day]
        if before and not _ended_by(referral, day):
            since, team = before[-1]
            yield team, since


def waits(county, day):
    """For how many days each of the queue has waited at the end of that day."""
    clocks = [clock for each in county.subjects for clock in each.enquiry.clocks]
    for clock in clocks:
        if day_of(clock.started_at) <= day and not (clock.stopped_at and day_of(clock.stopped_at) <= day):
            yield (day - day_of(clock.started_at)).days
    yield from ((day - since).days for team, since in stands(county, day) if team == "none")


def plans_of(county):
    """Each child protection plan: its first day, its last if it has ended, and how many were before."""
    for referral in county.referrals:
        closed = day_of(referral.closed_at) if referral.closed_at else None
        for each in referral.plans:
            ended = each.ended_on or closed
            yield each.started_on, max(ended, each.started_on) if ended else None, each.previous_plans


def count_plans(county, day):
    return sum(began <= day and (ended is None or ended > day) for began, ended, _before in plans_of(county))


def count_ehc_plans(county, day):
    issued = [
        min((day_of(each.started_at) for each in referral.clocks if each.kind == "ehc_review"), default=None)
        for referral in county.referrals
        if not _ended_by(referral, day)
    ]
    return sum(each is not None and each <= day for each in issued)


def long_plans(county, first, last):
    """Of the plans that ended then: how many had lasted two years, and how many there are."""
    ended = [(began, end) for began, end, _before in plans_of(county) if end and first <= end <= last]
    return sum(end >= _two_years_after(began) for began, end in ended), len(ended)


def later_plans(county, first, last):
    """Of the plans that began then, where it is known: how many were not the child's first, and how many there are."""
    told = [before for began, _end, before in plans_of(county) if first <= began <= last and before is not None]
    return sum(before > 0 for before in told), len(told)


def assessed(county, first, last):
    """The working days of each single assessment that was complete then; None where nobody kept them."""
    rows = [each for referral in county.referrals for each in referral.assessments if each.kind == "single"]
    return [each.working_days for each in rows if first <= each.authorised_on <= last]


def bands_of(days):
    limits = {"10": 10, "20": 20, "30": 30, "40": 40, "45": 45, "over_45": 10**6}
    return Counter(
        "none" if number is None else next(band for band, most in limits.items() if number <= most) for number in days
    )


def answers(county, first, last):
    """By partner, the working minutes of each answer to what was asked then."""
    told = {}
    for check in {check for each in county.subjects for check in each.enquiry.checks}:
        if first <= day_of(check.requested_at) <= last and check.working_minutes_to_answer is not None:
            told.setdefault(check.agency_code, []).append(check.working_minutes_to_answer)
    return told


def looked(county, first, last):
    """What was decided and what the second look chose, and its grade, of those that were given then."""
    decisions = {each.id: each for subject in county.subjects for each in subject.decisions}
    rows = [each for each in county.looks if first <= day_of(each.looked_at) <= last]
    return [(decisions[each.decision_id].route, each.outcome, each.grade) for each in rows]


def agreed(county, first, last):
    """How many chose the same, of how many, and kappa."""
    found = measure_agreement([(one, other) for one, other, _grade in looked(county, first, last)])
    return found.agreed, found.count, None if found.kappa is None else float(found.kappa)


def unmet(county, first, last):
    return Counter(each.need for each in county.unmet if first <= each.noted_on <= last)


def _ended_by(referral, day):
    return referral.closed_at is not None and day_of(referral.closed_at) <= day


def _two_years_after(day):
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 2, day=28 if leap else day.day)


def ends_of(first, last, form):
    """The last day of each month or week within those days."""
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    return {f"{day:{form}}": day for day in days}
