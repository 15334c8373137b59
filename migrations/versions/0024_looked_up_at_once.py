"""People are looked up by how their name sounds, by dates that are nearly the one told, and by their postcode.

With a date of birth no trigram is asked, which is slow where names have much in common: who has another date and another
spelling of one name is found by the sound of the other. `triage migrate` fills in `name_keys` of who is there already.

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
OLD = "candidate_people(text, date[], text, text, integer)"
NEW = "candidate_people(text, text[], date[], date[], text, text, text, integer)"
IN_A_CASE = (
    "(EXISTS (SELECT FROM subjects s WHERE s.person_id = found.id)"
    " OR EXISTS (SELECT FROM referrals r WHERE r.person_id = found.id))"
)
BEGINS = "RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp"
CANDIDATES = f"""
CREATE FUNCTION candidate_people(name text, keys text[], dates date[], near date[], place text, nhs text, pupil text,
    most integer) {BEGINS} SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT id FROM (
        (SELECT id FROM people WHERE birth_date = ANY (dates) AND name <> ''
         ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE birth_date = ANY (near) AND similarity(search_name, name) > 0.2
               ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE name_keys && keys
               ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE postcode = place AND name <> ''
               ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE cardinality(dates) = 0 AND name <> '' AND search_name % name
               ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE nhs_number = nhs)
        UNION (SELECT id FROM people WHERE upn = pupil)
    ) found WHERE sees_all() AND NOT id = ANY (hidden_records()) AND {IN_A_CASE}
$$
"""
BEFORE = f"""
CREATE FUNCTION candidate_people(name text, dates date[], nhs text, pupil text, most integer) {BEGINS}
SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT id FROM (
        (SELECT id FROM people WHERE name <> '' AND search_name % name
         ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE birth_date = ANY (dates) AND name <> ''
               ORDER BY similarity(search_name, name) DESC, id LIMIT most)
        UNION (SELECT id FROM people WHERE nhs_number = nhs)
        UNION (SELECT id FROM people WHERE upn = pupil)
    ) found WHERE sees_all() AND NOT id = ANY (hidden_records()) AND {IN_A_CASE}
$$
"""


def upgrade() -> None:
    op.add_column("people", sa.Column("name_keys", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("people", "name_keys", server_default=None)
    op.create_index("ix_people_name_keys", "people", ["name_keys"], postgresql_using="gin")
    op.drop_index("ix_people_birth_date", "people")
    op.create_index("ix_people_birth_date", "people", ["birth_date", "search_name"])
    _look_up_by(CANDIDATES, NEW, instead_of=OLD)


def downgrade() -> None:
    _look_up_by(BEFORE, OLD, instead_of=NEW)
    op.drop_index("ix_people_birth_date", "people")
    op.create_index("ix_people_birth_date", "people", ["birth_date"])
    op.drop_column("people", "name_keys")


def _look_up_by(function: str, signature: str, *, instead_of: str) -> None:
    op.execute("SELECT show_limit()")  # the setting that the function asks for is there once pg_trgm has been used
    op.execute(f"DROP FUNCTION {instead_of}")
    op.execute(function)
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {SERVICE}")
