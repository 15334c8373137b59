"""Partners' answers and referrals may be entered with their true time too, and how much was is counted.

Revision: 0059, after 0058

A clock says when its end was entered, where that is not when it ended. Localities see in which times the service was
down, since they accept and begin. What was entered late is found by its outage.
"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

ROLE = "(SELECT current_setting('triage.role', true))"
HUB = "'mash_officer', 'social_worker', 'mash_manager', 'early_help_unit', 'emergency_duty_team', 'system'"
LOCALITY = "'locality_worker', 'locality_manager'"
# What was entered late until now: its clock ended at the very moment that the event says it was done at.
ENTERED = """
UPDATE clocks SET entered_at = e.at FROM events e
WHERE e.data ? 'outage' AND e.case_id = coalesce(clocks.enquiry_id, clocks.referral_id)
    AND (e.data ->> 'done_at')::timestamptz = clocks.stopped_at
"""


def upgrade() -> None:
    op.create_index("ix_events_outage", "events", [sa.text("(data ->> 'outage')")], postgresql_where="data ? 'outage'")
    op.add_column("clocks", sa.Column("entered_at", sa.DateTime(timezone=True)))
    op.execute(ENTERED)
    op.execute(f"ALTER POLICY seen ON outages USING ({ROLE} IN ({HUB}, {LOCALITY}))")


def downgrade() -> None:
    op.execute(f"ALTER POLICY seen ON outages USING ({ROLE} IN ({HUB}))")
    op.drop_column("clocks", "entered_at")
    op.drop_index("ix_events_outage", "events")
