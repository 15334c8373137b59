"""A family that was said of somebody described is that of whoever they turn out to be."""

from triage.models import Person, Relationship
from triage.services.desk import Desk
from triage.services.events import record
from triage.store.locking import lock_people
from triage.store.relationships import list_relationships

RECOGNISED = "It was said of a description: it is said again of whom this is."


def pass_on_family(desk: Desk, described: Person, known: Person) -> None:
    """Say again of the person known what stands of the one described, in the same words, and take the first back."""
    rows = [each for each in list_relationships(desk.session, [described.id]) if not each.withdrawn_at]
    if not rows:
        return
    lock_people(desk.session, {key for each in rows for key in (each.person_id, each.relative_id, known.id)})
    for each in rows:
        each.withdrawn_at, each.withdrawn_by_id, each.withdrawn_reason = desk.now, desk.actor.id, RECOGNISED
        desk.session.flush()
        pair = {name: known.id if key == described.id else key for name, key in _pair(each).items()}
        if pair["person_id"] != pair["relative_id"]:
            desk.session.add(_again(desk, each, pair))
    record(desk, known, "family_passed_on", described=str(described.id))


def _pair(row: Relationship) -> dict[str, object]:
    return {"person_id": row.person_id, "relative_id": row.relative_id}


def _again(desk: Desk, row: Relationship, pair: dict[str, object]) -> Relationship:
    return Relationship(
        **pair,
        kind=row.kind,
        since=row.since,
        until=row.until,
        known_by=row.known_by,
        said_at=desk.now,
        said_by_id=desk.actor.id,
    )
