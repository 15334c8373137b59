"""The cases behind a number: what a measure counts of cases whose keys one has. And decisions that are looked at again.

Revision: 0037, after 0036

The measures themselves are read by nobody with a key beside them (0020). These functions tell of no case but those
whose keys they are handed, which the service reads under row-level security first.

A second look is a manager's who neither made nor approved the decision. Whoever did sees it once somebody has looked.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "coalesce((SELECT current_setting('triage.role', true)), '')"
# Whoever counts and sees cases: an analyst and a partner's system count, and see none.
LISTS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'system')"
BEHIND = {"measures_of_enquiries": "enquiry_measures", "measures_of_referrals": "referral_measures"}
ME = "(SELECT current_setting('triage.user_id', true))"
OUTCOMES = (
    *("social_care", "early_help", "adult_safeguarding", "ehc_pathway", "advice", "other_authority", "existing_case"),
    *("no_further_action", "section_47"),
)
OF_ANOTHER = f"d.decided_by_id::text IS DISTINCT FROM {ME} AND d.approved_by_id::text IS DISTINCT FROM {ME}"
MANAGER = f"{ROLE} = 'mash_manager' AND EXISTS (SELECT FROM decisions d WHERE d.id = second_looks.decision_id AND {{}})"
POLICIES = {
    "seen": f"FOR SELECT USING ({ROLE} = 'system' OR "
    + MANAGER.format(f"(second_looks.looked_at IS NOT NULL OR {OF_ANOTHER})")
    + ")",
    "drawn": f"FOR INSERT WITH CHECK ({ROLE} = 'system' AND looked_at IS NULL)",
    "looked": f"FOR UPDATE USING (looked_at IS NULL AND {MANAGER.format(OF_ANOTHER)})"
    f" WITH CHECK (looked_by_id::text = {ME} AND {MANAGER.format(OF_ANOTHER)})",
}
REACH = "(15, 'file', 'second_looks', 'decision_id IN (SELECT d.id FROM decisions d WHERE d.subject_id = ANY ($3))')"


def upgrade() -> None:
    for name, measures in BEHIND.items():
        op.execute(
            f"CREATE FUNCTION {name}(keys uuid[]) RETURNS SETOF {measures} LANGUAGE sql STABLE"
            " SECURITY DEFINER SET search_path = public, pg_temp AS $$"
            f" SELECT * FROM {measures} WHERE id = ANY (keys) AND {LISTS} $$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {SERVICE}")
    _create_second_looks()
    op.execute(f"INSERT INTO disposal_reach (position, kind, reached, condition) VALUES {REACH}")


def _create_second_looks() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "second_looks",
        sa.Column("decision_id", sa.Uuid(), sa.ForeignKey("decisions.id"), nullable=False),
        sa.Column("why", _code_of("why", "drawn", "override"), nullable=False),
        sa.Column("checkpoint", sa.Integer(), nullable=True),
        sa.Column("drawn_at", at, nullable=False),
        sa.Column("looked_at", at, nullable=True),
        sa.Column("looked_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("outcome", _code_of("outcome", *OUTCOMES), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.UniqueConstraint("decision_id", name=op.f("uq_second_looks_decision_id")),
        sa.CheckConstraint(
            "num_nonnulls(looked_at, looked_by_id, outcome) IN (0, 3)", name=op.f("ck_second_looks_looked_whole")
        ),
        sa.CheckConstraint("(looked_at IS NULL) = (reason = '')", name=op.f("ck_second_looks_reason_when_looked")),
    )
    op.execute("ALTER TABLE second_looks ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (looked_at, looked_by_id, outcome, reason) ON second_looks TO {SERVICE}")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON second_looks {rule}")


def _code_of(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    op.execute("DELETE FROM disposal_reach WHERE position = 15")
    op.drop_table("second_looks")
    op.execute(f"DROP FUNCTION {', '.join(BEHIND)}")
