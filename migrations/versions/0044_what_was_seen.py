"""Whether somebody has said what was seen of a person whom an enquiry is about, and when.

Revision: 0044, after 0043

What came from outside without it, and is not decided, waits for somebody of the hub to say it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

OUTSIDE = "('partner_contributor', 'partner_system', 'referrer', 'visitor')"
SAID = f"""
UPDATE subjects s SET seen_said_at = e.logged_at FROM enquiries e, users u
WHERE e.id = s.enquiry_id AND u.id = e.logged_by_id
AND (cardinality(s.indicators) > 0 OR u.role NOT IN {OUTSIDE} OR e.state IN ('decided', 'closed'))
"""


def upgrade() -> None:
    op.add_column("subjects", sa.Column("danger_unsure", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("subjects", sa.Column("seen_said_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(SAID)


def downgrade() -> None:
    op.drop_column("subjects", "seen_said_at")
    op.drop_column("subjects", "danger_unsure")
