"""Referrals for systems: read them, act on one."""

from typing import Any
from uuid import UUID

from flask import g
from flask_smorest import Blueprint

from triage.api.access import may, note_shown, read_version, read_versions
from triage.api.present import present_offer, present_referral, present_unseen
from triage.models import Referral
from triage.schemas.enquiry import EventListSchema
from triage.schemas.referral import (
    ReferralActionSchema,
    ReferralPageSchema,
    ReferralQuery,
    ReferralSchema,
    TransferActionSchema,
    TransferSchema,
)
from triage.services.reading import people_of
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.services.transfers import TransferAction, act_on_transfer
from triage.store.enquiries import list_events
from triage.store.referrals import get_referral, list_referrals
from triage.store.seeing import is_seen
from workflows.definition import IMMEDIATE_DANGER

blueprint = Blueprint("api_referrals", __name__, url_prefix="/api/v1", description="Handed to a service")


@blueprint.get("/referrals")
@may("referral.read")
@blueprint.arguments(ReferralQuery, location="query")
@blueprint.response(200, ReferralPageSchema)
def read_referrals(query: dict[str, Any]) -> Any:
    """Referrals, latest requested first."""
    filters = {key: query.get(key) for key in ("state", "service", "cursor")}
    page = list_referrals(g.desk.session, limit=query["limit"], **filters)
    note_shown(people_of(page.rows))
    return {"items": page.rows, "next_cursor": page.next_cursor}


@blueprint.get("/referrals/<uuid:referral_id>")
@may("referral.read")
@blueprint.response(200, ReferralSchema)
def read_referral(referral_id: UUID) -> Any:
    """One referral, whole. Its ETag is what an action's If-Match must say."""
    shown, headers = present_referral(get_referral(g.desk.session, referral_id))
    return shown, 200, headers


@blueprint.get("/referrals/<uuid:referral_id>/events")
@may("referral.read")
@blueprint.response(200, EventListSchema)
def read_referral_events(referral_id: UUID) -> Any:
    """All that happened to a referral, in order."""
    referral, events = get_referral(g.desk.session, referral_id), list_events(g.desk.session, referral_id)
    note_shown(people_of([referral]), referral)
    return {"items": events}


@blueprint.post(f"/referrals/<uuid:referral_id>/actions/{IMMEDIATE_DANGER}")
@may("referral.danger")
@blueprint.arguments(ReferralActionSchema)
@blueprint.response(200, ReferralSchema)
def post_referral_danger(details: dict[str, Any], referral_id: UUID) -> Any:
    """Immediate danger: protect the child. Whatever else changed meanwhile, so without If-Match.

    It may be declared on a case that the caller does not see (any more): of that one the answer is no more than its
    id, reference and state, without an ETag.
    """
    return _act(ReferralAction(referral_id=referral_id, action=IMMEDIATE_DANGER, **details))


@blueprint.post("/referrals/<uuid:referral_id>/actions/<action>")
@may("referral.act")
@blueprint.arguments(ReferralActionSchema)
@blueprint.response(200, ReferralSchema)
def post_referral_action(details: dict[str, Any], referral_id: UUID, action: str) -> Any:
    """Do one of the permitted actions: it takes what its needs name, and If-Match."""
    return _act(ReferralAction(referral_id=referral_id, action=action, version=read_version(), **details))


def _act(command: ReferralAction) -> Any:
    referral = act_on_referral(g.desk, command)
    is_theirs = is_seen(g.desk.session, Referral, referral.id)
    shown, headers = present_referral(referral) if is_theirs else present_unseen(referral)
    return shown, 200, headers


@blueprint.post("/transfers/<uuid:transfer_id>/actions/<action>")
@may("transfer.answer")
@blueprint.arguments(TransferActionSchema)
@blueprint.response(200, TransferSchema)
def post_transfer_action(details: dict[str, Any], transfer_id: UUID, action: str) -> Any:
    """Answer an offer, or take it back: accept_transfer, reject_transfer or revoke_transfer.

    If-Match is the offer's etag as its case showed it. Whoever accepts takes on the case that they have read: if it
    changed since, that is 412. To reject, or to take back, what changed is the offer alone.
    """
    version, case_version = read_versions()
    command = TransferAction(
        transfer_id=transfer_id, action=action, version=version, case_version=case_version, **details
    )
    shown, headers = present_offer(act_on_transfer(g.desk, command))
    return shown, 200, headers
