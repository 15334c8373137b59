"""The ledger: events say why and of which request they came, what is read is on record, and heads are sealed.

Revision: 0016, after 0015

Events that stand are sealed again, because the hash covers all that an event says from now on: before, it left out the
actor's name, the kind of case and the event's own key.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from itertools import groupby, islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
USER = "(SELECT current_setting('triage.user_id', true))"
XID = "(pg_current_xact_id()::text)::bigint"
HEADS = {"enquiry": "enquiries", "referral": "referrals", "person": "people", "policy": "policies"}
CHAINS = (*HEADS, "reading", "account")
NUMBERED = ("events", "account_events")
BATCH = 5000
IN_ORDER = sa.text("SELECT * FROM events ORDER BY case_id, number")
KEEP = "UPDATE events SET previous_hash = :before, hash = :hash WHERE id = :id"
LAST_SEALED = """
CREATE FUNCTION ledger_sealed_at() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT made_at FROM checkpoints ORDER BY number DESC LIMIT 1
$$;
REVOKE ALL ON FUNCTION ledger_sealed_at FROM PUBLIC;
"""


def upgrade() -> None:
    for name in ("purpose", "request_id"):
        op.add_column("events", sa.Column(name, sa.Text(), nullable=False, server_default=""))
        op.alter_column("events", name, server_default=None)
    for table in NUMBERED:
        op.add_column(table, sa.Column("xid", sa.BigInteger(), nullable=False, server_default=sa.text(XID)))
        op.create_index(f"ix_{table}_xid", table, ["xid"])
        _only_of_this_transaction(table)
    _seal_again(_content)
    op.add_column(
        "idempotency_keys", sa.Column("people", sa.ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'"))
    )
    op.alter_column("idempotency_keys", "people", server_default=None)
    _create_readings()
    _create_checkpoints()
    op.execute(LAST_SEALED)
    op.execute(f"GRANT EXECUTE ON FUNCTION ledger_sealed_at TO {SERVICE}")


def _only_of_this_transaction(table: str) -> None:
    """What would claim to be older could slip past the sealing."""
    op.execute(f"CREATE POLICY of_now ON {table} AS RESTRICTIVE FOR INSERT WITH CHECK (xid = {XID})")


def _seal_again(content: Callable[[Any], dict[str, Any]]) -> None:
    """Every chain, with what is hashed of each event, and the head of each case."""
    bind, heads = op.get_bind(), []
    events = bind.execute(IN_ORDER, execution_options={"yield_per": BATCH})
    for some in _in_batches(_chained(events, content, heads)):
        bind.execute(sa.text(KEEP), some)
    for kind, table in HEADS.items():
        for some in _in_batches({"id": key, "hash": hashed} for of, key, hashed in heads if of == kind):
            bind.execute(sa.text(f"UPDATE {table} SET event_hash = :hash WHERE id = :id"), some)


def _in_batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    rows = iter(rows)
    while some := list(islice(rows, BATCH)):
        yield some


def _chained(events: Any, content: Callable[[Any], dict[str, Any]], heads: list[Any]) -> Iterator[dict[str, Any]]:
    for _case, its in groupby(events, key=lambda each: each.case_id):
        before = b""
        for event in its:
            text = json.dumps(content(event), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            hashed = hashlib.sha256(before + text.encode("utf-8", "surrogatepass")).digest()
            yield {"id": event.id, "before": before, "hash": hashed}
            before = hashed
        heads.append((event.case_kind, event.case_id, before))


def _content(event: Any) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "kind": event.case_kind,
        "case": str(event.case_id),
        "number": event.number,
        "type": event.type,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(event.actor_id),
        "name": event.actor_name,
        "role": event.actor_role,
        "purpose": event.purpose,
        "request": event.request_id,
        "data": event.data,
    }


def _content_of_before(event: Any) -> dict[str, Any]:
    return {
        "case": str(event.case_id),
        "number": event.number,
        "type": event.type,
        "at": event.at.timestamp(),
        "actor": str(event.actor_id),
        "role": event.actor_role,
        "data": event.data,
    }


def _create_readings() -> None:
    op.create_table(
        "readings",
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("reader_name", "reader_role", "purpose", "request_id", "what")
        ),
        sa.Column("case_kind", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("people", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False, server_default=sa.text(XID)),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(case_kind IS NULL) = (case_id IS NULL)", name=op.f("ck_readings_whole_case")),
        sa.ForeignKeyConstraint(["reader_id"], ["users.id"], name=op.f("fk_readings_reader_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint("reader_id", "number", name=op.f("uq_readings_reader_id_number")),
    )
    op.create_index("ix_readings_xid", "readings", ["xid"])
    op.create_index("ix_readings_people", "readings", ["people"], postgresql_using="gin")
    op.create_table(
        "reading_heads",
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["users.id"], name=op.f("fk_reading_heads_reader_id_users")),
        sa.PrimaryKeyConstraint("reader_id", name=op.f("pk_reading_heads")),
    )
    _guard_readings()


def _guard_readings() -> None:
    """Everybody's readings are added in their own name; those who look after the ledger read them."""
    op.execute(f"GRANT SELECT, INSERT ON readings TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON reading_heads TO {SERVICE}")
    for table in ("readings", "reading_heads"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    watching = f"{ROLE} IN ('information_governance', 'mash_manager', 'system')"
    op.execute(f"CREATE POLICY watched ON readings FOR SELECT USING ({watching})")
    own = f"reader_id::text = {USER}"
    op.execute(f"CREATE POLICY in_own_name ON readings FOR INSERT WITH CHECK ({own} AND reader_role = {ROLE})")
    _only_of_this_transaction("readings")
    op.execute(f"CREATE POLICY own ON reading_heads FOR SELECT USING ({own} OR {ROLE} = 'system')")
    op.execute(f"CREATE POLICY begun ON reading_heads FOR INSERT WITH CHECK ({own})")
    op.execute(f"CREATE POLICY moved ON reading_heads FOR UPDATE USING ({own}) WITH CHECK ({own})")


def _create_checkpoints() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tree_size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("frontier", sa.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_checkpoints_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "ledger_leaves",
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column(
            "chain_kind",
            sa.Enum(*CHAINS, name="chain_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_ledger_leaves_position")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_ledger_leaves")),
        sa.UniqueConstraint(
            "chain_kind", "chain_id", "number", name=op.f("uq_ledger_leaves_chain_kind_chain_id_number")
        ),
    )
    for table in ("checkpoints", "ledger_leaves"):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {SERVICE}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY seen ON {table} FOR SELECT USING ({ROLE} IN ('information_governance', 'system'))")
        op.execute(f"CREATE POLICY sealed ON {table} FOR INSERT WITH CHECK ({ROLE} = 'system')")


def downgrade() -> None:
    op.execute("DROP FUNCTION ledger_sealed_at")
    for table in ("ledger_leaves", "checkpoints", "reading_heads", "readings"):
        op.drop_table(table)
    op.drop_column("idempotency_keys", "people")
    for table in NUMBERED:
        op.execute(f"DROP POLICY of_now ON {table}")
        op.drop_index(f"ix_{table}_xid", table_name=table)
        op.drop_column(table, "xid")
    for name in ("request_id", "purpose"):
        op.drop_column("events", name)
    _seal_again(_content_of_before)
