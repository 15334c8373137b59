"""Who covers for whom while they are away, from which instant to which.

Revision: 0035, after 0034

It says whose work is looked after and gives nobody sight of anything: whoever covers sees what they saw.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
ME = "(SELECT current_setting('triage.user_id', true))"
# One's own absence, and for those who fell ill the managers of the hub or of their locality or team.
SAYS = f"""(user_id::text = {ME} OR {ROLE} = 'mash_manager' OR {ROLE} = 'locality_manager' AND EXISTS (
    SELECT FROM users away, users manager WHERE away.id = user_id AND manager.id::text = {ME}
    AND away.role = 'locality_worker' AND away.locality_code IS NOT DISTINCT FROM manager.locality_code
    AND (manager.locality_code IS NOT NULL OR away.team_code = manager.team_code)))"""
POLICIES = {
    "seen": f"FOR SELECT USING ({ME} <> '')",
    "said": f"FOR INSERT WITH CHECK ({SAYS} AND said_by_id::text = {ME})",
    "ended": f"FOR UPDATE USING ({SAYS}) WITH CHECK ({SAYS})",
}
ONE_AT_A_TIME = """
ALTER TABLE covers ADD CONSTRAINT ex_covers_one_at_a_time
EXCLUDE USING gist (user_id WITH =, tstzrange(begins_at, ends_at) WITH &&)
"""


def upgrade() -> None:
    op.create_table(
        "covers",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.CheckConstraint("user_id <> by_id", name="ck_covers_of_two"),
        sa.CheckConstraint("begins_at <= ends_at", name="ck_covers_begins_first"),
    )
    op.create_index("ix_covers_by_id", "covers", ["by_id"])
    op.execute(ONE_AT_A_TIME)
    op.execute("ALTER TABLE covers ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (ends_at) ON covers TO {SERVICE}")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON covers {rule}")


def downgrade() -> None:
    op.drop_table("covers")
