"""What somebody asks to be done to a referral, whatever the action."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

Details = dict[str, object]  # what an action's event tells besides its reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAction:
    """One action on a referral. `version` is the one the actor has read; what an action does not need is left out.

    `done_at` is for what was done on paper while the service was down, of the actions that may be entered late.
    """

    referral_id: UUID
    action: str
    version: int | None = None
    reason: str = ""
    team_code: str | None = None
    provider_code: str | None = None
    worker_id: UUID | None = None
    closure: str | None = None
    consent: str | None = None
    lead_practitioner: str = ""
    clock: str | None = None
    until: date | None = None
    invited: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    expected_on: date | None = None
    transfer_to: str = ""
    primary_need: str | None = None
    child_seen: bool | None = None
    factors: tuple[str, ...] = ()
    internal_review_on: date | None = None
    conference_on: date | None = None
    category_of_abuse: str | None = None
    previous_plans: int | None = None
    reviewed_on: date | None = None
    ended_on: date | None = None
    family_rating: int | None = None
    rating_reason: str = ""
    done_at: datetime | None = None
