"""What a measure reads of single days is read from an index alone; and the latest second looks are found as such.

Revision: 0058, after 0057

A percentile of days that are no whole month read each row of them, wherever it lay: half a second among a million.
`measured_days` says of each fact from when to when there is anything: asked of its view, that would be each row.
"""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "coalesce((SELECT current_setting('triage.role', true)), '')"
# As 0046 has it, of whoever counts.
COUNTS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'analyst', 'partner_system', 'system')"
FACTS = ("enquiry", "decision", "check", "referral", "assessment", "second_look", "unmet_need", "standing")
READ = (
    ("enquiry_facts", "working_minutes"),
    ("check_facts", "working_minutes"),
    ("assessment_facts", "working_days"),
)


def upgrade() -> None:
    for table, value in READ:
        op.create_index(f"ix_{table}_on_day_{value}", table, ["on_day", value])
        op.drop_index(f"ix_{table}_on_day", table)
    op.create_index("ix_second_looks_looked_at", "second_looks", ["looked_at"])
    ends = ", ".join(
        f"('{fact}', (SELECT min(on_day) FROM {fact}_facts), (SELECT max(on_day) FROM {fact}_facts))" for fact in FACTS
    )
    op.execute(
        "CREATE VIEW measured_days WITH (security_barrier = true) AS"
        f" SELECT * FROM (VALUES {ends}) told (fact, first, last) WHERE {COUNTS}"
    )
    op.execute(f"GRANT SELECT ON measured_days TO {SERVICE}")


def downgrade() -> None:
    op.execute("DROP VIEW measured_days")
    op.drop_index("ix_second_looks_looked_at", "second_looks")
    for table, value in READ:
        op.create_index(f"ix_{table}_on_day", table, ["on_day"])
        op.drop_index(f"ix_{table}_on_day_{value}", table)
