"""What is hidden from somebody is looked up once as they begin to act, and not at each statement that finds something.

Revision: 0026, after 0025

So asking for what is hidden takes no longer than asking for what is not there, and a page that shows much is no slower
where something is restricted. What was looked up is kept for the transaction, with whom it was looked up for: if
somebody else acts, or a list or an opening changes, it is looked up again at each statement until it is noted anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
CHANGES = ("restrictions", "restriction_readers", "glass_breaks")
BEGINS = "SECURITY DEFINER SET search_path = public, pg_temp"
NOTED = f"""
CREATE FUNCTION hidden_for() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws('/', current_setting('triage.user_id', true), current_setting('triage.role', true),
        current_setting('triage.locality', true), current_setting('triage.now', true)) || '='
$$;
CREATE OR REPLACE FUNCTION hidden_records() RETURNS uuid[] LANGUAGE plpgsql STABLE {BEGINS} AS $$
DECLARE
    noted text := current_setting('triage.hidden', true);
BEGIN
    IF starts_with(noted, hidden_for()) THEN RETURN substr(noted, length(hidden_for()) + 1)::uuid[]; END IF;
    RETURN look_up_hidden();
END $$;
CREATE FUNCTION note_hidden() RETURNS void LANGUAGE plpgsql {BEGINS} AS $$
BEGIN
    PERFORM set_config('triage.hidden', hidden_for() || look_up_hidden()::text, true);
END $$;
CREATE FUNCTION forget_hidden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('triage.hidden', '', true);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION hidden_for, look_up_hidden, note_hidden, forget_hidden FROM PUBLIC;
"""


def upgrade() -> None:
    _copy("hidden_records", "look_up_hidden")  # the policies ask hidden_records, which becomes the one that remembers
    op.execute(NOTED)
    op.execute(f"GRANT EXECUTE ON FUNCTION note_hidden TO {SERVICE}")
    for table in CHANGES:
        op.execute(
            f"CREATE TRIGGER forget_hidden AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION forget_hidden()"
        )


def downgrade() -> None:
    for table in CHANGES:
        op.execute(f"DROP TRIGGER forget_hidden ON {table}")
    _copy("look_up_hidden", "hidden_records")
    op.execute("DROP FUNCTION note_hidden, forget_hidden, look_up_hidden, hidden_for")


def _copy(function: str, name: str) -> None:
    found = sa.text(f"SELECT prosrc FROM pg_proc WHERE oid = '{function}()'::regprocedure")
    body = op.get_bind().scalar(found)
    head = f"CREATE OR REPLACE FUNCTION {name}() RETURNS uuid[] LANGUAGE plpgsql STABLE {BEGINS}"
    op.get_bind().exec_driver_sql(f"{head} AS $${body}$$")
