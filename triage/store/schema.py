"""Which migration the database is at, beside the newest that came with this code."""

from functools import cache
from importlib.resources import files

from sqlalchemy import text
from sqlalchemy.orm import Session

MAY_READ = text("SELECT has_table_privilege(to_regclass('public.alembic_version'), 'SELECT')")
# Its name is its number and its words: 0001_the_rows.py.
DIGITS = 4


@cache
def known_revisions() -> tuple[str, ...]:
    """The numbers of the migrations that came with this code, the newest last."""
    names = (path.name for path in (files("migrations") / "versions").iterdir())
    return tuple(sorted(name[:DIGITS] for name in names if name[:DIGITS].isdigit() and name.endswith(".py")))


def find_revision(session: Session) -> str | None:
    """The last migration that the database has been through; None where none has, or too few to tell."""
    if not session.scalar(MAY_READ):
        return None
    return session.scalar(text("SELECT version_num FROM alembic_version"))


def is_behind(session: Session) -> bool:
    """Whether the database lacks a migration that this code counts on.

    One that the code does not know is newer: a deployment migrates first, and whoever runs on works with both.
    """
    found, known = find_revision(session), known_revisions()
    return found is None or (found in known and found != known[-1])
