"""What keeps failing is seen by a person: tasks by name, and how often a message was begun and never came to an end.

Revision: 0055, after 0054

A task is named and nobody else: of what went wrong only the kind of error is kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
POLICIES = {
    "seen": f"FOR SELECT USING ({ROLE} IN ('administrator', 'system'))",
    "added": f"FOR INSERT WITH CHECK ({ROLE} = 'system')",
    "changed": f"FOR UPDATE USING ({ROLE} = 'system')",
    "removed": f"FOR DELETE USING ({ROLE} = 'system')",
}


def upgrade() -> None:
    op.add_column("outbox", sa.Column("begun", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_outbox_failed", "outbox", ["failed_at"], postgresql_where=sa.text("failed_at IS NOT NULL"))
    op.create_table(
        "failing_tasks",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("times > 0", name=op.f("ck_failing_tasks_has_failed")),
    )
    op.execute("ALTER TABLE failing_tasks ENABLE ROW LEVEL SECURITY")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON failing_tasks {rule}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON failing_tasks TO {SERVICE}")


def downgrade() -> None:
    op.drop_table("failing_tasks")
    op.drop_index("ix_outbox_failed", "outbox")
    op.drop_column("outbox", "begun")
