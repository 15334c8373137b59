"""What people may ask of their own record: a copy, a correction, and a log of whom it was shared with.

Revision: 0018, after 0017

Information governance sees the requests and whom they are about; a social worker or manager reviews, and the database
takes nobody's word for it but their own. What was shared is added to and never changed.
"""

import sqlalchemy as sa
from alembic import op

from migrations.codes import add_codes, drop_codes, refuse_to_break_the_ledger

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
LOGS = (("events", "case_kind"), ("ledger_leaves", "chain_kind"))
AT = sa.DateTime(timezone=True)
ROLE = "(SELECT coalesce(current_setting('triage.role', true), ''))"
USER = "(SELECT current_setting('triage.user_id', true))"
SEES_ALL = "(SELECT sees_all())"
GOVERNS = f"{ROLE} = 'information_governance'"
REVIEWS = f"{ROLE} IN ('social_worker', 'mash_manager')"
SYSTEM = f"{ROLE} = 'system'"
ASKED_OF = "EXISTS (SELECT FROM access_requests a WHERE a.id = request_id)"
CONSENTS = ("given", "refused", "not_asked", "not_safe_to_ask")
LOG_OF_OURS = f"{GOVERNS} AND case_kind = 'access_request'"
# Who approves says so with their own hand: nobody writes another's name there.
OWN_HAND = f"""
CREATE FUNCTION keep_approval() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.approved_by_id::text IS DISTINCT FROM current_setting('triage.user_id', true) THEN
        RAISE EXCEPTION '% is approved by whoever reviews it', OLD.reference USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_approval BEFORE UPDATE OF approved_by_id ON access_requests FOR EACH ROW
WHEN (NEW.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id)
EXECUTE FUNCTION keep_approval();
-- By a name or a date of birth that was recorded before: a trigram index serves no query beneath a policy.
CREATE FUNCTION former_people(name text, dates date[], most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT person_id FROM (
        (SELECT person_id FROM rectifications WHERE name <> '' AND search_name % name
         ORDER BY similarity(search_name, name) DESC LIMIT most)
        UNION (SELECT person_id FROM rectifications WHERE state = 'accepted' AND field = 'birth_date'
               AND recorded = ANY (dates::text[]) LIMIT most)
    ) found WHERE sees_all()
$$;
REVOKE ALL ON FUNCTION former_people FROM PUBLIC;
GRANT EXECUTE ON FUNCTION former_people TO {SERVICE};
"""


def upgrade() -> None:
    for table, column in LOGS:
        add_codes(table, column, ("access_request",))
    op.execute("CREATE SEQUENCE access_reference")
    op.execute(f"GRANT USAGE, SELECT ON SEQUENCE access_reference TO {SERVICE}")
    _create_requests()
    _create_exports()
    _create_rectifications()
    _create_disclosures()
    op.execute(OWN_HAND)
    _guard_requests()
    _guard_the_rest()


def _create_requests() -> None:
    op.create_table(
        "access_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _coded("state", "received", "prepared", "under_review", "approved", "released", "refused"),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        _coded("relation", "self", "parent", "representative"),
        *_texts("identity", "authority", "extended_because", "end_reason"),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        *(sa.Column(f"{each}_at", AT) for each in ("prepared", "approved", "ended")),
        *(sa.Column(f"{each}_by_id", sa.Uuid()) for each in ("prepared", "approved", "ended")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        _check("access_requests", "due_after_receipt", "due_on > received_on"),
        _check(
            "access_requests",
            "approved_by_another",
            "approved_by_id <> prepared_by_id AND approved_by_id <> made_by_id",
        ),
        _check(
            "access_requests",
            "approved_before_release",
            "state NOT IN ('approved', 'released') OR num_nonnulls(prepared_by_id, approved_by_id, approved_at) = 3",
        ),
        _check("access_requests", "ended_when_over", "(state IN ('released', 'refused')) = (ended_at IS NOT NULL)"),
        _refers("access_requests", "person_id", "people"),
        *(_refers("access_requests", f"{each}_by_id", "users") for each in ("made", "prepared", "approved", "ended")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_requests")),
        sa.UniqueConstraint("reference", name=op.f("uq_access_requests_reference")),
    )
    op.create_index("ix_access_requests_person_id", "access_requests", ["person_id"])


def _create_exports() -> None:
    op.create_table(
        "access_exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        _coded("kind", "material", "pdf", "json"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        _refers("access_exports", "request_id", "access_requests"),
        _refers("access_exports", "made_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_exports")),
    )
    op.create_index("ix_access_exports_request_id", "access_exports", ["request_id"])
    op.create_table(
        "access_judgements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        _coded("choice", "mask", "show", "hold_back"),
        sa.Column("words", sa.ARRAY(sa.Text()), nullable=False),
        _coded("held_back_for", "serious_harm", "third_party", "legal_privilege", "anonymity", nullable=True),
        *_texts("note"),
        sa.Column("judged_at", AT, nullable=False),
        sa.Column("judged_by_id", sa.Uuid(), nullable=False),
        _check("access_judgements", "held_back_for_a_reason", "(choice = 'hold_back') = (held_back_for IS NOT NULL)"),
        _refers("access_judgements", "request_id", "access_requests"),
        _refers("access_judgements", "material_id", "access_exports"),
        _refers("access_judgements", "judged_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_judgements")),
    )
    op.create_index("ix_access_judgements_material_id", "access_judgements", ["material_id"])


def _create_rectifications() -> None:
    fields = ("given_name", "family_name", "birth_date", "expected_date", "sex", "ethnicity", "address", "postcode")
    op.create_table(
        "rectifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("enquiry_id", sa.Uuid()),
        _coded("field", *fields, nullable=True),
        sa.Column("passage", sa.Text()),
        *_texts("recorded", "asserted", "asked_by", "evidence", "decision_reason", "statement", "search_name"),
        _coded("state", "asked", "accepted", "refused"),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", AT),
        sa.Column("decided_by_id", sa.Uuid()),
        sa.Column("version", sa.Integer(), nullable=False),
        _check("rectifications", "of_one_thing", "num_nonnulls(field, passage) = 1"),
        _check("rectifications", "passage_of_an_enquiry", "(passage IS NULL) = (enquiry_id IS NULL)"),
        _check("rectifications", "decided_when_decided", "(state = 'asked') = (decided_at IS NULL)"),
        _check("rectifications", "decided_by_somebody", "(decided_at IS NULL) = (decided_by_id IS NULL)"),
        _check("rectifications", "decided_by_another", "decided_by_id <> made_by_id"),
        _refers("rectifications", "person_id", "people"),
        _refers("rectifications", "enquiry_id", "enquiries"),
        _refers("rectifications", "made_by_id", "users"),
        _refers("rectifications", "decided_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectifications")),
    )
    for column in ("person_id", "enquiry_id"):
        op.create_index(f"ix_rectifications_{column}", "rectifications", [column])
    trigrams = {"postgresql_using": "gin", "postgresql_ops": {"search_name": "gin_trgm_ops"}}
    op.create_index("ix_rectifications_search_name", "rectifications", ["search_name"], **trigrams)


def _create_disclosures() -> None:
    by_hand = ("telephone", "meeting", "in_person", "secure_email", "post")
    op.create_table(
        "disclosures",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(f"{each}_id", sa.Uuid()) for each in ("enquiry", "referral", "person")),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("to_whom", sa.Text(), nullable=False),
        sa.Column("shared_at", AT, nullable=False),
        sa.Column("shared_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", AT, nullable=False),
        _coded("how", "check", "letter", "hand_over", "export", *by_hand),
        _coded("lawful_basis", "public_task", "legal_obligation", "vital_interests"),
        _coded("consent", *CONSENTS),
        *_texts("because"),
        sa.Column("outbox_id", sa.Uuid()),
        _check("disclosures", "of_one_case", "num_nonnulls(enquiry_id, referral_id, person_id) = 1"),
        _check("disclosures", "says_what_and_to_whom", "what <> '' AND to_whom <> ''"),
        _check("disclosures", "shared_before_recorded", "shared_at <= recorded_at"),
        _refers("disclosures", "enquiry_id", "enquiries"),
        _refers("disclosures", "referral_id", "referrals"),
        _refers("disclosures", "person_id", "people"),
        _refers("disclosures", "shared_by_id", "users"),
        _refers("disclosures", "outbox_id", "outbox"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    for each in ("enquiry", "referral", "person"):
        op.create_index(f"ix_disclosures_{each}_id", "disclosures", [f"{each}_id"])


def _guard_requests() -> None:
    """Information governance makes and prepares; who reviews sees a request once it is theirs to look at."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON access_requests TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT ON access_exports, access_judgements TO {SERVICE}")
    for table in ("access_requests", "access_exports", "access_judgements"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    seen = f"{SYSTEM} OR {GOVERNS} OR ({REVIEWS} AND state NOT IN ('received', 'refused'))"
    _policy("access_requests", "seen", "SELECT", using=seen)
    made = f"({SYSTEM} OR {GOVERNS}) AND state = 'received' AND made_by_id::text = {USER}"
    _policy("access_requests", "added", "INSERT", check=made)
    not_own = f"{GOVERNS} AND approved_by_id::text IS DISTINCT FROM {USER}"
    _policy("access_requests", "prepared", "UPDATE", using=GOVERNS, check=not_own)
    _policy(
        "access_requests",
        "reviewed",
        "UPDATE",
        using=f"{REVIEWS} AND state = 'under_review'",
        check=f"{REVIEWS} AND state IN ('under_review', 'prepared', 'approved')",
    )
    _policy(
        "access_exports",
        "seen",
        "SELECT",
        using=f"{SYSTEM} OR {GOVERNS} OR ({REVIEWS} AND kind = 'material' AND {ASKED_OF})",
    )
    _policy("access_exports", "added", "INSERT", check=f"{GOVERNS} AND made_by_id::text = {USER}")
    _policy("access_judgements", "seen", "SELECT", using=f"{SYSTEM} OR {GOVERNS} OR ({REVIEWS} AND {ASKED_OF})")
    under_review = "EXISTS (SELECT FROM access_requests a WHERE a.id = request_id AND a.state = 'under_review')"
    judged = f"{REVIEWS} AND judged_by_id::text = {USER} AND {under_review}"
    _policy("access_judgements", "added", "INSERT", check=judged)
    asked = "EXISTS (SELECT FROM access_requests a WHERE a.person_id = people.id)"
    _policy("people", "seen_by_request", "SELECT", using=f"{GOVERNS} AND {asked}")
    _policy("events", "seen_by_governance", "SELECT", using=LOG_OF_OURS)
    _policy("events", "added_by_governance", "INSERT", check=LOG_OF_OURS)


def _guard_the_rest() -> None:
    """A correction is seen with the person; what was shared with the case, which whoever works it may add to."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON rectifications TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT ON disclosures TO {SERVICE}")
    for table in ("rectifications", "disclosures"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    person = "EXISTS (SELECT FROM people p WHERE p.id = person_id)"
    _policy("rectifications", "seen", "SELECT", using=person)
    _policy("rectifications", "added", "INSERT", check=f"{person} AND state = 'asked' AND made_by_id::text = {USER}")
    decides = f"{REVIEWS} OR {SYSTEM}"
    _policy("rectifications", "changed", "UPDATE", using=f"{decides}", check=f"decided_by_id::text = {USER}")
    _policy(
        "disclosures",
        "seen",
        "SELECT",
        using="EXISTS (SELECT FROM enquiries e WHERE e.id = enquiry_id)"
        " OR EXISTS (SELECT FROM referrals r WHERE r.id = referral_id)"
        f" OR (person_id IS NOT NULL AND ({SEES_ALL} OR {GOVERNS}))",
    )
    _policy(
        "disclosures",
        "added",
        "INSERT",
        check=f"{SEES_ALL} OR works_case(referral_id) OR (person_id IS NOT NULL AND {GOVERNS})",
    )


def _policy(table: str, name: str, command: str, *, using: str = "", check: str = "") -> None:
    rules = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
    op.execute(f"CREATE POLICY {name} ON {table} FOR {command}{rules}")


def _coded(name: str, *codes: str, nullable: bool = False) -> sa.Column:
    kind = sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=nullable)


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def downgrade() -> None:
    refuse_to_break_the_ledger("access_request")
    for table, name in (
        ("people", "seen_by_request"),
        ("events", "seen_by_governance"),
        ("events", "added_by_governance"),
    ):
        op.execute(f"DROP POLICY {name} ON {table}")
    for table in ("disclosures", "rectifications", "access_judgements", "access_exports", "access_requests"):
        op.drop_table(table)
    op.execute("DROP FUNCTION former_people")
    op.execute("DROP FUNCTION keep_approval")
    op.execute("DROP SEQUENCE access_reference")
    op.execute("DELETE FROM events WHERE case_kind = 'access_request'")
    for table, column in LOGS:
        drop_codes(table, column, ("access_request",))
