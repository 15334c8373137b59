"""A way in without an account: what somebody tells on the public form, kept until it is sent, theirs and nobody else's.

Revision: 0038, after 0037

A partner of whom nobody has an account opens one question by a link.

A visitor sees the one telling or link whose key they act under, and nothing else of the service. What is sent is logged by the
service in the name of one user, with whom nobody signs in.
"""

import sqlalchemy as sa
from alembic import op

from migrations.codes import add_codes, drop_codes

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
VISITOR = "'00000000-0000-7000-8000-000000000002'"
NAME = "'Somebody without an account'"
OWN = f"{ROLE} = 'visitor' AND id::text = (SELECT current_setting('triage.user_id', true))"
CHECKS = {
    "content": "octet_length(content) <= 1500000",
    "sent_is_emptied": "sent_at IS NULL OR content = ''",
    "sent_is_an_enquiry": "(sent_at IS NULL) = (enquiry_id IS NULL)",
}
# The first two look as the owner for whoever has the secret, and tell them no more than what it is of. The third deletes
# so for the service: whatever time is told, what has not expired by the database's own stays.
FUNCTIONS = """
CREATE FUNCTION check_link_of(token bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM check_links WHERE token_hash = token
$$;
CREATE FUNCTION telling_of(code bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM tellings WHERE code_hash = code
$$;
CREATE FUNCTION forget_tellings(until timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM tellings
        WHERE expires_at <= least(until, now()) AND current_setting('triage.role', true) = 'system' RETURNING id
    ) SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION check_link_of, telling_of, forget_tellings FROM PUBLIC;
"""
NO_CASES = ("'partner_system', 'referrer')", "'partner_system', 'referrer', 'visitor')")
NOTHING_HIDDEN = ("'partner_system', 'referrer', 'perf", "'partner_system', 'referrer', 'visitor', 'perf")
SAID_OF_VISITORS = {"sees_cases(text)": NO_CASES, "look_up_hidden()": NOTHING_HIDDEN}
REACH = (
    "(8, 'file', 'tellings', 'enquiry_id = ANY ($1)'),"
    " (9, 'file', 'check_links', 'check_id IN (SELECT id FROM agency_checks WHERE enquiry_id = ANY ($1))')"
)


def upgrade() -> None:
    add_codes("users", "role", ("visitor",))
    add_codes("events", "actor_role", ("visitor",))
    for function, (old, new) in SAID_OF_VISITORS.items():
        _say_instead(function, old, new)
    op.execute(
        f"INSERT INTO users (id, username, name, role, active) VALUES ({VISITOR}, 'visitor', {NAME}, 'visitor', false)"
    )
    op.add_column("enquiries", sa.Column("referrer_phone", sa.Text(), server_default="", nullable=False))
    _create_tellings()
    _create_links()
    op.execute(FUNCTIONS)
    op.execute(f"GRANT EXECUTE ON FUNCTION check_link_of, telling_of, forget_tellings TO {SERVICE}")
    op.execute(f"INSERT INTO disposal_reach (position, kind, reached, condition) VALUES {REACH}")


def _create_tellings() -> None:
    op.create_table(
        "tellings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enquiry_id", sa.Uuid(), sa.ForeignKey("enquiries.id"), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_tellings_{name}")) for name, rule in CHECKS.items()),
        *(sa.UniqueConstraint(each, name=op.f(f"uq_tellings_{each}")) for each in ("reference", "code_hash")),
    )
    op.create_index("ix_tellings_expires_at", "tellings", ["expires_at"])
    op.create_index("ix_tellings_enquiry_id", "tellings", ["enquiry_id"])
    op.execute("ALTER TABLE tellings ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON tellings FOR SELECT USING ({OWN})")
    op.execute(f"CREATE POLICY begun ON tellings FOR INSERT WITH CHECK ({OWN} AND sent_at IS NULL)")
    op.execute(f"CREATE POLICY changed ON tellings FOR UPDATE USING ({OWN}) WITH CHECK ({OWN})")
    op.execute(f"CREATE POLICY thrown_away ON tellings FOR DELETE USING ({OWN} AND sent_at IS NULL)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON tellings TO {SERVICE}")


def _create_links() -> None:
    op.create_table(
        "check_links",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("check_id", sa.Uuid(), sa.ForeignKey("agency_checks.id"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("token_hash", name=op.f("uq_check_links_token_hash")),
    )
    op.create_index("ix_check_links_check_id", "check_links", ["check_id"])
    op.execute("ALTER TABLE check_links ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON check_links FOR SELECT USING ({OWN} OR {ROLE} = 'system')")
    op.execute(f"CREATE POLICY made ON check_links FOR INSERT WITH CHECK ({ROLE} = 'system')")
    op.execute(f"GRANT SELECT, INSERT ON check_links TO {SERVICE}")


def _say_instead(function: str, old: str, new: str) -> None:
    definition = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{function}'::regprocedure)"))
    if old not in definition:
        raise ValueError(f"{old!r} is not in {definition}")
    op.get_bind().exec_driver_sql(definition.replace(old, new).replace("%", "%%"))


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT EXISTS (SELECT FROM events WHERE actor_role = 'visitor')")):
        raise RuntimeError("Somebody without an account has told of a child, and the log says so: it cannot unsay it.")
    op.execute("DELETE FROM disposal_reach WHERE position IN (8, 9)")
    op.execute("DROP FUNCTION forget_tellings, telling_of, check_link_of")
    op.drop_table("check_links")
    op.drop_table("tellings")
    op.drop_column("enquiries", "referrer_phone")
    op.execute(f"DELETE FROM users WHERE id = {VISITOR}")
    for function, (old, new) in SAID_OF_VISITORS.items():
        _say_instead(function, new, old)
    drop_codes("events", "actor_role", ("visitor",))
    drop_codes("users", "role", ("visitor",))
