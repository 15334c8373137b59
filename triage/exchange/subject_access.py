"""A copy of somebody's record as PDF and as JSON: the same content, without what a reviewer kept out of it."""

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any
from uuid import UUID

from triage.access.vault import Vault
from triage.exchange.pdf import make_pdf
from triage.models import AccessRequest
from triage.models.codes import ROLES
from triage.services.desk import Desk
from triage.services.letters import say_instant
from triage.services.rights.about_copy import tell_about
from triage.services.rights.keeping import keep, open_material
from triage.services.rights.material import Item, Material
from triage.services.rights.redacting import Shown
from triage.services.rights.requests import AccessAction, act_on_request
from triage.services.rights.showing import show_all

FORMAT = "triage-subject-access-2"
TEMPLATE = "subject_access.typ"
HELD_BACK = "Not included."


def release(desk: Desk, vault: Vault, request_id: UUID, version: int | None = None) -> AccessRequest:
    """Release what was approved, and keep both copies of it sealed. Stale or Conflict, as the table has it."""
    action = AccessAction(request_id=request_id, action="release", version=version)
    request = act_on_request(desk, vault, action)
    document = make_document(desk, request, open_material(desk, vault, request), show_all(desk, vault, request))
    keep(desk, vault, request, "json", json.dumps(document, ensure_ascii=False, indent=1).encode())
    keep(desk, vault, request, "pdf", make_pdf(TEMPLATE, document, made_at=desk.now))
    return request


def make_document(desk: Desk, request: AccessRequest, material: Material, shown: dict[str, Shown]) -> dict[str, Any]:
    """What both copies say, as subject_access.schema.json has it."""
    return {
        "format": FORMAT,
        "reference": request.reference,
        "about": material.about,
        "county": desk.pack.name,
        "made_by": f"{desk.actor.name} ({ROLES[desk.actor.role]})",
        "made_for": request.asked_by,
        "made_at": say_instant(desk.now, desk.pack.calendar.zone),
        "about_this_copy": [asdict(each) for each in tell_about(desk.pack, request)],
        "held_back": HELD_BACK,
        "sections": [
            {"title": each.title, "items": [_tell_item(item, shown) for item in each.items]}
            for each in material.sections
        ],
    }


def _tell_item(item: Item, shown: dict[str, Shown]) -> dict[str, Any]:
    return {
        "heading": item.heading,
        "facts": [{"label": label, "value": value} for label, value in item.facts],
        "passages": [{"label": each.label, "text": shown[each.key].text} for each in item.passages],
    }


def read_schema() -> dict[str, Any]:
    """The JSON Schema of the copy as JSON."""
    return json.loads(files("triage.exchange").joinpath("subject_access.schema.json").read_text(encoding="utf-8"))
