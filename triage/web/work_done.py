"""What has been done on a referral, as its page tells it: the assessment, its reviews, who did what."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from triage.models import Event, Referral
from triage.services.clocks import running
from triage.services.desk import Desk
from triage.store.staff import list_names
from triage.web.words import local
from workflows.clocks import assessment_variant, early_help_form

FORMS = {
    "single": "Single assessment",
    "initial": "Initial assessment",
    "caf": "Common Assessment Framework (CAF)",
    "ehaf": "Early Help Assessment Form (EHAF)",
}
ALARMS = ("immediate_danger_declared", "strategy_discussion_asked")
REVIEWS = ("plan_reviewed", "child_plan_reviewed", "ehc_plan_reviewed")


def name_assessment(referral: Referral) -> str | None:
    """On which form the child is assessed: by the day of the request or, for early help, of the assessment's start."""
    if referral.service == "social_care":
        return FORMS[assessment_variant(local(referral.requested_at).date())]
    if referral.service == "early_help" and referral.started_at:
        return FORMS[early_help_form(local(referral.started_at).date())]
    return None


def tell_work(desk: Desk, referral: Referral, events: Sequence[Event]) -> dict[str, Any]:
    """What the page says of the work: who gives it, the assessment, why it takes longer, reviews, an offer's clock.

    `alarm` is the event that tells last why the child may be suffering significant harm.
    """
    provider = desk.pack.providers.get(referral.provider_code or "")
    extended = [event for event in events if event.type == "assessment_extended"]
    return {
        "alarm": next(filter(_is_alarm, reversed(events)), None),
        "provider": provider["name"] if provider else "",
        "assessment": name_assessment(referral),
        "core": next((clock for clock in referral.clocks if clock.kind == "core_assessment"), None),
        "extension": extended[-1].data.get("reason") if extended else None,
        "expected_on": referral.assessment_expected_on,
        "reviews": [event for event in events if event.type in REVIEWS],
        "answer_due": next(iter(running(referral, ("transfer",))), None),
    }


def _is_alarm(event: Event) -> bool:
    return event.type in ALARMS or (event.type == "referral_requested" and bool(event.data.get("reason")))


def name_everybody(desk: Desk, referral: Referral) -> dict[UUID, str]:
    """Who called, came, offered, answered or had it, by name."""
    return list_names(desk.session, _mentioned(referral))


def _mentioned(referral: Referral) -> Iterator[UUID | None]:
    yield from (each.called_by_id for each in referral.discussions)
    for offer in referral.transfers:
        yield from (offer.offered_by_id, offer.ended_by_id)
    yield from (each.worker_id for each in referral.assignments)
