"""For partners' systems: the checks that their agency was asked, and what became of what they sent."""

from typing import Any

from flask import g
from flask_smorest import Blueprint

from triage.api.access import may, note_shown
from triage.api.present import present_asked
from triage.schemas.disagreement import DisagreeSchema
from triage.schemas.partner import AskedListSchema, SentListSchema, SentSchema
from triage.services.disagreeing import disagree_as_sender
from triage.services.partners import show_asked, show_one_sent, show_sent

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


@blueprint.get("/sent/<reference>")
@may("sent.read")
@blueprint.response(200, SentSchema)
def read_one_sent(reference: str) -> Any:
    """What became of one of them."""
    return show_one_sent(g.desk, reference)


@blueprint.post("/sent/<reference>/disagreements")
@may("sent.disagree")
@blueprint.arguments(DisagreeSchema)
@blueprint.response(201, SentSchema)
def post_disagreement(said: dict[str, str], reference: str) -> Any:
    """Say that one disagrees with what was decided: by when a manager answers. Once at a time, and twice at most."""
    disagree_as_sender(g.desk, reference, said.get("words", ""))
    g.desk.session.flush()
    return show_one_sent(g.desk, reference)
