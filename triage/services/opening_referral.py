"""Opening a referral: after a decision, or when a case steps up or down. New information never opens a second one."""

from collections.abc import Sequence
from uuid import UUID

from triage.errors import Conflict, Problem
from triage.models import Decision, Enquiry, Person, Referral, Subject
from triage.models.codes import CLOSURES, SERVICE_OF_ROUTE, TABLES
from triage.services.clocks import start_clocks
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.first_view import name_of
from triage.services.outbox import promise
from triage.services.rights.sharing import log_hand_over
from triage.store.locking import hold, lock, lock_people
from triage.store.people import list_open_cases
from triage.store.references import danger_reference, referral_reference, stepped_reference

# Of these services a person has one case at a time: what is told of them goes to its worker.
ONE_CASE = {"social_care": "social care", "early_help": "early help"}
KNOW_CHILDREN = tuple(ONE_CASE)


def open_referral(desk: Desk, enquiry: Enquiry, decision: Decision) -> Referral:
    """The referral that a decision asks for. Conflict where the child's case with that service is open already."""
    subject, service = decision.subject, SERVICE_OF_ROUTE[decision.route]
    if service in ONE_CASE and hold_open_case(desk, subject.person_id, service):
        message = (
            f"{name_first(subject)} has an open {ONE_CASE[service]} case. Choose the route existing_case: the"
            " allocated worker gets the new information."
        )
        raise Conflict(Problem("case_open", message))
    return _begin(
        desk,
        subject.person,
        service,
        reference=_next_reference(enquiry, subject.ordinal),
        enquiry=enquiry,
        subject=subject,
        level=decision.level,
        rag="red" if decision.section_47 else enquiry.rag,
        section_47=decision.section_47,
        source=enquiry.source,
        district_code=enquiry.district_code,
        locality_code=enquiry.locality_code,
        to_authority=_authority_of(desk, enquiry, subject) if service == "other_authority" else None,
    )


def _authority_of(desk: Desk, enquiry: Enquiry, subject: Subject) -> str | None:
    """The name of the authority where the child lives by the address we have; None where that names no other."""
    code = subject.person.authority
    return desk.pack.neighbour_names.get(enquiry.authority if code == "unknown" else code)


def name_first(subject: Subject) -> str:
    """What somebody is called where a sentence begins with it."""
    name = name_of(subject)
    return name[0].upper() + name[1:]


def _next_reference(enquiry: Enquiry, ordinal: int) -> str:
    """Once more than have been given: where somebody was split off, another may have their place in the enquiry now."""
    first = referral_reference(enquiry.reference, ordinal, 0)
    given = (each.reference for each in enquiry.referrals if each.stepped_from_id is None)
    earlier = sum(each == first or each.startswith(f"{first}.") for each in given)
    return referral_reference(enquiry.reference, ordinal, earlier)


def hold_open_case(desk: Desk, person_id: UUID, service: str = "social_care") -> Referral | None:
    """The person's open case with a service, the latest if several; None where there is none: see hold_cases."""
    held = hold_cases(desk, person_id, (service,))
    return held[-1] if held else None


def hold_cases(desk: Desk, person_id: UUID, services: Sequence[str] = KNOW_CHILDREN) -> list[Referral]:
    """Every open case of the person with these services, locked, the earliest first: nobody opens one meanwhile.

    Another host's clock may be ahead of this one's: a case that is open is open, whenever it was made.
    """
    lock_people(desk.session, [person_id])
    held = (lock(desk.session, Referral, key) for key in list_open_cases(desk.session, person_id, services))
    return [case for case in held if case.state != "closed"]


def open_after(desk: Desk, before: Referral, service: str, *, danger: str = "", lead: str = "") -> Referral:
    """The referral that a case steps up or down to, or that a danger calls for, which it tells: same child, own clocks.

    Conflict where a step meets a case with that service that is open already.
    """
    if not danger:
        _refuse_second_case(desk, before, service)
    stays = before.state != "closed"
    return _begin(
        desk,
        before.person,
        service,
        reference=danger_reference(desk.session, before) if stays else stepped_reference(before.reference),
        enquiry=before.enquiry,
        subject=before.subject,
        stepped_from=before,
        level=4 if service == "social_care" else 3,
        rag="red" if danger else before.rag,
        section_47=bool(danger),
        why=danger,
        source="5D" if service == "social_care" else before.source,
        district_code=before.district_code,
        locality_code=before.locality_code,
        lead_practitioner=lead,
    )


def _refuse_second_case(desk: Desk, before: Referral, service: str) -> None:
    case = hold_open_case(desk, before.person_id, service)
    if case is None:
        return
    where = desk.pack.teams[case.team_code]["name"] if case.team_code else "waiting for a team"
    message = f"The child has an open {ONE_CASE[service]} case ({where}): talk to its worker, and close this referral"
    close_as = f' as "{CLOSURES["RC9"]}"' if before.service == "social_care" else ""
    raise Conflict(Problem("case_open", f"{message}{close_as}."))


def _begin(desk: Desk, person: Person, service: str, *, why: str = "", **details: object) -> Referral:
    table = TABLES[service]
    referral = Referral(
        person=person,
        service=service,
        state=table.initial,
        workflow_version=table.version,
        requested_at=desk.now,
        team_code=_only_team(desk, service),
        **details,
    )
    desk.session.add(referral)
    desk.session.flush()  # first the case, then its log: a locality may write in the log of a case that it sees
    hold(desk.session, referral)
    begun = {"reference": referral.reference, "service": service, "section_47": referral.section_47}
    if referral.to_authority:
        begun["to"] = referral.to_authority
    if why:
        begun |= {"reason": why, "told_by": referral.stepped_from.reference}
    record(desk, referral, table.begins, **begun)
    owed = table.section_47_opens if referral.section_47 else ()
    start_clocks(desk, referral, (*table.opens, *owed), table.begins)
    if referral.team_code:
        promise(desk, "tell_team", referral_id=str(referral.id))
        log_hand_over(desk, referral, desk.pack.teams[referral.team_code]["name"])
    if referral.to_authority:
        log_hand_over(desk, referral, referral.to_authority)
    return referral


def _only_team(desk: Desk, service: str) -> str | None:
    """Where one team of the county does a service, there is nobody to choose between."""
    teams = tuple(desk.pack.teams_of(service))
    return teams[0] if len(teams) == 1 and service not in ("social_care", "early_help") else None
