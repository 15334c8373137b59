"""A check that was withdrawn has no answer: what stood there was our own reason, which the enquiry's log tells.

Revision: 0009, after 0005
"""

from alembic import op

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE agency_checks SET answer = '' WHERE state = 'withdrawn'")


def downgrade() -> None:
    op.execute(
        "UPDATE agency_checks SET answer = told.data ->> 'reason' FROM events told"
        " WHERE told.type = 'check_withdrawn' AND told.case_id = agency_checks.enquiry_id"
        " AND told.data ->> 'check' = agency_checks.id::text AND agency_checks.state = 'withdrawn'"
    )
