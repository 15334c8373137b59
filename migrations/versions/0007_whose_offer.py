"""Whose an offer is: read by both sides and by who has the case, made by who has it, answered by who is asked, once.

Revision: 0007, after 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
USER = "(SELECT current_setting('triage.user_id', true))"
PLACE = "(SELECT current_setting('triage.locality', true))"
SEES_ALL = "(SELECT sees_all())"
IN_LOCALITY = "(SELECT is_locality())"
SIDES = f"{IN_LOCALITY} AND {PLACE} IN (from_locality_code, to_locality_code)"
# Of the hub these may offer and answer. The service acts as "system", in the name of whoever it does something for.
BY_SERVICE = f"{ROLE} = 'system'"
BY_HUB = f"{ROLE} IN ('mash_manager', 'early_help_unit')"
# What another authority says is told by those who have the case; an offer is taken back by those who made it.
SPEAKS = (
    f"{IN_LOCALITY} AND {PLACE} = CASE WHEN state = 'revoked' OR to_team_code IS NULL"
    " THEN from_locality_code ELSE to_locality_code END"
)
# The policy of referrals reads transfers, so theirs must not read referrals in turn: PostgreSQL refuses such a ring.
# This looks for the caller, as the owner, and tells nobody of a case that is not theirs to work.
HOLDS_CASE = """
CREATE FUNCTION holds_case(referral uuid, locality text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM referrals r WHERE r.id = referral AND r.locality_code IS NOT DISTINCT FROM locality
        AND (sees_all() OR is_locality() AND r.locality_code = current_setting('triage.locality', true)))
$$;
REVOKE ALL ON FUNCTION holds_case FROM PUBLIC;
"""
POLICIES = {
    "seen": f"FOR SELECT USING ({SEES_ALL} OR ({SIDES}) OR {IN_LOCALITY} AND holds_case(referral_id, {PLACE}))",
    "offered": (
        "FOR INSERT WITH CHECK (state = 'offered' AND ended_by_id IS NULL AND holds_case(referral_id, from_locality_code)"
        " AND to_locality_code IS NOT DISTINCT FROM (SELECT t.locality_code FROM teams t WHERE t.code = to_team_code)"
        f" AND ({BY_SERVICE} OR offered_by_id::text = {USER} AND ({BY_HUB} OR {IN_LOCALITY})))"
    ),
    # Whoever locks a row is asked for the first part alone: those who may only read it are told why not, in words.
    "answered": (
        f"FOR UPDATE USING ({SEES_ALL} OR ({SIDES})) WITH CHECK ({BY_SERVICE}"
        f" OR state <> 'offered' AND ended_by_id::text = {USER} AND ({BY_HUB} OR ({SPEAKS})))"
    ),
}
# A policy sees the row as it will be. What it was, and that it ends once, by another than who offered it, is kept here.
KEPT = """
CREATE FUNCTION keep_offer() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    fault text := CASE
        WHEN OLD.state <> 'offered' THEN 'has been answered, and stays as it is'
        WHEN NEW.state <> 'offered' AND NEW.ended_by_id IS NULL THEN 'says who answered it'
        WHEN NEW.state IN ('accepted', 'rejected') AND NEW.ended_by_id = OLD.offered_by_id
            THEN 'is answered by another than who offered it'
    END;
BEGIN
    IF fault IS NOT NULL AND NEW.workflow_version = OLD.workflow_version THEN
        RAISE EXCEPTION 'offer % %', OLD.id, fault USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_offer BEFORE UPDATE ON transfers FOR EACH ROW EXECUTE FUNCTION keep_offer();
"""
BEFORE = f"{SEES_ALL} OR ({SIDES})"


def upgrade() -> None:
    """The service may end an offer and change nothing else of it; only the owner moves it to another version."""
    op.execute(HOLDS_CASE)
    op.execute(f"GRANT EXECUTE ON FUNCTION holds_case TO {SERVICE}")
    op.execute(f"REVOKE UPDATE ON transfers FROM {SERVICE}")
    op.execute(f"GRANT UPDATE (state, ended_at, ended_by_id, answer_reason, version) ON transfers TO {SERVICE}")
    op.execute("DROP POLICY seen ON transfers")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON transfers {rule}")
    op.execute(KEPT)


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_offer ON transfers")
    op.execute("DROP FUNCTION keep_offer")
    for name in POLICIES:
        op.execute(f"DROP POLICY {name} ON transfers")
    op.execute(f"CREATE POLICY seen ON transfers USING ({BEFORE}) WITH CHECK ({BEFORE})")
    op.execute(f"REVOKE UPDATE (state, ended_at, ended_by_id, answer_reason, version) ON transfers FROM {SERVICE}")
    op.execute(f"GRANT UPDATE ON transfers TO {SERVICE}")
    op.execute("DROP FUNCTION holds_case")
