"""To whom a letter goes: a role, the managers of a locality by name, whoever has a case, a team of the county."""

from collections.abc import Iterable
from email.headerregistry import Address

from triage.models import Enquiry, Referral, User
from triage.services.desk import Desk
from triage.store.covers import list_covering
from triage.store.staff import list_managers

LOCALITYS = "locality_manager"
To = Address | str


def roles(names: Iterable[str], domain: str) -> tuple[str, ...]:
    """The box of each role, which whoever is on duty reads."""
    return tuple(f"{role}@{domain}" for role in names)


def own(user: User, domain: str) -> Address:
    """Somebody's own address."""
    return Address(username=user.username, domain=domain)


def managers_of(desk: Desk, case: Enquiry | Referral, domain: str) -> tuple[To, ...]:
    """The managers of the case's locality, or of a team that serves the whole county, each by name.

    Where there is none, such a team is written to at its own address, and the role at its box.
    """
    code = getattr(case, "team_code", None)  # an enquiry is the hub's
    team = desk.pack.teams.get(code, {})
    locality = None if "email" in team else team.get("locality") or case.locality_code
    managers = list_managers(desk.session, LOCALITYS, locality=locality, team=code)
    boxes = (team["email"],) if "email" in team else roles((LOCALITYS,), domain)
    return tuple(own(each, domain) for each in managers) or boxes


def whoever_has(desk: Desk, case: Referral, domain: str) -> tuple[Address, ...]:
    """The worker who has it, if they are still here, and whoever covers for them."""
    if case.worker is None:
        return ()
    here = (case.worker,) if case.worker.active else ()
    return tuple(own(each, domain) for each in (*here, *list_covering(desk.session, case.worker.id, desk.now)))
