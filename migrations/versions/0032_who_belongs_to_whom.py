"""How people are related, and who lives with whom, from which day to which, by somebody's word.

Revision: 0032, after 0031

A relative need be in no case: they are seen with whoever they belong to, hidden with them, and go with the last file of
those whom they belong to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
KINDS = (
    *("parent", "step_parent", "sibling", "half_sibling", "carer", "unborn_to", "lives_with", "significant_other"),
)
CHECKS = {
    "of_two": "person_id <> relative_id",
    "begins_first": "since <= until",
    "is_known": "known_by <> ''",
    "withdrawn_by_somebody": "num_nulls(withdrawn_at, withdrawn_by_id) IN (0, 2)",
    "withdrawn_with_reason": "(withdrawn_at IS NULL) = (withdrawn_reason = '')",
}
ME = "(SELECT current_setting('triage.user_id', true))"
SEES_ALL, HIDDEN = "(SELECT sees_all())", "(SELECT hidden_records())::uuid[]"
ONE_HAS_CASE = "SELECT FROM referrals c WHERE c.person_id = ANY (same_people(ARRAY[person_id, relative_id]))"
POLICIES = {
    "seen": f"FOR SELECT USING ({SEES_ALL} OR (SELECT is_locality()) AND withdrawn_at IS NULL AND EXISTS ({ONE_HAS_CASE}))",
    "said": f"FOR INSERT WITH CHECK ({SEES_ALL} AND said_by_id::text = {ME} AND withdrawn_at IS NULL)",
    "changed": f"FOR UPDATE USING ({SEES_ALL} AND withdrawn_at IS NULL)"
    f" WITH CHECK ({SEES_ALL} AND (withdrawn_by_id IS NULL OR withdrawn_by_id::text = {ME}))",
    "not_restricted": f"AS RESTRICTIVE FOR ALL USING ((ARRAY[person_id, relative_id] && {HIDDEN}) IS NOT TRUE)",
}
BESIDE = """LATERAL (
        SELECT l.relative_id FROM relationships l WHERE l.person_id = {one}
        UNION ALL SELECT l.person_id FROM relationships l WHERE l.relative_id = {one}
        UNION ALL SELECT m.other_id FROM merges m WHERE m.person_id = {one}
        UNION ALL SELECT m.person_id FROM merges m WHERE m.other_id = {one}
    ) beside(id)"""
FUNCTIONS = f"""
-- Every record of some people, for the policies: which are one person's says nothing of anybody.
CREATE FUNCTION same_people(who uuid[]) RETURNS uuid[] LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT p.id FROM people p WHERE p.identity_id IN (SELECT q.identity_id FROM people q WHERE q.id = ANY (who)))
$$;
-- Whether somebody belongs to a person whose case this actor sees. A body of its own, so that policies stay simple to plan.
CREATE FUNCTION is_kin(who uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM relationships l WHERE l.person_id = who OR l.relative_id = who);
END $$;
CREATE FUNCTION is_only_kin(who uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM subjects s WHERE s.person_id IN (SELECT records_of(who)))
        AND NOT EXISTS (SELECT FROM referrals r WHERE r.person_id IN (SELECT records_of(who)))
$$;
-- Whoever is in no case and belongs, or was once said to be the same, by whatever steps, to people of this file, and to nobody who has another.
CREATE FUNCTION kin_of_file(cases uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH RECURSIVE reached(id) AS (
        SELECT same.id FROM retention_facts f, records_of(f.person_id) same(id) WHERE f.file_id = ANY (cases)
        UNION SELECT same.id FROM reached, {BESIDE.format(one="reached.id")}, records_of(beside.id) same(id)
            WHERE is_only_kin(beside.id)
    ), kin AS (SELECT id FROM reached WHERE is_only_kin(id)
    ), stays(id) AS (
        SELECT same.id FROM kin, {BESIDE.format(one="kin.id")}, records_of(kin.id) same(id) WHERE EXISTS (
            SELECT FROM retention_facts f
            WHERE f.person_id IN (SELECT records_of(beside.id)) AND f.file_id <> ALL (cases))
        UNION SELECT same.id FROM stays, {BESIDE.format(one="stays.id")}, records_of(beside.id) same(id)
            WHERE is_only_kin(beside.id)
    )
    SELECT id FROM kin EXCEPT SELECT id FROM stays
$$;
REVOKE ALL ON FUNCTION same_people, is_kin, is_only_kin, kin_of_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION same_people, is_kin, is_only_kin, kin_of_file TO {SERVICE};
"""
REACH = "(7, 'file', 'relationships', 'person_id = ANY ($4) OR relative_id = ANY ($4)')"
KNOWN = "OR EXISTS (SELECT FROM referrals r WHERE r.person_id = found.id)"
RELATED = (
    " OR EXISTS (SELECT FROM relationships l WHERE l.person_id = found.id)"
    " OR EXISTS (SELECT FROM relationships l WHERE l.relative_id = found.id)"
    " OR EXISTS (SELECT FROM people p WHERE p.id = found.id AND p.same_as_id IS NOT NULL)"
)
LAST_HIDDEN = "UNION ALL SELECT r.id FROM referrals r WHERE r.person_id = ANY (kin)"
KIN_HIDDEN = f"""
        UNION ALL SELECT same.id FROM unnest(kin) hidden(id), {BESIDE.format(one="hidden.id")}, records_of(beside.id) same(id)
            WHERE is_only_kin(beside.id)"""
LAST_OF_FILE = "AND f.file_id <> ALL (cases)));"
KIN_OF_FILE = "AND f.file_id <> ALL (cases))) || ARRAY(SELECT kin_of_file(cases));"
SAID_OF_KIN = {
    "candidate_people(text, text[], date[], date[], text, text, text, integer)": (KNOWN, KNOWN + RELATED),
    "look_up_hidden()": (LAST_HIDDEN, LAST_HIDDEN + KIN_HIDDEN),
    "file_of(uuid[])": (LAST_OF_FILE, KIN_OF_FILE),
}


def upgrade() -> None:
    _create_relationships()
    op.execute(FUNCTIONS)
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON relationships {rule}")
    op.execute("CREATE POLICY seen_as_kin ON people FOR SELECT USING ((SELECT is_locality()) AND is_kin(id))")
    for function, (old, new) in SAID_OF_KIN.items():
        _say_instead(function, old, new)
    op.execute(f"INSERT INTO disposal_reach (position, kind, reached, condition) VALUES {REACH}")
    op.execute(
        "CREATE TRIGGER forget_hidden AFTER INSERT OR UPDATE OR DELETE ON relationships"
        " FOR EACH STATEMENT EXECUTE FUNCTION forget_hidden()"
    )


def _create_relationships() -> None:
    both = ("person_id", "relative_id")
    op.create_table(
        "relationships",
        *(sa.Column(name, sa.Uuid(), sa.ForeignKey("people.id"), nullable=False) for name in both),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("known_by", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_relationships_{name}")) for name, rule in CHECKS.items()),
    )
    for name in both:
        op.create_index(f"ix_relationships_{name}", "relationships", [name])
    changed = "until, withdrawn_at, withdrawn_by_id, withdrawn_reason"
    op.execute("ALTER TABLE relationships ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({changed}) ON relationships TO {SERVICE}")


def _say_instead(function: str, old: str, new: str) -> None:
    op.execute("SELECT show_limit()")  # the setting that a function asks for is there once pg_trgm has been used
    definition = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{function}'::regprocedure)"))
    if old not in definition:
        raise ValueError(f"{old!r} is not in {definition}")
    op.get_bind().exec_driver_sql(definition.replace(old, new).replace("%", "%%"))


def downgrade() -> None:
    """Whoever was only somebody's relative stays among the people, and is found by nobody."""
    op.execute("DROP TRIGGER forget_hidden ON relationships")
    op.execute("DELETE FROM disposal_reach WHERE position = 7")
    for function, (old, new) in SAID_OF_KIN.items():
        _say_instead(function, new, old)
    op.execute("DROP POLICY seen_as_kin ON people")
    for name in POLICIES:
        op.execute(f"DROP POLICY {name} ON relationships")
    op.execute("DROP FUNCTION kin_of_file, is_only_kin, is_kin, same_people")
    op.drop_table("relationships")
