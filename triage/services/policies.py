"""Which thresholds an enquiry is weighed by: those in force on the local day on which it was received."""

from datetime import datetime

from rules.library import policy_in_force
from rules.policy import Policy
from triage.services.desk import Desk
from workflows.calendar import LONDON


def policy_for(desk: Desk, received_at: datetime) -> Policy:
    """The version of the authority's policy in force when an enquiry was received."""
    return policy_at_hand(desk.pack.policy, received_at)


def policy_at_hand(name: str, at: datetime) -> Policy:
    """The same without a database: of the versions that came with the service."""
    return policy_in_force(name, at.astimezone(LONDON).date())
