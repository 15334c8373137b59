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
# Who reviewed, published and withdrew it are written once, each by that person, a manager. What came with the service
# has no author and is written by the schema's owner, whom row-level security does not bind. The database has no clock
# of its own for business: days are those that the service states. The search path is fixed, because a temporary table
# called "users" would else be found first.
FITNESS = """
CREATE FUNCTION is_manager(who uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM users WHERE id = who AND role = 'mash_manager' AND active)
$$;
CREATE FUNCTION fault_of_publishing(new policies, actor text) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN new.published_by_id::text IS DISTINCT FROM actor OR new.published_at IS NULL
            THEN 'is published by whoever publishes it'
        WHEN NOT is_manager(new.published_by_id) THEN 'is published by a MASH manager'
        WHEN new.published_at < new.reviewed_at THEN 'is published after it was reviewed'
        WHEN coalesce(new.proof->>'hash', '') <> new.hash OR coalesce(jsonb_typeof(new.proof->'proofs'), '') <> 'array'
            OR new.proof->'proofs' = '[]' THEN 'lacks the proofs of its text'
        WHEN new.effective_from - (new.published_at AT TIME ZONE 'Europe/London')::date NOT BETWEEN 1 AND 731
            THEN 'must begin a day ahead or later, and within two years'
        WHEN new.effective_from <= (
            SELECT max(effective_from) FROM policies p WHERE p.name = new.name AND p.state IN ('published', 'superseded')
        ) THEN 'must begin after the newest version published'
    END
$$;
CREATE FUNCTION fault_of_withdrawing(new policies, was text, actor text) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN new.withdrawn_by_id::text IS DISTINCT FROM actor OR new.withdrawn_at IS NULL
            THEN 'is withdrawn by whoever withdraws it'
        WHEN was <> 'published' AND new.withdrawn_by_id = new.drafted_by_id THEN NULL
        WHEN NOT is_manager(new.withdrawn_by_id) THEN 'is withdrawn by its author or by a MASH manager'
        WHEN was <> 'published' THEN NULL
        WHEN new.drafted_by_id IS NULL OR new.withdrawn_by_id = new.drafted_by_id
            THEN 'is published: another than its author withdraws it, and nobody what came with the service'
        WHEN new.withdrawn_at < new.published_at
            OR new.effective_from <= (new.withdrawn_at AT TIME ZONE 'Europe/London')::date
            OR EXISTS (SELECT FROM recommendations r WHERE r.policy_hash = new.hash)
            THEN 'has begun: what was in force stays published'
    END
$$;
"""
UNCHANGING = """
CREATE FUNCTION keep_policy() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    actor text := coalesce(current_setting('triage.user_id', true), '');
    step text := OLD.state || ' to ' || NEW.state;
    fault text := CASE
        WHEN OLD.state <> NEW.state AND step NOT IN ('draft to reviewed', 'draft to withdrawn', 'reviewed to draft',
            'reviewed to withdrawn', 'reviewed to published', 'published to superseded', 'published to withdrawn',
            'superseded to published') THEN 'cannot go from ' || step
        WHEN (OLD.id, OLD.name, OLD.drafted_by_id, OLD.drafted_at)
            IS DISTINCT FROM (NEW.id, NEW.name, NEW.drafted_by_id, NEW.drafted_at)
            THEN 'keeps its name and its author'
        WHEN (OLD.policy_version, OLD.effective_from, OLD.hash, OLD.text)
            IS DISTINCT FROM (NEW.policy_version, NEW.effective_from, NEW.hash, NEW.text)
            AND (step <> 'draft to draft' OR actor IS DISTINCT FROM OLD.drafted_by_id::text)
            THEN format('is %s: its text can be changed in a draft alone, by its author', OLD.state)
        WHEN step = 'draft to reviewed' AND (NEW.reviewed_by_id::text IS DISTINCT FROM actor
            OR NEW.reviewed_at IS NULL OR NEW.reviewed_at < NEW.drafted_at) THEN 'is reviewed by whoever reviews it'
        WHEN step = 'draft to reviewed' AND NOT is_manager(NEW.reviewed_by_id) THEN 'is reviewed by a MASH manager'
        WHEN step = 'reviewed to draft' AND num_nonnulls(NEW.reviewed_by_id, NEW.reviewed_at) > 0
            THEN 'is reviewed anew once it was sent back'
        WHEN step NOT IN ('draft to reviewed', 'reviewed to draft')
            AND (OLD.reviewed_by_id, OLD.reviewed_at) IS DISTINCT FROM (NEW.reviewed_by_id, NEW.reviewed_at)
            THEN 'is reviewed by whoever reviews it'
        WHEN step <> 'reviewed to published' AND (OLD.published_by_id, OLD.published_at, OLD.proof)
            IS DISTINCT FROM (NEW.published_by_id, NEW.published_at, NEW.proof)
            THEN 'is published by whoever publishes it'
        WHEN OLD.state = NEW.state AND (OLD.withdrawn_by_id, OLD.withdrawn_at)
            IS DISTINCT FROM (NEW.withdrawn_by_id, NEW.withdrawn_at) THEN 'is withdrawn by whoever withdraws it'
        WHEN NEW.event_number < OLD.event_number OR NEW.version < OLD.version THEN 'keeps what happened to it'
        WHEN step = 'reviewed to published' THEN fault_of_publishing(NEW, actor)
        WHEN NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn' THEN fault_of_withdrawing(NEW, OLD.state, actor)
    END;
BEGIN
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'policy %@% %', OLD.name, OLD.policy_version, fault USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_policy BEFORE UPDATE ON policies FOR EACH ROW EXECUTE FUNCTION keep_policy();
"""
# A hash says one text for ever, and of one name the version with the last first day is the one that nothing follows.
# The second is looked at when a transaction ends: within it one version gives way to the next.
WHOLE = """
CREATE FUNCTION keep_hash() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM policies p WHERE p.hash = NEW.hash AND p.id <> NEW.id AND p.text <> NEW.text
        AND p.state IN ('published', 'superseded'))
    THEN
        RAISE EXCEPTION 'policy %@% has the hash of another text', NEW.name, NEW.policy_version
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_hash BEFORE INSERT OR UPDATE OF hash, text ON policies
    FOR EACH ROW EXECUTE FUNCTION keep_hash();
CREATE FUNCTION keep_policy_line() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM policies p WHERE p.name = NEW.name AND p.state = 'superseded' AND NOT EXISTS (
        SELECT FROM policies n WHERE n.name = p.name AND n.state = 'published' AND n.effective_from > p.effective_from))
    THEN
        RAISE EXCEPTION 'policy %: only the version with the last first day is published and not superseded', NEW.name
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER keep_policy_line AFTER INSERT OR UPDATE OF state ON policies
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_policy_line();
"""
ROLE = "current_setting('triage.role', true)"
ME = "current_setting('triage.user_id', true)"
DRAFTS = f"{ROLE} IN ('mash_manager', 'early_help_unit')"
PUBLISHED = "state IN ('published', 'superseded')"
NOT_PUBLISHED = "state IN ('draft', 'withdrawn')"


def upgrade() -> None:
    _create_policies()
    _create_first_views()
    for table in ("people", "enquiries"):
        op.drop_constraint(op.f(f"ck_{table}_authority"), table)
        op.alter_column(table, "authority", type_=sa.Text())
    op.drop_constraint(op.f("ck_events_case_kind"), "events")
    op.create_check_constraint(op.f("ck_events_case_kind"), "events", f"case_kind IN ({KINDS}, 'policy')")
    _guard_events()


def _guard_events() -> None:
    """Whoever may read a policy may read how it came about; only those who have a part in that add to it."""
    op.execute("CREATE POLICY read_policy ON events FOR SELECT USING (case_kind = 'policy')")
    op.execute(
        "CREATE POLICY read_with_policy ON events AS RESTRICTIVE FOR SELECT"
        " USING (case_kind <> 'policy' OR EXISTS (SELECT FROM policies p WHERE p.id = case_id))"
    )
    op.execute(
        "CREATE POLICY add_to_policy ON events AS RESTRICTIVE FOR INSERT"
        f" WITH CHECK (case_kind <> 'policy' OR {DRAFTS} OR {ROLE} = 'system')"
    )


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
            for done in ("drafted", "reviewed", "published", "withdrawn")
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
        sa.CheckConstraint(
            "state <> 'draft' OR num_nonnulls(reviewed_by_id, reviewed_at) = 0",
            name=op.f("ck_policies_draft_is_unreviewed"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(withdrawn_by_id, withdrawn_at) = CASE state WHEN 'withdrawn' THEN 2 ELSE 0 END",
            name=op.f("ck_policies_withdrawn_by_somebody"),
        ),
        *(
            sa.ForeignKeyConstraint([f"{done}_by_id"], ["users.id"], name=op.f(f"fk_policies_{done}_by_id_users"))
            for done in ("drafted", "reviewed", "published", "withdrawn")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
    )
    _create_policy_indexes()
    for statements in (FITNESS, UNCHANGING, WHOLE):
        op.execute(statements)
    _guard_policies()


def _guard_policies() -> None:
    """What is published everybody may read. The rest is for those who draft and publish."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON policies TO {SERVICE}")
    op.execute("ALTER TABLE policies ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY read ON policies FOR SELECT USING ({PUBLISHED} OR {DRAFTS} OR {ROLE} = 'system')")
    op.execute(
        f"CREATE POLICY change ON policies FOR UPDATE USING ({DRAFTS})"
        f" WITH CHECK ({ROLE} = 'mash_manager' OR {NOT_PUBLISHED})"
    )
    op.execute(
        f"CREATE POLICY draft ON policies FOR INSERT WITH CHECK ({DRAFTS} AND state = 'draft'"
        f" AND drafted_by_id::text = {ME}"
        " AND num_nonnulls(reviewed_by_id, reviewed_at, published_by_id, published_at, proof) = 0)"
    )


def _create_policy_indexes() -> None:
    """One version of a name, one first day, one text for a hash, and one that nothing has followed yet.

    A draft has a name beside what is published: it must not keep a release from bringing a version of that name.
    """
    for name, columns, where in (
        ("uq_policies_name_policy_version", ["name", "policy_version"], PUBLISHED),
        ("uq_policies_name_policy_version_on_its_way", ["name", "policy_version"], "state IN ('draft', 'reviewed')"),
        ("uq_policies_hash", ["hash"], PUBLISHED),
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
    op.execute(f"CREATE POLICY seen ON first_views FOR SELECT USING ({rule})")
    own = f"user_id::text = {ME} AND {ROLE} IN ('mash_officer', 'social_worker', 'mash_manager', 'early_help_unit')"
    op.execute(
        f"CREATE POLICY own ON first_views FOR INSERT WITH CHECK (({own} OR {ROLE} = 'system')"
        " AND EXISTS (SELECT FROM subjects s WHERE s.id = subject_id))"
    )


def downgrade() -> None:
    for policy in ("read_policy", "read_with_policy", "add_to_policy"):
        op.execute(f"DROP POLICY {policy} ON events")
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
    op.execute("DROP FUNCTION fault_of_publishing, fault_of_withdrawing")
    op.drop_table("policies")
    op.execute("DROP FUNCTION keep_policy, keep_hash, keep_policy_line, is_manager")
