"""Numbers of whole months beside those of days, and how long waited what waits.

Revision: 0053, after 0052

A year is read as twelve numbers instead of 365. Of what waits, how many began on one day and ended on another: from that
the ages on any day are read, which took a look at every row there is. What is kept of stays is counted at the worker's
next refresh, when it finds that the definitions are others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None
# What the worker of before counts meanwhile fails and is kept for the next minute's: readers see the numbers of before.
WHY = "the worker of before cannot count until it is replaced; what changed waits in counting_due, and nothing is lost"
contracts = {
    "public.rollups has pk_rollups changed": WHY,
    "public.rollups.span is new, may not be empty and is not filled by itself": WHY,
}

SERVICE = "triage_app"
ROLE = "coalesce((SELECT current_setting('triage.role', true)), '')"
COUNTS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'analyst', 'partner_system', 'system')"
COUNTED = f"{ROLE} = 'system'"
MONTHS = """
INSERT INTO rollups (by, measure, span, on_day, key, counted, of)
SELECT by, measure, 'month', date_trunc('month', on_day)::date, key, sum(counted), sum(of)
FROM rollups GROUP BY 1, 2, 4, 5
"""


def upgrade() -> None:
    op.add_column("rollups", sa.Column("span", sa.Text(), nullable=False, server_default="day"))
    op.alter_column("rollups", "span", server_default=None)
    op.drop_constraint("pk_rollups", "rollups")
    op.create_primary_key("pk_rollups", "rollups", ["by", "measure", "span", "on_day", "key"])
    op.execute(MONTHS)
    op.create_table(
        "stays",
        sa.Column("by", sa.Text(), primary_key=True),
        sa.Column("ended", sa.Date(), primary_key=True),
        sa.Column("began", sa.Date(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.execute("ALTER TABLE stays ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON stays TO {SERVICE}")
    op.execute(f"CREATE POLICY seen ON stays FOR SELECT USING ({COUNTS})")
    op.execute(f"CREATE POLICY kept ON stays USING ({COUNTED}) WITH CHECK ({COUNTED})")


def downgrade() -> None:
    op.drop_table("stays")
    op.execute("DELETE FROM rollups WHERE span = 'month'")
    op.drop_constraint("pk_rollups", "rollups")
    op.drop_column("rollups", "span")
    op.create_primary_key("pk_rollups", "rollups", ["by", "measure", "on_day", "key"])
    op.execute("DELETE FROM countings")
