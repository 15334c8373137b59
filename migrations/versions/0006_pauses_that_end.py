"""A pause of a clock has an end: the day on which it runs on by itself.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A pause from before ended when it did. One that has no end yet gets what a pause may have at most, two weeks from when
# it began, and whoever reads of that has today to let it run on or to pause it anew.
UNTIL = """
UPDATE clock_pauses SET until = CASE
    WHEN resumed_at IS NOT NULL THEN (resumed_at AT TIME ZONE 'Europe/London')::date
    ELSE greatest((paused_at AT TIME ZONE 'Europe/London')::date + 14, current_date + 1)
END
"""


def upgrade() -> None:
    op.add_column("clock_pauses", sa.Column("until", sa.Date(), nullable=True))
    op.execute(UNTIL)
    op.alter_column("clock_pauses", "until", nullable=False)
    op.create_index("ix_clock_pauses_until", "clock_pauses", ["until"], postgresql_where=sa.text("resumed_at IS NULL"))


def downgrade() -> None:
    op.drop_index("ix_clock_pauses_until", table_name="clock_pauses")
    op.drop_column("clock_pauses", "until")
