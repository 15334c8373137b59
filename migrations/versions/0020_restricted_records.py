"""Restricted records: who sees them, how one is opened in an emergency, and why a record elsewhere was opened.

Revision: 0020, after 0019

A restricted person's records are hidden by a policy of their own, beside whatever else lets somebody see a row: from
everybody who is neither on the list nor has broken the glass less than two hours ago. What time it is the service
says with each transaction (triage.now); one that does not say sees nothing
by having broken it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
USER = "(SELECT current_setting('triage.user_id', true))"
BY_SERVICE = f"{ROLE} = 'system'"
MANAGES = f"{ROLE} = 'mash_manager'"
HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
# Information governance sees those alone whose record was asked for, and has to answer, whoever is on the list.
GOVERNANCE = f"{ROLE} = 'information_governance'"
# The list is kept by the managers who are on it, and by information governance. Nobody puts themselves on it.
GOVERNS = f"({GOVERNANCE} OR {MANAGES} AND is_listed({{}}))"
ASKED_FOR = ("people", "access_requests")
HIDES = {
    "people": "id",
    "access_requests": "person_id",
    "enquiries": "id",
    "subjects": "id",
    "first_views": "subject_id",
    "recommendations": "subject_id",
    "decisions": "subject_id",
    "agency_checks": "enquiry_id",
    "referrals": "id",
    "assignments": "referral_id",
    "strategy_discussions": "referral_id",
    "transfers": "referral_id",
    "events": "case_id",
}
BY_CASE = {
    "clocks": ("enquiry_id", "referral_id"),
    "files": ("enquiry_id", "referral_id"),
    "disclosures": ("enquiry_id", "referral_id", "person_id"),
}
NOT_HIDDEN = "({} = ANY ((SELECT hidden_records())::uuid[])) IS NOT TRUE"
# It looks as the owner, so that what is hidden can be told apart from what is not there. Partners see no more than
# what they were asked or have sent, and go on seeing that.
HIDDEN = """
CREATE FUNCTION business_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('triage.now', true), '')::timestamptz
$$;
-- A child must not lose its worker: whoever has its open case, as it moves on, sees it without a list.
CREATE FUNCTION has_case(who uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM referrals c WHERE c.person_id = who AND c.state <> 'closed'
            AND (c.worker_id::text = current_setting('triage.user_id', true)
            OR c.locality_code = current_setting('triage.locality', true)
                AND current_setting('triage.role', true) = 'locality_manager'))
        OR EXISTS (SELECT FROM subjects s JOIN enquiries e ON e.id = s.enquiry_id
            WHERE s.person_id = who AND e.state <> 'closed'
            AND (e.owner_id::text = current_setting('triage.user_id', true)
            OR e.with_edt AND current_setting('triage.role', true) = 'emergency_duty_team'))
$$;
CREATE FUNCTION hidden_records() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me text := current_setting('triage.user_id', true);
    kin uuid[];
BEGIN
    IF coalesce(current_setting('triage.role', true), '') IN
        ('system', 'partner_contributor', 'partner_system', 'referrer', 'performance_analyst', 'administrator')
        THEN RETURN '{}'; END IF;
    SELECT array_agg(r.person_id) INTO kin FROM restrictions r WHERE r.lifted_at IS NULL
        AND NOT EXISTS (SELECT FROM restriction_readers n
            WHERE n.restriction_id = r.id AND n.removed_at IS NULL AND n.user_id::text = me)
        AND NOT has_case(r.person_id)
        AND NOT EXISTS (SELECT FROM glass_breaks b WHERE b.restriction_id = r.id AND b.user_id::text = me
            AND business_now() BETWEEN b.broken_at AND b.ends_at);
    IF kin IS NULL THEN RETURN '{}'; END IF;
    -- What was split off or joined tells the same story; and who was described before they were recognised is the same.
    RETURN kin || ARRAY(
        WITH RECURSIVE told AS (
            SELECT enquiry_id AS id FROM subjects WHERE person_id = ANY (kin)
            UNION SELECT other.id FROM told, LATERAL (
                SELECT unnest(ARRAY[e.split_from_id, e.joined_into_id]) AS id FROM enquiries e WHERE e.id = told.id
                UNION ALL SELECT e.id FROM enquiries e WHERE e.split_from_id = told.id
                UNION ALL SELECT e.id FROM enquiries e WHERE e.joined_into_id = told.id
            ) other WHERE other.id IS NOT NULL)
        SELECT id FROM told
        UNION ALL SELECT (e.data ->> 'described')::uuid FROM events e JOIN told ON told.id = e.case_id
            WHERE e.type = 'person_recognised' AND (e.data ->> 'known')::uuid = ANY (kin)
        UNION ALL SELECT s.id FROM subjects s JOIN told ON told.id = s.enquiry_id
        UNION ALL SELECT r.id FROM referrals r WHERE r.person_id = ANY (kin));
END $$;
-- Whether somebody who is described may be a person whom one does not see: enough to ask for help, and no more.
CREATE FUNCTION hidden_people(name text, dates date[], nhs text, pupil text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT p.id FROM people p WHERE sees_all() AND p.id = ANY (hidden_records())
        AND (p.nhs_number = nhs OR p.upn = pupil OR name <> '' AND p.search_name % name AND p.birth_date = ANY (dates))
$$;
CREATE FUNCTION hidden_case(told text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.person_id FROM enquiries e JOIN subjects s ON s.enquiry_id = e.id
        WHERE sees_all() AND e.reference = told AND e.id = ANY (hidden_records())
        AND s.person_id = ANY (hidden_records())
    UNION SELECT r.person_id FROM referrals r
        WHERE sees_all() AND r.reference = told AND r.id = ANY (hidden_records())
$$;
-- Whether whoever acts is on the list; and whether they have only now made it, and so may put its first names there.
CREATE FUNCTION is_listed(key uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM restriction_readers n WHERE n.restriction_id = key AND n.removed_at IS NULL
        AND n.user_id::text = current_setting('triage.user_id', true))
$$;
CREATE FUNCTION is_made(key uuid, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM restrictions r WHERE r.id = key AND r.made_at = at
        AND r.made_by_id::text = current_setting('triage.user_id', true))
$$;
-- Whether few see a case or person: asked by whoever sees them.
CREATE FUNCTION is_restricted(key uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM restrictions r WHERE r.lifted_at IS NULL AND r.person_id IN (
        SELECT s.person_id FROM subjects s WHERE s.enquiry_id = key
        UNION ALL SELECT c.person_id FROM referrals c WHERE c.id = key UNION ALL SELECT key))
$$;
REVOKE ALL ON FUNCTION
    business_now, has_case, hidden_records, hidden_people, hidden_case, is_listed, is_made, is_restricted FROM PUBLIC;
"""
FUNCTIONS = "business_now, hidden_records, hidden_people, hidden_case, is_listed, is_made, is_restricted"
POLICIES = {
    ("restrictions", "seen"): f"FOR SELECT USING ({GOVERNANCE} OR {BY_SERVICE} OR is_listed(id))",
    ("restrictions", "made"): f"FOR INSERT WITH CHECK ({MANAGES} AND made_by_id::text = {USER})",
    ("restrictions", "lifted"): (f"FOR UPDATE USING ({GOVERNS.format('id')}) WITH CHECK (lifted_by_id::text = {USER})"),
    ("restriction_readers", "seen"): f"FOR SELECT USING ({GOVERNANCE} OR {BY_SERVICE} OR is_listed(restriction_id))",
    ("restriction_readers", "added"): (
        f"FOR INSERT WITH CHECK (added_by_id::text = {USER} AND ({MANAGES} AND is_made(restriction_id, added_at)"
        f" OR user_id <> added_by_id AND {GOVERNS.format('restriction_id')}))"
    ),
    ("restriction_readers", "removed"): (
        f"FOR UPDATE USING ({GOVERNS.format('restriction_id')}) WITH CHECK (removed_by_id::text = {USER})"
    ),
    ("glass_breaks", "seen"): (
        f"FOR SELECT USING ({GOVERNANCE} OR {BY_SERVICE} OR user_id::text = {USER} OR is_listed(restriction_id))"
    ),
    ("glass_breaks", "broken"): (
        f"FOR INSERT WITH CHECK ({ROLE} IN {HUB} AND user_id::text = {USER} AND verdict IS NULL"
        " AND broken_at = business_now())"
    ),
    ("glass_breaks", "reviewed"): (
        f"FOR UPDATE USING ({ROLE} = 'information_governance' AND verdict IS NULL)"
        f" WITH CHECK ({ROLE} = 'information_governance' AND reviewed_by_id::text = {USER})"
    ),
    (
        "opening_reasons",
        "seen",
    ): f"FOR SELECT USING ({MANAGES} OR {GOVERNANCE} OR {BY_SERVICE} OR user_id::text = {USER})",
    ("opening_reasons", "stated"): f"FOR INSERT WITH CHECK (user_id::text = {USER})",
}
CHANGES = {
    "restrictions": "lifted_at, lifted_by_id, lifted_reason",
    "restriction_readers": "removed_at, removed_by_id",
    "glass_breaks": "verdict, note, reviewed_at, reviewed_by_id",
}
# What a disposal reaches of these, before it comes to the people ($4 are those who go, $5 every key that does).
REACH = {
    1: ("glass_breaks", "person_id = ANY ($4)"),
    2: ("restriction_readers", "restriction_id IN (SELECT id FROM restrictions WHERE person_id = ANY ($4))"),
    3: ("restrictions", "person_id = ANY ($4)"),
    4: ("opening_reasons", "case_id = ANY ($5)"),
}
# Whom an enquiry described who was known already is that person from then on, and nobody else to be found.
IN_A_CASE = (
    "(EXISTS (SELECT FROM subjects s WHERE s.person_id = found.id)"
    " OR EXISTS (SELECT FROM referrals r WHERE r.person_id = found.id))"
)
# Who counts reads rows that name no case, of nobody in particular; and nobody else reads them at all.
MEASURED = {"measured_enquiries": "enquiry_measures", "measured_referrals": "referral_measures"}
COUNTS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'analyst', 'partner_system', 'system')"
# What the council is made of is written by the schema's owner alone.
PUBLISHED = "localities, districts, teams, agencies, providers"
# The log of a request, or of a disposal, is read by whoever sees that.
LOGS = {"access_request": "access_requests", "disposal": "disposals"}
CANDIDATES = """
CREATE OR REPLACE FUNCTION candidate_people(name text, dates date[], nhs text, pupil text, most integer)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT id FROM (
        (SELECT id FROM people WHERE name <> '' AND search_name % name
         ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE birth_date = ANY (dates) AND name <> ''
               ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE nhs_number = nhs)
        UNION (SELECT id FROM people WHERE upn = pupil)
    ) found WHERE sees_all() {seen}
$$;
CREATE OR REPLACE FUNCTION former_people(name text, dates date[], most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT id FROM (
        (SELECT person_id FROM rectifications WHERE name <> '' AND search_name % name
         ORDER BY similarity(search_name, name) DESC LIMIT most)
        UNION (SELECT person_id FROM rectifications WHERE state = 'accepted' AND field = 'birth_date'
               AND recorded = ANY (dates::text[]) LIMIT most)
    ) found(id) WHERE sees_all() {seen}
$$;
"""


def upgrade() -> None:
    _create_tables()
    op.execute(HIDDEN)
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO {SERVICE}")
    op.create_index("ix_enquiries_split_from_id", "enquiries", ["split_from_id"])
    _look_for_candidates(f"AND NOT id = ANY (hidden_records()) AND {IN_A_CASE}")
    for table, column in HIDES.items():
        asked = f"{GOVERNANCE} OR " if table in ASKED_FOR else ""
        _hide(table, asked + NOT_HIDDEN.format(column))
    for table, columns in BY_CASE.items():
        _hide(table, f"(ARRAY[{', '.join(columns)}] && (SELECT hidden_records())) IS NOT TRUE")
    _hide("clock_pauses", "EXISTS (SELECT FROM clocks c WHERE c.id = clock_id)")
    for table in dict.fromkeys(table for table, _name in POLICIES):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {SERVICE}")
    for table, columns in CHANGES.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {SERVICE}")
    for (table, name), rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON {table} {rule}")

    for view, measures in MEASURED.items():
        _count_namelessly(view, measures)
    op.execute(f"REVOKE INSERT, UPDATE ON {PUBLISHED} FROM {SERVICE}")
    for kind, table in LOGS.items():
        seen = f"{BY_SERVICE} OR EXISTS (SELECT FROM {table} t WHERE t.id = case_id)"
        op.execute(
            f"CREATE POLICY read_with_{kind} ON events AS RESTRICTIVE FOR SELECT"
            f" USING (case_kind <> '{kind}' OR {seen})"
        )
    for place, (table, condition) in REACH.items():
        op.execute(
            "INSERT INTO disposal_reach (position, kind, reached, condition)"
            f" VALUES ({place}, 'file', '{table}', '{condition}')"
        )


def _count_namelessly(view: str, measures: str) -> None:
    found = sa.text(f"SELECT attname FROM pg_attribute WHERE attrelid = '{measures}'::regclass AND attnum > 0")
    told = [name for name in op.get_bind().scalars(found) if name not in ("id", "reference")]
    rows = f"SELECT {', '.join(told)} FROM {measures} WHERE {COUNTS}"
    op.execute(f"CREATE VIEW {view} WITH (security_barrier = true) AS {rows}")
    op.execute(f"REVOKE SELECT ON {measures} FROM {SERVICE}")
    op.execute(f"GRANT SELECT ON {view} TO {SERVICE}")


def _look_for_candidates(seen: str) -> None:
    """The likeness that the function asks for is a setting of pg_trgm, which is there once it has been used."""
    op.execute("SELECT show_limit()")
    op.execute(CANDIDATES.format(seen=seen))


def _hide(table: str, rule: str) -> None:
    op.execute(f"CREATE POLICY not_restricted ON {table} AS RESTRICTIVE USING ({rule})")


def _create_tables() -> None:
    op.create_table(
        "restrictions",
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _at("made_at", nullable=False),
        _who("made_by_id", nullable=False),
        _at("lifted_at"),
        _who("lifted_by_id"),
        sa.Column("lifted_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_restrictions_has_reason")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL)", name=op.f("ck_restrictions_lifted_by_somebody")
        ),
    )
    _unique("restrictions", "uq_restrictions_person_id", ["person_id"], "lifted_at IS NULL")
    op.create_table(
        "restriction_readers",
        sa.Column("restriction_id", sa.Uuid(), sa.ForeignKey("restrictions.id"), nullable=False),
        _who("user_id", nullable=False),
        _at("added_at", nullable=False),
        _who("added_by_id", nullable=False),
        _at("removed_at"),
        _who("removed_by_id"),
        sa.Column("id", sa.Uuid(), primary_key=True),
    )
    _unique(
        "restriction_readers", "uq_restriction_readers_current", ["restriction_id", "user_id"], "removed_at IS NULL"
    )
    op.create_table(
        "glass_breaks",
        sa.Column("restriction_id", sa.Uuid(), sa.ForeignKey("restrictions.id"), nullable=False),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id"), nullable=False),
        _who("user_id", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _at("broken_at", nullable=False),
        _at("ends_at", nullable=False),
        _coded("verdict", "justified", "not_justified", nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        _at("reviewed_at"),
        _who("reviewed_by_id"),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_glass_breaks_has_reason")),
        sa.CheckConstraint(
            "ends_at > broken_at AND ends_at <= broken_at + interval '2 hours'", name=op.f("ck_glass_breaks_two_hours")
        ),
        sa.CheckConstraint("reviewed_by_id <> user_id", name=op.f("ck_glass_breaks_reviewed_by_another")),
        sa.CheckConstraint(
            "(verdict IS NULL) = (reviewed_by_id IS NULL)", name=op.f("ck_glass_breaks_reviewed_by_somebody")
        ),
    )
    op.create_index("ix_glass_breaks_user_id_ends_at", "glass_breaks", ["user_id", "ends_at"])
    op.create_table(
        "opening_reasons",
        _who("user_id", nullable=False),
        _coded("case_kind", "enquiry", "referral"),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        _coded("reason", "my_enquiry", "was_told", "duty", "handing_over", "supervision", "other"),
        sa.Column("words", sa.Text(), nullable=False),
        _at("stated_at", nullable=False),
        _at("ends_at", nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
    )
    op.create_index("ix_opening_reasons_user_id_case_id", "opening_reasons", ["user_id", "case_id"])


def _at(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _who(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("users.id"), nullable=nullable)


def _coded(name: str, *codes: str, nullable: bool = False) -> sa.Column:
    kind = sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=nullable)


def _unique(table: str, name: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=True, postgresql_where=sa.text(where))


def downgrade() -> None:
    for kind in LOGS:
        op.execute(f"DROP POLICY read_with_{kind} ON events")
    op.execute(f"GRANT INSERT, UPDATE ON {PUBLISHED} TO {SERVICE}")
    for view, measures in MEASURED.items():
        op.execute(f"DROP VIEW {view}")
        op.execute(f"GRANT SELECT ON {measures} TO {SERVICE}")
    op.execute(f"DELETE FROM disposal_reach WHERE position IN {tuple(REACH)}")
    for table in ("clock_pauses", *BY_CASE, *HIDES):
        op.execute(f"DROP POLICY not_restricted ON {table}")
    _look_for_candidates("")
    op.drop_index("ix_enquiries_split_from_id", "enquiries")
    op.execute("DROP FUNCTION hidden_case, hidden_people")
    for table in ("opening_reasons", "glass_breaks", "restriction_readers", "restrictions"):
        op.drop_table(table)
    op.execute("DROP FUNCTION hidden_records, has_case, business_now, is_listed, is_made, is_restricted")
