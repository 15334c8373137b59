"""Values are kept of a month and of the reporting year up to it, so that a percentile reads few rows of a long period.

Revision: 0063, after 0062

A reporting year is April to March. What the months before have is in every later month of their year, also in those
that are still to come. Weeks are told by themselves.
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

ADD_UP = """
INSERT INTO spreads (by, spread, month, key, value, number, so_far)
SELECT by, spread, later::date, key, value, 0, sum(number)
FROM spreads CROSS JOIN LATERAL generate_series(
    month::timestamp, date_trunc('year', month::timestamp + interval '9 months') + interval '2 months', '1 month'
) later
WHERE by <> 'week' GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (by, spread, month, key, value) DO UPDATE SET so_far = excluded.so_far
"""


def upgrade() -> None:
    op.add_column("spreads", sa.Column("so_far", sa.Integer(), nullable=False, server_default="0"))
    op.execute(ADD_UP)
    op.execute("UPDATE spreads SET so_far = number WHERE by = 'week'")


def downgrade() -> None:
    op.drop_column("spreads", "so_far")
    op.execute("DELETE FROM spreads WHERE number = 0")
