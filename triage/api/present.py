"""Rows as the schemas show them: the row with what this caller may do to it now."""

from typing import Any

from flask import g

from triage.api.access import note_shown
from triage.models import AgencyCheck, Enquiry, PolicyVersion, Referral, Transfer
from triage.services.partners import Asked
from triage.services.permitted import (
    permitted_on_check,
    permitted_on_enquiry,
    permitted_on_policy,
    permitted_on_referral,
    permitted_on_transfer,
)
from triage.services.reading import people_of
from triage.store.repeats import count_before_latest, list_repeats


class WithActions:
    """A row seen through, with its permitted actions beside its own attributes, and `parts` in place of its own."""

    def __init__(self, row: Any, permitted_actions: tuple[Any, ...], **parts: Any) -> None:
        self._row, self.permitted_actions = row, permitted_actions
        vars(self).update(parts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def present_enquiry(enquiry: Enquiry) -> tuple[WithActions, dict[str, str]]:
    """The enquiry and the ETag to act on it with."""
    g.desk.session.flush()
    checks = [_with_answers(check) for check in enquiry.checks]
    shown = WithActions(enquiry, permitted_on_enquiry(g.desk, enquiry), checks=checks)
    note_shown(people_of([enquiry]), enquiry)
    return shown, {"ETag": f'"{enquiry.version}"'}


def present_check(check: AgencyCheck) -> tuple[WithActions, dict[str, str]]:
    """The question to a partner and the ETag to act on it with."""
    g.desk.session.flush()
    shown = _with_answers(check)
    if check.enquiry:  # which a partner does not see
        note_shown(people_of([check.enquiry]), check.enquiry)
    return shown, {"ETag": f'"{check.version}"'}


def present_asked(asked: Asked) -> WithActions:
    """A check as its agency sees it."""
    parts = {"reference": asked.reference, "about": asked.about, "due_at": asked.due_at}
    return WithActions(asked.check, permitted_on_check(g.desk, asked.check), **parts)


def _with_answers(check: AgencyCheck) -> WithActions:
    return WithActions(check, permitted_on_check(g.desk, check))


def present_referral(referral: Referral) -> tuple[WithActions, dict[str, str]]:
    """The referral and the ETag to act on it with."""
    g.desk.session.flush()
    transfers = [_with_replies(offer) for offer in referral.transfers]
    session = g.desk.session
    back = {
        "repeats": list_repeats(session, [referral.id]),
        "referrals_before_latest": count_before_latest(session, referral.person_id),
    }
    shown = WithActions(referral, permitted_on_referral(g.desk, referral), transfers=transfers, **back)
    note_shown(people_of([referral]), referral)
    return shown, {"ETag": f'"{referral.version}"'}


def present_unseen(case: Enquiry | Referral) -> tuple[dict[str, Any], dict[str, str]]:
    """What whoever cannot see the case is told of it: which it is, and what became of it."""
    return {"id": case.id, "reference": case.reference, "state": case.state}, {}


def present_offer(offer: Transfer) -> tuple[WithActions, dict[str, str]]:
    """The offer and the ETag to act on it with."""
    g.desk.session.flush()
    shown = _with_replies(offer)
    if offer.referral:
        note_shown(people_of([offer.referral]), offer.referral)
    return shown, {"ETag": shown.etag}


def _with_replies(offer: Transfer) -> WithActions:
    """With its etag: the offer's version and its case's, for what is accepted is the case."""
    case = offer.referral  # None where it is another locality's by now
    etag = f'"{offer.version}.{case.version if case else 0}"'
    return WithActions(offer, permitted_on_transfer(g.desk, offer), etag=etag)


def present_policy(policy: PolicyVersion) -> tuple[WithActions, dict[str, str]]:
    """The version and the ETag to act on it with."""
    g.desk.session.flush()
    shown = WithActions(policy, permitted_on_policy(g.desk, policy))
    return shown, {"ETag": f'"{policy.version}"'}
