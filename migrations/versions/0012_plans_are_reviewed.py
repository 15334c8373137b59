"""A child's plan is reviewed in time, and something follows an assessment: two more kinds of clock.

Revision: 0012, after 0011
"""

from alembic import op

from migrations.codes import add_codes, drop_codes

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NEW = ("outcome", "plan_review")


def upgrade() -> None:
    add_codes("clocks", "kind", NEW)


def downgrade() -> None:
    gone = f"SELECT id FROM clocks WHERE kind IN {NEW}"
    op.execute(f"DELETE FROM clock_pauses WHERE clock_id IN ({gone})")
    op.execute(f"DELETE FROM clocks WHERE kind IN {NEW}")
    drop_codes("clocks", "kind", NEW)
