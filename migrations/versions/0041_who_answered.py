"""Who answered a question to a partner: an answer by a link in a letter is somebody's too.

Revision: 0041, after 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agency_checks", sa.Column("answered_by", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("agency_checks", "answered_by")
