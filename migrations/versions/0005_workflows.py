"""Every workflow of the front door: holds, transfers, strategy discussions, paused clocks, approvals, queues.

Revision: 0005, after 0004

States change with the tables in workflows/. A case that is open keeps the state of its version (`workflow_version`)
until `triage migrate` moves it, with an event in its own log.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
AT = sa.DateTime(timezone=True)
CONSENTS = ("given", "refused", "not_asked", "not_safe_to_ask")
OLD_SERVICES = ("social_care", "early_help")
OLD_ROLES = (
    *("mash_officer", "social_worker", "mash_manager", "early_help_unit", "locality_worker", "locality_manager"),
    *("analyst", "partner_system", "system"),
)
OLD_CLOSURES = (
    *(f"RC{n}" for n in range(1, 10)),
    *("needs_met", "needs_partly_met", "disengaged", "consent_withdrawn", "stepped_up"),
)
OLD_CLOCKS = (
    *("screening", "decision", "allocation", "acceptance", "reallocation", "first_contact", "assessment"),
    "agency_check",
)
ENQUIRY_STATES = ("received", "screening", "checking", "awaiting_decision", "decided", "closed")
CHECK_STATES = ("requested", "answered", "nothing_known", "declined")
REFERRAL_STATES = ("requested", "allocated", "accepted", "returned", "in_progress", "closed")
# (table, column): codes before, codes that join them.
CODES = {
    ("users", "role"): (OLD_ROLES, ("emergency_duty_team",)),
    ("events", "actor_role"): (OLD_ROLES, ("emergency_duty_team",)),
    ("teams", "service"): (OLD_SERVICES, ("ehc_assessment", "adult_at_risk")),
    ("referrals", "service"): (OLD_SERVICES, ("ehc_assessment", "adult_at_risk")),
    ("referrals", "closure"): (
        OLD_CLOSURES,
        (
            *("plan_ceased", "refusal_stood", "request_withdrawn"),
            *("safeguarding_enquiry", "care_assessment", "advice_given", "not_at_risk"),
        ),
    ),
    ("enquiries", "state"): (ENQUIRY_STATES, ("on_hold", "awaiting_approval")),
    ("agency_checks", "state"): (CHECK_STATES, ("acknowledged", "overdue", "withdrawn")),
    ("clocks", "state"): (("running", "met", "missed", "cancelled"), ("paused",)),
    ("clocks", "kind"): (
        OLD_CLOCKS,
        (
            *("core_assessment", "strategy_discussion", "conference", "transfer", "review"),
            *("ehc_decision", "ehc_plan", "ehc_review", "adult_acknowledgement", "adult_outcome"),
        ),
    ),
}
STATES = {
    "social_care": (
        2,
        (
            *("requested", "allocated", "returned", "accepted", "assessment"),
            *("strategy_discussion", "section_47", "conference", "plan", "closed"),
        ),
    ),
    "early_help": (
        2,
        (
            *("requested", "allocated", "returned", "waiting_list", "accepted"),
            *("contacted", "assessment", "plan", "closed"),
        ),
    ),
    "ehc_assessment": (1, ("requested", "assessment", "refused", "plan", "closed")),
    "adult_at_risk": (1, ("handed_over", "acknowledged", "closed")),
}
# What the states of today were called before, where they were there at all: for coming down.
FORMER = {
    "assessment": "in_progress",
    "strategy_discussion": "in_progress",
    "section_47": "in_progress",
    "conference": "in_progress",
    "plan": "in_progress",
    "contacted": "accepted",
    "waiting_list": "allocated",
}
ENQUIRY_QUEUE = "CASE WHEN state = 'closed' THEN NULL WHEN with_edt THEN 'edt' ELSE state END"
REFERRAL_QUEUE = "CASE WHEN state = 'closed' THEN NULL WHEN team_code IS NULL THEN 'hub' ELSE team_code END"
HUB = "'mash_officer', 'social_worker', 'mash_manager', 'early_help_unit', 'partner_system', 'system'"
SEES_ALL = """
CREATE OR REPLACE FUNCTION sees_all() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('triage.role', true), '') IN ({roles})
$$;
"""
PLACE = "(SELECT current_setting('triage.locality', true))"
OWN = f"locality_code = {PLACE} AND (SELECT is_locality())"
# Who is offered a case must be able to read it before they say yes.
OFFERED = (
    "(SELECT is_locality()) AND EXISTS (SELECT FROM transfers t WHERE t.referral_id = referrals.id"
    f" AND t.state = 'offered' AND t.to_locality_code = {PLACE})"
)
MINE = {
    "transfers": f"(SELECT is_locality()) AND {PLACE} IN (from_locality_code, to_locality_code)",
    "strategy_discussions": "EXISTS (SELECT FROM referrals r WHERE r.id = referral_id)",
    "clock_pauses": "EXISTS (SELECT FROM clocks c WHERE c.id = clock_id)",
}


def upgrade() -> None:
    for (table, column), (before, joined) in CODES.items():
        _restrict(table, column, before + joined)
    op.create_table(
        "providers",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _coded(
            "kind",
            *(
                "childrens_centre",
                "targeted_support",
                "health_visitors",
                "school_nurses",
                "camhs",
                "voluntary",
                "school",
            ),
        ),
        sa.Column("locality_code", sa.Text(), nullable=True),
        _refers("providers", "locality_code", "localities", "code"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_providers")),
    )
    _change_enquiries()
    _change_referrals()
    _change_checks_and_clocks()
    _change_decisions()
    _create_transfers()
    _create_the_rest()
    _guard()
    _measure("AND d.took_effect_at IS NOT NULL ")


def _change_enquiries() -> None:
    _add("enquiries", sa.Column("workflow_version", sa.Integer(), nullable=False), "1")
    _add("enquiries", sa.Column("with_edt", sa.Boolean(), nullable=False), "false")
    for column in ("split_from_id", "joined_into_id"):
        op.add_column("enquiries", sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_enquiries_{column}_enquiries"), "enquiries", "enquiries", [column], ["id"])
    op.add_column("enquiries", sa.Column("queue", sa.Text(), sa.Computed(ENQUIRY_QUEUE, persisted=True)))
    _index("enquiries", "queue")
    _index("enquiries", "joined_into_id")


def _change_referrals() -> None:
    op.drop_constraint(op.f("ck_referrals_state"), "referrals")
    op.alter_column("referrals", "state", type_=sa.Text())
    _add("referrals", sa.Column("workflow_version", sa.Integer(), nullable=False), "1")
    op.add_column("referrals", _coded("rag", "red", "amber", "green", nullable=True))
    op.add_column("referrals", sa.Column("provider_code", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_referrals_provider_code_providers"), "referrals", "providers", ["provider_code"], ["code"]
    )
    _add("referrals", sa.Column("child_protection_plan", sa.Boolean(), nullable=False), "false")
    op.add_column("referrals", sa.Column("family_rating", sa.Integer(), nullable=True))
    _add("referrals", sa.Column("rating_reason", sa.Text(), nullable=False), "''")
    op.add_column("referrals", sa.Column("contacted_at", AT, nullable=True))
    op.add_column("referrals", sa.Column("assessment_expected_on", sa.Date(), nullable=True))
    # A returned referral waits for a team again, so that it stands in one queue: the hub's.
    op.execute("UPDATE referrals SET team_code = NULL WHERE state = 'returned'")
    op.add_column("referrals", sa.Column("queue", sa.Text(), sa.Computed(REFERRAL_QUEUE, persisted=True)))
    _index("referrals", "queue")
    rule = " OR ".join(
        f"service = '{service}' AND (workflow_version < {version} OR state IN {states})"
        for service, (version, states) in STATES.items()
    )
    op.create_check_constraint(op.f("ck_referrals_state_of_service"), "referrals", rule)
    op.create_check_constraint(op.f("ck_referrals_family_rating"), "referrals", "family_rating BETWEEN 1 AND 5")


def _change_checks_and_clocks() -> None:
    _add("agency_checks", sa.Column("workflow_version", sa.Integer(), nullable=False), "1")
    _add("agency_checks", _coded("consent", *CONSENTS), "'not_asked'")
    for column in ("consent_reason", "gone_without"):
        _add("agency_checks", sa.Column(column, sa.Text(), nullable=False), "''")
    for column in ("acknowledged_at", "chased_at", "escalated_at"):
        op.add_column("agency_checks", sa.Column(column, AT, nullable=True))
    # Which row set a clock of before is not known, and is not made up.
    _add("clocks", sa.Column("timescale_version", sa.Text(), nullable=False), "''")
    op.add_column("clocks", sa.Column("paused_at", AT, nullable=True))
    op.drop_constraint(op.f("ck_clocks_stopped_when_not_running"), "clocks")
    op.create_check_constraint(
        op.f("ck_clocks_stopped_when_not_running"),
        "clocks",
        "(state IN ('running', 'paused')) = (stopped_at IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_clocks_paused_when_paused"), "clocks", "(state = 'paused') = (paused_at IS NOT NULL)"
    )


def _change_decisions() -> None:
    for column in ("approved_at", "took_effect_at"):
        op.add_column("decisions", sa.Column(column, AT, nullable=True))
    _add("decisions", sa.Column("sibling_reason", sa.Text(), nullable=False), "''")
    op.execute("UPDATE decisions SET took_effect_at = decided_at")
    op.execute("UPDATE decisions SET approved_at = decided_at WHERE approved_by_id IS NOT NULL")
    op.create_check_constraint(op.f("ck_decisions_approved_by_another"), "decisions", "approved_by_id <> decided_by_id")
    op.create_check_constraint(
        op.f("ck_decisions_approved_when_approved"), "decisions", "(approved_by_id IS NULL) = (approved_at IS NULL)"
    )


def _create_transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        _coded("state", "offered", "accepted", "rejected", "revoked"),
        sa.Column("to_team_code", sa.Text(), nullable=True),
        sa.Column("to_authority", sa.Text(), nullable=True),
        sa.Column("from_locality_code", sa.Text(), nullable=True),
        sa.Column("to_locality_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("offered_at", AT, nullable=False),
        sa.Column("offered_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("num_nonnulls(to_team_code, to_authority) = 1", name=op.f("ck_transfers_to_one")),
        sa.CheckConstraint("(state = 'offered') = (ended_at IS NULL)", name=op.f("ck_transfers_ended_when_answered")),
        _refers("transfers", "referral_id", "referrals"),
        _refers("transfers", "to_team_code", "teams", "code"),
        _refers("transfers", "from_locality_code", "localities", "code"),
        _refers("transfers", "to_locality_code", "localities", "code"),
        _refers("transfers", "offered_by_id", "users"),
        _refers("transfers", "ended_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    op.create_index("ix_transfers_referral_id", "transfers", ["referral_id"])
    op.create_index(
        "uq_transfers_referral_id_offered",
        "transfers",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("state = 'offered'"),
    )


def _create_the_rest() -> None:
    op.create_table(
        "strategy_discussions",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("called_at", AT, nullable=False),
        sa.Column("called_by_id", sa.Uuid(), nullable=False),
        sa.Column("invited", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("held_at", AT, nullable=True),
        sa.Column("came", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("opened_section_47", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _refers("strategy_discussions", "referral_id", "referrals"),
        _refers("strategy_discussions", "called_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy_discussions")),
    )
    op.create_index("ix_strategy_discussions_referral_id", "strategy_discussions", ["referral_id"])
    op.create_table(
        "clock_pauses",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("paused_at", AT, nullable=False),
        sa.Column("paused_by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resumed_at", AT, nullable=True),
        sa.Column("resumed_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _refers("clock_pauses", "clock_id", "clocks"),
        _refers("clock_pauses", "paused_by_id", "users"),
        _refers("clock_pauses", "resumed_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pauses")),
    )
    op.create_index("ix_clock_pauses_clock_id", "clock_pauses", ["clock_id"])
    op.create_table(
        "daily_notices",
        _coded("kind", "due_by_closing", "edt_brief", "edt_morning"),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _refers("daily_notices", "user_id", "users"),
        _refers("daily_notices", "outbox_id", "outbox"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_notices")),
        sa.UniqueConstraint("kind", "on_day", "user_id", name=op.f("uq_daily_notices_kind_on_day_user_id")),
    )
    by_edt = sa.text("actor_role = 'emergency_duty_team'")
    op.create_index("ix_events_at_by_edt", "events", ["at"], postgresql_where=by_edt)


def _guard() -> None:
    op.execute(SEES_ALL.format(roles=f"{HUB}, 'emergency_duty_team'"))
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(MINE)}, daily_notices, providers TO {SERVICE}")
    for table, mine in MINE.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        rule = f"(SELECT sees_all()) OR ({mine})"
        op.execute(f"CREATE POLICY seen ON {table} USING ({rule}) WITH CHECK ({rule})")
    op.execute("DROP POLICY seen ON referrals")
    rule = "(SELECT sees_all()) OR ({})"
    reads = rule.format(f"({OWN}) OR ({OFFERED})")
    op.execute(f"CREATE POLICY seen ON referrals USING ({reads}) WITH CHECK ({rule.format(OWN)})")


def _measure(in_force: str) -> None:
    """Count as decided what has taken effect: the view of before, but for one condition."""
    text = op.get_bind().scalar(sa.text("SELECT pg_get_viewdef('enquiry_measures'::regclass)"))
    op.execute("DROP MATERIALIZED VIEW enquiry_measures")
    had = "(d.took_effect_at IS NOT NULL)"
    if in_force:
        text = text.replace("(d.superseded_at IS NULL)", f"(d.superseded_at IS NULL) AND {had}")
    else:
        text = text.replace(f" AND {had}", "")
    op.execute(f"CREATE MATERIALIZED VIEW enquiry_measures AS {text}")
    op.execute("CREATE UNIQUE INDEX uq_enquiry_measures_id ON enquiry_measures (id)")
    op.execute("CREATE INDEX ix_enquiry_measures_on_day ON enquiry_measures (on_day)")
    op.execute(f"GRANT SELECT, MAINTAIN ON enquiry_measures TO {SERVICE}")


def _restrict(table: str, column: str, codes: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN {codes}")


def _coded(name: str, *codes: str, nullable: bool = False) -> sa.Column:
    kind = sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=nullable)


def _refers(table: str, column: str, to: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))


def _add(table: str, column: sa.Column, was: str) -> None:
    """A column that may not be empty; `was` is what the rows of before get, and no later one by default."""
    column.server_default = sa.DefaultClause(sa.text(was))
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))


def downgrade() -> None:
    """What the schema of before could not hold is folded into the nearest that it could."""
    op.execute("DROP POLICY seen ON referrals")
    rule = f"(SELECT sees_all()) OR ({OWN})"
    op.execute(f"CREATE POLICY seen ON referrals USING ({rule}) WITH CHECK ({rule})")
    op.execute(SEES_ALL.format(roles=HUB))
    op.drop_index("ix_events_at_by_edt", table_name="events")
    for table in ("daily_notices", "clock_pauses", "strategy_discussions", "transfers"):
        op.drop_table(table)
    _unmake_decisions()
    _unmake_checks_and_clocks()
    _unmake_referrals()
    _unmake_enquiries()
    op.drop_table("providers")
    op.execute("UPDATE users SET role = 'mash_officer' WHERE role = 'emergency_duty_team'")
    op.execute("UPDATE events SET actor_role = 'mash_officer' WHERE actor_role = 'emergency_duty_team'")
    op.execute("UPDATE teams SET service = NULL WHERE service IN ('ehc_assessment', 'adult_at_risk')")
    for (table, column), (before, _joined) in CODES.items():
        _restrict(table, column, before)
    _restrict_referral_state()


def _unmake_decisions() -> None:
    _measure("")
    op.execute("DELETE FROM decisions WHERE took_effect_at IS NULL")
    op.drop_constraint(op.f("ck_decisions_approved_by_another"), "decisions")
    op.drop_constraint(op.f("ck_decisions_approved_when_approved"), "decisions")
    for column in ("approved_at", "took_effect_at", "sibling_reason"):
        op.drop_column("decisions", column)


def _unmake_checks_and_clocks() -> None:
    op.execute("UPDATE agency_checks SET state = 'requested' WHERE state IN ('acknowledged', 'overdue')")
    op.execute("UPDATE agency_checks SET state = 'declined' WHERE state = 'withdrawn'")
    for column in (
        *("workflow_version", "consent", "consent_reason", "gone_without"),
        *("acknowledged_at", "chased_at", "escalated_at"),
    ):
        op.drop_column("agency_checks", column)
    op.drop_constraint(op.f("ck_clocks_paused_when_paused"), "clocks")
    op.drop_constraint(op.f("ck_clocks_stopped_when_not_running"), "clocks")
    op.execute("UPDATE clocks SET state = 'running' WHERE state = 'paused'")
    op.execute(f"DELETE FROM clocks WHERE kind NOT IN {OLD_CLOCKS}")
    op.create_check_constraint(
        op.f("ck_clocks_stopped_when_not_running"), "clocks", "(state = 'running') = (stopped_at IS NULL)"
    )
    op.drop_column("clocks", "timescale_version")
    op.drop_column("clocks", "paused_at")


def _unmake_referrals() -> None:
    gone = f"SELECT id FROM referrals WHERE service NOT IN {OLD_SERVICES}"
    op.execute(f"UPDATE referrals SET stepped_from_id = NULL WHERE stepped_from_id IN ({gone})")
    for table in ("clocks", "assignments"):
        op.execute(f"DELETE FROM {table} WHERE referral_id IN ({gone})")
    op.execute(f"DELETE FROM events WHERE case_id IN ({gone})")
    op.execute(f"DELETE FROM referrals WHERE service NOT IN {OLD_SERVICES}")
    op.drop_constraint(op.f("ck_referrals_state_of_service"), "referrals")
    op.drop_constraint(op.f("ck_referrals_family_rating"), "referrals")
    op.drop_column("referrals", "queue")
    for state, before in FORMER.items():
        op.execute(f"UPDATE referrals SET state = '{before}' WHERE state = '{state}'")
    for column in (
        *("workflow_version", "rag", "provider_code", "child_protection_plan", "family_rating", "rating_reason"),
        *("contacted_at", "assessment_expected_on"),
    ):
        op.drop_column("referrals", column)


def _restrict_referral_state() -> None:
    op.alter_column("referrals", "state", type_=sa.String(40))
    op.create_check_constraint(op.f("ck_referrals_state"), "referrals", f"state IN {REFERRAL_STATES}")


def _unmake_enquiries() -> None:
    op.drop_column("enquiries", "queue")
    op.execute("UPDATE enquiries SET state = 'screening' WHERE state = 'on_hold'")
    op.execute("UPDATE enquiries SET state = 'awaiting_decision' WHERE state = 'awaiting_approval'")
    for column in ("workflow_version", "with_edt", "split_from_id", "joined_into_id"):
        op.drop_column("enquiries", column)
