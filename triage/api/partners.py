"""For partners' systems: the checks that their agency was asked, and what became of what they sent."""

from typing import Any

from flask import g
from flask_smorest import Blueprint

from triage.api.access import may, note_shown
from triage.api.present import present_asked
from triage.schemas.partner import AskedListSchema, SentListSchema
from triage.services.partners import show_asked, show_sent

blueprint = Blueprint("api_partners", __name__, url_prefix="/api/v1", description="For partners of the hub")


@blueprint.get("/checks")
@may("check.read")
@blueprint.response(200, AskedListSchema)
def read_checks() -> Any:
    """What this agency is asked, while the enquiry is open: whom it is about, by when, and what may be done."""
    asked = show_asked(g.desk)
    items = [present_asked(each) for each in asked]
    note_shown(person for each in asked for person in each.people)
    return {"items": items}


@blueprint.get("/sent")
@may("sent.read")
@blueprint.response(200, SentListSchema)
def read_sent() -> Any:
    """What became of the enquiries that this system sent: a safe word, and nothing of what was found or decided."""
    return {"items": show_sent(g.desk)}
