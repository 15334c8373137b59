"""The quarterly report: figures that partners sent, what managers said of them, and the reports that were made.

Revision: 0050, after 0049

Nothing in these tables is about a person. Figures and comments are appended and never changed; the service alone writes
what a report says, and nobody changes it afterwards.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
ME = "(SELECT current_setting('triage.user_id', true))"
READS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'analyst', 'system')"
WRITES = f"{ROLE} IN ('mash_manager', 'early_help_unit')"
POLICIES = {
    "partner_figures": {
        "seen": f"FOR SELECT USING ({READS})",
        "taken": f"FOR INSERT WITH CHECK (({WRITES} OR {ROLE} = 'system') AND taken_by_id::text = {ME})",
    },
    "report_comments": {
        "seen": f"FOR SELECT USING ({READS})",
        "written": f"FOR INSERT WITH CHECK ({WRITES} AND written_by_id::text = {ME})",
    },
    "quarterly_reports": {
        "seen": f"FOR SELECT USING ({READS})",
        "asked": f"FOR INSERT WITH CHECK ({WRITES} AND asked_by_id::text = {ME} AND begun_at IS NULL)",
        "made": f"FOR UPDATE USING ({ROLE} = 'system' AND finished_at IS NULL) WITH CHECK ({ROLE} = 'system')",
    },
}
MADE = "begun_at, finished_at, checkpoint, result, charts"


def upgrade() -> None:
    _make_figures()
    _make_comments()
    _make_reports()
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {SERVICE}")
        for name, rule in policies.items():
            op.execute(f"CREATE POLICY {name} ON {table} {rule}")
    op.execute(f"GRANT UPDATE ({MADE}) ON quarterly_reports TO {SERVICE}")


def _make_figures() -> None:
    op.create_table(
        "partner_figures",
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("district_code", sa.Text(), sa.ForeignKey("districts.code"), nullable=True),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("of", sa.Integer(), nullable=True),
        sa.Column("supplied_by", sa.Text(), nullable=False),
        sa.Column("supplied_on", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        _who("taken_by_id"),
        sa.Column("id", sa.Uuid(), primary_key=True),
        _check("partner_figures", "first_before_last", "first <= last"),
        _check("partner_figures", "counted_of_those", "counted >= 0 AND counted <= of"),
    )
    op.create_index("ix_partner_figures_indicator", "partner_figures", ["indicator", "last"])


def _make_comments() -> None:
    op.create_table(
        "report_comments",
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        _who("written_by_id"),
        sa.Column("id", sa.Uuid(), primary_key=True),
    )
    op.create_index("ix_report_comments_quarter", "report_comments", ["quarter"])


def _make_reports() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "quarterly_reports",
        sa.Column("quarter", sa.Text(), nullable=False),
        _who("asked_by_id"),
        sa.Column("asked_at", at, nullable=False),
        sa.Column("begun_at", at, nullable=True),
        sa.Column("finished_at", at, nullable=True),
        sa.Column("checkpoint", sa.Integer(), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("charts", postgresql.JSONB(), nullable=True),
        sa.Column("id", sa.Uuid(), primary_key=True),
        _check("quarterly_reports", "finished_with_result", "(finished_at IS NULL) = (result IS NULL)"),
        _check("quarterly_reports", "begun_before_finished", "finished_at IS NULL OR begun_at IS NOT NULL"),
    )
    op.create_index("ix_quarterly_reports_quarter", "quarterly_reports", ["quarter"])


def _who(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("users.id"), nullable=False)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def downgrade() -> None:
    for table in POLICIES:
        op.drop_table(table)
