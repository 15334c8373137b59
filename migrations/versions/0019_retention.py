"""Retention: what keeps a file, who agreed that it may go, and the one way in which anything is ever deleted.

Revision: 0019, after 0018

The service's role deletes nothing. Functions of the owner do, item by item of a disposal that two people agreed to, and
work out for themselves that everybody's last reason to be kept has gone. What they reach stands in `disposal_reach`, a
row for each table: a migration that adds a table adds its row.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.codes import add_codes, drop_codes, refuse_to_break_the_ledger

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
LOGS = (("events", "case_kind"), ("ledger_leaves", "chain_kind"))
AT = sa.DateTime(timezone=True)
GOVERNS = "information_governance"
ROLE = "current_setting('triage.role', true)"
ME = "current_setting('triage.user_id', true)"
KEEPERS = f"(SELECT {ROLE} IN ('information_governance', 'mash_manager', 'system'))"
PEOPLE = f"(SELECT {ROLE} IN ('information_governance', 'mash_manager'))"
REASONS = ("inquiry", "litigation", "request", "class")
TABLES = (
    *("disposed_referrals", "disposed_enquiries", "disposal_reach", "disposal_items", "disposals", "holds"),
    "retention_classes",
)

# One row for each person in each decision and each referral: all that a schedule may look at. Who reads it sees of it
# what they see of the cases.
FACTS = """
CREATE VIEW retention_facts WITH (security_invoker = true) AS
SELECT told.*, p.birth_date, p.death_date, coalesce((SELECT array_agg(h.keep_as) FROM holds h
    WHERE h.person_id = told.person_id AND h.keep_as IS NOT NULL AND h.lifted_at IS NULL), '{}') AS kept_as
FROM (
    SELECT s.person_id, e.id AS file_id, coalesce(d.route, 'no_further_action') AS route,
        coalesce(d.section_47, false) AS section_47, false AS protection_plan,
        e.state <> 'closed' AS is_open, (e.closed_at AT TIME ZONE 'Europe/London')::date AS closed_on
    FROM subjects s JOIN enquiries e ON e.id = s.enquiry_id LEFT JOIN decisions d ON d.subject_id = s.id
    UNION ALL
    SELECT r.person_id, coalesce(r.enquiry_id, r.id),
        CASE r.service WHEN 'ehc_assessment' THEN 'ehc_pathway' WHEN 'adult_at_risk' THEN 'adult_safeguarding'
            ELSE r.service END,
        r.section_47 OR EXISTS (SELECT FROM strategy_discussions x WHERE x.referral_id = r.id), r.child_protection_plan,
        r.state <> 'closed', (r.closed_at AT TIME ZONE 'Europe/London')::date
    FROM referrals r) told
JOIN people p ON p.id = told.person_id
"""
LINKS = """
CREATE VIEW file_links WITH (security_invoker = true) AS
SELECT id AS one, joined_into_id AS other FROM enquiries WHERE joined_into_id IS NOT NULL
UNION SELECT id, split_from_id FROM enquiries WHERE split_from_id IS NOT NULL
UNION SELECT coalesce(r.enquiry_id, r.id), coalesce(b.enquiry_id, b.id)
FROM referrals r JOIN referrals b ON b.id = r.stepped_from_id
WHERE coalesce(r.enquiry_id, r.id) <> coalesce(b.enquiry_id, b.id)
"""
# A request that runs, or a correction that nobody has decided on, holds by itself whoever it is about.
HELD = """
CREATE VIEW standing_holds WITH (security_invoker = true) AS
SELECT h.person_id, coalesce(h.enquiry_id, r.enquiry_id, r.id) AS file_id
FROM holds h LEFT JOIN referrals r ON r.id = h.referral_id WHERE h.lifted_at IS NULL AND h.keep_as IS NULL
UNION SELECT person_id, NULL FROM access_requests WHERE state NOT IN ('released', 'refused')
UNION SELECT person_id, NULL FROM rectifications WHERE state = 'asked'
"""

# The same as workflows/retention.py says, by another hand: neither lets go of what the other keeps.
DUE = """
CREATE FUNCTION anniversary(day date, years integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT (day + make_interval(years => years))::date + CASE WHEN to_char(day, 'MMDD') = '0229'
        AND to_char(day + make_interval(years => years), 'MMDD') = '0228' THEN 1 ELSE 0 END
$$;
CREATE FUNCTION due_day(who uuid) RETURNS date LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN bool_or(f.is_open OR f.day IS NULL) THEN NULL ELSE max(f.day) END FROM (
        SELECT r.is_open, (SELECT CASE WHEN bool_or(c.day IS NULL) THEN NULL ELSE max(c.day) END FROM (
            SELECT CASE
                WHEN k.died_before_18 IS NOT NULL AND r.death_date < anniversary(r.birth_date, 18)
                    THEN anniversary(r.death_date, k.died_before_18)
                WHEN k.since_birth IS NOT NULL AND r.birth_date IS NULL
                    OR k.since_closing IS NOT NULL AND r.closed_on IS NULL THEN NULL
                ELSE greatest(anniversary(r.birth_date, k.since_birth), anniversary(r.closed_on, k.since_closing))
            END AS day
            FROM retention_classes k
            WHERE k.rows IS NULL AND (k.routes = '{}' OR r.route = ANY (k.routes)) AND (r.section_47 OR NOT k.section_47)
            AND (r.protection_plan OR NOT k.protection_plan) AND (k.code = ANY (r.kept_as) OR NOT k.by_hand)) c) AS day
        FROM retention_facts r WHERE r.person_id = who) f
$$;
"""
# $1 the cases, $2 their referrals, $3 their subjects, $4 the people of whom nothing else is kept, $5 all of these and
# what belongs to them, $6 when.
OF_CASE = "enquiry_id = ANY ($1) OR referral_id = ANY ($2)"
OF_REQUEST = "request_id IN (SELECT id FROM access_requests WHERE person_id = ANY ($4))"
# What names a key of the file is found by an index: without one, each file that goes reads all letters and answers.
NAMED = """
CREATE FUNCTION keys_in(words text) RETURNS uuid[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(m[1]::uuid), '{}') FROM regexp_matches(words,
        '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'g') m
$$;
"""
OF_LETTER = "jsonb_path_query_array(payload, '$.*')"
OF_ANSWER = "keys_in(body || headers::text)"
OF_DRAFT = "keys_in(page)"
NAMING = (
    ("ix_outbox_named", "outbox", OF_LETTER),
    ("ix_idempotency_keys_people", "idempotency_keys", "people"),
    ("ix_idempotency_keys_named", "idempotency_keys", OF_ANSWER),
    ("ix_drafts_named", "drafts", OF_DRAFT),
)
REACH = (
    ("first_views", "subject_id = ANY ($3)", None),
    ("decisions", "subject_id = ANY ($3)", None),
    ("recommendations", "subject_id = ANY ($3)", None),
    ("clock_pauses", f"clock_id IN (SELECT id FROM clocks WHERE {OF_CASE})", None),
    ("clocks", OF_CASE, None),
    ("agency_checks", "enquiry_id = ANY ($1)", None),
    ("strategy_discussions", "referral_id = ANY ($2)", None),
    ("assignments", "referral_id = ANY ($2)", None),
    ("transfers", "referral_id = ANY ($2)", None),
    ("files", OF_CASE, None),
    ("disclosures", f"{OF_CASE} OR person_id = ANY ($4)", None),
    ("rectifications", "person_id = ANY ($4) OR enquiry_id = ANY ($1)", None),
    ("access_judgements", OF_REQUEST, None),
    ("access_exports", OF_REQUEST, None),
    ("access_requests", "person_id = ANY ($4)", None),
    ("holds", f"{OF_CASE} OR person_id = ANY ($4)", None),
    ("referrals", "id = ANY ($2)", None),
    ("subjects", "id = ANY ($3)", None),
    ("enquiries", "id = ANY ($1)", None),
    ("disposed_referrals", "person_id = ANY ($4)", "person_id = NULL"),
    ("people", "id = ANY ($4)", None),
    ("outbox", f"{OF_LETTER} ?| $5::text[]", None),
    ("idempotency_keys", f"people && $5 OR {OF_ANSWER} && $5", None),
    ("drafts", f"{OF_DRAFT} && $5", None),
    ("events", "case_id = ANY ($5) AND type <> 'disposed'", "data = '{}', purpose = '', disposed_at = $6"),
)
OVER = "request_id IN (SELECT id FROM access_requests WHERE ended_at IS NOT NULL)"
# Letters of which a notice's own record is kept go with that record; of a copy of a record, that there was one is kept.
ROUTINE = (
    ("outbox", "daily_notices", "outbox_id IN (SELECT id FROM outbox WHERE {})", None),
    ("outbox", "outbox", "{}", None),
    ("idempotency_keys", "idempotency_keys", "created_at < $1", None),
    ("access_exports", "access_exports", f"expires_at < $1 AND {OVER} AND sealed <> ''", "sealed = ''"),
)
SETTLED = "created_at < $1 AND (done_at IS NOT NULL OR failed_at IS NOT NULL)"
FILE = """
CREATE FUNCTION file_of(cases uuid[], OUT referrals uuid[], OUT subjects uuid[], OUT people uuid[],
    OUT requests uuid[], OUT gone uuid[])
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    referrals := ARRAY(SELECT id FROM referrals r WHERE coalesce(r.enquiry_id, r.id) = ANY (cases));
    subjects := ARRAY(SELECT id FROM subjects s WHERE s.enquiry_id = ANY (cases));
    -- Whoever was described, and then recognised as somebody known, is in no case: the log alone says who it was.
    people := ARRAY(
        SELECT p.id FROM people p WHERE p.id IN (
            SELECT person_id FROM retention_facts WHERE file_id = ANY (cases)
            UNION SELECT (data->>'described')::uuid FROM events
            WHERE case_id = ANY (cases) AND type = 'person_recognised')
        AND NOT EXISTS (SELECT FROM retention_facts f WHERE f.person_id = p.id AND f.file_id <> ALL (cases)));
    requests := ARRAY(SELECT id FROM access_requests a WHERE a.person_id = ANY (people));
    gone := cases || referrals || subjects || people
        || ARRAY(SELECT id FROM clocks c WHERE c.enquiry_id = ANY (cases) OR c.referral_id = ANY (referrals))
        || ARRAY(SELECT id FROM agency_checks c WHERE c.enquiry_id = ANY (cases))
        || ARRAY(SELECT id FROM transfers t WHERE t.referral_id = ANY (referrals))
        || ARRAY(SELECT id FROM files f WHERE f.enquiry_id = ANY (cases) OR f.referral_id = ANY (referrals))
        || ARRAY(SELECT id FROM rectifications r WHERE r.enquiry_id = ANY (cases) OR r.person_id = ANY (people))
        || requests;
END $$;
"""
FAULT = f"""
CREATE FUNCTION fault_of_disposing(key uuid, at_day date) RETURNS text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN {ROLE} IS DISTINCT FROM 'system' THEN 'is disposed of by the service alone'
        WHEN d.approved_at IS NULL THEN 'is in no disposal that was agreed to'
        WHEN i.excluded_at IS NOT NULL THEN 'was left out'
        WHEN i.disposed_at IS NOT NULL THEN 'is disposed of already'
        WHEN at_day IS NULL OR at_day > (clock_timestamp() AT TIME ZONE 'Europe/London')::date THEN 'is disposed of on a day that has come'
        WHEN EXISTS (SELECT FROM file_links l WHERE (l.one = ANY (i.cases)) <> (l.other = ANY (i.cases)))
            THEN 'belongs with another case by now'
        WHEN EXISTS (SELECT FROM standing_holds h WHERE h.file_id = ANY (i.cases) OR h.person_id IN (
            SELECT f.person_id FROM retention_facts f WHERE f.file_id = ANY (i.cases))) THEN 'is held'
        WHEN EXISTS (SELECT FROM enquiries e WHERE e.id = ANY (i.cases) AND e.state <> 'closed') THEN 'is open'
        WHEN EXISTS (SELECT FROM retention_facts f WHERE f.file_id = ANY (i.cases)
            AND coalesce(due_day(f.person_id) > at_day, true)) THEN 'is not due'
    END
    FROM (SELECT key AS id) asked LEFT JOIN disposal_items i USING (id) LEFT JOIN disposals d ON d.id = i.disposal_id
$$;
"""
DISPOSE = f"""
CREATE FUNCTION statement_of(step disposal_reach) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN step.change IS NULL THEN format('DELETE FROM %I WHERE %s', step.reached, step.condition)
        ELSE format('UPDATE %I SET %s WHERE %s', step.reached, step.change, step.condition) END
$$;
CREATE FUNCTION count_file(cases uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE file record := file_of(cases); step record; counted bigint; counts jsonb := '{{}}';
BEGIN
    IF {ROLE} IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'a file is counted by the service alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR step IN SELECT * FROM disposal_reach WHERE kind = 'file' ORDER BY position LOOP
        EXECUTE format('SELECT count(*) FROM %I WHERE %s', step.reached, step.condition) INTO counted
            USING cases, file.referrals, file.subjects, file.people, file.gone, now();
        counts := counts || jsonb_build_object(step.reached, counted);
    END LOOP;
    RETURN counts;
END $$;
CREATE FUNCTION dispose_item(key uuid, at timestamptz) RETURNS jsonb LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE item disposal_items; file record; step disposal_reach; fault text; reached bigint; went jsonb := '{{}}';
BEGIN
    SELECT * INTO item FROM disposal_items WHERE id = key FOR UPDATE;
    PERFORM FROM enquiries WHERE id = ANY (item.cases) ORDER BY id FOR UPDATE;
    PERFORM FROM people WHERE id IN (SELECT person_id FROM retention_facts WHERE file_id = ANY (item.cases))
        ORDER BY id FOR UPDATE;
    PERFORM FROM referrals WHERE coalesce(enquiry_id, id) = ANY (item.cases) ORDER BY id FOR UPDATE;
    fault := fault_of_disposing(key, (at AT TIME ZONE 'Europe/London')::date);
    file := file_of(item.cases);
    IF fault IS NULL AND EXISTS (SELECT FROM events e WHERE e.case_id = ANY (file.gone) AND e.number = (
        SELECT max(number) FROM events l WHERE l.case_id = e.case_id) AND e.type <> 'disposed')
    THEN
        fault := 'has a log that does not say so';
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'the file of item % %', key, fault USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO disposed_enquiries SELECT (jsonb_populate_record(NULL::disposed_enquiries, to_jsonb(m)
        || jsonb_build_object('id', gen_random_uuid(), 'reference', '', 'level', d.level, 'routes', d.routes))).*
    FROM counted_enquiries m LEFT JOIN LATERAL (
        SELECT max(x.level) AS level, array_agg(DISTINCT x.route) AS routes FROM subjects s
        JOIN decisions x ON x.subject_id = s.id AND x.superseded_at IS NULL WHERE s.enquiry_id = m.id) d ON true
    WHERE m.id = ANY (item.cases);
    INSERT INTO disposed_referrals SELECT (jsonb_populate_record(NULL::disposed_referrals, to_jsonb(m)
        || jsonb_build_object('id', gen_random_uuid(), 'reference', '', 'person_id', r.person_id))).*
    FROM counted_referrals m JOIN referrals r ON r.id = m.id WHERE m.id = ANY (file.referrals);
    FOR step IN SELECT * FROM disposal_reach WHERE kind = 'file' ORDER BY position LOOP
        EXECUTE statement_of(step) USING item.cases, file.referrals, file.subjects, file.people, file.gone, at;
        GET DIAGNOSTICS reached = ROW_COUNT;
        went := went || jsonb_build_object(step.reached, reached);
    END LOOP;
    -- Which birthday it was counted from goes too.
    UPDATE disposal_items SET disposed_at = at, counts = went, since = NULL,
        due_on = date_trunc('year', due_on)::date WHERE id = key;
    RETURN went;
END $$;
CREATE FUNCTION certificate_of(key uuid) RETURNS bytea LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT sha256(convert_to(concat_ws(E'\\n', (to_jsonb(d) - '{{certificate,version,event_number,event_hash}}'::text[])::text,
        (SELECT string_agg(to_jsonb(i)::text, E'\\n' ORDER BY i.id) FROM disposal_items i WHERE i.disposal_id = d.id)), 'UTF8'))
    FROM disposals d WHERE d.id = key
$$;
CREATE FUNCTION finish_disposal(key uuid, at timestamptz) RETURNS bytea LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF {ROLE} IS DISTINCT FROM 'system' OR EXISTS (SELECT FROM disposal_items WHERE disposal_id = key
        AND num_nonnulls(disposed_at, excluded_at, skipped) = 0) THEN
        RAISE EXCEPTION 'disposal % is not at its end', key USING ERRCODE = 'check_violation';
    END IF;
    UPDATE disposals SET executed_at = at WHERE id = key AND approved_at IS NOT NULL AND executed_at IS NULL;
    UPDATE disposals SET certificate = certificate_of(key) WHERE id = key AND certificate IS NULL;
    RETURN (SELECT certificate FROM disposals WHERE id = key);
END $$;
CREATE FUNCTION forget_routine(class text, at timestamptz) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE kept retention_classes; step disposal_reach; reached bigint := 0;
BEGIN
    SELECT * INTO kept FROM retention_classes WHERE code = class AND rows IS NOT NULL;
    IF kept IS NULL OR at IS NULL OR at > clock_timestamp() + interval '1 minute' OR {ROLE} IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'nothing of % goes by its age at that time', class USING ERRCODE = 'check_violation';
    END IF;
    FOR step IN SELECT * FROM disposal_reach WHERE kind = kept.rows ORDER BY position LOOP
        EXECUTE statement_of(step) USING at - make_interval(days => kept.days);
        GET DIAGNOSTICS reached = ROW_COUNT;
    END LOOP;
    RETURN reached;
END $$;
"""
FUNCTIONS = (
    "statement_of(disposal_reach)",
    "fault_of_disposing(uuid, date)",
    "count_file(uuid[])",
    "dispose_item(uuid, timestamptz)",
    "finish_disposal(uuid, timestamptz)",
    "certificate_of(uuid)",
    "forget_routine(text, timestamptz)",
    "file_of(uuid[])",
    "due_day(uuid)",
    "anniversary(date, integer)",
    "keys_in(text)",
)
# Another than who prepared it agrees, in their own name, and from then on nothing of it changes but that it is done.
KEPT = f"""
CREATE FUNCTION keep_disposal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE fault text := CASE
    WHEN NEW.event_number < OLD.event_number OR NEW.version < OLD.version THEN 'keeps what happened to it'
    WHEN num_nonnulls(OLD.approved_at, OLD.withdrawn_at) > 0
        AND (OLD.approved_by_id, OLD.approved_at, OLD.withdrawn_by_id, OLD.withdrawn_at)
        IS DISTINCT FROM (NEW.approved_by_id, NEW.approved_at, NEW.withdrawn_by_id, NEW.withdrawn_at)
        THEN 'was settled, and stays as it is'
    WHEN OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL AND (NEW.approved_by_id::text IS DISTINCT FROM {ME}
        OR NEW.approved_at < NEW.prepared_at OR NOT EXISTS (SELECT FROM users u WHERE u.id = NEW.approved_by_id
        AND u.active AND u.role IN ('information_governance', 'mash_manager')))
        THEN 'is agreed to by whoever agrees: information governance or a MASH manager'
    WHEN OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL AND NEW.withdrawn_by_id::text IS DISTINCT FROM {ME}
        THEN 'is withdrawn by whoever withdraws it'
    END;
BEGIN
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'disposal % %', OLD.id, fault USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_disposal BEFORE UPDATE ON disposals FOR EACH ROW EXECUTE FUNCTION keep_disposal();
CREATE FUNCTION keep_item() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE batch disposals; fault text;
BEGIN
    SELECT * INTO batch FROM disposals WHERE id = NEW.disposal_id FOR SHARE; -- nobody agrees to it meanwhile
    fault := CASE
        WHEN TG_OP = 'INSERT' AND (num_nonnulls(batch.approved_at, batch.withdrawn_at) > 0
            OR batch.prepared_by_id::text IS DISTINCT FROM {ME}) THEN 'is put together by whoever prepares it'
        WHEN TG_OP = 'UPDATE' AND OLD.excluded_at IS DISTINCT FROM NEW.excluded_at AND (
            num_nonnulls(OLD.excluded_at, batch.approved_at, batch.withdrawn_at) > 0
            OR NEW.excluded_by_id::text IS DISTINCT FROM {ME}) THEN 'is left as it was agreed to'
        WHEN TG_OP = 'UPDATE' AND OLD.skipped IS DISTINCT FROM NEW.skipped AND ({ROLE} <> 'system'
            OR OLD.disposed_at IS NOT NULL) THEN 'is passed over by the service alone'
        END;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'disposal % %', NEW.disposal_id, fault USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_item BEFORE INSERT OR UPDATE ON disposal_items FOR EACH ROW EXECUTE FUNCTION keep_item();
"""
MEASURES = {"enquiry_measures": "counted_enquiries", "referral_measures": "counted_referrals"}


def upgrade() -> None:
    for table, column in LOGS:
        add_codes(table, column, ("disposal",))
    _create_classes()
    _create_holds()
    _create_disposals()
    _create_reach()
    for statement in (FACTS, LINKS, HELD, DUE, FILE, KEPT, NAMED):
        op.execute(statement)
    op.execute(f"GRANT SELECT ON retention_facts, file_links, standing_holds TO {SERVICE}")
    op.add_column("events", sa.Column("disposed_at", AT, nullable=True))
    _create_disposed()
    _tell_letters("SET NULL")
    for name, table, named in NAMING:
        op.execute(f"CREATE INDEX {name} ON {table} USING gin (({named}))")
    op.execute(FAULT)
    op.execute(DISPOSE)
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {SERVICE}")
    _guard()


def _tell_letters(when_it_goes: str) -> None:
    """What was shared stays on record when the letter that told it has gone."""
    name = op.f("fk_disclosures_outbox_id_outbox")
    op.drop_constraint(name, "disclosures")
    op.create_foreign_key(name, "disclosures", "outbox", ["outbox_id"], ["id"], ondelete=when_it_goes)


def _create_classes() -> None:
    """What the pack says, put in by the owner: the service may read it and nothing else."""
    op.create_table(
        "retention_classes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("routes", postgresql.ARRAY(sa.Text()), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("section_47", "protection_plan", "by_hand")),
        *(
            sa.Column(name, sa.Integer(), nullable=True)
            for name in ("since_birth", "since_closing", "died_before_18", "days")
        ),
        sa.Column("rows", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_retention_classes")),
        sa.CheckConstraint("(rows IS NULL) = (days IS NULL)", name=op.f("ck_retention_classes_rows_by_days")),
    )
    op.execute(f"GRANT SELECT ON retention_classes TO {SERVICE}")


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _create_holds() -> None:
    reasons = sa.Enum(*REASONS, name="reason", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "holds",
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ("person_id", "enquiry_id", "referral_id")),
        sa.Column("reason", reasons, nullable=False),
        sa.Column("keep_as", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("placed_at", AT, nullable=False),
        sa.Column("placed_by_id", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", AT, nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("num_nonnulls(person_id, enquiry_id, referral_id) = 1", name=op.f("ck_holds_on_one")),
        sa.CheckConstraint("words <> ''", name=op.f("ck_holds_has_words")),
        sa.CheckConstraint("(reason = 'class') = (keep_as IS NOT NULL)", name=op.f("ck_holds_class_when_class")),
        sa.CheckConstraint("keep_as IS NULL OR person_id IS NOT NULL", name=op.f("ck_holds_class_of_a_person")),
        sa.CheckConstraint(
            "num_nonnulls(lifted_at, lifted_by_id, nullif(lifted_reason, '')) IN (0, 3)",
            name=op.f("ck_holds_lifted_with_a_reason"),
        ),
        _refers("holds", "person_id", "people"),
        _refers("holds", "enquiry_id", "enquiries"),
        _refers("holds", "referral_id", "referrals"),
        _refers("holds", "placed_by_id", "users"),
        _refers("holds", "lifted_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    for column in ("person_id", "enquiry_id", "referral_id"):
        op.create_index(f"ix_holds_{column}", "holds", [column], postgresql_where=sa.text("lifted_at IS NULL"))


def _create_disposals() -> None:
    op.create_table(
        "disposals",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("schedule_hash", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prepared_at", AT, nullable=False),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=False),
        sa.Column("approved_at", AT, nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("executed_at", AT, nullable=True),
        sa.Column("certificate", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("approved_by_id <> prepared_by_id", name=op.f("ck_disposals_approved_by_another")),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by_id IS NULL)", name=op.f("ck_disposals_approved_by_somebody")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_disposals_withdrawn_by_somebody")
        ),
        sa.CheckConstraint(
            "executed_at IS NULL OR approved_at IS NOT NULL", name=op.f("ck_disposals_executed_when_approved")
        ),
        sa.CheckConstraint("num_nonnulls(approved_at, withdrawn_at) < 2", name=op.f("ck_disposals_one_end")),
        *(_refers("disposals", f"{did}_by_id", "users") for did in ("prepared", "approved", "withdrawn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposals")),
    )
    op.create_table(
        "disposal_items",
        sa.Column("disposal_id", sa.Uuid(), nullable=False),
        sa.Column("cases", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("references", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("excluded_at", AT, nullable=True),
        sa.Column("excluded_by_id", sa.Uuid(), nullable=True),
        sa.Column("excluded_reason", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=True),
        sa.Column("disposed_at", AT, nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cardinality(cases) > 0", name=op.f("ck_disposal_items_has_cases")),
        sa.CheckConstraint(
            "num_nonnulls(excluded_at, excluded_by_id, nullif(excluded_reason, '')) IN (0, 3)",
            name=op.f("ck_disposal_items_excluded_with_a_reason"),
        ),
        _refers("disposal_items", "disposal_id", "disposals"),
        _refers("disposal_items", "excluded_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal_items")),
    )
    op.create_index("ix_disposal_items_disposal_id", "disposal_items", ["disposal_id"])


def _create_reach() -> None:
    """`kind` is "file", or the rows that go by their age. `change` is what of a row is emptied; else it is deleted."""
    table = op.create_table(
        "disposal_reach",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reached", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_disposal_reach")),
    )
    steps = [("file", *step) for step in REACH]
    steps += [(kind, reached, condition.format(SETTLED), change) for kind, reached, condition, change in ROUTINE]
    rows = ({"position": 10 * place, **_step(*step)} for place, step in enumerate(steps, 1))
    op.bulk_insert(table, list(rows))


def _step(kind: str, reached: str, condition: str, change: str | None) -> dict[str, str | None]:
    return {"kind": kind, "reached": reached, "condition": condition, "change": change}


def _create_disposed() -> None:
    """What is left of a case for the numbers of the quarters before, and the views of both together."""
    clock = ("decision", "screening")
    shared = (sa.Column("id", sa.Uuid(), nullable=False), sa.Column("reference", sa.Text(), nullable=False))
    op.create_table(
        "disposed_enquiries",
        *shared,
        sa.Column("on_day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "district", "locality")),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.Column("working_minutes", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("social_care", "early_help")),
        *_clock_columns(clock),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("routes", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposed_enquiries")),
    )
    op.create_table(
        "disposed_referrals",
        *(column._copy() for column in shared),
        sa.Column("on_day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("service", "source", "district", "locality")),
        sa.Column("re_referral", sa.Boolean(), nullable=False),
        *_clock_columns(("allocation", "acceptance", "first_contact", "assessment")),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposed_referrals")),
    )
    op.create_index(
        "ix_disposed_referrals_person_id",
        "disposed_referrals",
        ["person_id"],
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    _count_both()


def _clock_columns(kinds: tuple[str, ...]) -> list[sa.Column]:
    return [
        column
        for kind in kinds
        for column in (
            sa.Column(f"{kind}_clock", sa.Text(), nullable=True),
            sa.Column(f"{kind}_due", AT, nullable=True),
        )
    ]


# A child whose earlier referral is gone was referred again all the same.
AGAIN = """
re_referral OR service = 'social_care' AND EXISTS (SELECT FROM disposed_referrals d JOIN referrals r ON r.id = c.id
    WHERE d.person_id = r.person_id AND d.service = c.service AND d.on_day <= c.on_day
    AND d.on_day + interval '1 year' >= c.on_day) AS re_referral
"""


def _count_both() -> None:
    for view, counted in MEASURES.items():
        definition = op.get_bind().scalar(sa.text(f"SELECT pg_get_viewdef('{view}'::regclass)"))
        columns = op.get_bind().scalars(
            sa.text(
                f"SELECT attname FROM pg_attribute WHERE attrelid = '{view}'::regclass AND attnum > 0 ORDER BY attnum"
            )
        )
        names = list(columns)
        op.execute(f"DROP MATERIALIZED VIEW {view}")
        told = [AGAIN if name == "re_referral" else name for name in names]
        base = "live_referrals" if view == "referral_measures" else counted
        op.execute(f"CREATE VIEW {base} AS {definition}")
        if base != counted:
            op.execute(f"CREATE VIEW {counted} AS SELECT {', '.join(told)} FROM {base} c")
        disposed = "disposed_" + counted.removeprefix("counted_")
        _measure(view, f"SELECT * FROM {counted} UNION ALL SELECT {', '.join(names)} FROM {disposed}")


def _measure(view: str, definition: str) -> None:
    op.execute(f"CREATE MATERIALIZED VIEW {view} AS {definition}")
    op.execute(f"CREATE UNIQUE INDEX uq_{view}_id ON {view} (id)")
    op.execute(f"CREATE INDEX ix_{view}_on_day ON {view} (on_day)")
    op.execute(f"GRANT SELECT, MAINTAIN ON {view} TO {SERVICE}")


def _guard() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY seen ON retention_classes FOR SELECT USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (lifted_at, lifted_by_id, lifted_reason) ON holds TO {SERVICE}")
    op.execute(f"CREATE POLICY seen ON holds FOR SELECT USING ({KEEPERS})")
    mine = f"{PEOPLE} AND placed_by_id::text = {ME} AND lifted_at IS NULL"
    op.execute(f"CREATE POLICY placed ON holds FOR INSERT WITH CHECK ({mine})")
    lifted = f"{PEOPLE} AND lifted_by_id::text = {ME}"
    op.execute(f"CREATE POLICY lifted ON holds FOR UPDATE USING ({PEOPLE} AND lifted_at IS NULL) WITH CHECK ({lifted})")
    may = "approved_at, approved_by_id, withdrawn_at, withdrawn_by_id, version, event_number, event_hash"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({may}) ON disposals TO {SERVICE}")
    op.execute(f"CREATE POLICY seen ON disposals FOR SELECT USING ({KEEPERS})")
    fresh = "num_nonnulls(approved_at, withdrawn_at, executed_at, certificate) = 0"
    op.execute(
        f"CREATE POLICY prepared ON disposals FOR INSERT WITH CHECK ({ROLE} = '{GOVERNS}'"
        f" AND prepared_by_id::text = {ME} AND {fresh})"
    )
    op.execute(f"CREATE POLICY changed ON disposals FOR UPDATE USING ({KEEPERS}) WITH CHECK ({KEEPERS})")
    of_item = "excluded_at, excluded_by_id, excluded_reason, skipped"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({of_item}) ON disposal_items TO {SERVICE}")
    op.execute(f"CREATE POLICY seen ON disposal_items FOR SELECT USING ({KEEPERS})")
    fresh = "num_nonnulls(excluded_at, skipped, disposed_at) = 0"
    op.execute(f"CREATE POLICY added ON disposal_items FOR INSERT WITH CHECK ({ROLE} = '{GOVERNS}' AND {fresh})")
    op.execute(f"CREATE POLICY changed ON disposal_items FOR UPDATE USING ({KEEPERS}) WITH CHECK ({KEEPERS})")
    over = f"(SELECT {ROLE} = 'system') AND state IN ('released', 'refused')"
    op.execute(f"CREATE POLICY disposed ON access_requests FOR UPDATE USING ({over}) WITH CHECK ({over})")


def downgrade() -> None:
    """What was disposed of stays so, and is counted no more: nothing may be, once the ledger has sealed that it was."""
    refuse_to_break_the_ledger("disposal")
    for view, counted in MEASURES.items():
        base = "live_referrals" if view == "referral_measures" else counted
        definition = op.get_bind().scalar(sa.text(f"SELECT pg_get_viewdef('{base}'::regclass)"))
        op.execute(f"DROP MATERIALIZED VIEW {view}")
        op.execute(f"DROP VIEW {counted}")
        if base != counted:
            op.execute(f"DROP VIEW {base}")
        _measure(view, definition)
    op.execute("DROP TRIGGER keep_disposal ON disposals")
    op.execute("DROP TRIGGER keep_item ON disposal_items")
    for name, _table, _named in NAMING:
        op.execute(f"DROP INDEX {name}")
    op.execute(f"DROP FUNCTION {', '.join(FUNCTIONS)}, keep_disposal(), keep_item()")
    op.execute("DROP VIEW standing_holds, file_links, retention_facts")
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("events", "disposed_at")
    op.execute("DROP POLICY disposed ON access_requests")
    _tell_letters("NO ACTION")
    op.execute("DELETE FROM events WHERE case_kind = 'disposal'")
    for table, column in LOGS:
        drop_codes(table, column, ("disposal",))
