"""Runs the migrations as the schema's owner, and lets Alembic compare the rows that the code expects."""

import os

from alembic import context
from sqlalchemy import NullPool, create_engine, text

from triage.models import Base

# A migration that must wait for a lock gives up rather than hold up the hub behind it. `triage migrate` tries again.
LOCK_TIMEOUT = "5s"
NAME = "triage migrate"


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["TRIAGE_OWNER_DATABASE_URL"]
    with create_engine(url, poolclass=NullPool).connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        name = context.config.attributes.get("name", NAME)  # by which it is seen whom it waits for
        connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
