"""Other systems are told of what happens: to whom, and which events; each telling is a row of the outbox.

Revision: 0051, after 0050

The row is written by the database, in the transaction that writes the event, whoever writes it. It names the event and
its case, so that it goes with the case, and says nothing of it. Administrators see how their webhooks do, and no letter.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
TASK = "send_webhook"
CHECKS = {
    "named": "name ~ '^[a-z0-9][a-z0-9-]{0,39}$'",
    "listens": "kinds <> '{}' AND listens_to <> '{}'",
    "two_secrets_for_a_while": "(previous_secret IS NULL) = (previous_until IS NULL)",
}
POLICIES = {
    "seen": f"FOR SELECT USING ({ROLE} IN ('administrator', 'system'))",
    "added": f"FOR INSERT WITH CHECK ({ROLE} = 'system')",
    "changed": f"FOR UPDATE USING ({ROLE} = 'system')",
    "removed": f"FOR DELETE USING ({ROLE} = 'system')",
}
PROMISE = f"""
CREATE FUNCTION promise_webhooks() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO outbox (id, task, payload, created_at, available_at, attempts, last_error)
    SELECT uuidv7(), '{TASK}', jsonb_build_object(
        'webhook_id', w.id, 'event_id', NEW.id, 'case_id', NEW.case_id, 'event', NEW.case_kind || '.' || NEW.type
    ), NEW.at, NEW.at, 0, ''
    FROM webhooks w WHERE NEW.case_kind || '.' || NEW.type = ANY (w.listens_to);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION promise_webhooks FROM PUBLIC;
CREATE TRIGGER promise_webhooks AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION promise_webhooks();
"""


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("kinds", ARRAY(sa.Text()), nullable=False),
        sa.Column("listens_to", ARRAY(sa.Text()), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_webhooks_{name}")) for name, rule in CHECKS.items()),
        sa.UniqueConstraint("name", name=op.f("uq_webhooks_name")),
    )
    op.execute("ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY")
    for name, rule in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON webhooks {rule}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO {SERVICE}")
    of_webhooks = f"{ROLE} = 'administrator' AND task = '{TASK}'"
    op.execute(f"CREATE POLICY of_webhooks ON outbox FOR SELECT USING ({of_webhooks})")
    op.create_index(
        "ix_outbox_webhooks",
        "outbox",
        [sa.text("(payload ->> 'webhook_id')"), "id"],
        postgresql_where=sa.text(f"task = '{TASK}'"),
    )
    op.execute(PROMISE)


def downgrade() -> None:
    op.execute("DROP TRIGGER promise_webhooks ON events")
    op.execute("DROP FUNCTION promise_webhooks")
    op.drop_index("ix_outbox_webhooks", "outbox")
    op.execute("DROP POLICY of_webhooks ON outbox")
    op.execute(f"DELETE FROM outbox WHERE task = '{TASK}'")
    op.drop_table("webhooks")
