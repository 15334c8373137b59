"""What goes with a file is looked for from its own people, so that letting it go takes as long among many as among few.

Revision: 0064, after 0063

Whether somebody stays was asked of everybody on record, and only then who is in the file. Who is in it comes first now,
as a list. Each side of what links a file to others is found by an index of its own, and what goes with it is looked for
once, not once for each hold. What somebody came back after is found by its key, and the numbers of one referral without
looking at those of all. What goes with a file is found by the service alone, beneath row-level security: the indexes by
which it is found say nothing of what is hidden, but the database cannot know that.
"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

OF_FILE = """SELECT records_of(person_id) FROM retention_facts WHERE file_id = ANY (cases)
            UNION SELECT (data->>'described')::uuid FROM events
            WHERE case_id = ANY (cases) AND type = 'person_recognised'"""
OF_KIN = OF_FILE.replace("\n    ", "\n")
BESIDE = (
    "NOT EXISTS (SELECT FROM retention_facts f"
    " WHERE f.person_id = ANY (ARRAY(SELECT records_of(p.id))) AND f.file_id <> ALL (cases))"
)
LINKED = "EXISTS (SELECT FROM file_links l WHERE (l.one = ANY (i.cases)) <> (l.other = ANY (i.cases)))"
LINKED_BY_KEY = (
    "EXISTS (SELECT FROM file_links l WHERE l.one = ANY (i.cases) AND l.other <> ALL (i.cases))"
    " OR EXISTS (SELECT FROM file_links l WHERE l.other = ANY (i.cases) AND l.one <> ALL (i.cases))"
)
ALONE = """    IF current_setting('triage.role', true) IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'what goes with a file is found by the service alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
"""
INSTEAD = {
    "file_of(uuid[])": [
        ("BEGIN\n    referrals :=", "DECLARE own uuid[];\nBEGIN\n    referrals :="),
        ("    referrals := ARRAY(", f"{ALONE}    referrals := ARRAY("),
        ("    people := ARRAY(\n", f"    own := ARRAY({OF_FILE});\n    people := ARRAY(\n"),
        (
            f"FROM people p WHERE p.id IN (\n            {OF_FILE})\n        AND {BESIDE}",
            "FROM unnest(own) mine(id) JOIN people p ON p.id = mine.id"
            "\n        WHERE in_case_beside(ARRAY[p.id], cases) = '{}'",
        ),
        (f"kin_of(ARRAY(\n        {OF_KIN}), cases", "kin_of(own, cases"),
    ],
    "fault_of_disposing(uuid, date)": [
        (LINKED, LINKED_BY_KEY),
        ("ANY ((file_of(i.cases)).people)", "ANY ((SELECT people FROM file_of(i.cases))::uuid[])"),
    ],
}
# Whether it is a re-referral is read from what is kept of who came back. As PostgreSQL writes it out, on one line.
PLACE = "COALESCE(referrals.locality_code, 'none'::text) AS locality"
BEFORE = (
    ", lag(((referrals.requested_at AT TIME ZONE 'Europe/London'::text))::date) OVER"
    " (PARTITION BY referrals.person_id, referrals.service ORDER BY referrals.requested_at, referrals.id) AS before"
)
BY_WINDOW = (
    "(((r.service)::text = 'social_care'::text) AND COALESCE(((r.before + '1 year'::interval) >= r.on_day), false))"
)
BY_ROW = (
    "(EXISTS ( SELECT FROM repeats again"
    " WHERE (((again.kind)::text = 're_referral'::text) AND (again.case_id = r.id))))"
)
COUNTED = [(PLACE + BEFORE, PLACE), (BY_WINDOW, BY_ROW)]


def upgrade() -> None:
    op.create_index("ix_repeats_before_id", "repeats", ["before_id"])
    for function, changes in INSTEAD.items():
        _say_instead(function, changes)
    op.execute("ALTER FUNCTION file_of SECURITY DEFINER")
    _count_by(COUNTED)


def _say_instead(function: str, changes: list[tuple[str, str]]) -> None:
    told = op.get_bind().scalar(sa.text(f"SELECT pg_get_functiondef('{function}'::regprocedure)"))
    op.get_bind().exec_driver_sql(_change(told, changes).replace("%", "%%"))


def _count_by(changes: list[tuple[str, str]]) -> None:
    told = " ".join(op.get_bind().scalar(sa.text("SELECT pg_get_viewdef('live_referrals'::regclass)")).split())
    op.get_bind().exec_driver_sql(f"CREATE OR REPLACE VIEW live_referrals AS {_change(told, changes)}")


def _change(told: str, changes: list[tuple[str, str]]) -> str:
    for old, new in changes:
        if old not in told:
            raise ValueError(f"{old!r} is not in {told}")
        told = told.replace(old, new, 1)
    return told


def downgrade() -> None:
    _count_by([(new, old) for old, new in COUNTED])
    op.execute("ALTER FUNCTION file_of SECURITY INVOKER")
    for function, changes in INSTEAD.items():
        _say_instead(function, [(new, old) for old, new in reversed(changes)])
    op.drop_index("ix_repeats_before_id", "repeats")
