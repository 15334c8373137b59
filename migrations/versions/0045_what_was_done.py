"""What social care does on a referral: assessments, enquiries under section 47 and plans; and the child's primary need.

Revision: 0045, after 0044

They are seen and written as the case is. What was assessed before stands with the days that the case has of it, and no
factors, for nobody was asked for them; so does section 47 that is open now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
WORKS = "(SELECT sees_all()) OR works_case(referral_id)"
POLICIES = {
    "seen": "FOR SELECT USING (EXISTS (SELECT FROM referrals r WHERE r.id = referral_id))",
    "added": f"FOR INSERT WITH CHECK ({WORKS})",
    "changed": f"FOR UPDATE USING ({WORKS}) WITH CHECK ({WORKS})",
    "not_restricted": "AS RESTRICTIVE USING ((referral_id = ANY ((SELECT hidden_records())::uuid[])) IS NOT TRUE)",
}
TABLES = ("assessments", "section_47s", "plans")
REACH = {71: "assessments", 72: "section_47s", 73: "plans"}
NEEDS = tuple(f"N{number}" for number in range(10))
ABUSE = ("NEG", "PHY", "SAB", "EMO", "MUL")
UNKNOWN = tuple(f"UN{number}" for number in range(1, 8))
DAY = "({} AT TIME ZONE 'Europe/London')::date"
# The single assessment took the place of the initial and the core one in Nottinghamshire on 15 April 2013.
ASSESSED = f"""
INSERT INTO assessments (id, referral_id, kind, started_on, authorised_on, factors)
SELECT uuidv7(), id, CASE WHEN {DAY.format("requested_at")} < '2013-04-15' THEN 'initial' ELSE 'single' END,
    {DAY.format("coalesce(started_at, assessed_at)")}, {DAY.format("assessed_at")}, '{{}}'
FROM referrals WHERE service = 'social_care' AND (started_at IS NOT NULL OR assessed_at IS NOT NULL)
"""
UNDER_WAY = f"""
INSERT INTO section_47s (id, referral_id, started_on, conference_target_on, conference_not_required)
SELECT uuidv7(), r.id, {DAY.format("max(d.held_at)")}, {DAY.format("max(c.due_at)")}, false
FROM referrals r JOIN strategy_discussions d ON d.referral_id = r.id AND d.opened_section_47
LEFT JOIN clocks c ON c.referral_id = r.id AND c.kind = 'conference' AND c.state = 'running'
WHERE r.state IN ('section_47', 'conference') GROUP BY r.id
"""


def upgrade() -> None:
    op.add_column("people", sa.Column("former_upn", sa.Text(), nullable=True))
    op.add_column("people", _coded("upn_unknown", *UNKNOWN, nullable=True))
    op.add_column("referrals", _coded("primary_need", *NEEDS, nullable=True))
    op.add_column("referrals", sa.Column("conference_on", sa.Date(), nullable=True))
    _create_assessments()
    _create_section_47s()
    _create_plans()
    for table in TABLES:
        op.create_index(f"ix_{table}_referral_id", table, ["referral_id"])
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {SERVICE}")
        for name, rule in POLICIES.items():
            op.execute(f"CREATE POLICY {name} ON {table} {rule}")
    for place, table in REACH.items():
        op.execute(
            "INSERT INTO disposal_reach (position, kind, reached, condition)"
            f" VALUES ({place}, 'file', '{table}', 'referral_id = ANY ($2)')"
        )
    op.execute(ASSESSED)
    op.execute(UNDER_WAY)


def _create_assessments() -> None:
    op.create_table(
        "assessments",
        _referral(),
        _coded("kind", "single", "initial", "core"),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("internal_review_on", sa.Date(), nullable=True),
        sa.Column("authorised_on", sa.Date(), nullable=True),
        sa.Column("factors", ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
    )


def _create_section_47s() -> None:
    op.create_table(
        "section_47s",
        _referral(),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("conference_target_on", sa.Date(), nullable=True),
        sa.Column("conference_on", sa.Date(), nullable=True),
        sa.Column("conference_not_required", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), primary_key=True),
    )


def _create_plans() -> None:
    op.create_table(
        "plans",
        _referral(),
        _coded("kind", "in_need", "protection"),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        _coded("initial_category", *ABUSE, nullable=True),
        _coded("latest_category", *ABUSE, nullable=True),
        sa.Column("previous_plans", sa.Integer(), nullable=True),
        sa.Column("reviewed_on", ARRAY(sa.Date()), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.CheckConstraint("previous_plans >= 0", name=op.f("ck_plans_previous_plans")),
    )


def _referral() -> sa.Column:
    return sa.Column("referral_id", sa.Uuid(), sa.ForeignKey("referrals.id"), nullable=False)


def _coded(name: str, *codes: str, nullable: bool = False) -> sa.Column:
    kind = sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=nullable)


def downgrade() -> None:
    op.execute(f"DELETE FROM disposal_reach WHERE position IN {tuple(REACH)}")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("referrals", "conference_on")
    op.drop_column("referrals", "primary_need")
    op.drop_column("people", "upn_unknown")
    op.drop_column("people", "former_upn")
