"""Conferences, and the plans that are made, reviewed and ended: kept as the Children in Need census asks for them."""

from datetime import date

from triage.errors import invalid
from triage.models import Plan, Referral
from triage.services.assessing import open_section_47s
from triage.services.desk import Desk, seeing_all
from triage.services.referral_command import Details, ReferralAction
from triage.store.plans import count_protection_plans
from workflows.calendar import is_weekend


def make_protection_plan(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The conference made the child the subject of a child protection plan, from the day on which it was held."""
    told = hold_conference(desk, referral, command)
    on, category = date.fromisoformat(told["conference_on"]), command.category_of_abuse
    referral.child_protection_plan = True
    end_plans(referral, on, "in_need")
    if plan := find_plan(referral, "protection"):
        plan.latest_category = category
    else:
        abuse = {"initial_category": category, "latest_category": category}
        before = _count_before(desk, referral, command.previous_plans)
        _begin(desk, referral, "protection", on, previous_plans=before, **abuse)
    return told | {"category": category}


def make_plan(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The child has a plan as a child in need, unless they are on one already. Early help's own plan is a letter."""
    if referral.service != "social_care":
        return {}
    told = hold_conference(desk, referral, command)
    if not any(each.ended_on is None for each in referral.plans):
        _begin(desk, referral, "in_need", date.fromisoformat(told["conference_on"]) if told else desk.today)
    return told


def review_plan(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The plan was reviewed on that day or today; of a child protection plan with its latest category."""
    on, category = _day(desk, command.reviewed_on, "reviewed_on"), command.category_of_abuse
    plan = find_plan(referral, "protection") or find_plan(referral, "in_need")
    if category and not (plan and plan.kind == "protection"):
        raise invalid("category_of_abuse", "Leave this empty: the child is not on a child protection plan.")
    if plan is None:  # it was made before plans were kept
        return {}
    if plan.kind == "protection" and on <= plan.started_on:
        raise invalid(
            "reviewed_on", f"The plan began on {_say(plan.started_on)}. It is reviewed later (census rule 8841)."
        )
    if on < plan.started_on:
        raise invalid("reviewed_on", f"The plan began on {_say(plan.started_on)}. Give a day since then.")
    plan.reviewed_on = sorted({*plan.reviewed_on, on})
    plan.latest_category = category or plan.latest_category
    return {"reviewed_on": on.isoformat(), **({"category": category} if category else {})}


def end_protection_plan(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """From that day the child is in need, and no longer under a child protection plan."""
    on, plan = _day(desk, command.ended_on, "ended_on"), find_plan(referral, "protection")
    if plan and on <= plan.started_on:
        raise invalid(
            "ended_on", f"The plan began on {_say(plan.started_on)}. It ends on a later day (census rule 8840)."
        )
    referral.child_protection_plan = False
    end_plans(referral, on, "protection")
    if not find_plan(referral, "in_need"):
        _begin(desk, referral, "in_need", on)
    return {"ended_on": on.isoformat()}


def hold_conference(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The day on which the conference was held, today where none is said; nothing where none was called."""
    if referral.state != "conference":
        if command.conference_on:
            raise invalid("conference_on", "Leave this empty: no conference was called.", "not_asked")
        return {}
    on, enquiries = _day(desk, command.conference_on, "conference_on"), open_section_47s(referral)
    if is_weekend(on):
        raise invalid(
            "conference_on", f"{_say(on)} is at a weekend. Give the day of the conference (census rule 8875)."
        )
    if any(on < each.started_on for each in enquiries):
        began = _say(enquiries[0].started_on)
        raise invalid("conference_on", f"Section 47 began on {began}. Its conference is no earlier (census rule 8615).")
    for each in enquiries:
        each.conference_on = on
    if not enquiries:
        referral.conference_on = on
    return {"conference_on": on.isoformat()}


def find_plan(referral: Referral, kind: str) -> Plan | None:
    """The plan of that kind that the child is on."""
    return next((each for each in referral.plans if each.kind == kind and each.ended_on is None), None)


def end_plans(referral: Referral, on: date, *kinds: str) -> None:
    """Whatever plan of these kinds the child is on ends on that day."""
    for kind in kinds:
        if plan := find_plan(referral, kind):
            plan.ended_on = max(on, plan.started_on)


def _begin(desk: Desk, referral: Referral, kind: str, on: date, **more: object) -> None:
    desk.session.add(Plan(referral=referral, kind=kind, started_on=on, **more))


def _count_before(desk: Desk, referral: Referral, said: int | None) -> int:
    """How many the child had before: those that are recorded or, where somebody knows of more, as many as they say."""
    with seeing_all(desk):  # they may be another locality's
        recorded = count_protection_plans(desk.session, referral.person.identity_id)
    if said is not None and said < recorded:
        raise invalid("previous_plans", f"{recorded} are recorded here. Leave this empty, or give a higher number.")
    return recorded if said is None else said


def _day(desk: Desk, said: date | None, field: str) -> date:
    """The day that was said, or today. Invalid for one that has not come yet."""
    if said and said > desk.today:
        raise invalid(field, "That day has not come yet. Give the day on which it was done.")
    return said or desk.today


def _say(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
