"""From rows to the facts that a policy may look at, and from its answer to a row."""

from datetime import datetime, time
from typing import Any

from rules.explain import decide
from rules.facts import NEVER, Facts
from triage.models import Enquiry, Recommendation, Subject
from triage.services.desk import Desk
from triage.services.policies import policy_for
from triage.store.people import NOTHING_KNOWN, age_in_days, find_history
from workflows.again import first_within_a_year
from workflows.calendar import LONDON


def gather_facts(desk: Desk, enquiry: Enquiry, subject: Subject, *, known_before: bool) -> Facts:
    """What is known of one subject on the day of the enquiry. A person new to us has no history to look for."""
    person, received = subject.person, enquiry.received_at
    history = (
        find_history(desk.session, person.id, _a_year_before(received), received) if known_before else NOTHING_KNOWN
    )
    return Facts(
        kind=person.kind,
        age_days=age_in_days(person, received.astimezone(LONDON).date()),
        mobile=subject.mobile,
        indicators=frozenset(subject.indicators),
        earlier_enquiries_12m=history.earlier_enquiries_12m,
        earlier_nfa_12m=history.earlier_nfa_12m,
        days_since_last_enquiry=_days_since(history.last_enquiry_at, received),
        days_since_case_closed=_days_since(history.case_closed_at, received),
        plan_failed=subject.plan_failed,
        consent=enquiry.consent,
        open_case=history.open_case,
        authority=person.authority,
        out_of_hours=enquiry.out_of_hours,
        source=enquiry.source,
        ehc_request=subject.ehc_request,
        needs_immediate_protection=subject.needs_immediate_protection,
    )


def _a_year_before(at: datetime) -> datetime:
    """When the first day began from which it is twelve months to the local day of that instant, from date to date."""
    return datetime.combine(first_within_a_year(at.astimezone(LONDON).date()), time(), LONDON)


def _days_since(earlier: datetime | None, now: datetime) -> int:
    """Local days between the two, so that yesterday evening is one day ago; NEVER where it never was."""
    if earlier is None:
        return NEVER
    return (now.astimezone(LONDON).date() - earlier.astimezone(LONDON).date()).days


def recommend_for(desk: Desk, enquiry: Enquiry, subject: Subject, *, known_before: bool) -> Recommendation:
    """Ask the policy in force when the enquiry was received, and keep its answer with the facts it was given."""
    recommendation = Recommendation(subject=subject, **ask_policy(desk, enquiry, subject, known_before=known_before))
    desk.session.add(recommendation)
    return recommendation


def ask_policy(desk: Desk, enquiry: Enquiry, subject: Subject, *, known_before: bool) -> dict[str, Any]:
    """What a recommendation's row says, but for whose it is."""
    facts = gather_facts(desk, enquiry, subject, known_before=known_before)
    answer = decide(policy_for(desk, enquiry.received_at), facts)
    return dict(
        made_at=desk.now,
        level=answer.level,
        route=answer.route,
        rag=answer.rag,
        section_47=answer.section_47,
        answer=answer.to_dict(),
        facts=facts.to_dict(),
        policy_name=answer.policy.name,
        policy_version=answer.policy.version,
        policy_hash=answer.policy.hash,
    )
