"""Letters to a partner who is asked, or has not answered: to the agency, and then to its named lead."""

from collections.abc import Mapping
from email.headerregistry import Address
from typing import Any
from uuid import UUID

from triage.models import AgencyCheck
from triage.services.desk import Desk
from triage.services.letters import Letter, NoLongerNeeded, say_instant
from workflows.agency_check import WAITING

ANSWERS = (
    'To know nothing is an answer: say "nothing known". If you may not tell us, say why. Say the reference, and send no'
    " names by email. If a child is in danger now ring 999, and then us."
)


def ask_partner(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """To an agency of which nobody would see the question otherwise: we ask."""
    check = _find_waiting(desk, payload)
    contact = desk.pack.contacts[check.agency_code]
    text = f"{_say_asked(desk, check)}\n\n{ANSWERS}\n"
    return Letter((contact["email"],), f"A question to you: enquiry {check.enquiry.reference}", text)


def chase_partner(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """To the agency: we wait for an answer."""
    check = _find_waiting(desk, payload)
    contact = desk.pack.contacts[check.agency_code]
    text = f"{_say_asked(desk, check)}\n\nPlease answer. {ANSWERS}\n"
    return Letter((contact["email"],), f"Please answer: enquiry {check.enquiry.reference}", text)


def tell_lead(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """To the agency's named lead: your people have not answered."""
    check = _find_waiting(desk, payload)
    lead = desk.pack.contacts[check.agency_code]["lead"]
    text = (
        f"To {lead['name']}\n\n{_say_asked(desk, check)}\n\nYou are the lead whom we agreed to tell. Please see that it"
        f" is answered today. {ANSWERS}\n"
    )
    to = Address(lead["name"], addr_spec=lead["email"])
    return Letter((to,), f"Not answered: enquiry {check.enquiry.reference}", text)


def _find_waiting(desk: Desk, payload: Mapping[str, Any]) -> AgencyCheck:
    check = desk.session.get_one(AgencyCheck, UUID(payload["check_id"]))
    if check.state not in WAITING:
        raise NoLongerNeeded(f"The check was {check.state.replace('_', ' ')} before it went.")
    return check


def _say_asked(desk: Desk, check: AgencyCheck) -> str:
    """When we asked, under which reference, and by when we need the answer."""
    zone, agency = desk.pack.calendar.zone, desk.pack.agencies[check.agency_code]
    asked = f"At {say_instant(check.requested_at, zone)} we asked {agency} what it knows about our enquiry"
    clocks = (clock for clock in check.enquiry.clocks if clock.agency_check_id == check.id)
    clock = next((each for each in clocks if each.state == "running"), None)
    if clock is None:
        return f"{asked} {check.enquiry.reference}."
    was = "was due" if clock.due_at < desk.now else "is due"
    return f"{asked} {check.enquiry.reference}. The answer {was} by {say_instant(clock.due_at, zone)}."
