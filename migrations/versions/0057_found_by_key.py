"""What hangs on a row is found by its key: every key that leads to what grows has an index.

Revision: 0057, after 0056

Without one, whoever counts a case again, opens it or lets it go reads every row there is: of a million decisions that
takes a third of a second.
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

WHOLE = (("decisions", "subject_id"), ("decisions", "recommendation_id"), ("daily_notices", "outbox_id"))
# Most rows have none.
SOME = (
    ("clocks", "agency_check_id"),
    ("referrals", "stepped_from_id"),
    ("people", "same_as_id"),
    ("disclosures", "outbox_id"),
)


def upgrade() -> None:
    for table, column in WHOLE:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for table, column in SOME:
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))


def downgrade() -> None:
    for table, column in (*WHOLE, *SOME):
        op.drop_index(f"ix_{table}_{column}", table)
