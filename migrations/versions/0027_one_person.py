"""Two records are one person's by somebody's word, and both stay whole.

Revision: 0027, after 0026

`same_as_id` names the first recorded of all that are one; nothing moves from one record to another, so nothing has to be
moved back. Whatever the database says of a person it says of all of their records: who is hidden, how long a file is
kept, what goes with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
IN_OWN_NAME = "{}::text = (SELECT current_setting('triage.user_id', true))"
SAYS = f"{ROLE} IN ('mash_officer', 'social_worker', 'mash_manager', 'emergency_duty_team')"
SEEN = " AND ".join(f"EXISTS (SELECT FROM people p WHERE p.id = {each})" for each in ("person_id", "other_id"))
POLICIES = {
    "seen": f"FOR SELECT USING ({SEEN})",
    "said": f"FOR INSERT WITH CHECK ({SAYS} AND {IN_OWN_NAME.format('made_by_id')} AND undone_at IS NULL)",
    "undone": f"FOR UPDATE USING ({SAYS} AND undone_at IS NULL) WITH CHECK ({IN_OWN_NAME.format('undone_by_id')})",
}
RECORDS_OF = """
CREATE FUNCTION records_of(who uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT p.id FROM people me JOIN people p ON p.identity_id = me.identity_id WHERE me.id = who
$$;
REVOKE ALL ON FUNCTION records_of FROM PUBLIC;
"""
REACH = "(6, 'file', 'merges', 'person_id = ANY ($4) OR other_id = ANY ($4)')"
# What each function said of one record, and says of all that are the same person's.
SAID_OF_ALL = {
    "has_case(uuid)": (
        ("c.person_id = who", "c.person_id = ANY (ARRAY(SELECT records_of(who)))"),
        ("s.person_id = who", "s.person_id = ANY (ARRAY(SELECT records_of(who)))"),
    ),
    "look_up_hidden()": (
        (
            "array_agg(r.person_id) INTO kin FROM restrictions r WHERE",
            "array_agg(same.id) INTO kin FROM restrictions r, records_of(r.person_id) same(id) WHERE",
        ),
    ),
    "is_restricted(uuid)": (
        (
            "FROM restrictions r WHERE r.lifted_at IS NULL AND r.person_id IN (",
            "FROM restrictions r, records_of(r.person_id) same(id) WHERE r.lifted_at IS NULL AND same.id IN (",
        ),
    ),
    "due_day(uuid)": (("r.person_id = who", "r.person_id = ANY (ARRAY(SELECT records_of(who)))"),),
    "file_of(uuid[])": (
        ("SELECT person_id FROM retention_facts WHERE", "SELECT records_of(person_id) FROM retention_facts WHERE"),
        ("f.person_id = p.id AND", "f.person_id = ANY (ARRAY(SELECT records_of(p.id))) AND"),
    ),
    "fault_of_disposing(uuid, date)": (
        ("SELECT f.person_id FROM retention_facts f", "SELECT records_of(f.person_id) FROM retention_facts f"),
    ),
    "dispose_item(uuid, timestamptz)": (
        ("SELECT person_id FROM retention_facts WHERE", "SELECT records_of(person_id) FROM retention_facts WHERE"),
    ),
}
# As PostgreSQL writes them out again.
KEPT_AS = (
    "(h.person_id = told.person_id)",
    "(h.person_id IN ( SELECT records_of(told.person_id) AS records_of))",
)


def upgrade() -> None:
    op.add_column("people", sa.Column("same_as_id", sa.Uuid(), sa.ForeignKey("people.id"), nullable=True))
    one = sa.Computed("coalesce(same_as_id, id)", persisted=True)
    op.add_column("people", sa.Column("identity_id", sa.Uuid(), one, nullable=False))
    op.create_check_constraint("same_as_another", "people", "same_as_id < id")
    op.create_index("ix_people_identity_id", "people", ["identity_id"])
    op.execute(RECORDS_OF)
    _create_merges()
    for function, replaced in SAID_OF_ALL.items():
        _say_instead(function, replaced)
    _keep_by_identity()
    op.execute(f"GRANT EXECUTE ON FUNCTION records_of TO {SERVICE}")
    op.execute(f"INSERT INTO disposal_reach (position, kind, reached, condition) VALUES {REACH}")
    op.execute(
        "CREATE TRIGGER forget_hidden AFTER UPDATE OF same_as_id ON people"
        " FOR EACH STATEMENT EXECUTE FUNCTION forget_hidden()"
    )


def _create_merges() -> None:
    op.create_table(
        "merges",
        *(sa.Column(name, sa.Uuid(), sa.ForeignKey("people.id"), nullable=False) for name in ("person_id", "other_id")),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_merges_two_in_order")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_merges_has_reason")),
        sa.CheckConstraint("num_nulls(undone_at, undone_by_id) IN (0, 2)", name=op.f("ck_merges_undone_by_somebody")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_reason = '')", name=op.f("ck_merges_undone_with_reason")),
    )
    op.create_index("ix_merges_other_id", "merges", ["other_id"])
    standing = sa.text("undone_at IS NULL")
    op.create_index("uq_merges_standing", "merges", ["person_id", "other_id"], unique=True, postgresql_where=standing)
    op.execute("ALTER TABLE merges ENABLE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (undone_at, undone_by_id, undone_reason) ON merges TO {SERVICE}")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON merges {rule}")


def _keep_by_identity() -> None:
    """A file is of people, however many records each has; what is to be kept longer by hand is, in all of them."""
    definition = _read("SELECT pg_get_viewdef('retention_facts'::regclass)")
    for part in (KEPT_AS[0], "AS kept_as\n"):
        _expect(part, definition)
    told = definition.replace(*KEPT_AS).replace("AS kept_as\n", "AS kept_as, p.identity_id\n")
    op.execute(f"CREATE OR REPLACE VIEW retention_facts WITH (security_invoker = true) AS {told}")


def _keep_by_record() -> None:
    definition = _read("SELECT pg_get_viewdef('retention_facts'::regclass)")
    for part in (KEPT_AS[1], ",\n    p.identity_id"):
        _expect(part, definition)
    told = definition.replace(*reversed(KEPT_AS)).replace(",\n    p.identity_id", "")
    op.execute("DROP VIEW retention_facts")
    op.execute(f"CREATE VIEW retention_facts WITH (security_invoker = true) AS {told}")
    op.execute(f"GRANT SELECT ON retention_facts TO {SERVICE}")


def _say_instead(function: str, replaced: tuple[tuple[str, str], ...]) -> None:
    definition = _read(f"SELECT pg_get_functiondef('{function}'::regprocedure)")
    for old, new in replaced:
        _expect(old, definition)
        definition = definition.replace(old, new)
    op.get_bind().exec_driver_sql(definition.replace("%", "%%"))


def _read(query: str) -> str:
    return op.get_bind().scalar(sa.text(query))


def _expect(part: str, definition: str) -> None:
    if part not in definition:
        raise ValueError(f"{part!r} is not in {definition}")


def downgrade() -> None:
    """Two records that were said to be one are two again."""
    op.execute("DROP TRIGGER forget_hidden ON people")
    op.execute("DELETE FROM disposal_reach WHERE position = 6")
    _keep_by_record()
    for function, replaced in SAID_OF_ALL.items():
        _say_instead(function, tuple((new, old) for old, new in replaced))
    op.execute("DROP FUNCTION records_of")
    op.drop_table("merges")
    op.drop_index("ix_people_identity_id", "people")
    op.drop_column("people", "identity_id")
    op.drop_column("people", "same_as_id")
