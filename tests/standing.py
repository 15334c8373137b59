"""What the code of before counts on in a schema, and what of it another schema has not: read from PostgreSQL's catalog.

So whatever a migration does, by Alembic or by SQL of its own, is seen in what stands afterwards.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

OURS = "n.nspname NOT LIKE 'pg_%' AND n.nspname <> 'information_schema'"
COLUMNS = f"""
SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.atthasdef OR a.attidentity <> '', c.relkind IN ('r', 'p')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
"""  # noqa: S608
FUNCTIONS = f"""
SELECT n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
    pg_get_function_result(p.oid)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE {OURS} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""  # noqa: S608
RULES = f"""
SELECT n.nspname || '.' || c.relname, k.conname, pg_get_constraintdef(k.oid),
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey))
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS} AND k.contype IN ('c', 'u', 'f', 'x', 'p')
UNION SELECT n.nspname || '.' || c.relname, i.relname, pg_get_indexdef(i.oid),
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (x.indkey))
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND x.indisunique
"""  # noqa: S608
MAY = """
SELECT table_schema || '.' || table_name, privilege_type FROM information_schema.role_table_grants
WHERE grantee = 'triage_app'
"""
QUOTED = re.compile(r"'([^']*)'")


class Column(NamedTuple):
    """Its type, whether it may not be empty, whether it is filled by itself, and whether it is a table's."""

    type: str
    needed: bool
    filled: bool
    of_table: bool


class Standing(NamedTuple):
    """A schema: columns by table and name, functions by what they take, rules by table and name, what we may do."""

    columns: dict[tuple[str, str], Column]
    functions: dict[str, str]
    rules: dict[tuple[str, str], tuple[str, frozenset[str]]]
    may: set[tuple[str, str]]


def read_standing(connection: Connection) -> Standing:
    """As it stands now."""

    def rows(query: str) -> list[Any]:
        return list(connection.execute(text(query)))

    return Standing(
        {(table, name): Column(*rest) for table, name, *rest in rows(COLUMNS)},
        dict(tuple(row) for row in rows(FUNCTIONS)),
        {(table, name): (says, frozenset(of)) for table, name, says, of in rows(RULES)},
        {tuple(row) for row in rows(MAY)},
    )


def find_taken(before: Standing, after: Standing) -> list[str]:
    """What the code of before would miss, or be refused, in words; nothing where it works on."""
    found = (*_columns(before, after), *_functions(before, after), *_rules(before, after), *_rights(before, after))
    return sorted(found)


def _tables(standing: Standing) -> set[str]:
    return {table for table, _name in standing.columns}


def _columns(before: Standing, after: Standing) -> Iterator[str]:
    for table in _tables(before) - _tables(after):
        yield f"{table} is gone"
    for (table, name), was in before.columns.items():
        now = after.columns.get((table, name))
        if table not in _tables(after):
            continue
        if now is None:
            yield f"{table}.{name} is gone"
        elif now.type != was.type:
            yield f"{table}.{name} was {was.type} and is {now.type}"
        elif now.needed and not was.needed:
            yield f"{table}.{name} may not be empty any more"
        elif was.filled and not now.filled and was.needed:
            yield f"{table}.{name} is not filled by itself any more"
    for (table, name), now in after.columns.items():
        fresh = (table, name) not in before.columns and table in _tables(before)
        if fresh and now.of_table and now.needed and not now.filled:
            yield f"{table}.{name} is new, may not be empty and is not filled by itself"


def _functions(before: Standing, after: Standing) -> Iterator[str]:
    for name, gives in before.functions.items():
        if name not in after.functions:
            yield f"{name} is gone"
        elif after.functions[name] != gives:
            yield f"{name} gave {gives} and gives {after.functions[name]}"


def _rules(before: Standing, after: Standing) -> Iterator[str]:
    """Whatever could refuse a row that was taken before: a new rule of columns that were there, or a narrower one."""
    for (table, name), (says, of) in after.rules.items():
        if table not in _tables(before):
            continue
        was = before.rules.get((table, name))
        if was is None and of and all((table, each) in before.columns for each in of):
            yield f"{table} has the new rule {name}"
        elif was is not None and was[0] != says and not set(QUOTED.findall(was[0])) < set(QUOTED.findall(says)):
            yield f"{table} has {name} changed"


def _rights(before: Standing, after: Standing) -> Iterator[str]:
    for table, right in before.may - after.may:
        if table in _tables(after):
            yield f"{table}: the service may not {right} any more"
