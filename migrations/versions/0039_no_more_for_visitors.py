"""Whoever is signed out, a visitor or from outside reads nothing of who covers for whom; a visitor, nothing of services.

Revision: 0039, after 0038

A policy that lets in whoever is not named lets in those who come later: these name who may.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ROLE = "(SELECT current_setting('triage.role', true))"
ME = "(SELECT current_setting('triage.user_id', true))"
IN_THE_SERVICE = ("system", "mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
WORK = (*IN_THE_SERVICE, "locality_worker", "locality_manager")
OTHERS = ("analyst", "partner_contributor", "referrer", "information_governance", "administrator", "partner_system")
STAFF, SIGNED_IN = (f"{ROLE} IN ({', '.join(map(repr, roles))})" for roles in (WORK, (*WORK, *OTHERS)))
BEFORE = f"{ROLE} NOT IN ('', 'nobody', 'signing_in')"
SEEN = {"covers": (STAFF, f"{ME} <> ''"), "directory_services": (SIGNED_IN, BEFORE), "capacities": (SIGNED_IN, BEFORE)}


def upgrade() -> None:
    for table, (rule, _before) in SEEN.items():
        op.execute(f"ALTER POLICY seen ON {table} USING ({rule})")


def downgrade() -> None:
    for table, (_rule, before) in SEEN.items():
        op.execute(f"ALTER POLICY seen ON {table} USING ({before})")
