"""Drafts: what somebody has begun to type and has not sent, sealed, each their own and nobody else's.

Revision: 0015, after 0014

No role sees another's, not even the service itself, which only ends what has expired.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
OWN = "user_id::text = (SELECT current_setting('triage.user_id', true))"
# This deletes for the caller, as the owner. Whatever time is told, what has not expired by the database's own stays.
FORGET = """
CREATE FUNCTION forget_drafts(until timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM drafts
        WHERE expires_at <= least(until, now()) AND current_setting('triage.role', true) = 'system' RETURNING id
    ) SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION forget_drafts FROM PUBLIC;
"""


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(page) <= 200", name=op.f("ck_drafts_page")),
        sa.CheckConstraint("octet_length(content) <= 1500000", name=op.f("ck_drafts_content")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_drafts_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_user_id_page", "drafts", ["user_id", "page"])
    op.create_index("ix_drafts_expires_at", "drafts", ["expires_at"])
    op.execute("ALTER TABLE drafts ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON drafts FOR SELECT USING ({OWN})")
    op.execute(f"CREATE POLICY added ON drafts FOR INSERT WITH CHECK ({OWN})")
    op.execute(f"CREATE POLICY changed ON drafts FOR UPDATE USING ({OWN}) WITH CHECK ({OWN})")
    op.execute(f"CREATE POLICY forgotten ON drafts FOR DELETE USING ({OWN})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO {SERVICE}")
    op.execute(FORGET)
    op.execute(f"GRANT EXECUTE ON FUNCTION forget_drafts TO {SERVICE}")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_drafts")
    op.drop_table("drafts")
