"""What becomes known of a child whose case is open goes to the worker who has it: no second case is opened."""

from collections.abc import Iterable

from triage.errors import Conflict, Problem
from triage.models import Decision, Enquiry, Merge, Referral
from triage.models.codes import TABLES
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.opening_referral import KNOW_CHILDREN, hold_cases, hold_open_case, name_first
from triage.services.outbox import promise
from triage.services.protecting import ASKED, raise_case
from triage.store.locking import lock_people


def tell_cases(desk: Desk, enquiry: Enquiry, cases: Iterable[Referral]) -> None:
    """There is news in that enquiry: each case's log says so, and its worker is written to."""
    for case in cases:
        record(desk, case, "information_received", enquiry=enquiry.reference, enquiry_id=str(enquiry.id))
        promise(desk, "tell_worker", referral_id=str(case.id), enquiry_id=str(enquiry.id))


def tell_of_records(desk: Desk, event: str, merge: Merge) -> None:
    """Which records are a child's is said otherwise now: the log of each of their open cases says so, and its worker
    is written to."""
    held = (case for key in (merge.person_id, merge.other_id) for case in hold_cases(desk, key, tuple(TABLES)))
    for case in dict.fromkeys(held):
        record(desk, case, event, merge=str(merge.id))
        promise(desk, "tell_worker", referral_id=str(case.id), merge_id=str(merge.id))


def tell_every_case(desk: Desk, enquiry: Enquiry) -> bool:
    """News of everybody whom the enquiry is about, to whichever service has a case. Whether there was one to tell."""
    people = [subject.person_id for subject in enquiry.subjects]
    lock_people(desk.session, people)
    cases = [case for key in people for case in hold_cases(desk, key, tuple(TABLES))]
    tell_cases(desk, enquiry, cases)
    return bool(cases)


def tell_open_case(desk: Desk, enquiry: Enquiry, decision: Decision) -> Referral:
    """Put the enquiry in the log of the child's open case and write to its worker. Conflict where there is none.

    Social care's case is told first, then early help's. Section 47 is social care's alone: its discussion is asked for.
    """
    referral = _find_case(desk, decision)
    if decision.section_47:
        raise_case(desk, referral, ASKED, decision.reason, enquiry)
        promise(desk, "tell_worker", referral_id=str(referral.id), enquiry_id=str(enquiry.id))
    else:
        tell_cases(desk, enquiry, [referral])
    return referral


def _find_case(desk: Desk, decision: Decision) -> Referral:
    subject = decision.subject
    services = ("social_care",) if decision.section_47 else KNOW_CHILDREN
    held = (hold_open_case(desk, subject.person_id, service) for service in services)
    referral = next(filter(None, held), None)
    if referral is None:
        where = " with social care" if decision.section_47 else ""
        message = f"{name_first(subject)} has no open case{where}. Choose another route."
        raise Conflict(Problem("no_open_case", message))
    return referral
