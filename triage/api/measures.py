"""Measures and the vocabulary, for systems: numbers and words, no names."""

from contextlib import nullcontext
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import current_app, g
from flask_smorest import Blueprint

from triage.access.permissions import has
from triage.api.access import may
from triage.insight.definition import read_measures
from triage.insight.measures import measure
from triage.insight.small import hide_small
from triage.replica import read_numbers
from triage.schemas.measure import IndicatorListSchema, MeasureListSchema, MeasureQuery, MeasureSchema
from triage.services.policies import policy_for
from triage.state import state_of

TOLD = ("name", "title", "question", "definition", "source", "unit", "better", "target", "least")
blueprint = Blueprint(
    "api_measures", __name__, url_prefix="/api/v1", description="Timeliness and outcomes, without names"
)


@blueprint.get("/measures")
@may("measures.read")
@blueprint.response(200, MeasureListSchema)
def list_measures() -> Any:
    """The measures there are."""
    return {"items": list(read_measures().values())}


@blueprint.get("/measures/<name>")
@may("measures.read")
@blueprint.arguments(MeasureQuery, location="query")
@blueprint.response(200, MeasureSchema)
def read_measure(query: dict[str, Any], name: str) -> Any:
    """One measure from one local day to another, both included, whole and by group, and as of when."""
    desk = g.desk
    asked = desk.pack, name, query["first"], query["last"], query.get("by")
    replica, here = state_of(current_app).replica, nullcontext(desk.session)
    answer, old = read_numbers(replica, desk.actor, desk.now, lambda session: measure(session, *asked), here)
    if not has("measures.cases", desk.actor.role):
        answer = hide_small(answer)
    groups = [{"key": key, "label": label} | asdict(figure) for key, label, figure in answer.groups]
    told = {each: getattr(answer.measure, each) for each in TOLD}
    as_of = desk.now - timedelta(seconds=old.behind)
    period = {"first": answer.first, "last": answer.last, "by": query.get("by"), "as_of": as_of}
    return told | period | {"groups": groups} | asdict(answer.whole)


@blueprint.get("/indicators")
@may("indicators.read")
@blueprint.response(200, IndicatorListSchema)
def read_indicators() -> Any:
    """The vocabulary of what may be observed, in the policy now in force."""
    return {"items": list(policy_for(g.desk, g.desk.now).vocabulary.indicators.values())}
