"""The records of people for systems: which are one person's, how people are related; saying so, or taking it back."""

from typing import Any
from uuid import UUID

from flask import g
from flask_smorest import Blueprint

from triage.api.access import may, note_shown
from triage.models import Merge, Relationship
from triage.schemas.person import (
    AddNameSchema,
    EndRelationshipSchema,
    FamilySchema,
    MergeOutSchema,
    MergeSchema,
    RecordsSchema,
    RelateSchema,
    RelationshipSchema,
    UndoMergeSchema,
    WithdrawRelationshipSchema,
)
from triage.services.family import gather_families
from triage.services.merging import AddName, MergePeople, UndoMerge, add_name, merge_people, undo_merge
from triage.services.people import get_person
from triage.services.relating import (
    EndRelationship,
    Relate,
    WithdrawRelationship,
    end_relationship,
    relate,
    withdraw_relationship,
)
from triage.store.merges import list_merges, list_records
from triage.store.relationships import list_relationships, people_of_ties

blueprint = Blueprint(
    "api_people", __name__, url_prefix="/api/v1", description="Whose records are whose, and who is related"
)


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


@blueprint.post("/people/<uuid:person_id>/names")
@may("person.merge")
@blueprint.arguments(AddNameSchema)
@blueprint.response(201, MergeOutSchema)
def post_name(said: dict[str, Any], person_id: UUID) -> Any:
    """Keep another name that somebody goes by: a record of its own, which counts as theirs and can be taken back."""
    return _show(add_name(g.desk, AddName(person_id=person_id, **said)))


@blueprint.post("/merges/<uuid:merge_id>/undo")
@may("person.merge")
@blueprint.arguments(UndoMergeSchema)
@blueprint.response(200, MergeOutSchema)
def post_undo(said: dict[str, Any], merge_id: UUID) -> Any:
    """Say that they are two people after all. What was said stays on record."""
    return _show(undo_merge(g.desk, UndoMerge(merge_id=merge_id, **said)))


@blueprint.get("/people/<uuid:person_id>/family")
@may("person.relate")
@blueprint.response(200, FamilySchema)
def read_family(person_id: UUID) -> Any:
    """Who belongs to this person today, who lives with them, and everything that was ever said of it."""
    person = get_person(g.desk, person_id, "person_id")
    family = gather_families(g.desk, [person], g.desk.today)[person.identity_id]
    said = list_relationships(g.desk.session, [person.id])
    note_shown({person.id, *(each.id for each in family.people.values()), *people_of_ties(said)})
    return {"relatives": family.relatives, "household": family.household, "relationships": said}


@blueprint.post("/people/<uuid:person_id>/family")
@may("person.relate")
@blueprint.arguments(RelateSchema)
@blueprint.response(201, RelationshipSchema)
def post_relationship(said: dict[str, Any], person_id: UUID) -> Any:
    """Say how somebody is related to this person. Somebody described for the first time becomes known, in no case."""
    return _show_related(relate(g.desk, Relate(person_id=person_id, **said)))


@blueprint.post("/relationships/<uuid:relationship_id>/end")
@may("person.relate")
@blueprint.arguments(EndRelationshipSchema)
@blueprint.response(200, RelationshipSchema)
def post_end(said: dict[str, Any], relationship_id: UUID) -> Any:
    """Say until when it was so."""
    return _show_related(end_relationship(g.desk, EndRelationship(relationship_id=relationship_id, **said)))


@blueprint.post("/relationships/<uuid:relationship_id>/withdraw")
@may("person.relate")
@blueprint.arguments(WithdrawRelationshipSchema)
@blueprint.response(200, RelationshipSchema)
def post_withdrawal(said: dict[str, Any], relationship_id: UUID) -> Any:
    """Say that it is not so, and never was. What was said stays on record."""
    return _show_related(withdraw_relationship(g.desk, WithdrawRelationship(relationship_id=relationship_id, **said)))


def _show_related(said: Relationship) -> Relationship:
    note_shown([said.person_id, said.relative_id])
    return said


def _show(merge: Merge) -> Merge:
    note_shown([merge.person_id, merge.other_id])
    return merge
