"""What was learned of how one person's records agree, and how common names and places are: replaced by each learning.

Revision: 0030, after 0029

Of a value nothing is kept but which share of people have it, and only of one that several have: it says of nobody that
they are here. The service's role replaces neither by itself; a function of the owner does, for the service alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
KEEP = "keep_learned(timestamptz, integer, jsonb, jsonb)"
KEPT = """
CREATE FUNCTION keep_learned(at timestamptz, of_people integer, learned jsonb, common jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('triage.role', true) IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'what was learned is kept by the service alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM learned_weights;
    DELETE FROM common_values;
    INSERT INTO learned_weights (learned_at, people, weights) VALUES (at, of_people, learned);
    INSERT INTO common_values (field, value, share)
        SELECT field.key, value.key, value.value::float8
        FROM jsonb_each(common) field, jsonb_each_text(field.value) value;
END $$;
REVOKE ALL ON FUNCTION keep_learned FROM PUBLIC;
"""


def upgrade() -> None:
    op.create_table(
        "learned_weights",
        sa.Column("learned_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("weights", JSONB(), nullable=False),
    )
    op.create_table(
        "common_values",
        sa.Column("field", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), primary_key=True),
        sa.Column("share", sa.Double(), nullable=False),
    )
    for table in ("learned_weights", "common_values"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT ON {table} TO {SERVICE}")
        op.execute(f"CREATE POLICY seen ON {table} FOR SELECT USING ((SELECT sees_all()))")
    op.execute(KEPT)
    op.execute(f"GRANT EXECUTE ON FUNCTION {KEEP} TO {SERVICE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {KEEP}")
    op.drop_table("common_values")
    op.drop_table("learned_weights")
