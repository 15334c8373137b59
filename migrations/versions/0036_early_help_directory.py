"""The directory of early help services, the room that each said it had, and needs that none of them could meet.

Revision: 0036, after 0035

What a service is, is published; it is read by whoever is signed in. An unmet need is of a case, and seen by whoever sees
the case; how many there are is counted by a function that gives no case away.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
KINDS = (*("childrens_centre", "targeted_support", "health_visitors", "school_nurses", "camhs", "voluntary", "school"),)
ROLE = "(SELECT current_setting('triage.role', true))"
ME, HIDDEN = "(SELECT current_setting('triage.user_id', true))", "(SELECT hidden_records())::uuid[]"
SIGNED_IN = f"{ROLE} NOT IN ('', 'nobody', 'signing_in')"
IMPORTS = f"{ROLE} IN ('mash_manager', 'administrator', 'system') AND imported_by_id::text = {ME}"
SAYS = (
    f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_worker', 'locality_manager', 'administrator', 'system')"
    f" AND said_by_id::text = {ME}"
)
NOTES = f"((SELECT sees_all()) OR works_case(referral_id)) AND noted_by_id::text = {ME}"
POLICIES = {
    ("directory_services", "seen"): f"FOR SELECT USING ({SIGNED_IN})",
    ("directory_services", "added"): f"FOR INSERT WITH CHECK ({IMPORTS})",
    ("directory_services", "changed"): f"FOR UPDATE USING ({SIGNED_IN}) WITH CHECK ({IMPORTS})",
    ("capacities", "seen"): f"FOR SELECT USING ({SIGNED_IN})",
    ("capacities", "said"): f"FOR INSERT WITH CHECK ({SAYS})",
    ("unmet_needs", "seen"): "FOR SELECT USING (EXISTS (SELECT FROM referrals r WHERE r.id = referral_id))",
    ("unmet_needs", "noted"): f"FOR INSERT WITH CHECK ({NOTES})",
    ("unmet_needs", "not_restricted"): f"AS RESTRICTIVE FOR ALL USING ((referral_id = ANY ({HIDDEN})) IS NOT TRUE)",
}
COUNTED = """
CREATE FUNCTION count_unmet_needs(since date, until date)
RETURNS TABLE (district text, need text, found text, month date, number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(u.district_code, ''), u.need, u.found, date_trunc('month', u.noted_on)::date, count(*)
    FROM unmet_needs u WHERE u.noted_on BETWEEN since AND until AND (
        current_setting('triage.role', true) IN ('mash_manager', 'early_help_unit', 'analyst', 'system')
        OR current_setting('triage.role', true) = 'locality_manager'
            AND u.locality_code = current_setting('triage.locality', true))
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
$$;
REVOKE ALL ON FUNCTION count_unmet_needs FROM PUBLIC;
"""
# The number stays, and is nobody's: before the case itself goes.
REACH = """(36, 'file', 'unmet_needs', 'referral_id = ANY ($2)',
    'referral_id = NULL, words = '''', months_old = NULL, noted_on = date_trunc(''month'', noted_on)::date')"""


def upgrade() -> None:
    _create_services()
    _create_capacities()
    _create_unmet_needs()
    for (table, name), rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON {table} {rule}")
    op.execute(COUNTED)
    op.execute(f"GRANT EXECUTE ON FUNCTION count_unmet_needs TO {SERVICE}")
    op.execute(f"INSERT INTO disposal_reach (position, kind, reached, condition, change) VALUES {REACH}")


def _create_services() -> None:
    op.create_table(
        "directory_services",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        _coded("kind", *KINDS),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("needs", ARRAY(sa.Text()), nullable=False),
        sa.Column("districts", ARRAY(sa.Text()), nullable=False),
        sa.Column("minimum_age", sa.Float(), nullable=True),
        sa.Column("maximum_age", sa.Float(), nullable=True),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
    )
    _guard("directory_services", "SELECT, INSERT, UPDATE")


def _create_capacities() -> None:
    op.create_table(
        "capacities",
        sa.Column("service_id", sa.Uuid(), sa.ForeignKey("directory_services.id"), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("waiting_weeks", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.CheckConstraint("free >= 0 AND places >= free AND waiting_weeks >= 0", name=op.f("ck_capacities_can_be")),
    )
    op.create_index("ix_capacities_service_id_said_at", "capacities", ["service_id", "said_at"])
    _guard("capacities", "SELECT, INSERT")


def _create_unmet_needs() -> None:
    op.create_table(
        "unmet_needs",
        sa.Column("referral_id", sa.Uuid(), sa.ForeignKey("referrals.id"), nullable=True),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("district_code", sa.Text(), sa.ForeignKey("districts.code"), nullable=True),
        sa.Column("locality_code", sa.Text(), sa.ForeignKey("localities.code"), nullable=True),
        sa.Column("months_old", sa.Integer(), nullable=True),
        _coded("found", "nothing", "no_room", "room"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
    )
    for name in ("referral_id", "noted_on"):
        op.create_index(f"ix_unmet_needs_{name}", "unmet_needs", [name])
    _guard("unmet_needs", "SELECT, INSERT")


def _coded(name: str, *codes: str) -> sa.Column:
    kind = sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _guard(table: str, rights: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT {rights} ON {table} TO {SERVICE}")


def downgrade() -> None:
    op.execute("DELETE FROM disposal_reach WHERE position = 36")
    op.execute("DROP FUNCTION count_unmet_needs")
    for table in ("unmet_needs", "capacities", "directory_services"):
        op.drop_table(table)
