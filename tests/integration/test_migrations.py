"""The migrations go up, come down, go up again, and lead to the rows that the code expects."""

import pytest
from alembic import command
from sqlalchemy import NullPool, create_engine, inspect

from tests.services import own_database, role_url
from triage.schema import alembic_config, migrate


@pytest.fixture
def owner_url():
    with own_database(empty=True) as name:
        yield role_url("triage_owner", name)


def tables_in(url):
    return set(inspect(create_engine(url, poolclass=NullPool)).get_table_names()) - {"alembic_version"}


def test_up_then_check_then_down_then_up(owner_url):
    migrate(owner_url)
    command.check(alembic_config(owner_url))
    there = tables_in(owner_url)
    command.downgrade(alembic_config(owner_url), "base")
    assert tables_in(owner_url) == set()
    migrate(owner_url)
    assert tables_in(owner_url) == there
