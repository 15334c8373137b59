"""What was gathered or released, kept sealed: the database holds nothing of it that it could read, and not for ever."""

from datetime import timedelta
from uuid import UUID

from triage.access.vault import Vault
from triage.errors import Conflict, NotFound, Problem
from triage.models import AccessExport, AccessRequest
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.rights.material import Material
from triage.store.access_requests import list_exports
from triage.store.locking import lock

PURPOSE = "exports"
KEPT = timedelta(days=30)
EXPIRED = Problem("expired", "This copy has expired: copies are kept for 30 days. Record a new request.")


def keep(desk: Desk, vault: Vault, request: AccessRequest, kind: str, content: bytes) -> AccessExport:
    """Seal the content and keep it for thirty days."""
    export = AccessExport(
        request_id=request.id,
        kind=kind,
        sealed=vault.seal(PURPOSE, content),
        made_at=desk.now,
        made_by_id=desk.actor.id,
        expires_at=desk.now + KEPT,
    )
    desk.session.add(export)
    desk.session.flush()
    return export


def prepared_too_long_ago(desk: Desk, request: AccessRequest) -> bool:
    """Whether what was gathered may have changed since."""
    return request.prepared_at is not None and request.prepared_at + KEPT <= desk.now


def find_material(desk: Desk, request: AccessRequest) -> AccessExport:
    """What was gathered last. NotFound where nothing was, or it is not this person's to see."""
    found = list_exports(desk.session, request.id, "material")
    if not found:
        raise NotFound(Problem("not_found", "Nothing has been gathered yet, or it is not yours to see."))
    return found[-1]


def open_material(desk: Desk, vault: Vault, request: AccessRequest) -> Material:
    """What was gathered last, readable. Conflict where the request was over and its content has gone."""
    sealed = find_material(desk, request).sealed
    if not sealed:
        raise Conflict(EXPIRED)
    return Material.from_bytes(vault.unseal(PURPOSE, sealed))


def download(desk: Desk, vault: Vault, request_id: UUID, kind: str) -> tuple[AccessRequest, bytes]:
    """A released copy. That it was taken, and by whom, is on record. NotFound, or Conflict once it has expired."""
    request = lock(desk.session, AccessRequest, request_id)
    found = list_exports(desk.session, request.id, kind) if kind != "material" else []
    if not found:
        raise NotFound(Problem("not_found", "There is no such copy, or it is not yours to see."))
    if found[-1].expires_at <= desk.now:
        raise Conflict(EXPIRED)
    record(desk, request, "access_downloaded", kind=kind)
    return request, vault.unseal(PURPOSE, found[-1].sealed)
