"""The directory of early help services for systems, as the Human Services Data Specification 3 has it: read-only."""

from typing import Any
from uuid import UUID

from flask import g
from flask_smorest import Blueprint

from triage.api.access import may
from triage.schemas.directory import HsdsPageSchema, HsdsServiceSchema, ServicesQuery
from triage.services.directory import tell
from triage.store.directory import get_service, page_of_services

blueprint = Blueprint("api_directory", __name__, url_prefix="/api/v1", description="Early help services, as HSDS 3")


@blueprint.get("/services")
@may("directory.read")
@blueprint.arguments(ServicesQuery, location="query")
@blueprint.response(200, HsdsPageSchema)
def read_services(query: dict[str, int]) -> Any:
    """The active services by name, each whole. A page of them is a file that `triage directory import` takes."""
    number, size = query["page"], query["per_page"]
    rows, total = page_of_services(g.desk.session, number, size)
    pages = -(-total // size)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(rows),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not rows,
        "contents": [tell(service, said) for service, said in rows],
    }


@blueprint.get("/services/<uuid:service_id>")
@may("directory.read")
@blueprint.response(200, HsdsServiceSchema)
def read_service(service_id: UUID) -> Any:
    """One service, whole, whether it is active or not."""
    service, said = get_service(g.desk.session, service_id)
    return tell(service, said)
