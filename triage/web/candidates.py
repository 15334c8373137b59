"""Who is known already of somebody who is being typed in: part of the page on which an enquiry is logged."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from triage.services.people import NewPerson, find_matches
from triage.web.access import may, note_shown, open_desk
from workflows.enquiry import RECOGNISES

blueprint = Blueprint("candidates", __name__, url_prefix="/people/candidates")
PLACE = re.compile(r"subjects\.[0-9]{1,2}")
LEAST = 2  # letters of a name before anybody is looked for
LONGEST = 200  # characters of what is looked for by
SHOWN = 5


@blueprint.post("")
@may("person.look")
def show() -> Any:
    """Those who are likely to be the one described so far, with the evidence, to choose from; nothing for too little.

    It is asked by POST, though it changes nothing, so that no name stands in an address. Of restricted records it says
    nothing, or somebody could try one name and place after another: the enquiry's page hints at them once it is logged.
    """
    described, at = read_described(request.form), request.form.get("at", "")
    if described is None or not PLACE.fullmatch(at):
        return ""
    with open_desk() as desk:
        found = find_matches(desk, described, SHOWN)
        note_shown(desk, {each.person.id for each in found})
        return render_template(
            "mash/candidates.html",
            at=at,
            found=found,
            recognises=desk.actor.role in RECOGNISES,
            chosen=request.form.get("known", ""),
        )


def read_described(said: MultiDict[str, str]) -> NewPerson | None:
    """The person as far as they are typed; None where that is too little to look for anybody by."""
    told = {name: said.get(name, "").strip()[:LONGEST].replace("\x00", "") for name in ("given_name", "family_name")}
    if max(map(len, told.values())) < LEAST:
        return None
    postcode = said.get("postcode", "").strip()[:LONGEST].replace("\x00", "")
    return NewPerson(**told, birth_date=_read_date(said), postcode=postcode or None)


def _read_date(said: MultiDict[str, str]) -> date | None:
    try:
        return date(*(int(said.get(part, "")) for part in ("year", "month", "day")))
    except (ValueError, OverflowError):
        return None
