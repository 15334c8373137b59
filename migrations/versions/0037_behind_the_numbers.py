"""The cases behind a number: what a measure counts of cases whose keys one has.

Revision: 0037, after 0034

The measures themselves are read by nobody with a key beside them (0020). These functions tell of no case but those
whose keys they are handed, which the service reads under row-level security first.
"""

from alembic import op

revision = "0037"
down_revision = "0034"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "coalesce((SELECT current_setting('triage.role', true)), '')"
# Whoever counts and sees cases: an analyst and a partner's system count, and see none.
LISTS = f"{ROLE} IN ('mash_manager', 'early_help_unit', 'locality_manager', 'system')"
BEHIND = {"measures_of_enquiries": "enquiry_measures", "measures_of_referrals": "referral_measures"}


def upgrade() -> None:
    for name, measures in BEHIND.items():
        op.execute(
            f"CREATE FUNCTION {name}(keys uuid[]) RETURNS SETOF {measures} LANGUAGE sql STABLE"
            " SECURITY DEFINER SET search_path = public, pg_temp AS $$"
            f" SELECT * FROM {measures} WHERE id = ANY (keys) AND {LISTS} $$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {SERVICE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {', '.join(BEHIND)}")
