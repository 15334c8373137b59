"""The why-not ledger for managers: of the decisions that passed over a higher route, some at random, with the reasons.

What people wrote may name a child, so this is for those who may read the enquiries themselves.
"""

from datetime import datetime, time
from typing import Any

from flask import Blueprint, render_template, request

from triage.errors import Invalid, invalid
from triage.store.why_nots import sample_why_nots
from triage.web.access import may, note_shown, open_desk
from triage.web.forms import errors_by_field
from triage.web.insight import read_period
from triage.web.words import RUNGS
from workflows.calendar import LONDON

blueprint = Blueprint("why_nots", __name__, url_prefix="/insight/why-nots")
SIZE = 20
MOST = 999_999  # a seed that one can read out


@blueprint.get("")
@may("why_nots.read")
def show() -> Any:
    """A sample of a period, of one route or of all. The address says which, so that others can look at the same."""
    (first, last), errors = read_period()
    rung, seed, wrong = _read_choice()
    since, until = datetime.combine(first, time.min, LONDON), datetime.combine(last, time.max, LONDON)
    with open_desk() as desk:
        sample = sample_why_nots(desk.session, since, until, rung=rung, seed=seed, size=SIZE)
        page = render_template(
            "insight/why_nots.html",
            sample=sample,
            period=(first, last),
            rung=rung,
            rungs=RUNGS,
            seed=seed,
            next_seed=seed % MOST + 1,
            errors=errors | wrong,
        )
        note_shown(desk, (decision.subject.person_id for decision in sample.drawn))
        return page


def _read_choice() -> tuple[str | None, int, dict[str, str]]:
    """The route that was passed over and the seed of the sample, or the usual ones and what was wrong."""
    try:
        return _read_rung(request.args.get("route", "")), _read_seed(request.args.get("seed", "")), {}
    except Invalid as refusal:
        return None, 1, errors_by_field(refusal)


def _read_rung(asked: str) -> str | None:
    if asked and asked not in RUNGS:
        raise invalid("route", f"There is no higher route {asked}. Choose one of the list.")
    return asked or None


def _read_seed(asked: str) -> int:
    if not asked:
        return 1
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= len(str(MOST))) or int(asked) == 0:
        raise invalid("seed", f"The number of the sample is a whole number from 1 to {MOST:,}.")
    return int(asked)
