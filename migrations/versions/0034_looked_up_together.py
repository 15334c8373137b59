"""What few may see is looked up for all of them together, and how anybody is looked up is planned once a connection.

Revision: 0034, after 0033

Each took longer than the finding: restricted children were asked of one by one whether somebody has their case, and
each of their relatives whether they stay for somebody else's sake; the ways of looking somebody up were planned anew
for each name.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

MINE = """(c.worker_id::text = current_setting('triage.user_id', true)
            OR c.locality_code = current_setting('triage.locality', true)
                AND current_setting('triage.role', true) = 'locality_manager')"""
WITH_ME = """(e.owner_id::text = current_setting('triage.user_id', true)
            OR e.with_edt AND current_setting('triage.role', true) = 'emergency_duty_team')"""
# Those of these people of whom whoever asks has an open case or enquiry, by any of their records.
WITH_CASE = f"""
CREATE FUNCTION with_case(who uuid[]) RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT me.id FROM people me JOIN people p ON p.identity_id = me.identity_id WHERE me.id = ANY (who) AND (
        EXISTS (SELECT FROM referrals c WHERE c.person_id = p.id AND c.state <> 'closed' AND {MINE})
        OR EXISTS (SELECT FROM subjects s JOIN enquiries e ON e.id = s.enquiry_id
            WHERE s.person_id = p.id AND e.state <> 'closed' AND {WITH_ME})))
$$;
REVOKE ALL ON FUNCTION with_case FROM PUBLIC;
DROP FUNCTION has_case;
"""
HAS_CASE = f"""
CREATE FUNCTION has_case(who uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM referrals c WHERE c.person_id = ANY (ARRAY(SELECT records_of(who))) AND c.state <> 'closed'
            AND {MINE})
        OR EXISTS (SELECT FROM subjects s JOIN enquiries e ON e.id = s.enquiry_id
            WHERE s.person_id = ANY (ARRAY(SELECT records_of(who))) AND e.state <> 'closed'
            AND {WITH_ME})
$$;
REVOKE ALL ON FUNCTION has_case FROM PUBLIC;
DROP FUNCTION with_case;
"""
BESIDE_EACH = """
    FOREACH other IN ARRAY kin LOOP
        near := ARRAY(SELECT unnest(ARRAY(
    SELECT relative_id FROM relationships WHERE person_id = ANY (ARRAY[other]) AND withdrawn_at IS NULL
    UNION SELECT person_id FROM relationships WHERE relative_id = ANY (ARRAY[other]) AND withdrawn_at IS NULL))\
 EXCEPT SELECT unnest(hidden));
        IF in_case_beside(near, cases) <> '{}' THEN stays := stays || all_records_of(ARRAY[other]); END IF;
    END LOOP;"""
BESIDE_ALL = """
    stays := all_records_of(ARRAY(WITH beside AS (
            SELECT person_id AS of_kin, relative_id AS whoever FROM relationships
                WHERE person_id = ANY (kin) AND withdrawn_at IS NULL
            UNION SELECT relative_id, person_id FROM relationships
                WHERE relative_id = ANY (kin) AND withdrawn_at IS NULL)
        SELECT of_kin FROM beside WHERE whoever <> ALL (hidden)
            AND whoever = ANY (in_case_beside(ARRAY(SELECT whoever FROM beside), cases))));"""
TOLD = """
        WITH RECURSIVE told AS (
            SELECT enquiry_id AS id FROM subjects WHERE person_id = ANY (kin)
            UNION SELECT other.id FROM told, LATERAL (
                SELECT unnest(ARRAY[e.split_from_id, e.joined_into_id]) AS id FROM enquiries e WHERE e.id = told.id
                UNION ALL SELECT e.id FROM enquiries e WHERE e.split_from_id = told.id
                UNION ALL SELECT e.id FROM enquiries e WHERE e.joined_into_id = told.id
            ) other WHERE other.id IS NOT NULL)
        SELECT id FROM told
"""
STORY = """
        WITH told AS (SELECT unnest(story) AS id)
        SELECT id FROM told
"""
NOT_LISTED = """WHERE r.lifted_at IS NULL
        AND NOT EXISTS (SELECT FROM restriction_readers n
            WHERE n.restriction_id = r.id AND n.removed_at IS NULL AND n.user_id::text = me)
"""
EACH_RESTRICTED = f"""array_agg(same.id) INTO kin FROM restrictions r, records_of(r.person_id) same(id) {NOT_LISTED}\
        AND NOT has_case(r.person_id)
"""
ALL_RESTRICTED = f"array_agg(r.person_id) INTO kin FROM restrictions r {NOT_LISTED}"
INSTEAD = {
    "kin_of(uuid[], uuid[], uuid[])": ((BESIDE_EACH, BESIDE_ALL), (" other uuid; near uuid[];", " near uuid[];")),
    "look_up_hidden()": (
        ("    kin uuid[];\n", "    kin uuid[]; story uuid[];\n"),
        (EACH_RESTRICTED, ALL_RESTRICTED),
        (
            "    IF kin IS NULL THEN RETURN '{}'; END IF;\n",
            "    IF kin IS NULL THEN RETURN '{}'; END IF;\n"
            "    kin := all_records_of(ARRAY(SELECT unnest(kin) EXCEPT SELECT unnest(with_case(kin))));\n"
            "    story := story_of(kin);\n",
        ),
        ("kin_of(kin, story_of(kin), kin)", "kin_of(kin, story, kin)"),
        (TOLD, STORY),
    ),
}


def upgrade() -> None:
    op.execute("SELECT show_limit()")  # the setting that a function asks for is there once pg_trgm has been used
    op.execute("ALTER FUNCTION candidate_people SET plan_cache_mode = force_generic_plan")
    for function, changes in INSTEAD.items():
        _say_instead(function, changes)
    op.execute(WITH_CASE)


def _say_instead(function: str, changes: Iterable[tuple[str, str]]) -> None:
    told = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{function}'::regprocedure)"))
    for old, new in changes:
        if old not in told:
            raise ValueError(f"{old!r} is not in {told}")
        told = told.replace(old, new)
    op.get_bind().exec_driver_sql(told.replace("%", "%%"))


def downgrade() -> None:
    op.execute(HAS_CASE)
    for function, changes in INSTEAD.items():
        _say_instead(function, [(new, old) for old, new in changes])
    op.execute("ALTER FUNCTION candidate_people RESET plan_cache_mode")
