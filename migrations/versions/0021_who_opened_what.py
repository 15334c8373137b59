"""Who opened what: where staff live, whose records they said are near to them, and what makes the report quick.

Revision: 0021, after 0020

A declaration names a case by its reference and nobody looks it up when it is made, so that whoever declares learns
nothing of what there is. A home is read by its own, by administrators and by information governance.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
OWN = "user_id::text = (SELECT current_setting('triage.user_id', true))"
IN_OWN_NAME = "{}::text = (SELECT current_setting('triage.user_id', true))"
WATCHES = f"{ROLE} IN ('information_governance', 'system')"
KEEPS = f"({OWN} OR {ROLE} = 'administrator')"
KEPT = f"{KEEPS} AND {IN_OWN_NAME.format('changed_by_id')}"
POLICIES = {
    ("staff_homes", "seen"): f"FOR SELECT USING ({KEEPS} OR {WATCHES})",
    ("staff_homes", "kept"): f"FOR INSERT WITH CHECK ({KEPT})",
    ("staff_homes", "changed"): f"FOR UPDATE USING ({KEEPS}) WITH CHECK ({KEPT})",
    ("declared_interests", "seen"): f"FOR SELECT USING ({OWN} OR {WATCHES})",
    ("declared_interests", "declared"): f"FOR INSERT WITH CHECK ({OWN})",
}
# With a file that is disposed of goes what was declared of it: 5, before its rows, because it names them.
REACH = """
INSERT INTO disposal_reach (position, kind, reached, condition) VALUES (5, 'file', 'declared_interests',
    'reference IN (SELECT reference FROM enquiries WHERE id = ANY ($1)
        UNION SELECT reference FROM referrals WHERE id = ANY ($2))')
"""
# What stands last in a folded name: of "zoe van dyke" it is "dyke". Somebody without a family name has none.
LAST_NAME = "CASE WHEN family_name = '' THEN '' ELSE split_part(search_name, ' ', -1) END"


def upgrade() -> None:
    op.add_column("people", sa.Column("last_name", sa.Text(), sa.Computed(LAST_NAME, persisted=True), nullable=False))
    op.create_index("ix_people_whole_name", "people", ["search_name"])
    op.create_index("ix_people_last_name", "people", ["last_name"])
    op.create_index("ix_people_postcode", "people", ["postcode"])
    op.create_index("ix_readings_at", "readings", ["at"])
    _create_tables()
    for table in ("staff_homes", "declared_interests"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {SERVICE}")
    op.execute(f"GRANT UPDATE (postcode, changed_at, changed_by_id) ON staff_homes TO {SERVICE}")
    for (table, name), rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON {table} {rule}")
    op.execute(REACH)


def _create_tables() -> None:
    op.create_table(
        "staff_homes",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
    )
    relations = sa.Enum(
        "self", "relative", "other", name="relation", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "declared_interests",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("relation", relations, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
    )
    op.create_index("ix_declared_interests_user_id", "declared_interests", ["user_id"])


def downgrade() -> None:
    op.execute("DELETE FROM disposal_reach WHERE position = 5")
    for table in ("declared_interests", "staff_homes"):
        op.drop_table(table)
    op.drop_index("ix_readings_at", table_name="readings")
    for name in ("postcode", "last_name", "whole_name"):
        op.drop_index(f"ix_people_{name}", table_name="people")
    op.drop_column("people", "last_name")
