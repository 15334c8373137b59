"""What a service is for, where its own file does not say: somebody here says so. And a file that waits to be taken in.

Revision: 0042, after 0041

A council's own feed knows nothing of our kinds and needs: such a service has no kind until somebody says it. A file that
waits is its sender's alone, who may take files in.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
KINDS = (*("childrens_centre", "targeted_support", "health_visitors", "school_nurses", "camhs", "voluntary", "school"),)
ROLE = "(SELECT current_setting('triage.role', true))"
ME = "(SELECT current_setting('triage.user_id', true))"
WITH_ITS_SERVICE = "EXISTS (SELECT FROM directory_services d WHERE d.id = service_purposes.service_id)"
SAYS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'system') AND said_by_id::text = {ME}"
SENT = f"{ROLE} IN ('mash_manager', 'administrator') AND sent_by_id::text = {ME}"


def upgrade() -> None:
    op.alter_column("directory_services", "kind", nullable=True)
    _create_purposes()
    _create_files()


def _create_purposes() -> None:
    kind = sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "service_purposes",
        sa.Column("service_id", sa.Uuid(), sa.ForeignKey("directory_services.id"), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("needs", ARRAY(sa.Text()), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
    )
    op.create_index("ix_service_purposes_service_id", "service_purposes", ["service_id"])
    _guard("service_purposes", "SELECT, INSERT")
    op.execute(f"CREATE POLICY seen ON service_purposes FOR SELECT USING ({WITH_ITS_SERVICE})")
    op.execute(f"CREATE POLICY said ON service_purposes FOR INSERT WITH CHECK ({SAYS})")


def _create_files() -> None:
    op.create_table(
        "directory_files",
        sa.Column("sent_by_id", sa.Uuid(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("withdraw", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
    )
    _guard("directory_files", "SELECT, INSERT, DELETE")
    op.execute(f"CREATE POLICY own ON directory_files FOR ALL USING ({SENT}) WITH CHECK ({SENT})")


def _guard(table: str, rights: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT {rights} ON {table} TO {SERVICE}")


def downgrade() -> None:
    op.drop_table("directory_files")
    op.drop_table("service_purposes")
    op.execute("DELETE FROM capacities WHERE service_id IN (SELECT id FROM directory_services WHERE kind IS NULL)")
    op.execute("DELETE FROM directory_services WHERE kind IS NULL")
    op.alter_column("directory_services", "kind", nullable=False)
