"""Partners, referrers, information governance and administrators: who they are, and the little that each may see.

Revision: 0013, after 0012

A partner sees the checks that its agency was asked, while the enquiry is open; whoever sent an enquiry sees what they
sent. A partner is not told by a refusal that a child is known, so an NHS number may come twice. A partner's system is a partner, and no longer sees what the hub sees. The answer kept for a repeated request is
its caller's alone, and what is promised for later is read by the service alone.
"""

import sqlalchemy as sa
from alembic import op

from migrations.codes import add_codes, drop_codes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
NEW = ("partner_contributor", "referrer", "information_governance", "administrator")
HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
USER = "(SELECT current_setting('triage.user_id', true))"
ROLE = "(SELECT current_setting('triage.role', true))"
SEES_ALL = """
CREATE OR REPLACE FUNCTION sees_all() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('triage.role', true), '') IN {roles}
$$;
"""
# This looks as the owner, and tells a partner of no enquiry more than whether it still needs the answer.
ASKED = """
CREATE FUNCTION is_asked(agency text, enquiry uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(current_setting('triage.role', true), '') IN ('partner_contributor', 'partner_system')
        AND agency = current_setting('triage.agency', true)
        AND EXISTS (SELECT FROM enquiries e WHERE e.id = enquiry AND e.state <> 'closed')
$$;
REVOKE ALL ON FUNCTION is_asked FROM PUBLIC;
"""
SENT = f"{ROLE} IN ('referrer', 'partner_system') AND logged_by_id::text = {USER}"
POLICIES = {
    ("agency_checks", "asked"): "FOR SELECT USING (is_asked(agency_code, enquiry_id))",
    ("enquiries", "sent"): f"FOR SELECT USING ({SENT})",
    ("idempotency_keys", "own"): f"USING (user_id::text = {USER}) WITH CHECK (user_id::text = {USER})",
    ("outbox", "promised"): "FOR INSERT WITH CHECK (true)",
    ("outbox", "done"): f"USING ({ROLE} = 'system')",
}
CLOSED = ("idempotency_keys", "outbox")
HAS_NUMBER = sa.text("nhs_number IS NOT NULL")


def upgrade() -> None:
    add_codes("users", "role", NEW)
    add_codes("events", "actor_role", NEW)
    op.add_column("users", sa.Column("agency_code", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_users_agency_code_agencies"), "users", "agencies", ["agency_code"], ["code"])
    op.drop_index("uq_people_nhs_number", table_name="people", postgresql_where=HAS_NUMBER)
    op.create_index("ix_people_nhs_number", "people", ["nhs_number"], postgresql_where=HAS_NUMBER)
    op.execute(SEES_ALL.format(roles=(*HUB, "system")))
    op.execute(ASKED)
    op.execute(f"GRANT EXECUTE ON FUNCTION is_asked TO {SERVICE}")
    for table in CLOSED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for (table, name), rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON {table} {rule}")


def downgrade() -> None:
    for table, name in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    for table in CLOSED:
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.drop_index("ix_people_nhs_number", table_name="people", postgresql_where=HAS_NUMBER)
    op.create_index("uq_people_nhs_number", "people", ["nhs_number"], unique=True, postgresql_where=HAS_NUMBER)
    op.execute("DROP FUNCTION is_asked")
    op.execute(SEES_ALL.format(roles=(*HUB, "partner_system", "system")))
    op.drop_constraint(op.f("fk_users_agency_code_agencies"), "users")
    op.drop_column("users", "agency_code")
    op.execute(f"UPDATE users SET role = 'partner_system', active = false WHERE role IN {NEW}")
    op.execute(f"UPDATE events SET actor_role = 'partner_system' WHERE actor_role IN {NEW}")
    drop_codes("events", "actor_role", NEW)
    drop_codes("users", "role", NEW)
