"""Search over all that one may see."""

from typing import Any

from flask import Blueprint, render_template, request

from triage.errors import Invalid
from triage.schemas.search import SearchSchema
from triage.services.reading import people_of
from triage.services.searching import search
from triage.web.access import may, note_shown, open_desk
from triage.web.forms import errors_by_field, load

blueprint = Blueprint("search", __name__, url_prefix="/search")


@blueprint.get("")
@may("search.read")
def show() -> Any:
    """Where one types what one knows."""
    return render_template("search.html", found=None, errors={}, values=request.args)


@blueprint.post("")
@may("search.read")
def find() -> Any:
    """What is found, asked by POST so that no name stands in an address. What was typed is kept in no draft."""
    try:
        asked = load(SearchSchema(), {"q": request.form.get("q", "")})
        with open_desk() as desk:
            found = search(desk, asked["q"])
            page = render_template("search.html", found=found, errors={}, values=request.form)
            note_shown(desk, people_of(found.cases).union(hit.candidate.person.id for hit in found.hits))
            return page
    except Invalid as refusal:
        page = render_template("search.html", found=None, errors=errors_by_field(refusal), values=request.form)
        return page, refusal.status
