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

# What was reviewed is what is published: the text and all that follows from it may change in a draft alone. What came
# with the service has nobody who drafted it and is written by the schema's owner; whoever else publishes says who they
# are, and is another than the one who drafted.
UNCHANGING = """
CREATE FUNCTION keep_policy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE actor text := coalesce(current_setting('triage.user_id', true), '');
BEGIN
    IF OLD.state <> 'draft' AND (OLD.name, OLD.policy_version, OLD.effective_from, OLD.hash, OLD.text)
        IS DISTINCT FROM (NEW.name, NEW.policy_version, NEW.effective_from, NEW.hash, NEW.text)
    THEN
        RAISE EXCEPTION 'policy % % is %: its text cannot change', OLD.name, OLD.policy_version, OLD.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('published', 'superseded') AND (NEW.state NOT IN ('published', 'superseded')
        OR (OLD.drafted_by_id, OLD.reviewed_by_id, OLD.published_by_id, OLD.published_at, OLD.proof)
        IS DISTINCT FROM (NEW.drafted_by_id, NEW.reviewed_by_id, NEW.published_by_id, NEW.published_at, NEW.proof))
    THEN
        RAISE EXCEPTION 'policy % % is published: only a successor changes that', OLD.name, OLD.policy_version
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'published' AND OLD.state <> 'published' AND NEW.published_by_id::text IS DISTINCT FROM actor THEN
        RAISE EXCEPTION 'policy % % is published by whoever publishes it', OLD.name, OLD.policy_version
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_policy BEFORE UPDATE ON policies FOR EACH ROW EXECUTE FUNCTION keep_policy();
"""


def upgrade() -> None:
    _create_policies()
    _create_first_views()
    for table in ("people", "enquiries"):
        op.drop_constraint(op.f(f"ck_{table}_authority"), table)
        op.alter_column(table, "authority", type_=sa.Text())
    op.drop_constraint(op.f("ck_events_case_kind"), "events")
    op.create_check_constraint(op.f("ck_events_case_kind"), "events", f"case_kind IN ({KINDS}, 'policy')")


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
            " OR (reviewed_by_id IS NOT NULL AND published_by_id IS NOT NULL AND proof IS NOT NULL)",
            name=op.f("ck_policies_reviewed_and_proved"),
        ),
        *(
            sa.ForeignKeyConstraint([f"{done}_by_id"], ["users.id"], name=op.f(f"fk_policies_{done}_by_id_users"))
            for done in ("drafted", "reviewed", "published")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
    )
    op.create_index("ix_policies_name_effective_from", "policies", ["name", "effective_from"])
    op.create_index(
        "uq_policies_name_policy_version",
        "policies",
        ["name", "policy_version"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.execute(UNCHANGING)
    # Thresholds are published: everybody may read them. A draft is whoever's who writes it.
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON policies TO {SERVICE}")
    op.execute("ALTER TABLE policies ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY read ON policies FOR SELECT USING (true)")
    op.execute("CREATE POLICY change ON policies FOR UPDATE USING ((SELECT sees_all()))")
    op.execute(
        "CREATE POLICY draft ON policies FOR INSERT WITH CHECK"
        " (state = 'draft' AND drafted_by_id::text = current_setting('triage.user_id', true))"
    )


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
