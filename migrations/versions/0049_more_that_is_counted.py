"""More that is counted: assessments, second looks, unmet needs, and what stands from a day to a day.

Revision: 0049, after 0048

What hangs on the office's hours is kept when it happens, for the database knows no bank holiday: the working days to an
assessment, the working time to a partner's answer. Of assessments that were complete before, the days are reckoned
here, as for an office that is open from Monday to Friday; of answers before, nobody knows.

What stands has a row of the day on which it began and one of the day on which it ended: how many stand on a day is how
many began by then, less how many ended.
"""

import re

import holidays
import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "coalesce((SELECT current_setting('triage.role', true)), '')"
COUNTS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'analyst', 'partner_system', 'system')"
COUNTED = f"{ROLE} = 'system'"
GRADES = ("outstanding", "good", "adequate", "inadequate")
PLACE = "on_day:date district locality source"
# The columns of each, as 0046 says them; the first is the key of what it is counted again by.
NEW = {
    "assessment_facts": f"referral_id:uuid? {PLACE} team band working_days:int?",
    "second_look_facts": f"enquiry_id:uuid? {PLACE} why decided_as weighed_as agreed:bool adequate:bool?",
    "unmet_need_facts": f"referral_id:uuid? {PLACE} need found",
    "standing_facts": f"case_id:uuid? {PLACE} what team service queue begins:bool ended_on:date? again:bool?"
    " two_years:bool?",
}
OLD = {
    "decision_facts": f"enquiry_id:uuid? {PLACE} ethnicity team rule route decided:bool differs:bool lowers:bool"
    " says_why_not:bool again:bool prompted:bool",
    "check_facts": f"enquiry_id:uuid? {PLACE} agency rag answer_clock:text?",
}
ADDED = {"decision_facts": "compared:bool", "check_facts": "working_minutes:int?"}
TYPES = {"": sa.Text, "text": sa.Text, "bool": sa.Boolean, "int": sa.Integer, "date": sa.Date, "uuid": sa.Uuid}
KEYS = {"assessment_facts": "$2", "second_look_facts": "$1", "unmet_need_facts": "$2", "standing_facts": "$1 || $2"}
REACH = dict(zip((25, 26, 27, 28), KEYS.items(), strict=True))


def _day(column: str) -> str:
    return f"({column} AT TIME ZONE 'Europe/London')::date"


OF_ENQUIRY = "coalesce(e.district_code, 'none'), coalesce(e.locality_code, 'none'), e.source"
OF_REFERRAL = "coalesce(r.district_code, 'none'), coalesce(r.locality_code, 'none'), r.source"
# What came by import was decided by other rules: it is held against no recommendation.
HERE = "(d.id IS NOT NULL AND (s.imported_person IS NULL OR d.decided_at > e.logged_at))"


def _decisions(here: str, *told: str) -> str:
    return f"""
SELECT s.id, false, e.id, {_day("e.received_at")}, {OF_ENQUIRY}, p.ethnicity, coalesce(u.team_code, 'none'),
    coalesce(CASE WHEN {here} THEN r.answer #>> '{{reasons,0,rule}}' END, 'none'), coalesce(d.route, 'none'),
    d.id IS NOT NULL, {here} AND coalesce((d.route, d.level, d.section_47) <> (r.route::text, r.level, r.section_47), false),
    {here} AND coalesce(d.level < r.level OR d.section_47 < r.section_47, false),
    {here} AND coalesce(d.why_not <> '{{}}'::jsonb, false),
    EXISTS (SELECT FROM repeats x WHERE x.kind = 'repeat_enquiry' AND x.case_id = s.id),
    {", ".join(("coalesce(d.repeat_reason <> '', false)", *told))}
FROM enquiries e JOIN subjects s ON s.enquiry_id = e.id JOIN people p ON p.id = s.person_id
LEFT JOIN decisions d ON d.subject_id = s.id AND d.superseded_at IS NULL AND d.took_effect_at IS NOT NULL
LEFT JOIN recommendations r ON r.id = d.recommendation_id
LEFT JOIN users u ON u.id = d.decided_by_id
WHERE {{of:e.id}}
"""


def _checks(*told: str) -> str:
    return f"""
SELECT a.id, false, e.id, {_day("a.requested_at")}, {OF_ENQUIRY}, a.agency_code, coalesce(e.rag, 'none'),
    {", ".join(("timed.answer", *told))}
FROM enquiries e JOIN agency_checks a ON a.enquiry_id = e.id
LEFT JOIN (
    SELECT c.agency_check_id, (array_agg(CASE WHEN c.state = 'running' AND c.breached_at IS NOT NULL THEN 'late'
        ELSE c.state END ORDER BY c.started_at, c.id))[1] AS answer
    FROM clocks c WHERE c.kind = 'agency_check' AND {{of:c.enquiry_id}} GROUP BY 1
) timed ON timed.agency_check_id = a.id
WHERE {{of:e.id}}
"""


BEFORE = {"decision_facts": _decisions("true"), "check_facts": _checks()}
# `{of}` narrows each part to the cases that are counted: all of them, or those of the keys.
QUERIES = {
    "decision_facts": _decisions(HERE, HERE),
    "check_facts": _checks("a.working_minutes_to_answer"),
    "assessment_facts": f"""
SELECT a.id, false, r.id, a.authorised_on, {OF_REFERRAL}, coalesce(r.team_code, 'none'),
    CASE WHEN a.working_days IS NULL THEN 'none' WHEN a.working_days <= 10 THEN '10' WHEN a.working_days <= 20 THEN '20'
        WHEN a.working_days <= 30 THEN '30' WHEN a.working_days <= 40 THEN '40' WHEN a.working_days <= 45 THEN '45'
        ELSE 'over_45' END, a.working_days
FROM referrals r JOIN assessments a ON a.referral_id = r.id AND a.kind = 'single' AND a.authorised_on IS NOT NULL
WHERE {{of:r.id}}
""",
    "second_look_facts": f"""
SELECT l.id, false, e.id, {_day("l.looked_at")}, {OF_ENQUIRY}, l.why, told.decided_as, l.outcome,
    told.decided_as = l.outcome, l.grade <> 'inadequate'
FROM enquiries e JOIN subjects s ON s.enquiry_id = e.id JOIN decisions d ON d.subject_id = s.id
JOIN second_looks l ON l.decision_id = d.id AND l.looked_at IS NOT NULL
CROSS JOIN LATERAL (SELECT CASE WHEN d.section_47 THEN 'section_47' ELSE d.route END AS decided_as) told
WHERE {{of:e.id}}
""",
    "unmet_need_facts": """
SELECT n.id, false, r.id, n.noted_on, coalesce(n.district_code, 'none'), coalesce(n.locality_code, 'none'), r.source,
    n.need, n.found
FROM referrals r JOIN unmet_needs n ON n.referral_id = r.id WHERE {of:r.id}
""",
    # A case is with a team from one assignment to the next and with none before, between and once it is given back.
    "standing_facts": f"""
WITH moves AS (
    SELECT r.id AS case_id, r.requested_at AS at, 0 AS step, r.id AS of, 'none' AS team FROM referrals r WHERE {{of:r.id}}
    UNION ALL SELECT a.referral_id, a.superseded_at, 0, a.id, 'none' FROM assignments a
        WHERE a.superseded_at IS NOT NULL AND {{of:a.referral_id}}
    UNION ALL SELECT a.referral_id, a.assigned_at, 1, a.id, a.team_code FROM assignments a WHERE {{of:a.referral_id}}
), spells AS (
    SELECT *, lead(at) OVER (PARTITION BY case_id ORDER BY at, step, of) AS until FROM moves
), told (what, key, case_id, district, locality, source, team, service, queue, began, ended, again) AS (
    SELECT 'case', m.of::text || m.step, r.id, {OF_REFERRAL}, m.team, r.service,
        CASE WHEN m.team = 'none' AND r.service <> 'other_authority' THEN 'allocation' ELSE 'none' END,
        {_day("m.at")}, {_day("least(m.until, r.closed_at)")}, NULL::boolean
    FROM spells m JOIN referrals r ON r.id = m.case_id
    UNION ALL
    SELECT 'decision', c.id::text, e.id, {OF_ENQUIRY}, 'none', 'none', 'decision',
        {_day("c.started_at")}, {_day("c.stopped_at")}, NULL
    FROM enquiries e JOIN clocks c ON c.enquiry_id = e.id AND c.kind = 'decision' WHERE {{of:e.id}}
    UNION ALL
    SELECT 'protection_plan', p.id::text, r.id, {OF_REFERRAL}, coalesce(r.team_code, 'none'), r.service, 'none',
        p.started_on, coalesce(p.ended_on, {_day("r.closed_at")}), p.previous_plans > 0
    FROM referrals r JOIN plans p ON p.referral_id = r.id AND p.kind = 'protection' WHERE {{of:r.id}}
    UNION ALL
    SELECT 'ehc_plan', r.id::text, r.id, {OF_REFERRAL}, coalesce(r.team_code, 'none'), r.service, 'none',
        {_day("min(c.started_at)")}, {_day("r.closed_at")}, NULL
    FROM referrals r JOIN clocks c ON c.referral_id = r.id AND c.kind = 'ehc_review' WHERE {{of:r.id}} GROUP BY r.id
)
SELECT md5(what || key || begins)::uuid, false, case_id, CASE WHEN begins THEN began ELSE greatest(began, ended) END, district, locality,
    source, what, team, service, queue, begins, CASE WHEN begins THEN ended END, CASE WHEN begins THEN again END,
    CASE WHEN NOT begins THEN ended >= began + interval '2 years' END
FROM told CROSS JOIN (VALUES (true), (false)) row (begins)
WHERE (begins OR ended IS NOT NULL) AND (ended IS NULL OR ended > began OR what = 'protection_plan')
""",
}
# Needs whose case was disposed of before they were counted here: they have the first day of their month.
DISPOSED = """
INSERT INTO unmet_need_facts (id, disposed, on_day, district, locality, source, need, found)
SELECT id, true, noted_on, coalesce(district_code, 'none'), coalesce(locality_code, 'none'), 'none', need, found
FROM unmet_needs WHERE referral_id IS NULL
"""
RECKONED = f"""
UPDATE assessments a SET working_days = (
    SELECT count(*) FROM generate_series({_day("r.requested_at")} + 1, a.authorised_on, interval '1 day') day
    WHERE extract(isodow FROM day) < 6 AND day::date <> ALL (CAST(:closed AS date[])))
FROM referrals r WHERE r.id = a.referral_id AND a.authorised_on IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("assessments", sa.Column("working_days", sa.Integer(), nullable=True))
    op.add_column("agency_checks", sa.Column("working_minutes_to_answer", sa.Integer(), nullable=True))
    grade = sa.Enum(*GRADES, name="grade", native_enum=False, create_constraint=True, length=40)
    op.add_column("second_looks", sa.Column("grade", grade, nullable=True))
    op.create_check_constraint(
        op.f("ck_second_looks_graded_when_looked"), "second_looks", "grade IS NULL OR looked_at IS NOT NULL"
    )
    op.execute(f"GRANT UPDATE (grade) ON second_looks TO {SERVICE}")
    op.create_index("ix_assignments_referral_id", "assignments", ["referral_id"])
    closed = sorted(holidays.country_holidays("GB", subdiv="ENG", years=range(2005, 2031)))
    op.get_bind().execute(sa.text(RECKONED), {"closed": closed})
    for name, columns in OLD.items():
        _widen(name, columns)
    for name, columns in NEW.items():
        _create(name, columns)
    op.execute(DISPOSED)
    for position, (name, reached) in REACH.items():
        key = NEW[name].partition(":")[0]
        change = f"id = gen_random_uuid(), {key} = NULL, disposed = true"
        reach = sa.table("disposal_reach", *map(sa.column, ("position", "kind", "reached", "condition", "change")))
        told = {"position": position, "kind": "file", "reached": name, "condition": f"{key} = ANY ({reached})"}
        op.execute(reach.insert().values(**told, change=change))


def _widen(name: str, columns: str) -> None:
    added = _column(ADDED[name])
    op.add_column(name, sa.Column(added.name, added.type, nullable=True))
    if name == "decision_facts":
        op.execute("UPDATE decision_facts SET compared = decided")
        op.alter_column(name, "compared", nullable=False)
    op.execute(f"DROP VIEW {_view(name)}")
    _show(name, f"{columns} {ADDED[name]}")
    _recount(name, f"{columns} {ADDED[name]}", QUERIES[name])


def _create(name: str, columns: str) -> None:
    disposed = sa.Column("disposed", sa.Boolean(), nullable=False)
    op.create_table(
        name, sa.Column("id", sa.Uuid(), primary_key=True), disposed, *[_column(each) for each in columns.split()]
    )
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    for column in ("on_day", columns.partition(":")[0]):
        op.create_index(f"ix_{name}_{column}", name, [column])
    _show(name, columns)
    _recount(name, columns, QUERIES[name])
    for function in (f"recount_{name}(uuid[])", f"recount_all_{name}()"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {function} TO {SERVICE}")


def _column(said: str) -> sa.Column:
    name, _, kind = said.partition(":")
    return sa.Column(name, TYPES[kind.removesuffix("?")](), nullable=kind.endswith("?"))


def _view(name: str) -> str:
    return f"measured_{name.removesuffix('_facts')}s"


def _show(name: str, columns: str) -> None:
    """The view that names nobody."""
    told = ", ".join(each.partition(":")[0] for each in columns.split()[1:])
    op.execute(
        f"CREATE VIEW {_view(name)} WITH (security_barrier = true) AS SELECT {told} FROM {name} WHERE {COUNTS};"
        f" GRANT SELECT ON {_view(name)} TO {SERVICE}"
    )


def _recount(name: str, columns: str, query: str) -> None:
    key, listed = columns.partition(":")[0], ", ".join(each.partition(":")[0] for each in columns.split())
    one, every = (re.sub(r"\{of:([\w.]+)\}", said, query) for said in (r"\1 = ANY (keys)", "true"))
    op.execute(f"""
CREATE OR REPLACE FUNCTION recount_{name}(keys uuid[]) RETURNS TABLE (sign integer, fact {name}) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF {COUNTED} THEN
        RETURN QUERY DELETE FROM {name} f WHERE f.{key} = ANY (keys) AND NOT f.disposed RETURNING -1, f;
        RETURN QUERY INSERT INTO {name} AS f (id, disposed, {listed}) {one} RETURNING 1, f;
    END IF;
END $$""")
    op.execute(f"""
CREATE OR REPLACE FUNCTION recount_all_{name}() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF {COUNTED} THEN
        DELETE FROM {name} WHERE NOT disposed;
        INSERT INTO {name} (id, disposed, {listed}) {every};
    END IF;
END $$""")


def downgrade() -> None:
    op.execute(f"DELETE FROM disposal_reach WHERE position IN {tuple(REACH)}")
    for name in NEW:
        op.execute(f"DROP FUNCTION recount_{name}, recount_all_{name}")
        op.execute(f"DROP VIEW {_view(name)}")
        op.drop_table(name)
    for name, columns in OLD.items():
        op.execute(f"DROP VIEW {_view(name)}")
        op.drop_column(name, ADDED[name].partition(":")[0])
        _show(name, columns)
        _recount(name, columns, BEFORE[name])
    op.drop_index("ix_assignments_referral_id", "assignments")
    op.drop_column("second_looks", "grade")
    op.drop_column("agency_checks", "working_minutes_to_answer")
    op.drop_column("assessments", "working_days")
