"""Open cases moved to a newer version of their workflow's table, by what the table itself says and each with an event.

Run after the schema is brought up to date, and before anybody works: what stands on an earlier version is not worked.
"""

from collections.abc import Iterator

from sqlalchemy import select, true

from triage.models import AgencyCheck, Enquiry, Referral, Transfer
from triage.models.codes import TABLES
from triage.services.desk import Desk
from triage.services.events import record
from triage.store.locking import lock
from workflows.agency_check import AGENCY_CHECK
from workflows.definition import Table
from workflows.enquiry import ENQUIRY
from workflows.transfer import TRANSFER

Row = Enquiry | Referral | AgencyCheck | Transfer


def move_cases(desk: Desk) -> int:
    """Move every row that stands on an earlier version; how many. Nothing else of it changes."""
    earlier = list(_find_earlier(desk))
    for row, table in earlier:
        _move(desk, row, table)
    desk.session.flush()
    return len(earlier)


def _move(desk: Desk, row: Row, table: Table) -> None:
    before, version = row.state, row.workflow_version
    for number in range(version, table.version):
        row.state = table.moves[number].get(row.state, row.state)
    row.workflow_version = table.version
    moved = {"workflow": table.name, "from_version": version, "to_version": table.version}
    record(desk, _case_of(desk, row), "workflow_moved", before=before, after=row.state, **moved)


def _case_of(desk: Desk, row: Row) -> Enquiry | Referral:
    """In whose log it is told."""
    if isinstance(row, AgencyCheck):
        return lock(desk.session, Enquiry, row.enquiry_id)
    return lock(desk.session, Referral, row.referral_id) if isinstance(row, Transfer) else row


def _find_earlier(desk: Desk) -> Iterator[tuple[Row, Table]]:
    of_service = [(Referral, table, Referral.service == service) for service, table in TABLES.items()]
    others = [(Enquiry, ENQUIRY, true()), (AgencyCheck, AGENCY_CHECK, true()), (Transfer, TRANSFER, true())]
    for model, table, which in (*others, *of_service):
        query = select(model).where(which, model.workflow_version < table.version).order_by(model.id)
        for row in desk.session.scalars(query).all():
            _case_of(desk, row)  # held before what belongs to it, as every action takes the two
            yield lock(desk.session, model, row.id), table
