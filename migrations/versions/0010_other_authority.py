"""Another authority that has been told of a child says that it has the child: a service, its clocks, its queue.

Revision: 0010, after 0009

The codes and states that there are already are read from the database, so nothing else of them changes. Enquiries that
were decided to another authority before open nothing now: what was said about them then was not kept.
"""

import sqlalchemy as sa
from alembic import op

from migrations.codes import add_codes, drop_codes, replace_rule, rule_of

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NEW = "other_authority"
# (table, column): the codes that join those there are.
JOINED = {
    ("teams", "service"): (NEW,),
    ("referrals", "service"): (NEW,),
    ("referrals", "closure"): ("taken_on", "came_back"),
    ("clocks", "kind"): ("authority_acknowledgement", "authority_refusal"),
}
STATES = ("handed_over", "refused", "closed")
RULE = f"service = '{NEW}' AND (workflow_version < 1 OR state IN {STATES})"
OURS = f" OR (((service)::text = '{NEW}'::text)"  # how PostgreSQL tells the beginning of that
QUEUE = (
    f"CASE WHEN state = 'closed' THEN NULL WHEN service = '{NEW}' THEN '{NEW}'"
    " WHEN team_code IS NULL THEN 'hub' ELSE team_code END"
)
QUEUE_BEFORE = "CASE WHEN state = 'closed' THEN NULL WHEN team_code IS NULL THEN 'hub' ELSE team_code END"
GONE = f"SELECT id FROM referrals WHERE service = '{NEW}'"


def upgrade() -> None:
    for (table, column), codes in JOINED.items():
        add_codes(table, column, codes)
    replace_rule("referrals", "state_of_service", f"({rule_of('referrals', 'state_of_service')}) OR ({RULE})")
    op.add_column("referrals", sa.Column("to_authority", sa.Text(), nullable=True))
    _queue_by(QUEUE)


def downgrade() -> None:
    """Who had been told of a child is forgotten; the case that immediate danger opened from it stays."""
    op.execute(f"UPDATE referrals SET stepped_from_id = NULL WHERE stepped_from_id IN ({GONE})")
    op.execute(f"DELETE FROM clock_pauses WHERE clock_id IN (SELECT id FROM clocks WHERE referral_id IN ({GONE}))")
    for table in ("clocks", "assignments"):
        op.execute(f"DELETE FROM {table} WHERE referral_id IN ({GONE})")
    op.execute(f"DELETE FROM events WHERE case_id IN ({GONE})")
    op.execute(f"DELETE FROM referrals WHERE service = '{NEW}'")
    op.execute(f"UPDATE teams SET service = NULL WHERE service = '{NEW}'")
    _queue_by(QUEUE_BEFORE)
    op.drop_column("referrals", "to_authority")
    rule = rule_of("referrals", "state_of_service")
    replace_rule("referrals", "state_of_service", rule[: rule.rindex(OURS)] + ")")
    for (table, column), codes in JOINED.items():
        drop_codes(table, column, codes)


def _queue_by(rule: str) -> None:
    """The column as that rule works it out, with its index."""
    op.drop_column("referrals", "queue")
    op.add_column("referrals", sa.Column("queue", sa.Text(), sa.Computed(rule, persisted=True)))
    op.create_index("ix_referrals_queue", "referrals", ["queue"], postgresql_where=sa.text("queue IS NOT NULL"))
