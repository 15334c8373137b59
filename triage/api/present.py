"""Rows as the schemas show them: the row with what this caller may do to it now."""

from typing import Any

from flask import g

from triage.models import Enquiry, PolicyVersion, Referral
from triage.services.permitted import permitted_on_enquiry, permitted_on_policy, permitted_on_referral


class WithActions:
    """A row seen through, with its permitted actions beside its own attributes."""

    def __init__(self, row: Any, permitted_actions: tuple[Any, ...]) -> None:
        self._row, self.permitted_actions = row, permitted_actions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def present_enquiry(enquiry: Enquiry) -> tuple[WithActions, dict[str, str]]:
    """The enquiry and the ETag to act on it with."""
    g.desk.session.flush()
    shown = WithActions(enquiry, permitted_on_enquiry(g.desk, enquiry))
    return shown, {"ETag": f'"{enquiry.version}"'}


def present_referral(referral: Referral) -> tuple[WithActions, dict[str, str]]:
    """The referral and the ETag to act on it with."""
    g.desk.session.flush()
    shown = WithActions(referral, permitted_on_referral(g.desk, referral))
    return shown, {"ETag": f'"{referral.version}"'}


def present_policy(policy: PolicyVersion) -> tuple[WithActions, dict[str, str]]:
    """The version and the ETag to act on it with."""
    g.desk.session.flush()
    shown = WithActions(policy, permitted_on_policy(g.desk, policy))
    return shown, {"ETag": f'"{policy.version}"'}
