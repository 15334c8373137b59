"""What whoever keeps the service running must know: which migration it is at, and which request a message came from.

Revision: 0054, after 0053

The service may read the number of its schema, and so say that it is older than the code. A row of the outbox keeps the
id of the request that promised it, and the trace that the request was part of (W3C Trace Context), as its transaction
said: also a row that a trigger writes. Each is some hexadecimal digits or nothing, and of nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
SAID = ("request_id", "traceparent")


def upgrade() -> None:
    op.execute(f"GRANT SELECT ON alembic_version TO {SERVICE}")
    for name in SAID:
        # First the column, then what is in it unless told: no row that is there is written anew.
        op.add_column("outbox", sa.Column(name, sa.Text()))
        op.alter_column("outbox", name, server_default=sa.text(f"NULLIF(current_setting('triage.{name}', true), '')"))


def downgrade() -> None:
    for name in reversed(SAID):
        op.drop_column("outbox", name)
    op.execute(f"REVOKE SELECT ON alembic_version FROM {SERVICE}")
