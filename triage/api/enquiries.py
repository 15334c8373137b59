"""Enquiries for systems: log one, read them, act on one, decide.

A token is a system's, so what the policy recommends is in every answer. A person is shown it on the pages, once they
have recorded their own first view there; the API tells those views and takes none but what is sent while logging.
Whoever decides is a person, by whatever way the decision comes: theirs waits for their own first view here as well.
"""

from typing import Any
from uuid import UUID

from flask import g, url_for
from flask_smorest import Blueprint

from triage.api.access import may, note_shown, read_version, read_version_for
from triage.api.present import present_check, present_enquiry, present_unseen
from triage.models import Enquiry
from triage.models.codes import ENQUIRY_STATES, OUTSIDE
from triage.schemas.agency_check import CheckActionSchema
from triage.schemas.enquiry import (
    CheckSchema,
    DecideSchema,
    EnquiryActionSchema,
    EnquiryPageSchema,
    EnquirySchema,
    EventListSchema,
    LinkPersonSchema,
    LogEnquirySchema,
    MatchListSchema,
    PageQuery,
    SaySeenSchema,
)
from triage.schemas.fields import code
from triage.services.checks import CheckAction, act_on_check
from triage.services.deciding import Decide, decide
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.linking import LinkPerson, link_person
from triage.services.logging_enquiry import LogEnquiry, log_enquiry
from triage.services.people import find_matches
from triage.services.reading import people_of
from triage.services.saying_seen import SaySeen, say_seen
from triage.store.enquiries import find_people_in, get_enquiry, list_enquiries, list_events
from triage.store.seeing import is_seen
from workflows.definition import IMMEDIATE_DANGER

blueprint = Blueprint("api_enquiries", __name__, url_prefix="/api/v1", description="What worried people told the hub")


class EnquiryQuery(PageQuery):
    """Which enquiries."""

    state = code(ENQUIRY_STATES)


@blueprint.post("/enquiries")
@may("enquiry.log")
@blueprint.arguments(LogEnquirySchema)
@blueprint.response(201, EnquirySchema)
def post_enquiry(command: LogEnquiry) -> Any:
    """Log an enquiry: its people, what the policy recommends for each, its clocks, and what may be done now.

    A partner is told its id, reference and state: what the hub knows and makes of it is the hub's.
    """
    enquiry = log_enquiry(g.desk, command)
    shown, headers = present_unseen(enquiry) if g.desk.actor.role in OUTSIDE else present_enquiry(enquiry)
    return shown, 201, headers | {"Location": url_for("api_enquiries.read_enquiry", enquiry_id=enquiry.id)}


@blueprint.get("/enquiries")
@may("enquiry.read")
@blueprint.arguments(EnquiryQuery, location="query")
@blueprint.response(200, EnquiryPageSchema)
def read_enquiries(query: dict[str, Any]) -> Any:
    """Enquiries, latest received first."""
    page = list_enquiries(g.desk.session, state=query.get("state"), cursor=query.get("cursor"), limit=query["limit"])
    note_shown(find_people_in(g.desk.session, [enquiry.id for enquiry in page.rows]))
    return {"items": page.rows, "next_cursor": page.next_cursor}


@blueprint.get("/enquiries/<uuid:enquiry_id>")
@may("enquiry.read")
@blueprint.response(200, EnquirySchema)
def read_enquiry(enquiry_id: UUID) -> Any:
    """One enquiry, whole. Its ETag is what an action's If-Match must say."""
    shown, headers = present_enquiry(get_enquiry(g.desk.session, enquiry_id))
    return shown, 200, headers


@blueprint.get("/enquiries/<uuid:enquiry_id>/events")
@may("enquiry.read")
@blueprint.response(200, EventListSchema)
def read_enquiry_events(enquiry_id: UUID) -> Any:
    """All that happened to an enquiry, in order."""
    enquiry, events = get_enquiry(g.desk.session, enquiry_id), list_events(g.desk.session, enquiry_id)
    note_shown(people_of([enquiry]), enquiry)
    return {"items": events}


@blueprint.get("/enquiries/<uuid:enquiry_id>/subjects/<int:ordinal>/matches")
@may("enquiry.read")
@blueprint.response(200, MatchListSchema)
def read_matches(enquiry_id: UUID, ordinal: int) -> Any:
    """People known already who may be this subject, with the evidence. A person says which, if any."""
    enquiry = get_enquiry(g.desk.session, enquiry_id)
    people = [subject.person for subject in enquiry.subjects if subject.ordinal == ordinal]
    found = [match for person in people for match in find_matches(g.desk, person)]
    note_shown({each.id for each in people} | {match.person.id for match in found}, enquiry)
    return {"items": found}


@blueprint.post(f"/enquiries/<uuid:enquiry_id>/actions/{IMMEDIATE_DANGER}")
@may("enquiry.danger")
@blueprint.arguments(EnquiryActionSchema)
@blueprint.response(200, EnquirySchema)
def post_enquiry_danger(details: dict[str, Any], enquiry_id: UUID) -> Any:
    """Immediate danger: protect everybody whom it is about. Whatever else changed meanwhile, so without If-Match.

    On an enquiry that was joined to another it is declared on that one, which is the answer. Of one that the caller
    does not see (any more) that is no more than its id, reference and state, without an ETag.
    """
    return _act(EnquiryAction(enquiry_id=enquiry_id, action=IMMEDIATE_DANGER, **details))


@blueprint.post("/enquiries/<uuid:enquiry_id>/actions/<action>")
@may("enquiry.act")
@blueprint.arguments(EnquiryActionSchema)
@blueprint.response(200, EnquirySchema)
def post_enquiry_action(details: dict[str, Any], enquiry_id: UUID, action: str) -> Any:
    """Do one of the permitted actions: it takes what its needs name, and If-Match."""
    return _act(EnquiryAction(enquiry_id=enquiry_id, action=action, version=read_version(), **details))


def _act(command: EnquiryAction) -> Any:
    enquiry = act_on_enquiry(g.desk, command)
    is_theirs = is_seen(g.desk.session, Enquiry, enquiry.id)
    shown, headers = present_enquiry(enquiry) if is_theirs else present_unseen(enquiry)
    return shown, 200, headers


@blueprint.post("/enquiries/<uuid:enquiry_id>/decisions")
@may("enquiry.decide")
@blueprint.arguments(DecideSchema)
@blueprint.response(201, EnquirySchema)
def post_decisions(details: dict[str, Any], enquiry_id: UUID) -> Any:
    """Decide for every subject: a route, a level, section 47 or not, why, and why not each higher route.

    What needs a manager other than the decider (level 4, nothing further after level 3 or 4) waits for one to approve.

    A token of somebody who weighs enquiries decides once that person has recorded their own first view on the pages,
    or while logging.
    """
    decided = {"decisions": tuple(details["decisions"]), "done_at": details.get("done_at")}
    command = Decide(enquiry_id=enquiry_id, version=read_version(), **decided)
    shown, headers = present_enquiry(decide(g.desk, command))
    return shown, 201, headers


@blueprint.post("/enquiries/<uuid:enquiry_id>/person")
@may("person.recognise")
@blueprint.arguments(LinkPersonSchema)
@blueprint.response(200, EnquirySchema)
def post_person(details: dict[str, Any], enquiry_id: UUID) -> Any:
    """Say that a subject is somebody known already. The policy is asked again, with their history.

    For whoever takes enquiries in or weighs them, until it is decided. A reason is needed where the matches lack them.
    """
    command = LinkPerson(enquiry_id=enquiry_id, version=read_version(), **details)
    shown, headers = present_enquiry(link_person(g.desk, command))
    return shown, 200, headers


@blueprint.post("/enquiries/<uuid:enquiry_id>/seen")
@may("seen.say")
@blueprint.arguments(SaySeenSchema)
@blueprint.response(200, EnquirySchema)
def post_seen(details: dict[str, Any], enquiry_id: UUID) -> Any:
    """Say what was seen of those whom it is about, and who told us: what is left out is taken away.

    For whoever takes enquiries in or weighs them, until it is decided. The policy is asked again.
    """
    command = SaySeen(
        enquiry_id=enquiry_id, version=read_version(), seen=tuple(details["seen"]), reason=details["reason"]
    )
    shown, headers = present_enquiry(say_seen(g.desk, command))
    return shown, 200, headers


@blueprint.post("/checks/<uuid:check_id>/actions/<action>")
@may("check.act")
@blueprint.arguments(CheckActionSchema)
@blueprint.response(200, CheckSchema)
def post_check_action(details: dict[str, Any], check_id: UUID, action: str) -> Any:
    """Do one of the permitted actions on a check: acknowledge, answer, nothing_known, decline, chase, escalate …

    Immediate danger needs no If-Match, and may be told after the check has ended.
    """
    command = CheckAction(check_id=check_id, action=action, version=read_version_for(action), **details)
    shown, headers = present_check(act_on_check(g.desk, command))
    return shown, 200, headers
