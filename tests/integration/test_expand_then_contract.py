"""A migration leaves all that the code of before counts on, so both run while a new version is brought in.

The code of before is not at hand where the tests run (a clone may have no past), so the schema is looked at instead:
what stands before and after each migration, as PostgreSQL's catalog has it. Whatever is taken away on purpose the
migration names in `contracts`, with why nothing needs it any more. Not seen: what a policy or a trigger refuses then.
"""

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, text

from tests.services import own_database, role_url
from tests.standing import find_taken, read_standing
from triage.schema import alembic_config

LAST_OF_BEFORE = "0052"  # until then whoever brought in a version stopped the one before: it is released since


@pytest.fixture
def owner_url():
    with own_database(empty=True) as name:
        yield role_url("triage_owner", name)


def standing(url):
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return read_standing(connection)


def test_every_migration_leaves_what_the_code_of_before_counts_on(owner_url):
    config = alembic_config(owner_url)
    scripts = ScriptDirectory.from_config(config)
    later = list(reversed(list(scripts.iterate_revisions(scripts.get_current_head(), LAST_OF_BEFORE))))
    assert later
    command.upgrade(config, LAST_OF_BEFORE)
    before = standing(owner_url)
    for each in later:
        command.upgrade(config, each.revision)
        after = standing(owner_url)
        contracts = getattr(each.module, "contracts", {})
        assert find_taken(before, after) == sorted(contracts), each.path
        assert all(len(why) > 20 for why in contracts.values())
        before = after


def test_a_step_of_before_that_took_something_away_is_found(owner_url):
    config = alembic_config(owner_url)
    command.upgrade(config, "0013")
    before = standing(owner_url)
    command.upgrade(config, "0016")
    assert len(find_taken(before, standing(owner_url))) > 5


MADE = """
CREATE TABLE cases (id integer PRIMARY KEY, state text NOT NULL DEFAULT 'open', who text,
    CONSTRAINT known CHECK (state IN ('open', 'closed')));
CREATE VIEW open_cases AS SELECT id, who FROM cases;
CREATE FUNCTION count_cases(integer) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM cases';
GRANT SELECT, INSERT ON cases TO triage_app;
"""
TAKES = {
    "DROP VIEW open_cases": ["public.open_cases is gone"],
    "DROP VIEW open_cases; ALTER TABLE cases DROP COLUMN who": [
        "public.cases.who is gone",
        "public.open_cases is gone",
    ],
    "ALTER TABLE cases RENAME COLUMN state TO stands": ["public.cases has known changed", "public.cases.state is gone"],
    "ALTER TABLE cases ALTER state TYPE varchar(9)": [
        "public.cases has known changed",
        "public.cases.state was text and is character varying(9)",
    ],
    "ALTER TABLE cases ALTER who SET NOT NULL": ["public.cases.who may not be empty any more"],
    "ALTER TABLE cases ALTER state DROP DEFAULT": ["public.cases.state is not filled by itself any more"],
    "ALTER TABLE cases ADD why text NOT NULL": [
        "public.cases.why is new, may not be empty and is not filled by itself"
    ],
    "ALTER TABLE cases ADD CONSTRAINT told CHECK (who <> '')": ["public.cases has the new rule told"],
    "CREATE UNIQUE INDEX one_each ON cases (who)": ["public.cases has the new rule one_each"],
    "ALTER TABLE cases DROP CONSTRAINT known, ADD CONSTRAINT known CHECK (state IN ('open'))": [
        "public.cases has known changed"
    ],
    "DROP FUNCTION count_cases(integer)": ["public.count_cases(integer) is gone"],
    "DROP FUNCTION count_cases(integer); CREATE FUNCTION count_cases(integer) RETURNS integer"
    " LANGUAGE sql AS 'SELECT 1'": ["public.count_cases(integer) gave bigint and gives integer"],
    "REVOKE INSERT ON cases FROM triage_app": ["public.cases: the service may not INSERT any more"],
}
LEAVES = (
    "ALTER TABLE cases ADD why text",
    "ALTER TABLE cases ADD why text NOT NULL DEFAULT ''",
    "ALTER TABLE cases ADD why text, ADD CONSTRAINT said CHECK (why <> '')",
    "ALTER TABLE cases DROP CONSTRAINT known, ADD CONSTRAINT known CHECK (state IN ('open', 'closed', 'held'))",
    "ALTER TABLE cases DROP CONSTRAINT known",
    "ALTER TABLE cases ALTER state DROP NOT NULL",
    "CREATE TABLE others (id integer PRIMARY KEY, why text NOT NULL)",
    "CREATE INDEX by_who ON cases (who)",
    "CREATE OR REPLACE VIEW open_cases AS SELECT id, who, state FROM cases",
)


@pytest.mark.parametrize(("statements", "taken"), [*TAKES.items(), *((each, []) for each in LEAVES)])
def test_what_a_step_takes_away_is_told_and_nothing_else(engine, database_name, statements, taken):
    with create_engine(role_url("triage_owner", database_name), poolclass=NullPool).connect() as connection:
        connection.execute(text(MADE))
        before = read_standing(connection)
        connection.execute(text(statements))
        assert find_taken(before, read_standing(connection)) == taken
        connection.rollback()
