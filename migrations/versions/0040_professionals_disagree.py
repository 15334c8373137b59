"""A professional who told us disagrees with what was decided, and another manager answers them in time.

Revision: 0040, after 0039

Nobody outside reads a row of these: what they said and were answered the service tells them, beside where it stands. It
keeps what they say; a manager who neither made nor approved the decision answers, once.
"""

import sqlalchemy as sa
from alembic import op

from migrations.codes import add_codes, drop_codes

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "coalesce((SELECT current_setting('triage.role', true)), '')"
ME = "(SELECT current_setting('triage.user_id', true))"
SEES = f"sees_cases({ROLE}) AND EXISTS (SELECT FROM enquiries e WHERE e.id = disagreements.enquiry_id)"
MADE_IT = (
    "EXISTS (SELECT FROM decisions d JOIN subjects s ON s.id = d.subject_id"
    f" WHERE s.enquiry_id = disagreements.enquiry_id AND {ME} IN (d.decided_by_id::text, d.approved_by_id::text)"
    " AND d.took_effect_at <= disagreements.said_at"
    " AND (d.superseded_at IS NULL OR d.superseded_at >= disagreements.said_at))"
)
MANAGER = f"{ROLE} = 'mash_manager' AND {SEES} AND NOT {MADE_IT}"
POLICIES = {
    "seen": f"FOR SELECT USING ({SEES})",
    "said": f"FOR INSERT WITH CHECK ({ROLE} = 'system' AND state = 'open')",
    "answered": f"FOR UPDATE USING (state = 'open' AND {MANAGER}) WITH CHECK (answered_by_id::text = {ME})",
}
ANSWER = ("state", "answered_at", "answered_by_id", "answer", "reason")
CHECKS = {
    "says_what": "words <> ''",
    "answered_whole": "num_nonnulls(answered_at, answered_by_id) = CASE WHEN state = 'open' THEN 0 ELSE 2 END",
    "told_when_answered": "(state = 'open') = (answer = '') AND (state = 'open') = (reason = '')",
}
REACH = "(16, 'file', 'disagreements', 'enquiry_id = ANY ($1) OR sent_id = ANY ($1)')"


def upgrade() -> None:
    add_codes("clocks", "kind", ("disagreement",))
    states = sa.Enum(
        "open", "stands", "looked_again", name="state", native_enum=False, create_constraint=True, length=40
    )
    at = sa.DateTime(timezone=True)
    op.create_table(
        "disagreements",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(_refers(name, to) for name, to in (("enquiry_id", "enquiries"), ("sent_id", "enquiries"))),
        _refers("clock_id", "clocks"),
        _refers("said_by_id", "users"),
        sa.Column("said_at", at, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("answered_at", at, nullable=True),
        _refers("answered_by_id", "users", nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_disagreements_{name}")) for name, rule in CHECKS.items()),
        sa.UniqueConstraint("clock_id", name=op.f("uq_disagreements_clock_id")),
    )
    op.create_index("ix_disagreements_enquiry_id", "disagreements", ["enquiry_id"])
    op.create_index("ix_disagreements_sent_id", "disagreements", ["sent_id"])
    only_open = sa.text("state = 'open'")
    op.create_index("uq_disagreements_open", "disagreements", ["sent_id"], unique=True, postgresql_where=only_open)
    op.execute("ALTER TABLE disagreements ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({', '.join(ANSWER)}) ON disagreements TO {SERVICE}")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON disagreements {rule}")
    op.execute(f"INSERT INTO disposal_reach (position, kind, reached, condition) VALUES {REACH}")


def _refers(name: str, to: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{to}.id"), nullable=nullable)


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT EXISTS (SELECT FROM disagreements)")):
        raise RuntimeError("Somebody has disagreed with a decision, and the log says so: it cannot unsay it.")
    op.execute("DELETE FROM disposal_reach WHERE position = 16")
    op.drop_table("disagreements")
    drop_codes("clocks", "kind", ("disagreement",))
