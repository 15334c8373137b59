"""Letters and photographs: seen with their case, added by who writes on it, changed only by being taken away.

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
KINDS = ("pdf", "jpeg", "png", "docx", "odt", "txt")
ROLE = "(SELECT current_setting('triage.role', true))"
USER = "(SELECT current_setting('triage.user_id', true))"
SEES_ALL = "(SELECT sees_all())"
# What an enquiry was joined into shows its files, to people who may not see the enquiry itself. These look as the owner
# and tell keys alone: of itself and what it went into, and of itself and what was joined to it.
JOINS = """
CREATE FUNCTION goes_on_in(enquiry uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE way (id) AS (
        SELECT enquiry UNION SELECT e.joined_into_id FROM enquiries e JOIN way ON e.id = way.id
        WHERE e.joined_into_id IS NOT NULL)
    SELECT id FROM way
$$;
CREATE FUNCTION joined_here(enquiry uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE way (id) AS (
        SELECT enquiry UNION SELECT e.id FROM enquiries e JOIN way ON e.joined_into_id = way.id)
    SELECT id FROM way
$$;
REVOKE ALL ON FUNCTION goes_on_in, joined_here FROM PUBLIC;
"""
# Through the policies of the case itself, for everybody: whatever hides a case hides its files.
SEEN = (
    "EXISTS (SELECT FROM enquiries e WHERE e.id IN (SELECT goes_on_in(enquiry_id)))"
    " OR EXISTS (SELECT FROM referrals r WHERE r.id = referral_id)"
)
WORKS = "works_case(referral_id)"
# Systems add what they were sent, and take nothing away. The service acts as "system" in somebody's name.
POLICIES = {
    "seen": f"FOR SELECT USING ({SEEN})",
    "added": (
        f"FOR INSERT WITH CHECK (({SEEN}) AND ({SEES_ALL} OR {WORKS}) AND removed_at IS NULL"
        f" AND ({ROLE} = 'system' OR added_by_id::text = {USER}))"
    ),
    "taken_away": (
        f"FOR UPDATE USING ({SEEN}) WITH CHECK (removed_at IS NOT NULL"
        f" AND ({SEES_ALL} AND {ROLE} <> 'partner_system' OR {WORKS})"
        f" AND ({ROLE} = 'system' OR removed_by_id::text = {USER}))"
    ),
}
KEPT = """
CREATE FUNCTION keep_file() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'file % was taken away, and stays so', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER keep_file BEFORE UPDATE ON files FOR EACH ROW WHEN (OLD.removed_at IS NOT NULL)
EXECUTE FUNCTION keep_file();
"""


def upgrade() -> None:
    _create_table()
    op.execute(JOINS)
    op.execute(f"GRANT EXECUTE ON FUNCTION goes_on_in, joined_here TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT ON files TO {SERVICE}")
    op.execute(f"GRANT UPDATE (content, removed_at, removed_by_id, removed_reason) ON files TO {SERVICE}")
    op.execute("ALTER TABLE files ENABLE ROW LEVEL SECURITY")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON files {rule}")
    op.execute(KEPT)


def _create_table() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("enquiry_id", sa.Uuid(), sa.ForeignKey("enquiries.id")),
        sa.Column("referral_id", sa.Uuid(), sa.ForeignKey("referrals.id")),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("described", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sent_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_by_id", sa.Uuid(), sa.ForeignKey("users.id")),
        sa.Column("removed_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind IN {KINDS}", "kind"),
        sa.CheckConstraint("num_nonnulls(enquiry_id, referral_id) = 1", "of_one"),
        sa.CheckConstraint("(removed_at IS NULL) = (content IS NOT NULL)", "gone_when_removed"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", "removed_by_somebody"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_reason = '')", "removed_with_reason"),
        sa.CheckConstraint("name <> '' AND length(name) <= 120", "named"),
        sa.CheckConstraint("size > 0", "not_empty"),
    )
    op.create_index("ix_files_enquiry_id", "files", ["enquiry_id"])
    op.create_index("ix_files_referral_id", "files", ["referral_id"])
    # It is encrypted, so nothing of it can be compressed.
    op.execute("ALTER TABLE files ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("files")
    op.execute("DROP FUNCTION keep_file, goes_on_in, joined_here")
