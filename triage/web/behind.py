"""The cases behind a number of a measure, for whoever may see cases. The address says which, so that it can be kept."""

from typing import Any

from flask import Blueprint, current_app, render_template, request

from triage.errors import Invalid, NotFound, Problem, invalid
from triage.insight.behind import PAGE, Behind, get_listed, list_behind
from triage.insight.labels import label_of
from triage.schemas.measure import BehindQuery
from triage.services.reading import people_of
from triage.state import state_of
from triage.web.access import may, note_shown, open_desk
from triage.web.forms import load, read_page_number

blueprint = Blueprint("behind", __name__, url_prefix="/measures")
ASKED = ("from", "to", "by", "key", "counted")


@blueprint.get("/<name>/cases")
@may("measures.cases")
def show(name: str) -> Any:
    """The cases of one number, the latest first, and how many of them are not this person's to see."""
    asked, page = read_asked(name), read_page_number(request.args)
    with open_desk() as desk:
        found = list_behind(desk.session, asked, page)
        shown = render_template(
            "insight/behind.html",
            asked=asked,
            measure=get_listed(name),
            group=label_of(desk.pack, asked.by, asked.key) if asked.by else "",
            found=found,
            page=page,
            pages=-(-found.seen // PAGE),
            chosen={key: request.args[key] for key in ASKED if request.args.get(key)},
        )
        note_shown(desk, people_of(row.case for row in found.rows))
        return shown


def read_asked(name: str) -> Behind:
    """Which number the address is of. NotFound, saying what there is, for one that there is not."""
    measure = get_listed(name)
    try:
        query = load(BehindQuery(), {key: request.args[key] for key in ASKED if request.args.get(key)})
        if ("by" in query) != ("key" in query):
            raise invalid("key", "Say both by what and which, or neither.")
    except Invalid as refusal:
        raise NotFound(*refusal.problems) from refusal
    if "by" in query and query["by"] not in measure.by:
        raise NotFound(Problem("unknown_group", f"It is not told apart by {query['by']}.", "by"))
    if "by" in query:
        label_of(state_of(current_app).pack, query["by"], query["key"])
    return Behind(name=name, **query)
