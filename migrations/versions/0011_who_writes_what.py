"""Who writes what: whoever reads a case writes no more of it than the work on cases that they have.

Revision: 0011, after 0010

What is read stays as it is: each rule of before is read from the database. What a referral is about never changes, an
event bears the name of whoever acts, and a child has one open case with social care and one with early help.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
USER = "(SELECT current_setting('triage.user_id', true))"
PLACE = "(SELECT current_setting('triage.locality', true))"
SEES_ALL = "(SELECT sees_all())"
SYSTEM = "'00000000-0000-7000-8000-000000000001'"
# Whose a referral is among those who work in a locality or, where they have none, in a team of the whole county.
OWN = f"locality_code = {PLACE} AND (SELECT is_locality())"
TEAMS = (
    "(SELECT is_locality()) AND team_code = (SELECT current_setting('triage.team', true))"
    " AND (SELECT coalesce(current_setting('triage.locality', true), '') = '')"
)
# This looks for the caller, as the owner: a case that is merely on offer to them is not theirs to work.
WORKS_CASE = """
CREATE FUNCTION works_case(referral uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT is_locality() AND EXISTS (
        SELECT FROM referrals r WHERE r.id = referral AND (r.locality_code = current_setting('triage.locality', true)
        OR r.team_code = current_setting('triage.team', true)
        AND coalesce(current_setting('triage.locality', true), '') = ''))
$$;
REVOKE ALL ON FUNCTION works_case FROM PUBLIC;
"""
# The hub's alone to write. Who may read such a row may lock it, so that they are refused in words.
OF_HUB = ("people", "enquiries", "subjects", "recommendations", "decisions", "agency_checks")
OF_WORK = {
    "assignments": "works_case(referral_id)",
    "clocks": "works_case(referral_id)",
    "strategy_discussions": "works_case(referral_id)",
    "clock_pauses": "EXISTS (SELECT FROM clocks c WHERE c.id = clock_id AND works_case(c.referral_id))",
}
# The row as it will be must be theirs, and as it was: works_case sees it as it stood when the statement began.
HELD = f"(({OWN}) OR ({TEAMS})) AND works_case(id)"
IN_LOG = "case_kind = 'referral' AND works_case(case_id)"
# The service acts as "system" in the name of whoever it does something for; what one policy does to another is its own.
IN_OWN_NAME = (
    f"{ROLE} = 'system' OR actor_id::text = {USER} AND actor_role = {ROLE}"
    f" OR case_kind = 'policy' AND actor_id = {SYSTEM}"
)
ABOUT = ("reference", "person_id", "enquiry_id", "subject_id", "stepped_from_id", "service")
KEPT = f"""
CREATE FUNCTION keep_about() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what referral % is about never changes', OLD.reference USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER keep_about BEFORE UPDATE OF {", ".join(ABOUT)} ON referrals FOR EACH ROW
WHEN (({", ".join(f"OLD.{each}" for each in ABOUT)}) IS DISTINCT FROM ({", ".join(f"NEW.{each}" for each in ABOUT)}))
EXECUTE FUNCTION keep_about();
"""
# What came by import stands as it was told, whether or not that makes two.
ONE_OPEN = "service IN ('social_care', 'early_help') AND state <> 'closed' AND imported_from IS NULL"
TWO_OPEN = (
    f"SELECT string_agg(reference, ' and ' ORDER BY reference) FROM referrals WHERE {ONE_OPEN}"
    " GROUP BY person_id, service HAVING count(*) > 1 ORDER BY 1"
)
BEFORE = f"{SEES_ALL} OR (({OWN}) OR ({TEAMS}))"


def upgrade() -> None:
    _refuse_two_open()
    op.execute(WORKS_CASE)
    op.execute(f"GRANT EXECUTE ON FUNCTION works_case TO {SERVICE}")
    for table in OF_HUB:
        reads = _read_only(table)
        _write(table, new=SEES_ALL, old=reads, changed=SEES_ALL)
    for table, works in OF_WORK.items():
        _read_only(table)
        rule = f"{SEES_ALL} OR {works}"
        _write(table, new=rule, old=rule, changed=rule)
    _write("referrals", new=SEES_ALL, old=_read_only("referrals"), changed=f"{SEES_ALL} OR {HELD}")
    _read_only("events")
    op.execute(f"CREATE POLICY added ON events FOR INSERT WITH CHECK ({SEES_ALL} OR {IN_LOG})")
    op.execute(f"CREATE POLICY in_own_name ON events AS RESTRICTIVE FOR INSERT WITH CHECK ({IN_OWN_NAME})")
    op.execute(KEPT)
    op.create_index(
        "uq_referrals_person_id_service_open",
        "referrals",
        ["person_id", "service"],
        unique=True,
        postgresql_where=sa.text(ONE_OPEN),
    )


def _refuse_two_open() -> None:
    """Which of two cases of one child goes on is a person's to say, before this."""
    two = op.get_bind().scalars(sa.text(TWO_OPEN)).all()
    if two:
        raise RuntimeError(f"Close one of each, and migrate again: {'; '.join(two)} are of one child.")


def _read_only(table: str) -> str:
    """Let the rule by which a table is seen say who reads it, and nothing of who writes: that rule."""
    reads = _rule_of(table)
    op.execute(f"DROP POLICY seen ON {table}")
    op.execute(f"CREATE POLICY seen ON {table} FOR SELECT USING ({reads})")
    return reads


def _rule_of(table: str) -> str:
    query = "SELECT qual FROM pg_policies WHERE schemaname = 'public' AND tablename = :table AND policyname = 'seen'"
    return op.get_bind().scalar(sa.text(query), {"table": table})


def _write(table: str, *, new: str, old: str, changed: str) -> None:
    """Who adds a row; who may change which; and what it may be then."""
    op.execute(f"CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({new})")
    op.execute(f"CREATE POLICY changed ON {table} FOR UPDATE USING ({old}) WITH CHECK ({changed})")


def downgrade() -> None:
    op.drop_index("uq_referrals_person_id_service_open", table_name="referrals")
    op.execute("DROP TRIGGER keep_about ON referrals")
    op.execute("DROP FUNCTION keep_about")
    op.execute("DROP POLICY in_own_name ON events")
    op.execute("DROP POLICY added ON events")
    _see_and_write("events")
    for table in ("referrals", *OF_WORK, *OF_HUB):
        op.execute(f"DROP POLICY added ON {table}")
        op.execute(f"DROP POLICY changed ON {table}")
        _see_and_write(table)
    op.execute("DROP FUNCTION works_case")


def _see_and_write(table: str) -> None:
    """Whoever sees a row may write it again; a referral only those who have it."""
    rule = _rule_of(table)
    op.execute(f"DROP POLICY seen ON {table}")
    check = BEFORE if table == "referrals" else rule
    op.execute(f"CREATE POLICY seen ON {table} USING ({rule}) WITH CHECK ({check})")
