"""What measures are counted from, one row a thing that is counted, and the numbers themselves, kept as they change.

Revision: 0046, after 0045

Each event of a case, and each word that somebody came back, leaves the case's key in `counting_due`. The service takes
those keys, has what it counts of these cases written anew, and adds to the numbers what became more or less
(`triage/insight/counting.py`). A fact whose case was disposed of keeps neither its key nor its reference.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "coalesce((SELECT current_setting('triage.role', true)), '')"
COUNTS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'analyst', 'partner_system', 'system')"
LISTS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'system')"
COUNTED = f"{ROLE} = 'system'"
CLOCKS = (
    *("allocation", "acceptance", "first_contact", "assessment", "core_assessment", "conference"),
    *("ehc_decision", "ehc_plan"),
)
PLACE = "on_day:date district locality source"
# The columns of each, texts where nothing else is said; "?" where it may be unknown.
FACTS = {
    "enquiry_facts": f"reference {PLACE} rag hour weekday decided:bool working_minutes:int? social_care:bool"
    " early_help:bool nothing:bool decision_clock:text? screening_clock:text?",
    "decision_facts": f"enquiry_id:uuid? {PLACE} ethnicity team rule route decided:bool differs:bool lowers:bool"
    " says_why_not:bool again:bool prompted:bool",
    "check_facts": f"enquiry_id:uuid? {PLACE} agency rag answer_clock:text?",
    "referral_facts": f"reference {PLACE} service team ethnicity re_referral:bool stepped_up:bool stepped_down:bool"
    " stepped_up_again:bool needs_again:bool closure:text? family_rating:int? assessment_kind:text? "
    + " ".join(f"{kind}_clock:text?" for kind in CLOCKS),
}
TYPES = {"": sa.Text, "text": sa.Text, "bool": sa.Boolean, "int": sa.Integer, "date": sa.Date, "uuid": sa.Uuid}
KEYS = {"enquiry_facts": "id", "decision_facts": "enquiry_id", "check_facts": "enquiry_id", "referral_facts": "id"}


def _first(
    kind: str, what: str = "CASE WHEN c.state = 'running' AND c.breached_at IS NOT NULL THEN 'late' ELSE c.state END"
) -> str:
    """Of the case's first clock of that kind: one that is opened again keeps its first result."""
    return f"(array_agg({what} ORDER BY c.started_at, c.id) FILTER (WHERE c.kind = '{kind}'))[1]"


def _local(column: str) -> str:
    return f"({column} AT TIME ZONE 'Europe/London')"


CURRENT = "d.superseded_at IS NULL AND d.took_effect_at IS NOT NULL"
OF_PLACE = (
    f"{_local('e.received_at')}::date, coalesce(e.district_code, 'none'), coalesce(e.locality_code, 'none'), e.source"
)
# `{of}` narrows each part to the cases that are counted: all of them, or those of the keys.
QUERIES = {
    "enquiry_facts": f"""
SELECT e.id, false, e.reference, {OF_PLACE}, coalesce(e.rag, 'none'), to_char({_local("e.received_at")}, 'HH24'),
    to_char({_local("e.received_at")}, 'ID'), e.decided_at IS NOT NULL, e.working_minutes_to_decision,
    coalesce(chosen.social_care, false), coalesce(chosen.early_help, false), coalesce(chosen.nothing, false),
    timed.decision, timed.screening
FROM enquiries e
LEFT JOIN (
    SELECT s.enquiry_id, bool_or(d.route = 'social_care') AS social_care, bool_or(d.route = 'early_help') AS early_help,
        bool_and(d.route = 'no_further_action') AS nothing
    FROM subjects s JOIN decisions d ON d.subject_id = s.id AND {CURRENT} WHERE {{of:s.enquiry_id}} GROUP BY 1
) chosen ON chosen.enquiry_id = e.id
LEFT JOIN (
    SELECT c.enquiry_id, {_first("decision")} AS decision, {_first("screening")} AS screening
    FROM clocks c WHERE c.kind IN ('decision', 'screening') AND {{of:c.enquiry_id}} GROUP BY 1
) timed ON timed.enquiry_id = e.id
WHERE {{of:e.id}}
""",
    "decision_facts": f"""
SELECT s.id, false, e.id, {OF_PLACE}, p.ethnicity, coalesce(u.team_code, 'none'),
    coalesce(r.answer #>> '{{reasons,0,rule}}', 'none'), coalesce(d.route, 'none'), d.id IS NOT NULL,
    coalesce((d.route, d.level, d.section_47) <> (r.route::text, r.level, r.section_47), false),
    coalesce(d.level < r.level OR d.section_47 < r.section_47, false),
    coalesce(d.why_not <> '{{}}'::jsonb, false),
    EXISTS (SELECT FROM repeats x WHERE x.kind = 'repeat_enquiry' AND x.case_id = s.id),
    coalesce(d.repeat_reason <> '', false)
FROM enquiries e JOIN subjects s ON s.enquiry_id = e.id JOIN people p ON p.id = s.person_id
LEFT JOIN decisions d ON d.subject_id = s.id AND {CURRENT}
LEFT JOIN recommendations r ON r.id = d.recommendation_id
LEFT JOIN users u ON u.id = d.decided_by_id
WHERE {{of:e.id}}
""",
    "check_facts": f"""
SELECT a.id, false, e.id, {OF_PLACE.replace("e.received_at", "a.requested_at")}, a.agency_code, coalesce(e.rag, 'none'),
    timed.answer
FROM enquiries e JOIN agency_checks a ON a.enquiry_id = e.id
LEFT JOIN (
    SELECT c.agency_check_id, {_first("agency_check")} AS answer
    FROM clocks c WHERE c.kind = 'agency_check' AND {{of:c.enquiry_id}} GROUP BY 1
) timed ON timed.agency_check_id = a.id
WHERE {{of:e.id}}
""",
    "referral_facts": f"""
SELECT r.id, false, r.reference, {_local("r.requested_at")}::date, coalesce(r.district_code, 'none'),
    coalesce(r.locality_code, 'none'), r.source, r.service, coalesce(r.team_code, 'none'), p.ethnicity,
    coalesce(back.re_referral, false), coalesce(b.service = 'early_help' AND r.service = 'social_care', false),
    coalesce(b.service = 'social_care' AND r.service = 'early_help', false),
    coalesce(back.stepped_up_again, false), coalesce(back.needs_again, false),
    r.closure, r.family_rating, timed.assessment_kind, {", ".join(f"timed.{kind}" for kind in CLOCKS)}
FROM referrals r JOIN people p ON p.id = r.person_id LEFT JOIN referrals b ON b.id = r.stepped_from_id
LEFT JOIN (
    SELECT x.case_id, bool_or(x.kind = 're_referral') AS re_referral,
        bool_or(x.kind = 'stepped_up_again') AS stepped_up_again, bool_or(x.kind = 'early_help_again') AS needs_again
    FROM repeats x WHERE {{of:x.case_id}} GROUP BY 1
) back ON back.case_id = r.id
LEFT JOIN (
    SELECT c.referral_id, {_first("assessment", "c.variant")} AS assessment_kind,
        {", ".join(f"{_first(kind)} AS {kind}" for kind in CLOCKS)}
    FROM clocks c WHERE c.referral_id IS NOT NULL AND {{of:c.referral_id}} GROUP BY 1
) timed ON timed.referral_id = r.id
WHERE {{of:r.id}}
""",
}
TAKE = f"""
CREATE FUNCTION take_due(most integer) RETURNS TABLE (enquiries uuid[], referrals uuid[], taken bigint) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
WITH due AS (
    DELETE FROM counting_due WHERE {COUNTED} AND id IN (SELECT id FROM counting_due ORDER BY id LIMIT most) RETURNING *
), who AS (SELECT DISTINCT case_id FROM due WHERE kind = 'person')
SELECT
    ARRAY(SELECT case_id FROM due WHERE kind = 'enquiry'
        UNION SELECT s.enquiry_id FROM due JOIN subjects s ON s.id = due.case_id WHERE kind = 'repeat'
        UNION SELECT s.enquiry_id FROM who JOIN subjects s ON s.person_id = who.case_id),
    ARRAY(SELECT case_id FROM due WHERE kind IN ('referral', 'repeat')
        UNION SELECT r.id FROM who JOIN referrals r ON r.person_id = who.case_id),
    (SELECT count(*) FROM due)
$$;
"""
# Who waits to be counted again: by an event, or because somebody came back after something that became known later.
NOTE = """
CREATE FUNCTION note_due() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'events' THEN
        INSERT INTO counting_due (kind, case_id) SELECT DISTINCT case_kind, case_id FROM changed
        WHERE case_kind IN ('enquiry', 'referral', 'person');
    ELSE
        INSERT INTO counting_due (kind, case_id) SELECT DISTINCT 'repeat', case_id FROM changed;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_due AFTER INSERT ON events REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_due();
CREATE TRIGGER note_due_new AFTER INSERT ON repeats REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_due();
CREATE TRIGGER note_due_old AFTER DELETE ON repeats REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_due();
"""
TABLES = ("counting_due", "countings", "rollups", "spreads")
BEHIND = {"measures_of_enquiries": "enquiry_facts", "measures_of_referrals": "referral_facts"}
OLD = {"enquiry_measures": "enquiries", "referral_measures": "referrals"}
REACH = (
    (11, "enquiry_facts", "id = ANY ($1)", "id = gen_random_uuid(), reference = '', disposed = true"),
    (12, "decision_facts", "enquiry_id = ANY ($1)", "id = gen_random_uuid(), enquiry_id = NULL, disposed = true"),
    (13, "check_facts", "enquiry_id = ANY ($1)", "id = gen_random_uuid(), enquiry_id = NULL, disposed = true"),
    (14, "referral_facts", "id = ANY ($2)", "id = gen_random_uuid(), reference = '', disposed = true"),
)


DISPOSED = (
    """
INSERT INTO enquiry_facts (id, disposed, reference, on_day, district, locality, source, rag, hour, weekday, decided,
    working_minutes, social_care, early_help, nothing, decision_clock, screening_clock)
SELECT id, true, '', on_day, district, locality, source, 'none', 'none', to_char(on_day, 'ID'), decided, working_minutes,
    social_care, early_help, coalesce(routes = ARRAY['no_further_action'], false), decision_clock, screening_clock
FROM disposed_enquiries
""",
    """
INSERT INTO referral_facts (id, disposed, reference, on_day, district, locality, source, service, team, ethnicity,
    re_referral, stepped_up, stepped_down, stepped_up_again, needs_again, allocation_clock, acceptance_clock,
    first_contact_clock, assessment_clock)
SELECT id, true, '', on_day, district, locality, source, service, 'none', 'none', re_referral, false, false, false, false,
    allocation_clock, acceptance_clock, first_contact_clock, assessment_clock FROM disposed_referrals
""",
)


def upgrade() -> None:
    _drop_views()
    for name, columns in FACTS.items():
        _create_facts(name, columns)
    for statement in DISPOSED:
        op.execute(statement)
    _create_numbers()
    for statement in (TAKE, NOTE):
        op.execute(statement)
    op.execute(
        f"REVOKE ALL ON FUNCTION take_due, note_due FROM PUBLIC; GRANT EXECUTE ON FUNCTION take_due TO {SERVICE}"
    )
    for name, facts in BEHIND.items():
        _list(name, facts)
    for position, reached, condition, change in REACH:
        reach = sa.table("disposal_reach", *map(sa.column, ("position", "kind", "reached", "condition", "change")))
        told = {"position": position, "kind": "file", "reached": reached, "condition": condition, "change": change}
        op.execute(reach.insert().values(**told))


def _drop_views() -> None:
    for name in BEHIND:
        op.execute(f"DROP FUNCTION {name}")
    for view, kind in OLD.items():
        op.execute(f"DROP VIEW measured_{kind}")
        op.execute(f"DROP MATERIALIZED VIEW {view}")


def _create_facts(name: str, columns: str) -> None:
    told = [_column(*each.partition(":")[::2]) for each in columns.split()]
    disposed = sa.Column("disposed", sa.Boolean(), nullable=False)
    op.create_table(name, sa.Column("id", sa.Uuid(), primary_key=True), disposed, *told)
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE INDEX ix_{name}_on_day ON {name} (on_day)")
    if KEYS[name] != "id":
        op.execute(f"CREATE INDEX ix_{name}_{KEYS[name]} ON {name} ({KEYS[name]})")
    nameless = [each.name for each in told if each.name not in ("reference", "enquiry_id")]
    kinds = measured(name)
    op.execute(
        f"CREATE VIEW {kinds} WITH (security_barrier = true) AS SELECT {', '.join(nameless)} FROM {name} WHERE {COUNTS}"
    )
    op.execute(f"GRANT SELECT ON {kinds} TO {SERVICE}")
    listed = ", ".join(["id", "disposed", *(each.name for each in told)])
    one = re.sub(r"\{of:([\w.]+)\}", r"\1 = ANY (keys)", QUERIES[name])
    every = re.sub(r"\{of:([\w.]+)\}", "true", QUERIES[name])
    _recount(
        name,
        f"""
CREATE FUNCTION recount_{name}(keys uuid[]) RETURNS TABLE (sign integer, fact {name}) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF {COUNTED} THEN
        RETURN QUERY DELETE FROM {name} f WHERE f.{KEYS[name]} = ANY (keys) AND NOT f.disposed RETURNING -1, f;
        RETURN QUERY INSERT INTO {name} AS f ({listed}) {one} RETURNING 1, f;
    END IF;
END $$;""",
        "uuid[]",
    )
    _recount(
        f"all_{name}",
        f"""
CREATE FUNCTION recount_all_{name}() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF {COUNTED} THEN
        DELETE FROM {name} WHERE NOT disposed;
        INSERT INTO {name} ({listed}) {every};
    END IF;
END $$;""",
    )


def _column(name: str, kind: str) -> sa.Column:
    return sa.Column(name, TYPES[kind.removesuffix("?")](), nullable=kind.endswith("?"))


def _recount(name: str, definition: str, takes: str = "") -> None:
    op.execute(definition)
    op.execute(f"REVOKE ALL ON FUNCTION recount_{name}({takes}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION recount_{name}({takes}) TO {SERVICE}")


def measured(name: str) -> str:
    """The view of those facts that names nobody."""
    return "measured_" + {"enquiry_facts": "enquiries"}.get(name, name.removesuffix("_facts") + "s")


def _list(name: str, facts: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}(keys uuid[]) RETURNS SETOF {facts} LANGUAGE sql STABLE"
        " SECURITY DEFINER SET search_path = public, pg_temp AS $$"
        f" SELECT * FROM {facts} WHERE id = ANY (keys) AND {LISTS} $$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {SERVICE}")


def _create_numbers() -> None:
    op.create_table(
        "counting_due",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
    )
    op.create_table(
        "countings",
        sa.Column("fact", sa.Text(), primary_key=True),
        sa.Column("definitions", sa.Text(), nullable=False),
    )
    keyed = [sa.Column(name, sa.Text(), primary_key=True) for name in ("by", "measure")]
    op.create_table(
        "rollups",
        *keyed,
        sa.Column("on_day", sa.Date(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
    )
    keyed = [sa.Column(name, sa.Text(), primary_key=True) for name in ("by", "spread")]
    op.create_table(
        "spreads",
        *keyed,
        sa.Column("month", sa.Date(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("value", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for table in ("countings", "rollups", "spreads"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {table} TO {SERVICE}")
        op.execute(f"CREATE POLICY seen ON {table} FOR SELECT USING ({COUNTS})")
        op.execute(f"CREATE POLICY kept ON {table} USING ({COUNTED}) WITH CHECK ({COUNTED})")


def downgrade() -> None:
    op.execute("DELETE FROM disposal_reach WHERE position BETWEEN 11 AND 14")
    for name in BEHIND:
        op.execute(f"DROP FUNCTION {name}")
    for name in ("note_due ON events", "note_due_new ON repeats", "note_due_old ON repeats"):
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP FUNCTION take_due, note_due")
    for name in FACTS:
        op.execute(f"DROP FUNCTION recount_{name}, recount_all_{name}")
        op.execute(f"DROP VIEW {measured(name)}")
        op.drop_table(name)
    for table in TABLES:
        op.drop_table(table)
    for view, kind in OLD.items():
        _count_as_before(view, kind)
    for name, view in zip(BEHIND, OLD, strict=True):
        _list(name, view)


def _count_as_before(view: str, kind: str) -> None:
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = 'counted_{}'::regclass AND attnum > 0 ORDER BY attnum"
    names = list(op.get_bind().scalars(sa.text(columns.format(kind))))
    rows = " UNION ALL ".join(f"SELECT {', '.join(names)} FROM {base}_{kind}" for base in ("counted", "disposed"))
    op.execute(f"CREATE MATERIALIZED VIEW {view} AS {rows}")
    op.execute(f"CREATE UNIQUE INDEX uq_{view}_id ON {view} (id)")
    op.execute(f"CREATE INDEX ix_{view}_on_day ON {view} (on_day)")
    op.execute(f"GRANT MAINTAIN ON {view} TO {SERVICE}")
    told = [name for name in names if name not in ("id", "reference")]
    op.execute(
        f"CREATE VIEW measured_{kind} WITH (security_barrier = true) AS"
        f" SELECT {', '.join(told)} FROM {view} WHERE {COUNTS}"
    )
    op.execute(f"GRANT SELECT ON measured_{kind} TO {SERVICE}")
