"""In which times the service was down, as managers state it: what was done on paper then is entered with its time.

Revision: 0056, after 0055

A row is added and never changed. The hub reads them; a MASH manager adds one, in their own name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
ME = "(SELECT current_setting('triage.user_id', true))"
HUB = "('mash_officer', 'social_worker', 'mash_manager', 'early_help_unit', 'emergency_duty_team', 'system')"
POLICIES = {
    "seen": f"FOR SELECT USING ({ROLE} IN {HUB})",
    "declared": f"FOR INSERT WITH CHECK ({ROLE} = 'mash_manager' AND declared_by_id::text = {ME})",
}


def upgrade() -> None:
    op.create_table(
        "outages",
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_meanwhile", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.CheckConstraint("began_at < ended_at AND ended_at <= declared_at", name="ck_outages_over"),
        sa.CheckConstraint("ended_at <= began_at + interval '7 days'", name="ck_outages_no_longer_than_a_week"),
        sa.CheckConstraint("declared_at <= ended_at + interval '7 days'", name="ck_outages_soon_declared"),
        sa.CheckConstraint("reason <> ''", name="ck_outages_has_reason"),
    )
    op.execute("ALTER TABLE outages ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT ON outages TO {SERVICE}")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON outages {rule}")


def downgrade() -> None:
    op.drop_table("outages")
