"""The Emergency Duty Team writes down its own first views; a check that was withdrawn has no answer.

Revision: 0009, after 0008

What stood as the answer to a withdrawn check was our own reason, which the enquiry's log tells.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DAY = "'mash_officer', 'social_worker', 'mash_manager', 'early_help_unit'"


def upgrade() -> None:
    _let_write(f"{DAY}, 'emergency_duty_team'")
    op.execute("UPDATE agency_checks SET answer = '' WHERE state = 'withdrawn'")


def _let_write(roles: str) -> None:
    """These roles write first views, each their own; the service writes anybody's when it replays the past."""
    role = "current_setting('triage.role', true)"
    own = f"user_id::text = current_setting('triage.user_id', true) AND {role} IN ({roles})"
    op.execute(
        f"ALTER POLICY own ON first_views WITH CHECK (({own} OR {role} = 'system')"
        " AND EXISTS (SELECT FROM subjects s WHERE s.id = subject_id))"
    )


def downgrade() -> None:
    _let_write(DAY)
    op.execute(
        "UPDATE agency_checks SET answer = told.data ->> 'reason' FROM events told"
        " WHERE told.type = 'check_withdrawn' AND told.case_id = agency_checks.enquiry_id"
        " AND told.data ->> 'check' = agency_checks.id::text AND agency_checks.state = 'withdrawn'"
    )
