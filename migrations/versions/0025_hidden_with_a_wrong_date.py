"""Who is restricted is hinted at as well when they are described with a date or a name that is not quite theirs.

Revision: 0025, after 0024

Few are restricted, so no index is asked. A sibling at the same address is no hint: the sound of one name goes with the
first letter of the other.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
OLD = "hidden_people(text, date[], text, text)"
NEW = "hidden_people(text, text[], date[], text, text, text)"
BEGINS = "RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp"
HIDDEN = f"""
CREATE FUNCTION hidden_people(name text, keys text[], near date[], place text, nhs text, pupil text) {BEGINS} AS $$
    SELECT p.id FROM people p WHERE sees_all() AND p.id = ANY (hidden_records()) AND (
        p.nhs_number = nhs OR p.upn = pupil OR name <> '' AND (
            p.search_name = name
            OR p.birth_date = ANY (near) AND similarity(p.search_name, name) > 0.3
            OR p.name_keys && keys AND (p.birth_date = ANY (near) OR p.birth_date IS NULL OR cardinality(near) = 0
                OR p.postcode = place)))
$$
"""
BEFORE = f"""
CREATE FUNCTION hidden_people(name text, dates date[], nhs text, pupil text) {BEGINS}
SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT p.id FROM people p WHERE sees_all() AND p.id = ANY (hidden_records())
        AND (p.nhs_number = nhs OR p.upn = pupil OR name <> '' AND p.search_name % name AND p.birth_date = ANY (dates))
$$
"""


def upgrade() -> None:
    _hint_by(HIDDEN, NEW, instead_of=OLD)


def downgrade() -> None:
    _hint_by(BEFORE, OLD, instead_of=NEW)


def _hint_by(function: str, signature: str, *, instead_of: str) -> None:
    op.execute("SELECT show_limit()")  # the setting that the function asks for is there once pg_trgm has been used
    op.execute(f"DROP FUNCTION {instead_of}")
    op.execute(function)
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {SERVICE}")
