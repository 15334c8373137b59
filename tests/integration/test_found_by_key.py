"""What hangs on a row is found by its key, however many rows there are."""

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.services import role_url

# What few rows lead to, or are: a look at all of them costs nothing.
FEW = {"users", "teams", "localities", "districts", "agencies", "providers", "restrictions", "access_requests"}
SMALL = {"holds", "glass_breaks", "restrictions"}
# An index of all rows, or of all that have the key.
UNINDEXED = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND NOT EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum
        AND coalesce(pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)', true))
"""


@pytest.fixture
def owner(engine, database_name):
    with create_engine(role_url("triage_owner", database_name), poolclass=NullPool).connect() as connection:
        yield connection


def find_unindexed(connection):
    found = [tuple(row) for row in connection.execute(text(UNINDEXED))]
    return [each for each in found if each[2] not in FEW and each[0] not in SMALL]


def test_every_key_that_leads_to_what_grows_has_an_index(owner):
    assert find_unindexed(owner) == []


@pytest.mark.parametrize("index", ["ix_decisions_subject_id", "ix_clocks_agency_check_id"])
def test_a_key_without_one_is_found(owner, index):
    owner.execute(text(f"DROP INDEX {index}"))
    assert len(find_unindexed(owner)) == 1
    owner.rollback()
