"""Whether a child came back: a row for each repeat, which the database keeps right whatever is written.

Revision: 0028, after 0027

`repeats_of` says it of some people; of everybody it is the full recomputation. A trigger puts it in place of what
was there for whoever a change is about, with their records locked, so that two who write at once see each other.
Twelve months are from date to date, as workflows/again.py has them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
KINDS = ("re_referral", "repeat_enquiry", "stepped_up_again", "early_help_again")
DAY = "({} AT TIME ZONE 'Europe/London')::date"
# Each is something of a child (`id`) beside the day of what it follows. A referral that was disposed of, while something
# else of the child is kept, was a referral all the same; of two on a day it is taken for the earlier.
REPEATS = f"""
CREATE FUNCTION repeats_of(who uuid[]) RETURNS TABLE (kind text, case_id uuid, person_id uuid, on_day date, before_id uuid,
    before_on date) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH concerned AS (
        SELECT p.id, p.identity_id FROM people p
        WHERE p.identity_id IN (SELECT q.identity_id FROM people q WHERE q.id = ANY (who))
    ), referred AS (
        SELECT r.*, c.identity_id, {DAY.format("r.requested_at")} AS on_day, {DAY.format("r.closed_at")} AS closed_on,
            (SELECT b.service FROM referrals b WHERE b.id = r.stepped_from_id) AS stepped_from
        FROM referrals r JOIN concerned c ON c.id = r.person_id
    ), ever AS (
        SELECT r.id, r.person_id, r.identity_id, r.on_day, r.requested_at FROM referred r WHERE r.service = 'social_care'
        UNION ALL SELECT NULL, d.person_id, c.identity_id, d.on_day, NULL
            FROM disposed_referrals d JOIN concerned c ON c.id = d.person_id WHERE d.service = 'social_care'
    ), heard AS (
        SELECT DISTINCT ON (c.identity_id, s.enquiry_id) s.id, s.person_id, c.identity_id, e.received_at,
            e.id AS enquiry_id, {DAY.format("e.received_at")} AS on_day
        FROM subjects s JOIN concerned c ON c.id = s.person_id JOIN enquiries e ON e.id = s.enquiry_id
        ORDER BY c.identity_id, s.enquiry_id, s.ordinal
    ), followed AS (
        SELECT 're_referral' AS kind, id, person_id, on_day, lag(id) OVER told AS before_id,
            lag(on_day) OVER told AS before_on
        FROM ever WINDOW told AS (PARTITION BY identity_id ORDER BY on_day, requested_at NULLS FIRST, id)
        UNION ALL SELECT 'repeat_enquiry', id, person_id, on_day, lag(id) OVER told, lag(on_day) OVER told
        FROM heard WINDOW told AS (PARTITION BY identity_id ORDER BY received_at, enquiry_id)
        UNION ALL SELECT 'stepped_up_again', r.id, r.person_id, r.on_day, b.id, b.on_day
        FROM referred r CROSS JOIN LATERAL (
            SELECT id, on_day FROM referred b WHERE b.identity_id = r.identity_id AND b.service = 'early_help'
            AND b.stepped_from = 'social_care' AND b.requested_at <= r.requested_at
            ORDER BY b.requested_at DESC, b.id DESC LIMIT 1) b
        WHERE r.service = 'social_care' AND r.stepped_from = 'early_help'
        UNION ALL SELECT 'early_help_again', r.id, r.person_id, r.on_day, b.id, b.closed_on
        FROM referred r CROSS JOIN LATERAL (
            SELECT id, closed_on FROM referred b WHERE b.identity_id = r.identity_id AND b.service = 'early_help'
            AND b.closure = 'needs_met' AND b.closed_on <= r.on_day AND b.requested_at < r.requested_at
            ORDER BY b.closed_on DESC, b.id DESC LIMIT 1) b
        WHERE r.service IN ('early_help', 'social_care')
    )
    SELECT kind, id, person_id, on_day, before_id, before_on FROM followed
    WHERE id IS NOT NULL AND before_on + interval '1 year' >= on_day
$$;
"""
KEPT_RIGHT = """
CREATE FUNCTION records_of_all(who uuid[]) RETURNS uuid[] LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT p.id FROM people p WHERE p.identity_id IN (
        SELECT q.identity_id FROM people q WHERE q.id = ANY (who)) ORDER BY p.id)
$$;
CREATE FUNCTION retell_repeats(who uuid[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    records uuid[];
BEGIN
    LOOP  -- while one waited for a record, somebody may have said that another is theirs too
        records := records_of_all(who);
        PERFORM FROM people p WHERE p.id = ANY (records) ORDER BY p.id FOR NO KEY UPDATE;
        EXIT WHEN records = records_of_all(who);
    END LOOP;
    DELETE FROM repeats r WHERE r.person_id = ANY (who || records);
    INSERT INTO repeats (kind, case_id, person_id, on_day, before_id, before_on)
        SELECT kind, case_id, person_id, on_day, before_id, before_on FROM repeats_of(who);
END $$;
CREATE FUNCTION retell_of_row() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM retell_repeats(array_remove(ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.person_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.person_id END], NULL));
    RETURN NULL;
END $$;
CREATE FUNCTION retell_of_enquiry() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM retell_repeats(ARRAY(SELECT s.person_id FROM subjects s WHERE s.enquiry_id = NEW.id));
    RETURN NULL;
END $$;
CREATE FUNCTION retell_of_person() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM retell_repeats(ARRAY[OLD.identity_id, NEW.identity_id]);
    RETURN NULL;
END $$;
-- The days on which a child was referred to social care, as far back as anything is kept of it: Annex A counts them.
CREATE FUNCTION referral_days(who uuid) RETURNS SETOF date LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT on_day FROM (
        SELECT r.person_id, r.service, (r.requested_at AT TIME ZONE 'Europe/London')::date FROM referrals r
        UNION ALL SELECT d.person_id, d.service, d.on_day FROM disposed_referrals d
    ) told(person_id, service, on_day)
    WHERE service = 'social_care' AND person_id IN (SELECT records_of(who)) AND NOT who = ANY (hidden_records())
        AND (sees_all() OR is_locality())
$$;
REVOKE ALL ON FUNCTION referral_days, records_of_all, repeats_of, retell_repeats, retell_of_row, retell_of_enquiry, retell_of_person FROM PUBLIC;
"""
# What of a row a repeat hangs on.
WATCHED = {
    "referrals": ("person_id", "service", "requested_at", "closed_at", "closure", "stepped_from_id"),
    "subjects": ("person_id", "enquiry_id", "ordinal"),
    "disposed_referrals": ("person_id", "service", "on_day"),
}
OF_OTHERS = {
    "enquiries": ("received_at", "retell_of_enquiry"),
    "people": ("same_as_id", "retell_of_person"),
}
TRIGGER = "CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {function}()"
OF_CASE = " OR ".join(f"EXISTS (SELECT FROM {table} t WHERE t.id = case_id)" for table in ("referrals", "subjects"))
# What it followed may be about others too, whose records few may see.
SEEN = f"({OF_CASE}) AND (before_id = ANY ((SELECT hidden_records())::uuid[])) IS NOT TRUE"
COUNTED = "EXISTS (SELECT FROM repeats again WHERE again.kind = 're_referral' AND again.case_id = c.id)"
# Before, it was counted by a window over one record, and beside it by what was disposed of.
BEFORE = """
c.re_referral OR c.service = 'social_care' AND EXISTS (SELECT FROM disposed_referrals d JOIN referrals r ON r.id = c.id
    WHERE d.person_id = r.person_id AND d.service = c.service AND d.on_day <= c.on_day
    AND d.on_day + interval '1 year' >= c.on_day)
"""


def upgrade() -> None:
    op.create_table(
        "repeats",
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=40),
            primary_key=True,
        ),
        sa.Column("case_id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("before_id", sa.Uuid(), nullable=True),
        sa.Column("before_on", sa.Date(), nullable=False),
    )
    op.create_index("ix_repeats_person_id", "repeats", ["person_id"])
    op.create_index("ix_repeats_case_id", "repeats", ["case_id"])
    op.execute("ALTER TABLE repeats ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT ON repeats TO {SERVICE}")
    op.execute(f"CREATE POLICY seen ON repeats FOR SELECT USING ({SEEN})")
    op.execute(REPEATS)
    op.execute(KEPT_RIGHT)
    op.execute(f"GRANT EXECUTE ON FUNCTION referral_days TO {SERVICE}")
    op.execute("INSERT INTO repeats SELECT * FROM repeats_of(ARRAY(SELECT id FROM people))")
    for table, columns in WATCHED.items():
        _watch(table, columns, "retell_of_row")
        op.execute(_trigger("retell_come_or_gone", "INSERT OR DELETE", table, "retell_of_row"))
    for table, (column, function) in OF_OTHERS.items():
        _watch(table, (column,), function)
    _count_by(COUNTED)


def _watch(table: str, columns: tuple[str, ...], function: str) -> None:
    before, after = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    when = f"WHEN (ROW({before}) IS DISTINCT FROM ROW({after}))"
    op.execute(_trigger("retell_changed", "UPDATE", table, function, when))


def _trigger(name: str, event: str, table: str, function: str, when: str = "") -> str:
    return TRIGGER.format(name=name, event=event, table=table, when=when, function=function)


def _count_by(re_referral: str) -> None:
    """The column is read by another hand; the others, and the views that are made of them, stay as they are."""
    query = (
        "SELECT attname FROM pg_attribute WHERE attrelid = 'counted_referrals'::regclass AND attnum > 0 ORDER BY attnum"
    )
    columns = {name: f"c.{name}" for name in op.get_bind().scalars(sa.text(query))}
    listed = ", ".join(f"{said} AS {name}" for name, said in (columns | {"re_referral": re_referral}).items())
    op.execute(f"CREATE OR REPLACE VIEW counted_referrals AS SELECT {listed} FROM live_referrals c")


def downgrade() -> None:
    _count_by(BEFORE)
    for table in WATCHED:
        op.execute(f"DROP TRIGGER retell_come_or_gone ON {table}")
    for table in (*WATCHED, *OF_OTHERS):
        op.execute(f"DROP TRIGGER retell_changed ON {table}")
    op.execute(
        "DROP FUNCTION referral_days, retell_of_person, retell_of_enquiry, retell_of_row, retell_repeats, records_of_all, repeats_of"
    )
    op.drop_table("repeats")
