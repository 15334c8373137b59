"""How people are related, and who lives with whom, from which day to which, by somebody's word.

Revision: 0032, after 0031

A relative need be in no case: they are hidden with a restricted child, unless they belong to somebody else too, and go
with the last file of those whom they belong to.
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
ROLE = "(SELECT current_setting('triage.role', true))"
SAYS = f"{ROLE} IN ('mash_officer', 'social_worker', 'mash_manager', 'emergency_duty_team')"
ME, HIDDEN = "(SELECT current_setting('triage.user_id', true))", "(SELECT hidden_records())::uuid[]"
POLICIES = {
    "seen": "FOR SELECT USING ((SELECT sees_all()))",
    "said": f"FOR INSERT WITH CHECK ({SAYS} AND said_by_id::text = {ME} AND withdrawn_at IS NULL)",
    "changed": f"FOR UPDATE USING ({SAYS} AND withdrawn_at IS NULL)"
    f" WITH CHECK ({SAYS} AND (withdrawn_by_id IS NULL OR withdrawn_by_id::text = {ME}))",
    "not_restricted": f"AS RESTRICTIVE FOR ALL USING ((ARRAY[person_id, relative_id] && {HIDDEN}) IS NOT TRUE)",
}
# Whoever is beside one of some people: by what was ever said, and by what stands.
EVER = """
    SELECT relative_id FROM relationships WHERE person_id = ANY ({some})
    UNION SELECT person_id FROM relationships WHERE relative_id = ANY ({some})
    UNION SELECT other_id FROM merges WHERE person_id = ANY ({some})
    UNION SELECT person_id FROM merges WHERE other_id = ANY ({some})"""
STANDING = """
    SELECT relative_id FROM relationships WHERE person_id = ANY ({some}) AND withdrawn_at IS NULL
    UNION SELECT person_id FROM relationships WHERE relative_id = ANY ({some}) AND withdrawn_at IS NULL"""
FUNCTIONS = f"""
CREATE FUNCTION all_records_of(who uuid[]) RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT p.id FROM people me JOIN people p ON p.identity_id = me.identity_id WHERE me.id = ANY (who))
$$;
-- Those of these people who are in a case, by any of their records, that is none of these cases.
CREATE FUNCTION in_case_beside(who uuid[], cases uuid[]) RETURNS uuid[] LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT me.id FROM people me JOIN people p ON p.identity_id = me.identity_id WHERE me.id = ANY (who) AND (
        EXISTS (SELECT FROM subjects s WHERE s.person_id = p.id AND s.enquiry_id <> ALL (cases))
        OR EXISTS (SELECT FROM referrals r
            WHERE r.person_id = p.id AND coalesce(r.enquiry_id, r.id) <> ALL (cases))))
$$;
CREATE FUNCTION is_only_kin(who uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT in_case_beside(ARRAY[who], '{{}}') = '{{}}'
$$;
-- Whoever is in no case and belongs, or was ever said to, by whatever steps, to one of these people, and to nobody else
-- who is in a case beside these; others who are in one do not count where they are hidden.
CREATE FUNCTION kin_of(own uuid[], cases uuid[], hidden uuid[]) RETURNS uuid[] LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp AS $$
DECLARE
    kin uuid[] := '{{}}'; stays uuid[] := '{{}}'; step uuid[] := own; other uuid; near uuid[];
BEGIN
    LOOP
        near := ARRAY({EVER.format(some="step")});
        EXIT WHEN near = '{{}}';
        step := ARRAY(SELECT unnest(all_records_of(near)) EXCEPT SELECT unnest(own || kin));
        step := ARRAY(SELECT unnest(step) EXCEPT SELECT unnest(in_case_beside(step, '{{}}')));
        EXIT WHEN step = '{{}}';
        kin := kin || step;
    END LOOP;
    FOREACH other IN ARRAY kin LOOP
        near := ARRAY(SELECT unnest(ARRAY({STANDING.format(some="ARRAY[other]")})) EXCEPT SELECT unnest(hidden));
        IF in_case_beside(near, cases) <> '{{}}' THEN stays := stays || all_records_of(ARRAY[other]); END IF;
    END LOOP;
    step := stays;
    WHILE step <> '{{}}' LOOP
        near := all_records_of(ARRAY({STANDING.format(some="step")}));
        step := ARRAY(SELECT unnest(near) INTERSECT SELECT unnest(kin) EXCEPT SELECT unnest(stays));
        stays := stays || step;
    END LOOP;
    RETURN ARRAY(SELECT unnest(kin) EXCEPT SELECT unnest(stays));
END $$;
-- Every enquiry that tells the story of these people: theirs, and what was split off it or joined with it.
CREATE FUNCTION story_of(who uuid[]) RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH RECURSIVE told AS (
        SELECT enquiry_id AS id FROM subjects WHERE person_id = ANY (who)
        UNION SELECT other.id FROM told, LATERAL (
            SELECT unnest(ARRAY[e.split_from_id, e.joined_into_id]) AS id FROM enquiries e WHERE e.id = told.id
            UNION ALL SELECT e.id FROM enquiries e WHERE e.split_from_id = told.id
            UNION ALL SELECT e.id FROM enquiries e WHERE e.joined_into_id = told.id
        ) other WHERE other.id IS NOT NULL)
    SELECT ARRAY(SELECT id FROM told)
$$;
REVOKE ALL ON FUNCTION all_records_of, in_case_beside, is_only_kin, kin_of, story_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION all_records_of, in_case_beside, is_only_kin, kin_of TO {SERVICE};
"""
REACH = "(7, 'file', 'relationships', 'person_id = ANY ($4) OR relative_id = ANY ($4)')"
KNOWN = "OR EXISTS (SELECT FROM referrals r WHERE r.person_id = found.id)"
RELATED = (
    " OR EXISTS (SELECT FROM relationships l WHERE l.person_id = found.id AND l.withdrawn_at IS NULL)"
    " OR EXISTS (SELECT FROM relationships l WHERE l.relative_id = found.id AND l.withdrawn_at IS NULL)"
    # Another name of theirs, or a record that is said to be theirs: whoever is in a case by any is found by each.
    " OR EXISTS (SELECT FROM people p JOIN people q ON q.identity_id = p.identity_id WHERE p.id = found.id AND q.id <> p.id"
    " AND (EXISTS (SELECT FROM subjects s WHERE s.person_id = q.id)"
    " OR EXISTS (SELECT FROM referrals r WHERE r.person_id = q.id)))"
)
LAST_HIDDEN = "RETURN kin || ARRAY("
KIN_HIDDEN = "RETURN kin || kin_of(kin, story_of(kin), kin) || ARRAY("
HINTED = "p.id = ANY (hidden_records()) AND ("
HINTED_IN_CASE = "p.id = ANY (hidden_records()) AND NOT is_only_kin(p.id) AND ("
# Whoever belongs to somebody with another file stays for that one's sake, as kin, when their own cases go.
LAST_OF_FILE = "AND f.file_id <> ALL (cases)));"
KIN_OF_FILE = f"""AND f.file_id <> ALL (cases))
        AND in_case_beside(ARRAY({STANDING.format(some="all_records_of(ARRAY[p.id])")}), cases) = '{{}}');
    people := people || ARRAY(SELECT unnest(kin_of(ARRAY(
        SELECT records_of(person_id) FROM retention_facts WHERE file_id = ANY (cases)
        UNION SELECT (data->>'described')::uuid FROM events
        WHERE case_id = ANY (cases) AND type = 'person_recognised'), cases, '{{}}')) EXCEPT SELECT unnest(people));"""
HELD = "h.file_id = ANY (i.cases) OR h.person_id IN ("
KIN_HELD = "h.file_id = ANY (i.cases) OR h.person_id = ANY ((file_of(i.cases)).people) OR h.person_id IN ("
SAID_OF_KIN = {
    "candidate_people(text, text[], date[], date[], text, text, text, integer)": (KNOWN, KNOWN + RELATED),
    "look_up_hidden()": (LAST_HIDDEN, KIN_HIDDEN),
    "hidden_people(text, text[], date[], text, text, text)": (HINTED, HINTED_IN_CASE),
    "file_of(uuid[])": (LAST_OF_FILE, KIN_OF_FILE),
    "fault_of_disposing(uuid, date)": (HELD, KIN_HELD),
}


def upgrade() -> None:
    _create_relationships()
    op.create_index("ix_merges_person_id", "merges", ["person_id"])
    op.execute(FUNCTIONS)
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON relationships {rule}")
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
    for name in POLICIES:
        op.execute(f"DROP POLICY {name} ON relationships")
    op.execute("DROP FUNCTION story_of, kin_of, is_only_kin, in_case_beside, all_records_of")
    op.drop_index("ix_merges_person_id", "merges")
    op.drop_table("relationships")
