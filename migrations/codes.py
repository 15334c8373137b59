"""For migrations: which codes a column may hold, read from the database, so that nothing else of a rule changes."""

import re

import sqlalchemy as sa
from alembic import op


def add_codes(table: str, column: str, codes: tuple[str, ...]) -> None:
    """Let the column hold these too."""
    _restrict(table, column, _codes_of(table, column) + codes)


def drop_codes(table: str, column: str, codes: tuple[str, ...]) -> None:
    """Let the column hold these no more: the rows that do are gone by then."""
    _restrict(table, column, tuple(each for each in _codes_of(table, column) if each not in codes))


def refuse_to_break_the_ledger(kind: str) -> None:
    """Stop a downgrade that would take sealed events away, or forget of which the content has gone. RuntimeError."""
    broken = sa.text(
        "SELECT EXISTS (SELECT FROM ledger_leaves WHERE chain_kind = :kind)"
        " OR EXISTS (SELECT FROM events WHERE type = 'disposed')"
    )
    if op.get_bind().scalar(broken, {"kind": kind}):
        raise RuntimeError(
            f"Coming down would break the ledger, in which events of kind {kind} are kept. Restore a backup of before."
        )


def rule_of(table: str, name: str) -> str:
    """What a CHECK asks, as PostgreSQL tells it, in one pair of brackets."""
    query = sa.text(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = CAST(:of AS regclass) AND conname = :it"
    )
    told = op.get_bind().scalar(query, {"of": table, "it": f"ck_{table}_{name}"})
    return told.removeprefix("CHECK (").removesuffix(")")


def replace_rule(table: str, name: str, rule: str) -> None:
    """Another rule in a CHECK's place."""
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def _codes_of(table: str, column: str) -> tuple[str, ...]:
    return tuple(re.findall(r"'([^']+)'::", rule_of(table, column)))


def _restrict(table: str, column: str, codes: tuple[str, ...]) -> None:
    replace_rule(table, column, f"{column} IN {codes}")
