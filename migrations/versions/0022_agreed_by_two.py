"""Who sees cases is agreed to by two: an administrator alone opens no such account, and changes none that stays open.

Revision: 0022, after 0021

What an administrator does to the account of somebody who sees cases closes it, until information governance or a MASH
manager agrees. Whoever has the service's own role (the set-up by command) needs nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ROLE = "(SELECT current_setting('triage.role', true))"
ME = "(SELECT current_setting('triage.user_id', true))"
AGREES = f"{ROLE} IN ('information_governance', 'mash_manager')"
AGREED = (
    f"USING ({AGREES} AND unagreed_by_id::text <> {ME} AND id::text <> {ME})"
    f" WITH CHECK ({AGREES} AND unagreed_by_id IS NULL)"
)
POST = "username, {0}.role, {0}.team_code, {0}.locality_code, {0}.agency_code"
RULES = f"""
CREATE FUNCTION sees_cases(role text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT role NOT IN ('administrator', 'analyst', 'partner_contributor', 'partner_system', 'referrer')
$$;
CREATE FUNCTION agreed_by_two() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    acts text := coalesce(current_setting('triage.role', true), '');
    same_post boolean := false;
    was_open boolean := false;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        was_open := OLD.active;
        same_post := (NEW.{POST.format("NEW")}) IS NOT DISTINCT FROM (OLD.{POST.format("OLD")});
    END IF;
    IF acts = 'administrator' AND NEW.active AND sees_cases(NEW.role) AND NOT (was_open AND same_post) THEN
        RAISE insufficient_privilege USING MESSAGE = 'an account that sees cases is agreed to by two';
    END IF;
    IF acts IN ('information_governance', 'mash_manager') AND NOT (same_post AND NEW.name = OLD.name) THEN
        RAISE insufficient_privilege USING MESSAGE = 'whoever agrees changes nothing else';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreed_by_two BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION agreed_by_two();
REVOKE ALL ON FUNCTION sees_cases, agreed_by_two FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sees_cases TO triage_app;
"""


def upgrade() -> None:
    op.add_column("users", sa.Column("unagreed_by_id", sa.Uuid(), nullable=True))
    there = op.f("fk_users_unagreed_by_id_users")
    op.create_foreign_key(there, "users", "users", ["unagreed_by_id"], ["id"])
    closed = "unagreed_by_id IS NULL OR NOT active"
    op.create_check_constraint(op.f("ck_users_closed_until_agreed"), "users", closed)
    op.execute(RULES)
    op.execute(f"CREATE POLICY agreed ON users FOR UPDATE {AGREED}")


def downgrade() -> None:
    op.execute("DROP POLICY agreed ON users")
    op.execute("DROP TRIGGER agreed_by_two ON users")
    op.execute("DROP FUNCTION agreed_by_two")
    op.execute("DROP FUNCTION sees_cases")
    op.drop_column("users", "unagreed_by_id")
