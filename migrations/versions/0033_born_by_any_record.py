"""When a file is due is counted from a birth or a death that any of the child's records tells.

Revision: 0033, after 0032

Of two records of one child of which one said no date of birth, the file was never due. Where they say different days,
the later counts: what is kept too long can still go, and what went is gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
# As PostgreSQL writes them out again.
BY_ANY = {
    f"p.{day},": f"( SELECT max(q.{day}) AS max\n           FROM people q\n          WHERE (q.identity_id = p.identity_id)) AS {day},"
    for day in ("birth_date", "death_date")
}


def upgrade() -> None:
    _count_from(BY_ANY)


def downgrade() -> None:
    _count_from({new: old for old, new in BY_ANY.items()})


def _count_from(replaced: dict[str, str]) -> None:
    told = op.get_bind().scalar(sa.text("SELECT pg_get_viewdef('retention_facts'::regclass)"))
    for old, new in replaced.items():
        if old not in told:
            raise ValueError(f"{old!r} is not in {told}")
        told = told.replace(old, new)
    op.execute(f"CREATE OR REPLACE VIEW retention_facts WITH (security_invoker = true) AS {told}")
