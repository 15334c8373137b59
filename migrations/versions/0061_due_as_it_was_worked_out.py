"""What is due to go is worked out by the service, and kept: a page that tells it reads one row, however many files.

Revision: 0061, after 0060

`weighings` has one row: how the files stood when they were last weighed, and whether that is asked for anew. `due_files`
are those that were due, by the keys of their cases: where to look, when a disposal is put together, and never a reason
to let anything go. A file that goes takes its row along. What is in a file is found by an index on its referrals too.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
SEEN = f"FOR SELECT USING ({ROLE} IN ('information_governance', 'mash_manager', 'system'))"
BY_SERVICE = f"({ROLE} = 'system')"
POLICIES = {
    "weighings": {"seen": SEEN, "changed": f"FOR UPDATE USING {BY_SERVICE} WITH CHECK {BY_SERVICE}"},
    "due_files": {
        "seen": SEEN,
        "added": f"FOR INSERT WITH CHECK {BY_SERVICE}",
        "removed": f"FOR DELETE USING {BY_SERVICE}",
    },
}
MAY = {"weighings": "SELECT, UPDATE", "due_files": "SELECT, INSERT, DELETE"}


def upgrade() -> None:
    _create_weighings()
    _create_due_files()
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT {MAY[table]} ON {table} TO {SERVICE}")
        for name, rule in policies.items():
            op.execute(f"CREATE POLICY {name} ON {table} {rule}")
    op.execute(
        "INSERT INTO disposal_reach (position, kind, reached, condition) VALUES (18, 'file', 'due_files', 'cases && $1')"
    )
    op.execute("CREATE INDEX ix_referrals_file_id ON referrals (coalesce(enquiry_id, id))")


def _create_weighings() -> None:
    """Its row is there from the beginning, and asks to be worked out."""
    numbers = [sa.Column(name, sa.Integer(), nullable=False) for name in ("asked", "answered", "later")]
    sums = [sa.Column(name, postgresql.JSONB(), nullable=False) for name in ("due", "kept")]
    op.create_table(
        "weighings",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        *numbers,
        *sums,
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("schedule_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_weighings")),
        sa.CheckConstraint("place = 1", name=op.f("ck_weighings_one_row")),
        sa.CheckConstraint("answered <= asked", name=op.f("ck_weighings_asked_before_answered")),
    )
    op.execute("INSERT INTO weighings VALUES (1, 1, 0, 0, '{}', '{}', NULL, '')")


def _create_due_files() -> None:
    op.create_table(
        "due_files",
        sa.Column("cases", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_files")),
    )
    op.create_index("ix_due_files_due_on", "due_files", ["due_on", "id"])
    op.create_index("ix_due_files_cases", "due_files", ["cases"], postgresql_using="gin")


def downgrade() -> None:
    op.execute("DROP INDEX ix_referrals_file_id")
    op.execute("DELETE FROM disposal_reach WHERE position = 18")
    for table in POLICIES:
        op.drop_table(table)
