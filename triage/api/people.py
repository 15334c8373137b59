"""The records of people for systems: which are one person's, and saying so or taking it back."""

from typing import Any
from uuid import UUID

from flask import g
from flask_smorest import Blueprint

from triage.api.access import may, note_shown
from triage.models import Merge
from triage.schemas.person import MergeOutSchema, MergeSchema, RecordsSchema, UndoMergeSchema
from triage.services.merging import MergePeople, UndoMerge, merge_people, undo_merge
from triage.services.people import get_person
from triage.store.merges import list_merges, list_records

blueprint = Blueprint("api_people", __name__, url_prefix="/api/v1", description="Which records are one person's")


@blueprint.get("/people/<uuid:person_id>/records")
@may("person.merge")
@blueprint.response(200, RecordsSchema)
def read_records(person_id: UUID) -> Any:
    """Every record that counts as this person's, and what was said of each, also what was taken back."""
    get_person(g.desk, person_id, "person_id")
    records = list_records(g.desk.session, [person_id])
    merges = list_merges(g.desk.session, [each.id for each in records])
    note_shown({key for each in merges for key in (each.person_id, each.other_id)} | {each.id for each in records})
    return {"records": records, "merges": merges}


@blueprint.post("/people/<uuid:person_id>/merges")
@may("person.merge")
@blueprint.arguments(MergeSchema)
@blueprint.response(201, MergeOutSchema)
def post_merge(said: dict[str, Any], person_id: UUID) -> Any:
    """Say that another record is the same person's. Both stay whole, and undecided enquiries are weighed again."""
    return _show(merge_people(g.desk, MergePeople(person_id=person_id, **said)))


@blueprint.post("/merges/<uuid:merge_id>/undo")
@may("person.merge")
@blueprint.arguments(UndoMergeSchema)
@blueprint.response(200, MergeOutSchema)
def post_undo(said: dict[str, Any], merge_id: UUID) -> Any:
    """Say that they are two people after all. What was said stays on record."""
    return _show(undo_merge(g.desk, UndoMerge(merge_id=merge_id, **said)))


def _show(merge: Merge) -> Merge:
    note_shown([merge.person_id, merge.other_id])
    return merge
