"""What is asked all day is as quick among a million as among a thousand.

Revision: 0060, after 0059

Clocks that run, what somebody sent, and what was decided within some days are found by indexes of their own; a partner's
checks by the enquiries that are open, and on what days a child was referred by the child. Whether somebody found is in
any case is asked of each, and never by reading every subject there is: what has OFFSET in it is not made a list of all.
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
INDEXES = {
    "ix_enquiries_logged_by_id": ("enquiries", ["logged_by_id", "received_at", "id"], None),
    "ix_decisions_decided_at": ("decisions", ["decided_at"], None),
    "ix_clocks_unstopped": ("clocks", ["due_at"], "stopped_at IS NULL"),
}
# Of enquiries that are open, those of which the agency of whoever acts was asked something. As `is_asked` says of one.
ASKED = """
CREATE FUNCTION enquiries_asked() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT e.id FROM enquiries e WHERE e.queue IS NOT NULL
        AND coalesce(current_setting('triage.role', true), '') IN ('partner_contributor', 'partner_system')
        AND EXISTS (SELECT FROM agency_checks c WHERE c.enquiry_id = e.id
            AND c.agency_code = current_setting('triage.agency', true) OFFSET 0))
$$;
"""
CANDIDATES = "candidate_people(text, text[], date[], date[], text, text, text, integer)"
HELD = tuple(f"{table} {short} WHERE {short}.person_id" for table, short in (("subjects", "s"), ("referrals", "r")))
RECORDS = "person_id IN (SELECT records_of(who))"
INSTEAD = {
    CANDIDATES: [(f"{held} = {who}.id)", f"{held} = {who}.id OFFSET 0)") for held in HELD for who in ("found", "q")],
    "referral_days(uuid)": [(RECORDS, "person_id = ANY (ARRAY(SELECT records_of(who)))")],
}
# Of whoever is in a file: what is kept longer by hand is looked for among what is held, which is little, and not by a
# function for each. As PostgreSQL writes them out, with whatever space between.
BY_FUNCTION = "(h.person_id IN ( SELECT records_of(told.person_id) AS records_of))"
BY_ROW = "(h.person_id = ANY (ARRAY( SELECT q.id FROM people q WHERE (q.identity_id = p.identity_id))))"


def upgrade() -> None:
    for name, (table, columns, where) in INDEXES.items():
        op.create_index(name, table, columns, postgresql_where=where and sa.text(where))
    op.execute(ASKED)
    op.execute("REVOKE ALL ON FUNCTION enquiries_asked FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION enquiries_asked TO {SERVICE}")
    op.execute("SELECT show_limit()")  # the setting that a function asks for is there once pg_trgm has been used
    for function, changes in INSTEAD.items():
        _say_instead(function, changes)
    _keep_by(BY_FUNCTION, BY_ROW)


def _say_instead(function: str, changes: list[tuple[str, str]]) -> None:
    told = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{function}'::regprocedure)"))
    for old, new in changes:
        if old not in told:
            raise ValueError(f"{old!r} is not in {told}")
        told = told.replace(old, new)
    op.get_bind().exec_driver_sql(told.replace("%", "%%"))


def _keep_by(old: str, new: str) -> None:
    told = " ".join(op.get_bind().scalar(sa.text("SELECT pg_get_viewdef('retention_facts'::regclass)")).split())
    if old not in told:
        raise ValueError(f"{old!r} is not in {told}")
    view = f"CREATE OR REPLACE VIEW retention_facts WITH (security_invoker = true) AS {told.replace(old, new)}"
    op.get_bind().exec_driver_sql(view)


def downgrade() -> None:
    _keep_by(BY_ROW, BY_FUNCTION)
    op.execute("SELECT show_limit()")
    for function, changes in INSTEAD.items():
        _say_instead(function, [(new, old) for old, new in changes])
    op.execute("DROP FUNCTION enquiries_asked")
    for name, (table, _, _) in INDEXES.items():
        op.drop_index(name, table)
