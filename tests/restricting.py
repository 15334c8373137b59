"""Restricted records as far as a test needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from triage.access.actor import SYSTEM
from triage.database import act_as
from triage.models import Restriction
from triage.services.desk import Desk
from triage.services.restricting import Restrict, restrict

MAKER = "mash_manager"


@contextmanager
def at_desk_of(office: Any, who: str) -> Iterator[Desk]:
    """Somebody's desk as the database sees them, at a time that it is told; after it the test's own again."""
    office.session.flush()
    act_as(office.session, office.actor(who), office.clock.now())
    try:
        yield office.desk(who)
        office.session.flush()
    finally:
        act_as(office.session, SYSTEM)


def few_see(office: Any, enquiry_id: UUID, ordinal: int = 1) -> Restriction:
    """A manager restricts the records of an enquiry's subject: they see them, and whoever has a case of the child."""
    with at_desk_of(office, MAKER) as desk:
        return restrict(desk, Restrict(enquiry_id=enquiry_id, ordinal=ordinal, reason="A colleague's child"))
