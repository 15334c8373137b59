"""Who may read the numbers is asked as one question, by which the database sees how many rows are read.

Revision: 0062, after 0061

Of the role that was compared row by row it took three rows in a hundred for what is read, of which all are; it then
sorted what it would have hashed.
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

TABLES = ("countings", "rollups", "spreads", "stays")
NOW = "coalesce(current_setting('triage.role', true), '')"
BEFORE = "coalesce((SELECT current_setting('triage.role', true)), '')"
COUNTS = "{} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'analyst', 'partner_system', 'system')"
COUNTED = "{} = 'system'"


def upgrade() -> None:
    _ask(f"(SELECT {COUNTS.format(NOW)})", f"(SELECT {COUNTED.format(NOW)})")


def downgrade() -> None:
    _ask(COUNTS.format(BEFORE), COUNTED.format(BEFORE))


def _ask(seen: str, kept: str) -> None:
    for table in TABLES:
        op.execute(f"ALTER POLICY seen ON {table} USING ({seen})")
        op.execute(f"ALTER POLICY kept ON {table} USING ({kept}) WITH CHECK ({kept})")
