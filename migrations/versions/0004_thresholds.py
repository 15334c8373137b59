"""Thresholds as rows that nobody can change once published; each worker's own first view; any council's authorities.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
STATES = ("draft", "reviewed", "published", "superseded", "withdrawn")
KINDS = "'enquiry', 'referral', 'person'"
AUTHORITIES = "'nottinghamshire', 'nottingham_city', 'other', 'unknown'"

# What was reviewed is what is published: the text and all that follows from it change in a draft alone, by its author.
# Who reviewed and who published it are written once, each by that person. What came with the service has no author and
# is written by the schema's owner, whom row-level security does not bind.
UNCHANGING = """
CREATE FUNCTION keep_policy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    actor text := coalesce(current_setting('triage.user_id', true), '');
    called text := format('policy %s@%s', OLD.name, OLD.policy_version);
    step text := OLD.state || ' to ' || NEW.state;
BEGIN
    IF OLD.state <> NEW.state AND step NOT IN ('draft to reviewed', 'draft to withdrawn', 'reviewed to draft',
        'reviewed to withdrawn', 'reviewed to published', 'published to superseded')
    THEN
        RAISE EXCEPTION '% cannot go from %', called, step USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.id, OLD.name, OLD.drafted_by_id, OLD.drafted_at)
        IS DISTINCT FROM (NEW.id, NEW.name, NEW.drafted_by_id, NEW.drafted_at)
    THEN
        RAISE EXCEPTION '%: its name and author cannot change', called USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.policy_version, OLD.effective_from, OLD.hash, OLD.text)
        IS DISTINCT FROM (NEW.policy_version, NEW.effective_from, NEW.hash, NEW.text)
        AND (step <> 'draft to draft' OR actor IS DISTINCT FROM OLD.drafted_by_id::text)
    THEN
        RAISE EXCEPTION '% is %: its text can be changed in a draft alone, by its author', called, OLD.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.reviewed_by_id, OLD.reviewed_at) IS DISTINCT FROM (NEW.reviewed_by_id, NEW.reviewed_at)
        AND NOT (step = 'draft to reviewed' AND NEW.reviewed_by_id::text = actor)
        AND NOT (step = 'reviewed to draft' AND NEW.reviewed_by_id IS NULL AND NEW.reviewed_at IS NULL)
    THEN
        RAISE EXCEPTION '% is reviewed by whoever reviews it', called USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.published_by_id, OLD.published_at, OLD.proof)
        IS DISTINCT FROM (NEW.published_by_id, NEW.published_at, NEW.proof)
        AND NOT (step = 'reviewed to published' AND NEW.published_by_id::text = actor)
    THEN
        RAISE EXCEPTION '% is published by whoever publishes it', called USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_policy BEFORE UPDATE ON policies FOR EACH ROW EXECUTE FUNCTION keep_policy();
"""
ROLE = "current_setting('triage.role', true)"
PUBLISHED = "state IN ('published', 'superseded')"
ON_ITS_WAY = "state IN ('draft', 'withdrawn')"


def upgrade() -> None:
    _create_policies()
    _create_first_views()
    for table in ("people", "enquiries"):
        op.drop_constraint(op.f(f"ck_{table}_authority"), table)
        op.alter_column(table, "authority", type_=sa.Text())
    op.drop_constraint(op.f("ck_events_case_kind"), "events")
    op.create_check_constraint(op.f("ck_events_case_kind"), "events", f"case_kind IN ({KINDS}, 'policy')")
    # Whoever may read a policy may read how it came about.
    op.execute("CREATE POLICY read_policy ON events FOR SELECT USING (case_kind = 'policy')")


def _create_policies() -> None:
    op.create_table(
        "policies",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        *(
            column
            for done in ("drafted", "reviewed", "published")
            for column in (
                sa.Column(f"{done}_by_id", sa.Uuid(), nullable=True),
                sa.Column(f"{done}_at", sa.DateTime(timezone=True), nullable=True),
            )
        ),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reviewed_by_id <> drafted_by_id", name=op.f("ck_policies_reviewed_by_another")),
        sa.CheckConstraint("published_by_id <> drafted_by_id", name=op.f("ck_policies_published_by_another")),
        sa.CheckConstraint(
            "state NOT IN ('published', 'superseded') OR drafted_by_id IS NULL"
            " OR (reviewed_by_id IS NOT NULL AND published_by_id IS NOT NULL"
            " AND coalesce(jsonb_typeof(proof), '') = 'object')",
            name=op.f("ck_policies_reviewed_and_proved"),
        ),
        sa.CheckConstraint(
            "state IN ('published', 'superseded') OR drafted_by_id IS NOT NULL", name=op.f("ck_policies_has_author")
        ),
        *(
            sa.ForeignKeyConstraint([f"{done}_by_id"], ["users.id"], name=op.f(f"fk_policies_{done}_by_id_users"))
            for done in ("drafted", "reviewed", "published")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
    )
    _create_policy_indexes()
    op.execute(UNCHANGING)
    # Thresholds are published: everybody may read them. They are drafted by two roles and published by one.
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON policies TO {SERVICE}")
    op.execute("ALTER TABLE policies ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY read ON policies FOR SELECT USING (true)")
    drafts = f"{ROLE} IN ('mash_manager', 'early_help_unit')"
    op.execute(
        f"CREATE POLICY change ON policies FOR UPDATE USING ({drafts})"
        f" WITH CHECK ({ROLE} = 'mash_manager' OR {ON_ITS_WAY})"
    )
    op.execute(
        f"CREATE POLICY draft ON policies FOR INSERT WITH CHECK ({drafts} AND state = 'draft'"
        " AND drafted_by_id::text = current_setting('triage.user_id', true)"
        " AND num_nonnulls(reviewed_by_id, reviewed_at, published_by_id, published_at, proof) = 0)"
    )


def _create_policy_indexes() -> None:
    """One version of a name, one first day, and one that nothing has followed yet."""
    for name, columns, where in (
        ("uq_policies_name_policy_version", ["name", "policy_version"], "state <> 'withdrawn'"),
        ("uq_policies_name_effective_from_published", ["name", "effective_from"], PUBLISHED),
        ("uq_policies_name_published", ["name"], "state = 'published'"),
    ):
        op.create_index(name, "policies", columns, unique=True, postgresql_where=sa.text(where))


def _create_first_views() -> None:
    op.create_table(
        "first_views",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_first_views_level")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_first_views_subject_id_subjects")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_first_views_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_views")),
        sa.UniqueConstraint("subject_id", "user_id", name=op.f("uq_first_views_subject_id_user_id")),
    )
    op.execute(
        "INSERT INTO first_views (id, subject_id, user_id, level, reason, recorded_at)"
        " SELECT gen_random_uuid(), s.id, e.logged_by_id, s.first_view_level, s.first_view_reason, e.logged_at"
        " FROM subjects s JOIN enquiries e ON e.id = s.enquiry_id WHERE s.first_view_level IS NOT NULL"
    )
    op.drop_column("subjects", "first_view_level")
    op.drop_column("subjects", "first_view_reason")
    # A first view is one's first: it is written once and never changed.
    op.execute(f"GRANT SELECT, INSERT ON first_views TO {SERVICE}")
    op.execute("ALTER TABLE first_views ENABLE ROW LEVEL SECURITY")
    rule = "(SELECT sees_all()) OR EXISTS (SELECT FROM referrals r WHERE r.subject_id = first_views.subject_id)"
    op.execute(f"CREATE POLICY seen ON first_views USING ({rule}) WITH CHECK ({rule})")


def downgrade() -> None:
    op.execute("DROP POLICY read_policy ON events")
    op.execute("DELETE FROM events WHERE case_kind = 'policy'")
    op.drop_constraint(op.f("ck_events_case_kind"), "events")
    op.create_check_constraint(op.f("ck_events_case_kind"), "events", f"case_kind IN ({KINDS})")
    for table in ("people", "enquiries"):
        op.execute(f"UPDATE {table} SET authority = 'other' WHERE authority NOT IN ({AUTHORITIES})")
        op.alter_column(table, "authority", type_=sa.String(40))
        op.create_check_constraint(op.f(f"ck_{table}_authority"), table, f"authority IN ({AUTHORITIES})")
    op.add_column("subjects", sa.Column("first_view_level", sa.Integer(), nullable=True))
    op.add_column("subjects", sa.Column("first_view_reason", sa.Text(), nullable=False, server_default=""))
    op.alter_column("subjects", "first_view_reason", server_default=None)
    op.create_check_constraint(op.f("ck_subjects_first_view_level"), "subjects", "first_view_level BETWEEN 1 AND 4")
    op.execute(
        "UPDATE subjects s SET first_view_level = v.level, first_view_reason = v.reason FROM first_views v"
        " JOIN enquiries e ON e.logged_by_id = v.user_id WHERE v.subject_id = s.id AND e.id = s.enquiry_id"
    )
    op.drop_table("first_views")
    op.drop_table("policies")
    op.execute("DROP FUNCTION keep_policy")
