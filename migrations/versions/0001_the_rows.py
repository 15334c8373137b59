"""The rows

Revision: 0001, after None
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agencies")),
    )
    op.create_table(
        "localities",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_localities")),
    )
    op.create_table(
        "outbox",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["available_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
    )
    op.create_table(
        "districts",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locality_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["locality_code"], ["localities.code"], name=op.f("fk_districts_locality_code_localities")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_districts")),
    )
    op.create_table(
        "teams",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "service",
            sa.Enum("social_care", "early_help", name="service", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("locality_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["locality_code"], ["localities.code"], name=op.f("fk_teams_locality_code_localities")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_teams")),
    )
    op.create_table(
        "people",
        sa.Column(
            "kind",
            sa.Enum(
                "child",
                "unborn_child",
                "adult_at_risk",
                "other_adult",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("search_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("expected_date", sa.Date(), nullable=True),
        sa.Column("death_date", sa.Date(), nullable=True),
        sa.Column(
            "sex",
            sa.Enum("F", "M", "U", name="sex", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "ethnicity",
            sa.Enum(
                "WBRI",
                "WIRI",
                "WIRT",
                "WOTH",
                "WROM",
                "MWBC",
                "MWBA",
                "MWAS",
                "MOTH",
                "AIND",
                "APKN",
                "ABAN",
                "AOTH",
                "BCRB",
                "BAFR",
                "BOTH",
                "CHNE",
                "OOTH",
                "REFU",
                "NOBT",
                name="ethnicity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("disabilities", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("nhs_number", sa.Text(), nullable=True),
        sa.Column("upn", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column(
            "authority",
            sa.Enum(
                "nottinghamshire",
                "nottingham_city",
                "other",
                "unknown",
                name="authority",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("district_code", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("nhs_number ~ '^[0-9]{10}$'", name=op.f("ck_people_nhs_number_form")),
        sa.CheckConstraint("upn ~ '^[A-Z][0-9]{11}[0-9A-Z]$'", name=op.f("ck_people_upn_form")),
        sa.CheckConstraint("expected_date IS NULL OR birth_date IS NULL", name=op.f("ck_people_born_or_expected")),
        sa.ForeignKeyConstraint(["district_code"], ["districts.code"], name=op.f("fk_people_district_code_districts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_index("ix_people_birth_date", "people", ["birth_date"], unique=False)
    op.create_index(
        "ix_people_search_name",
        "people",
        ["search_name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops"},
    )
    op.create_index("ix_people_upn", "people", ["upn"], unique=False, postgresql_where=sa.text("upn IS NOT NULL"))
    op.create_index(
        "uq_people_external_id",
        "people",
        ["external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "uq_people_nhs_number",
        "people",
        ["nhs_number"],
        unique=True,
        postgresql_where=sa.text("nhs_number IS NOT NULL"),
    )
    op.create_table(
        "users",
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "mash_officer",
                "social_worker",
                "mash_manager",
                "early_help_unit",
                "locality_worker",
                "locality_manager",
                "analyst",
                "partner_system",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("team_code", sa.Text(), nullable=True),
        sa.Column("locality_code", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["locality_code"], ["localities.code"], name=op.f("fk_users_locality_code_localities")),
        sa.ForeignKeyConstraint(["team_code"], ["teams.code"], name=op.f("fk_users_team_code_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "access_tokens",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_access_tokens_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_tokens_token_hash")),
    )
    op.create_table(
        "enquiries",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "screening",
                "checking",
                "awaiting_decision",
                "decided",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("out_of_hours", sa.Boolean(), nullable=False),
        sa.Column("logged_by_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "telephone",
                "portal",
                "public_form",
                "email",
                "police_notification",
                "edt",
                "in_person",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "1A",
                "1B",
                "1C",
                "1D",
                "2A",
                "2B",
                "3A",
                "3B",
                "3C",
                "3D",
                "3E",
                "3F",
                "4",
                "5A",
                "5B",
                "5C",
                "5D",
                "6",
                "7",
                "8",
                "9",
                "10",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("agency_code", sa.Text(), nullable=True),
        sa.Column("referrer_name", sa.Text(), nullable=False),
        sa.Column("referrer_role", sa.Text(), nullable=False),
        sa.Column("referrer_email", sa.Text(), nullable=True),
        sa.Column("referrer_may_be_named", sa.Boolean(), nullable=False),
        sa.Column("who_was_told", sa.Text(), nullable=False),
        sa.Column(
            "consent",
            sa.Enum(
                "given",
                "refused",
                "not_asked",
                "not_safe_to_ask",
                name="consent",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("consent_reason", sa.Text(), nullable=False),
        sa.Column("witnessed", sa.Text(), nullable=False),
        sa.Column("reported", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("child_voice", sa.Text(), nullable=False),
        sa.Column(
            "rag",
            sa.Enum("red", "amber", "green", name="rag", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column(
            "authority",
            sa.Enum(
                "nottinghamshire",
                "nottingham_city",
                "other",
                "unknown",
                name="authority",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("district_code", sa.Text(), nullable=True),
        sa.Column("locality_code", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("working_minutes_to_decision", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("received_at <= logged_at", name=op.f("ck_enquiries_received_before_logged")),
        sa.ForeignKeyConstraint(["agency_code"], ["agencies.code"], name=op.f("fk_enquiries_agency_code_agencies")),
        sa.ForeignKeyConstraint(
            ["district_code"], ["districts.code"], name=op.f("fk_enquiries_district_code_districts")
        ),
        sa.ForeignKeyConstraint(
            ["locality_code"], ["localities.code"], name=op.f("fk_enquiries_locality_code_localities")
        ),
        sa.ForeignKeyConstraint(["logged_by_id"], ["users.id"], name=op.f("fk_enquiries_logged_by_id_users")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_enquiries_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiries")),
        sa.UniqueConstraint("reference", name=op.f("uq_enquiries_reference")),
    )
    op.create_index("ix_enquiries_received", "enquiries", ["received_at", "id"], unique=False)
    op.create_index("ix_enquiries_state_received", "enquiries", ["state", "received_at"], unique=False)
    op.create_table(
        "events",
        sa.Column(
            "case_kind",
            sa.Enum(
                "enquiry", "referral", "person", name="case_kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column(
            "actor_role",
            sa.Enum(
                "mash_officer",
                "social_worker",
                "mash_manager",
                "early_help_unit",
                "locality_worker",
                "locality_manager",
                "analyst",
                "partner_system",
                "system",
                name="actor_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_events_actor_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_events_case_id_number")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_idempotency_keys_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_idempotency_keys_user_id_key")),
    )
    op.create_table(
        "agency_checks",
        sa.Column("enquiry_id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "answered",
                "nothing_known",
                "declined",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "lawful_basis",
            sa.Enum(
                "public_task",
                "legal_obligation",
                "vital_interests",
                name="lawful_basis",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_code"], ["agencies.code"], name=op.f("fk_agency_checks_agency_code_agencies")),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_agency_checks_enquiry_id_enquiries")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_agency_checks_requested_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_checks")),
    )
    op.create_index("ix_agency_checks_enquiry_id", "agency_checks", ["enquiry_id"], unique=False)
    op.create_table(
        "subjects",
        sa.Column("enquiry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_as_given", sa.Text(), nullable=False),
        sa.Column("indicators", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("mobile", sa.Boolean(), nullable=True),
        sa.Column("plan_failed", sa.Boolean(), nullable=True),
        sa.Column("ehc_request", sa.Boolean(), nullable=False),
        sa.Column("needs_immediate_protection", sa.Boolean(), nullable=True),
        sa.Column("first_view_level", sa.Integer(), nullable=True),
        sa.Column("first_view_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("first_view_level BETWEEN 1 AND 4", name=op.f("ck_subjects_first_view_level")),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_subjects_enquiry_id_enquiries")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_subjects_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sa.UniqueConstraint("enquiry_id", "ordinal", name=op.f("uq_subjects_enquiry_id_ordinal")),
    )
    op.create_index("ix_subjects_person_id", "subjects", ["person_id"], unique=False)
    op.create_table(
        "recommendations",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "route",
            sa.Enum(
                "social_care",
                "early_help",
                "adult_safeguarding",
                "ehc_pathway",
                "advice",
                "other_authority",
                "existing_case",
                "no_further_action",
                name="route",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "rag",
            sa.Enum("red", "amber", "green", name="rag", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("section_47", sa.Boolean(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("policy_name", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("policy_hash", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_recommendations_level")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_recommendations_subject_id_subjects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations")),
    )
    op.create_index("ix_recommendations_subject_id", "recommendations", ["subject_id"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("enquiry_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("stepped_from_id", sa.Uuid(), nullable=True),
        sa.Column(
            "service",
            sa.Enum("social_care", "early_help", name="service", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "allocated",
                "accepted",
                "returned",
                "in_progress",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("section_47", sa.Boolean(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "1A",
                "1B",
                "1C",
                "1D",
                "2A",
                "2B",
                "3A",
                "3B",
                "3C",
                "3D",
                "3E",
                "3F",
                "4",
                "5A",
                "5B",
                "5C",
                "5D",
                "6",
                "7",
                "8",
                "9",
                "10",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("district_code", sa.Text(), nullable=True),
        sa.Column("locality_code", sa.Text(), nullable=True),
        sa.Column("team_code", sa.Text(), nullable=True),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("lead_practitioner", sa.Text(), nullable=False),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "closure",
            sa.Enum(
                "RC1",
                "RC2",
                "RC3",
                "RC4",
                "RC5",
                "RC6",
                "RC7",
                "RC8",
                "RC9",
                "needs_met",
                "needs_partly_met",
                "disengaged",
                "consent_withdrawn",
                "stepped_up",
                name="closure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("imported_from", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_referrals_closed_when_closed")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_referrals_level")),
        sa.ForeignKeyConstraint(
            ["district_code"], ["districts.code"], name=op.f("fk_referrals_district_code_districts")
        ),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_referrals_enquiry_id_enquiries")),
        sa.ForeignKeyConstraint(
            ["locality_code"], ["localities.code"], name=op.f("fk_referrals_locality_code_localities")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_referrals_person_id_people")),
        sa.ForeignKeyConstraint(
            ["stepped_from_id"], ["referrals.id"], name=op.f("fk_referrals_stepped_from_id_referrals")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_referrals_subject_id_subjects")),
        sa.ForeignKeyConstraint(["team_code"], ["teams.code"], name=op.f("fk_referrals_team_code_teams")),
        sa.ForeignKeyConstraint(["worker_id"], ["users.id"], name=op.f("fk_referrals_worker_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("reference", name=op.f("uq_referrals_reference")),
    )
    op.create_index("ix_referrals_enquiry_id", "referrals", ["enquiry_id"], unique=False)
    op.create_index("ix_referrals_locality_code_state", "referrals", ["locality_code", "state"], unique=False)
    op.create_index("ix_referrals_person_id_requested_at", "referrals", ["person_id", "requested_at"], unique=False)
    op.create_index("ix_referrals_requested_at", "referrals", ["requested_at", "id"], unique=False)
    op.create_index("ix_referrals_subject_id", "referrals", ["subject_id"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("team_code", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["users.id"], name=op.f("fk_assignments_assigned_by_id_users")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_assignments_referral_id_referrals")),
        sa.ForeignKeyConstraint(["team_code"], ["teams.code"], name=op.f("fk_assignments_team_code_teams")),
        sa.ForeignKeyConstraint(["worker_id"], ["users.id"], name=op.f("fk_assignments_worker_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index(
        "uq_assignments_referral_id_current",
        "assignments",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "clocks",
        sa.Column("enquiry_id", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("agency_check_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "screening",
                "decision",
                "allocation",
                "acceptance",
                "reallocation",
                "first_contact",
                "assessment",
                "agency_check",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("variant", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "met",
                "missed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("limit_text", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("escalate_to", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'running') = (stopped_at IS NULL)", name=op.f("ck_clocks_stopped_when_not_running")
        ),
        sa.CheckConstraint("due_at >= started_at", name=op.f("ck_clocks_due_after_start")),
        sa.CheckConstraint("num_nonnulls(enquiry_id, referral_id) = 1", name=op.f("ck_clocks_of_one_case")),
        sa.ForeignKeyConstraint(
            ["agency_check_id"], ["agency_checks.id"], name=op.f("fk_clocks_agency_check_id_agency_checks")
        ),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.id"], name=op.f("fk_clocks_enquiry_id_enquiries")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_clocks_referral_id_referrals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
    )
    op.create_index(
        "ix_clocks_breach",
        "clocks",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'running' AND breached_at IS NULL"),
    )
    op.create_index("ix_clocks_enquiry_id", "clocks", ["enquiry_id"], unique=False)
    op.create_index("ix_clocks_referral_id", "clocks", ["referral_id"], unique=False)
    op.create_index(
        "ix_clocks_warn",
        "clocks",
        ["warn_at"],
        unique=False,
        postgresql_where=sa.text("state = 'running' AND warned_at IS NULL"),
    )
    op.create_table(
        "decisions",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("recommendation_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "route",
            sa.Enum(
                "social_care",
                "early_help",
                "adult_safeguarding",
                "ehc_pathway",
                "advice",
                "other_authority",
                "existing_case",
                "no_further_action",
                name="route",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("section_47", sa.Boolean(), nullable=False),
        sa.Column(
            "consent",
            sa.Enum(
                "given",
                "refused",
                "not_asked",
                "not_safe_to_ask",
                name="consent",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("why_not", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_decisions_has_reason")),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_decisions_level")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_decisions_approved_by_id_users")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_decisions_decided_by_id_users")),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendations.id"], name=op.f("fk_decisions_recommendation_id_recommendations")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_decisions_subject_id_subjects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(
        "uq_decisions_subject_id_current",
        "decisions",
        ["subject_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_decisions_subject_id_current", table_name="decisions", postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.drop_table("decisions")
    op.drop_index(
        "ix_clocks_warn", table_name="clocks", postgresql_where=sa.text("state = 'running' AND warned_at IS NULL")
    )
    op.drop_index("ix_clocks_referral_id", table_name="clocks")
    op.drop_index("ix_clocks_enquiry_id", table_name="clocks")
    op.drop_index(
        "ix_clocks_breach", table_name="clocks", postgresql_where=sa.text("state = 'running' AND breached_at IS NULL")
    )
    op.drop_table("clocks")
    op.drop_index(
        "uq_assignments_referral_id_current",
        table_name="assignments",
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_table("assignments")
    op.drop_index("ix_referrals_subject_id", table_name="referrals")
    op.drop_index("ix_referrals_requested_at", table_name="referrals")
    op.drop_index("ix_referrals_person_id_requested_at", table_name="referrals")
    op.drop_index("ix_referrals_locality_code_state", table_name="referrals")
    op.drop_index("ix_referrals_enquiry_id", table_name="referrals")
    op.drop_table("referrals")
    op.drop_index("ix_recommendations_subject_id", table_name="recommendations")
    op.drop_table("recommendations")
    op.drop_index("ix_subjects_person_id", table_name="subjects")
    op.drop_table("subjects")
    op.drop_index("ix_agency_checks_enquiry_id", table_name="agency_checks")
    op.drop_table("agency_checks")
    op.drop_table("idempotency_keys")
    op.drop_table("events")
    op.drop_index("ix_enquiries_state_received", table_name="enquiries")
    op.drop_index("ix_enquiries_received", table_name="enquiries")
    op.drop_table("enquiries")
    op.drop_table("access_tokens")
    op.drop_table("users")
    op.drop_index("uq_people_nhs_number", table_name="people", postgresql_where=sa.text("nhs_number IS NOT NULL"))
    op.drop_index("uq_people_external_id", table_name="people", postgresql_where=sa.text("external_id IS NOT NULL"))
    op.drop_index("ix_people_upn", table_name="people", postgresql_where=sa.text("upn IS NOT NULL"))
    op.drop_index(
        "ix_people_search_name",
        table_name="people",
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops"},
    )
    op.drop_index("ix_people_birth_date", table_name="people")
    op.drop_table("people")
    op.drop_table("teams")
    op.drop_table("districts")
    op.drop_index(
        "ix_outbox_due", table_name="outbox", postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL")
    )
    op.drop_table("outbox")
    op.drop_table("localities")
    op.drop_table("agencies")
