"""What is different at a third enquiry in twelve months is said before it is decided.

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decisions", sa.Column("repeat_reason", sa.Text(), nullable=False, server_default=""))
    op.alter_column("decisions", "repeat_reason", server_default=None)


def downgrade() -> None:
    op.drop_column("decisions", "repeat_reason")
