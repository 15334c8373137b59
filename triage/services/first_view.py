"""What a worker thinks before the policy speaks: written down once, and then the recommendation is shown to them."""

from triage.models import FirstView, Subject
from triage.services.desk import Desk


def add_first_view(desk: Desk, subject: Subject, level: int, reason: str) -> FirstView:
    """Keep the actor's own view of a subject: a level from 1 to 4, and why."""
    view = FirstView(subject=subject, user_id=desk.actor.id, level=level, reason=reason, recorded_at=desk.now)
    desk.session.add(view)
    return view
