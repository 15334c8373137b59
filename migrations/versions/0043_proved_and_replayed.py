"""What was proved of a version of the thresholds, and what it would have recommended of the past: kept once it is made.

Revision: 0043, after 0042

Whoever drafts asks for it and reads it; the service alone writes what came of it, so that nobody can say of a text that
it was proved.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
ME = "(SELECT current_setting('triage.user_id', true))"
DRAFTS = f"{ROLE} IN ('mash_manager', 'early_help_unit')"
CHECKS = {
    "finished_with_result": "(finished_at IS NULL) = (result IS NULL)",
    "begun_before_finished": "finished_at IS NULL OR begun_at IS NOT NULL",
    "days_of_a_replay": "kind = 'replay' OR num_nonnulls(first, last) = 0",
    "first_before_last": "first <= last",
}
POLICIES = {
    "seen": f"FOR SELECT USING ({DRAFTS} OR {ROLE} = 'system')",
    "asked": f"FOR INSERT WITH CHECK ({DRAFTS} AND asked_by_id::text = {ME} AND begun_at IS NULL)",
    "made": f"FOR UPDATE USING ({ROLE} = 'system' AND finished_at IS NULL) WITH CHECK ({ROLE} = 'system')",
}


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "policy_runs",
        sa.Column("policy_id", sa.Uuid(), sa.ForeignKey("policies.id"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("proof", "replay", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=True),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("asked_at", at, nullable=False),
        sa.Column("begun_at", at, nullable=True),
        sa.Column("finished_at", at, nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_policy_runs_{name}")) for name, rule in CHECKS.items()),
    )
    op.create_index("ix_policy_runs_policy_id", "policy_runs", ["policy_id"])
    op.execute("ALTER TABLE policy_runs ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (begun_at, finished_at, result) ON policy_runs TO {SERVICE}")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON policy_runs {rule}")


def downgrade() -> None:
    op.drop_table("policy_runs")
