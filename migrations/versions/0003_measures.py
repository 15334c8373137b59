"""Measures: one row an enquiry and one a referral, with no names, that every published number is counted from.

Revision: 0003, after 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def first_clock(kind: str) -> str:
    """State and due time of the case's first clock of that kind: a reopened case keeps its first result."""
    first = "(array_agg(c.{} ORDER BY c.started_at) FILTER (WHERE c.kind = '{}'))[1] AS {}"
    return f"{first.format('state', kind, kind + '_clock')}, {first.format('due_at', kind, kind + '_due')}"


ENQUIRIES = f"""
CREATE MATERIALIZED VIEW enquiry_measures AS
SELECT e.id, e.reference, (e.received_at AT TIME ZONE 'Europe/London')::date AS on_day, e.source,
    coalesce(e.district_code, 'none') AS district, coalesce(e.locality_code, 'none') AS locality,
    e.decided_at IS NOT NULL AS decided,
    e.working_minutes_to_decision AS working_minutes,
    coalesce(chosen.social_care, false) AS social_care,
    coalesce(chosen.early_help, false) AS early_help,
    timed.decision_clock, timed.decision_due, timed.screening_clock, timed.screening_due
FROM enquiries e
LEFT JOIN LATERAL (
    SELECT bool_or(d.route = 'social_care') AS social_care, bool_or(d.route = 'early_help') AS early_help
    FROM subjects s JOIN decisions d ON d.subject_id = s.id AND d.superseded_at IS NULL
    WHERE s.enquiry_id = e.id) chosen ON true
LEFT JOIN LATERAL (
    SELECT {first_clock("decision")},
        {first_clock("screening")}
    FROM clocks c WHERE c.enquiry_id = e.id) timed ON true
"""

# A re-referral is a referral to social care within 12 months, date to date, of the child's referral before it.
REFERRALS = f"""
CREATE MATERIALIZED VIEW referral_measures AS
SELECT r.id, r.reference, r.on_day, r.service, r.source, r.district, r.locality,
    r.service = 'social_care' AND coalesce(r.before + interval '1 year' >= r.on_day, false) AS re_referral,
    timed.allocation_clock, timed.allocation_due, timed.acceptance_clock, timed.acceptance_due,
    timed.first_contact_clock, timed.first_contact_due, timed.assessment_clock, timed.assessment_due
FROM (
    SELECT id, reference, service, source, (requested_at AT TIME ZONE 'Europe/London')::date AS on_day,
        coalesce(district_code, 'none') AS district, coalesce(locality_code, 'none') AS locality,
        lag((requested_at AT TIME ZONE 'Europe/London')::date)
            OVER (PARTITION BY person_id, service ORDER BY requested_at, id) AS before
    FROM referrals) r
LEFT JOIN LATERAL (
    SELECT {first_clock("allocation")},
        {first_clock("acceptance")},
        {first_clock("first_contact")},
        {first_clock("assessment")}
    FROM clocks c WHERE c.referral_id = r.id) timed ON true
"""


def upgrade() -> None:
    op.execute(ENQUIRIES)
    op.execute(REFERRALS)
    for view in ("enquiry_measures", "referral_measures"):
        op.execute(f"CREATE UNIQUE INDEX uq_{view}_id ON {view} (id)")
        op.execute(f"CREATE INDEX ix_{view}_on_day ON {view} (on_day)")
        op.execute(f"GRANT SELECT, MAINTAIN ON {view} TO triage_app")


def downgrade() -> None:
    op.execute("DROP MATERIALIZED VIEW referral_measures")
    op.execute("DROP MATERIALIZED VIEW enquiry_measures")
