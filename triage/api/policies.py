"""The versions of the thresholds for systems: read them, draft one, act on one."""

from typing import Any
from uuid import UUID

from flask import g, url_for
from flask_smorest import Blueprint

from triage.api.access import may, read_version
from triage.api.present import present_policy
from triage.schemas.enquiry import EventListSchema
from triage.schemas.policy import DraftPolicySchema, PolicyActionSchema, PolicyListSchema, PolicyQuery, PolicySchema
from triage.services.drafting_policy import draft_policy
from triage.services.policy_actions import PolicyAction, act_on_policy
from triage.services.publishing_policy import PublishPolicy, publish_policy
from triage.store.enquiries import list_events
from triage.store.policies import get_policy, list_policies

blueprint = Blueprint(
    "api_policies", __name__, url_prefix="/api/v1", description="The thresholds: drafted, reviewed, published"
)


@blueprint.get("/policies")
@may("policy.read")
@blueprint.arguments(PolicyQuery, location="query")
@blueprint.response(200, PolicyListSchema)
def read_policies(query: dict[str, Any]) -> Any:
    """Every version, the latest first day first."""
    return {"items": list_policies(g.desk.session, state=query.get("state"))}


@blueprint.get("/policies/<uuid:policy_id>")
@may("policy.read")
@blueprint.response(200, PolicySchema)
def read_policy(policy_id: UUID) -> Any:
    """One version with its text. Its ETag is what an action's If-Match must say."""
    shown, headers = present_policy(get_policy(g.desk.session, policy_id))
    return shown, 200, headers


@blueprint.get("/policies/<uuid:policy_id>/events")
@may("policy.read")
@blueprint.response(200, EventListSchema)
def read_policy_events(policy_id: UUID) -> Any:
    """All that happened to a version, in order."""
    get_policy(g.desk.session, policy_id)
    return {"items": list_events(g.desk.session, policy_id)}


@blueprint.post("/policies")
@may("policy.write")
@blueprint.arguments(DraftPolicySchema)
@blueprint.response(201, PolicySchema)
def post_policy(details: dict[str, Any]) -> Any:
    """Draft a version. Every fault of its text is answered with its line and column."""
    policy = draft_policy(g.desk, details["text"])
    shown, headers = present_policy(policy)
    return shown, 201, headers | {"Location": url_for("api_policies.read_policy", policy_id=policy.id)}


@blueprint.post("/policies/<uuid:policy_id>/actions/<action>")
@may("policy.write")
@blueprint.arguments(PolicyActionSchema)
@blueprint.response(200, PolicySchema)
def post_policy_action(details: dict[str, Any], policy_id: UUID, action: str) -> Any:
    """Do one of the permitted actions: it takes If-Match and what its needs name. Publishing takes some seconds."""
    version = read_version()
    if action == "publish":
        policy = publish_policy(g.desk, PublishPolicy(policy_id=policy_id, version=version))
    else:
        policy = act_on_policy(g.desk, PolicyAction(policy_id=policy_id, action=action, version=version, **details))
    shown, headers = present_policy(policy)
    return shown, 200, headers
