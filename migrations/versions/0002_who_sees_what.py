"""Who sees what: grants, row-level policies, the append-only log, the look-up of candidates, references.

Revision: 0002, after 0001

The service's role owns nothing. Each transaction states triage.user_id, triage.role and triage.locality; one that
states nothing sees no case.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
CASE_TABLES = (
    "people",
    "enquiries",
    "subjects",
    "recommendations",
    "decisions",
    "referrals",
    "assignments",
    "clocks",
    "agency_checks",
    "events",
)
OPEN_TABLES = ("localities", "districts", "teams", "agencies", "users", "access_tokens", "outbox", "idempotency_keys")

# The hub sees every case; a locality's people see their locality's referrals and what belongs to them.
SEES_ALL = "(SELECT sees_all())"
MINE = {
    "referrals": "locality_code = (SELECT current_setting('triage.locality', true)) AND (SELECT is_locality())",
    "assignments": "EXISTS (SELECT FROM referrals r WHERE r.id = referral_id)",
    "enquiries": "EXISTS (SELECT FROM referrals r WHERE r.enquiry_id = enquiries.id)",
    "subjects": "EXISTS (SELECT FROM referrals r WHERE r.subject_id = subjects.id)",
    "people": "EXISTS (SELECT FROM referrals r WHERE r.person_id = people.id)",
    "recommendations": "EXISTS (SELECT FROM referrals r WHERE r.subject_id = recommendations.subject_id)",
    "decisions": "EXISTS (SELECT FROM referrals r WHERE r.subject_id = decisions.subject_id)",
    "clocks": (
        "EXISTS (SELECT FROM referrals r WHERE r.id = referral_id)"
        " OR EXISTS (SELECT FROM referrals r WHERE r.enquiry_id = clocks.enquiry_id)"
    ),
    "agency_checks": "EXISTS (SELECT FROM referrals r WHERE r.enquiry_id = agency_checks.enquiry_id)",
    "events": "EXISTS (SELECT FROM referrals r WHERE case_id IN (r.id, r.enquiry_id))",
}

FUNCTIONS = """
CREATE FUNCTION sees_all() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('triage.role', true), '') IN
        ('mash_officer', 'social_worker', 'mash_manager', 'early_help_unit', 'partner_system', 'system')
$$;
CREATE FUNCTION is_locality() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('triage.role', true), '') IN ('locality_worker', 'locality_manager')
$$;
-- A trigram index cannot serve a query beneath a row-level policy, because similarity is not leakproof. This looks
-- for the caller, as the owner, and only for a role that may see everybody.
CREATE FUNCTION candidate_people(name text, dates date[], nhs text, pupil text, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT id FROM (
        (SELECT id FROM people WHERE name <> '' AND search_name % name
         ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE birth_date = ANY (dates) AND name <> ''
               ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE nhs_number = nhs)
        UNION (SELECT id FROM people WHERE upn = pupil)
    ) found WHERE sees_all()
$$;
REVOKE ALL ON FUNCTION candidate_people FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE enquiry_reference")
    op.execute(FUNCTIONS)
    op.execute(f"GRANT USAGE ON SCHEMA public TO {SERVICE}")
    op.execute(f"GRANT USAGE, SELECT, UPDATE ON SEQUENCE enquiry_reference TO {SERVICE}")
    op.execute(f"GRANT EXECUTE ON FUNCTION candidate_people, sees_all, is_locality TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(CASE_TABLES + OPEN_TABLES)} TO {SERVICE}")
    op.execute(f"REVOKE UPDATE ON events, recommendations FROM {SERVICE}")
    for table in CASE_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        rule = f"{SEES_ALL} OR ({MINE[table]})"
        op.execute(f"CREATE POLICY seen ON {table} USING ({rule}) WITH CHECK ({rule})")
    op.execute(
        "INSERT INTO users (id, username, name, role, active)"
        " VALUES ('00000000-0000-7000-8000-000000000001', 'system', 'Triage service', 'system', false)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM users WHERE id = '00000000-0000-7000-8000-000000000001'")
    for table in CASE_TABLES:
        op.execute(f"DROP POLICY seen ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE ALL ON {', '.join(CASE_TABLES + OPEN_TABLES)} FROM {SERVICE}")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {SERVICE}")
    op.execute("DROP FUNCTION candidate_people")
    op.execute("DROP FUNCTION sees_all")
    op.execute("DROP FUNCTION is_locality")
    op.execute("DROP SEQUENCE enquiry_reference")
