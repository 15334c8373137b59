"""Somebody is looked up among half a million in a few milliseconds.

Revision: 0031, after 0030

Names are compared letter by letter only where either begins as one of those told, and are read from the index of dates
itself; by the sound of one name only those are looked for who are about as old, or of whom no date is known; a name
without a date is looked for by its letters only where nobody's sounds nearly so.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SIGNATURE = (
    "candidate_people(name text, keys text[], dates date[], near date[], place text, nhs text, pupil text,"
    " most integer) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp"
    " SET pg_trgm.similarity_threshold = 0.45"
)
IN_A_CASE = (
    "(EXISTS (SELECT FROM subjects s WHERE s.person_id = found.id)"
    " OR EXISTS (SELECT FROM referrals r WHERE r.person_id = found.id))"
)
BEGINS_SO = (
    "left(search_name, 1) = ANY (ARRAY(SELECT left(word, 1) FROM string_to_table(name, ' ') word))"
    " OR left(last_name, 1) = ANY (ARRAY(SELECT left(word, 1) FROM string_to_table(name, ' ') word))"
)
NEAR = f"birth_date = ANY (near) AND CASE WHEN {BEGINS_SO} THEN similarity(search_name, name) > 0.2 END"
# Whoever tells a date that is wrong in two parts still knows about how old somebody is.
OF_AN_AGE = (
    "CASE WHEN cardinality(dates) > 0 THEN birth_date BETWEEN dates[1] - 1500 AND dates[1] + 1500 END IS NOT FALSE"
)
BY_SOUND = f"name_keys && keys AND (name_keys @> keys OR {OF_AN_AGE})"
BY_LETTERS = "cardinality(dates) = 0 AND name <> '' AND search_name % name"
SOUNDS_SO = f"""SELECT FROM people found WHERE name_keys && keys AND similarity(search_name, name) > 0.6
    AND NOT id = ANY (hidden_records()) AND {IN_A_CASE}"""
BEFORE = "SELECT id FROM people WHERE {rule} ORDER BY similarity(search_name, name) DESC, id LIMIT most"
# Whoever was described and then recognised leaves a record of the same name: it stands in nobody's way.
NOW = f"""SELECT id FROM (SELECT id, similarity(search_name, name) AS likeness FROM people WHERE {{rule}}
    ORDER BY likeness DESC, id LIMIT 5 * most) found
    WHERE NOT id = ANY (hidden_records()) AND {IN_A_CASE} ORDER BY likeness DESC, id LIMIT most"""


def upgrade() -> None:
    _look_up_by(NOW, "", NEAR, BY_SOUND, f"{BY_LETTERS} AND NOT EXISTS ({SOUNDS_SO})")
    op.execute("ALTER FUNCTION candidate_people ROWS 100")
    op.execute("ALTER FUNCTION former_people ROWS 1")
    _index_dates("birth_date", "search_name", "last_name", "id")


def downgrade() -> None:
    near = "birth_date = ANY (near) AND similarity(search_name, name) > 0.2"
    of_all = f"AND NOT id = ANY (hidden_records()) AND {IN_A_CASE}"
    _look_up_by(BEFORE, of_all, near, "name_keys && keys", BY_LETTERS)
    op.execute("ALTER FUNCTION candidate_people ROWS 1000")
    op.execute("ALTER FUNCTION former_people ROWS 1000")
    _index_dates("birth_date", "search_name")


def _look_up_by(way: str, of_all: str, near: str, by_sound: str, by_letters: str) -> None:
    rules = ("birth_date = ANY (dates) AND name <> ''", near, by_sound, "postcode = place AND name <> ''", by_letters)
    rules += ("nhs_number = nhs", "upn = pupil")
    found = " UNION ".join(f"({way.format(rule=rule)})" for rule in rules)
    op.execute("SELECT show_limit()")  # the setting that the function asks for is there once pg_trgm has been used
    op.execute(f"""
    CREATE OR REPLACE FUNCTION {SIGNATURE} AS $$
        SELECT id FROM ({found}) found WHERE sees_all() {of_all}
    $$
    """)


def _index_dates(*columns: str) -> None:
    op.drop_index("ix_people_birth_date", "people")
    op.create_index("ix_people_birth_date", "people", columns)
