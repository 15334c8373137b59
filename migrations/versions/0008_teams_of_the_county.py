"""Teams that serve the whole county see their own cases: their people have no locality to see them by.

Revision: 0008, after 0007

Each transaction states triage.team beside the rest. One that does not (the code of before) sees what it saw.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SEES_ALL = "(SELECT sees_all())"
PLACE = "(SELECT current_setting('triage.locality', true))"
OWN = f"locality_code = {PLACE} AND (SELECT is_locality())"
# Who is offered a case must be able to read it before they say yes.
OFFERED = (
    "(SELECT is_locality()) AND EXISTS (SELECT FROM transfers t WHERE t.referral_id = referrals.id"
    f" AND t.state = 'offered' AND t.to_locality_code = {PLACE})"
)
# Whoever has a locality goes by that alone, so that a change of team opens no other place's cases.
TEAMS = (
    "(SELECT is_locality()) AND team_code = (SELECT current_setting('triage.team', true))"
    " AND (SELECT coalesce(current_setting('triage.locality', true), '') = '')"
)


def upgrade() -> None:
    _replace(reads=f"({OWN}) OR ({OFFERED}) OR ({TEAMS})", writes=f"({OWN}) OR ({TEAMS})")


def downgrade() -> None:
    _replace(reads=f"({OWN}) OR ({OFFERED})", writes=OWN)


def _replace(*, reads: str, writes: str) -> None:
    """What belongs to a referral (its person, enquiry, log, clocks) is seen by whoever sees the referral."""
    op.execute("DROP POLICY seen ON referrals")
    using, check = f"{SEES_ALL} OR ({reads})", f"{SEES_ALL} OR ({writes})"
    op.execute(f"CREATE POLICY seen ON referrals USING ({using}) WITH CHECK ({check})")
