"""Queues for systems: how much waits where, and what is worst."""

from dataclasses import asdict
from typing import Any

from flask import g
from flask_smorest import Blueprint

from triage.api.access import may, note_shown
from triage.schemas.queue import FilledQueueSchema, QueueListSchema, QueueQuery
from triage.services.reading import people_of
from triage.store.queues import get_queue, list_enquiries, list_queues, list_referrals

blueprint = Blueprint("api_queues", __name__, url_prefix="/api/v1", description="Where everything open waits")
LISTS = {"enquiries": list_enquiries, "referrals": list_referrals}


@blueprint.get("/queues")
@may("queues.read")
@blueprint.response(200, QueueListSchema)
def read_queues() -> Any:
    """Every queue and how many wait in it. Whatever is open waits in exactly one."""
    return {"items": list_queues(g.desk.session, g.desk.pack.teams)}


@blueprint.get("/queues/<name>")
@may("queues.read")
@blueprint.arguments(QueueQuery, location="query")
@blueprint.response(200, FilledQueueSchema)
def read_queue(query: dict[str, Any], name: str) -> Any:
    """What waits in a queue, the most overdue first."""
    queue = get_queue(g.desk.session, g.desk.pack.teams, name)
    waiting = LISTS[queue.holds](g.desk.session, name, limit=query["limit"])
    note_shown(people_of(waiting))
    return asdict(queue) | dict.fromkeys(LISTS, ()) | {queue.holds: waiting}
