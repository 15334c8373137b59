"""A copy of somebody's record as PDF and as JSON: the same content, without what a reviewer kept out of it."""

import json
from importlib.resources import files
from typing import Any
from uuid import UUID

from triage.access.vault import Vault
from triage.exchange.pdf import make_pdf
from triage.models import AccessRequest
from triage.models.codes import ROLES
from triage.services.desk import Desk
from triage.services.letters import say_instant
from triage.services.rights.judging import show_all
from triage.services.rights.keeping import keep, open_material
from triage.services.rights.material import Item, Material
from triage.services.rights.redacting import Shown
from triage.services.rights.requests import AccessAction, act_on_request

FORMAT = "triage-subject-access-1"
TEMPLATE = "subject_access.typ"
HELD_BACK = "Not included."
NOTICE = (
    "This is a copy of what is held about the person named above. The law gives a right to it (UK GDPR, article 15).",
    "Where it says “[removed]”, words about somebody else have been taken out. Where it says “Not included”, a passage"
    " is left out, because the law says that it must be or may be (Data Protection Act 2018, Schedules 2 and 3).",
    "If you think that something is wrong, you can ask us to put it right. If you are unhappy with our answer, you can"
    " complain to the Information Commissioner.",
)


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
        "notice": list(NOTICE),
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
