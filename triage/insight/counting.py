"""The numbers, kept as cases change: what became of a case is taken away as it was counted, and added as it is now.

A case that is counted twice changes nothing the second time, so it does not matter how often or in which order it is
told of. `rebuild` counts everything anew, and gives the same.
"""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from triage.database import waiting_at_most
from triage.insight.definition import Measure, read_measures
from triage.insight.facts import FACTS, SPANS, Fact
from triage.models import Counting

BATCH = 1_000  # cases that are counted again in one statement
LOCK = 5_010  # one counts at a time
KEPT = 2  # the way in which the numbers are kept: of a year so far, too
READERS = 5  # seconds for which it waits for those who read: less than the web waits behind it
# Both sorts of numbers of some cases: less of what they were, more of what they are.
CHANGE = """
WITH told AS MATERIALIZED (SELECT sign, (fact).* FROM recount_{table}(:keys)), counts AS (
    INSERT INTO rollups AS kept (by, measure, span, on_day, key, counted, of)
    SELECT d.by, m.measure, s.span, s.begins, d.key, sum(sign * m.counted), sum(sign * m.of)
    FROM told CROSS JOIN LATERAL (VALUES {measures}) m(measure, counted, of)
    CROSS JOIN LATERAL (VALUES {groups}) d(by, key)
    CROSS JOIN LATERAL (VALUES ('day', on_day), ('month', date_trunc('month', on_day)::date)) s(span, begins)
    WHERE m.of = 1 GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign * m.counted) <> 0 OR sum(sign * m.of) <> 0
    ON CONFLICT (by, measure, span, on_day, key)
    DO UPDATE SET counted = kept.counted + excluded.counted, of = kept.of + excluded.of
){spreads}{stays} SELECT
"""
# A month, and those after it in its reporting year: what is of it is of theirs "so far".
FROM_THEN_ON = """generate_series(month, CASE WHEN by = 'week' THEN month
        ELSE date_trunc('year', month + interval '9 months') + interval '2 months' END, '1 month') AS later"""
CHANGE_SPREAD = """, {value} AS (
    INSERT INTO spreads AS kept (by, spread, month, key, value, number, so_far)
    SELECT by, '{spread}', later::date, key, {grained}, sum(CASE WHEN later = month THEN sign ELSE 0 END), sum(sign)
    FROM (SELECT *, date_trunc('month', on_day::timestamp) AS month FROM told WHERE {value} IS NOT NULL) told
    CROSS JOIN LATERAL (VALUES {groups}) d(by, key) CROSS JOIN LATERAL {from_then_on}
    GROUP BY 1, 3, 4, 5 HAVING sum(CASE WHEN later = month THEN sign ELSE 0 END) <> 0 OR sum(sign) <> 0
    ON CONFLICT (by, spread, month, key, value)
    DO UPDATE SET number = kept.number + excluded.number, so_far = kept.so_far + excluded.so_far
)"""
CHANGE_STAYS = """, stayed AS (
    INSERT INTO stays AS kept (by, key, began, ended, number)
    SELECT d.by, d.key, on_day, coalesce(ended_on, 'infinity'), sum(sign)
    FROM told CROSS JOIN LATERAL (VALUES {groups}) d(by, key)
    WHERE begins AND ({stays}) GROUP BY 1, 2, 3, 4 HAVING sum(sign) <> 0
    ON CONFLICT (by, ended, began, key) DO UPDATE SET number = kept.number + excluded.number
)"""
# Each row is looked at once, for every group that it is in.
FILL = """
INSERT INTO rollups (by, measure, span, on_day, key, counted, of)
SELECT g.by, m.measure, 'day', g.on_day, g.key, m.counted, m.of
FROM (SELECT {group}, on_day, {counts} FROM {view} GROUP BY GROUPING SETS ({sets})) g
CROSS JOIN LATERAL (VALUES {measures}) m(measure, counted, of) WHERE m.of > 0
"""
FILL_MONTHS = """
INSERT INTO rollups (by, measure, span, on_day, key, counted, of)
SELECT by, measure, 'month', date_trunc('month', on_day)::date, key, sum(counted), sum(of)
FROM rollups GROUP BY 1, 2, 4, 5
"""
FILL_STAYS = """
INSERT INTO stays (by, key, began, ended, number)
SELECT {group}, on_day, until, count(*)
FROM (SELECT *, coalesce(ended_on, 'infinity') AS until FROM {view} WHERE begins AND ({stays})) told
GROUP BY GROUPING SETS ({sets})
"""
# In the order of its key: what is read together then lies together.
FILL_SPREAD = """
INSERT INTO spreads (by, key, spread, month, value, number, so_far)
SELECT by, key, '{spread}', later::date, within, sum(CASE WHEN later = month THEN number ELSE 0 END), sum(number)
FROM (
    SELECT {group}, month, within, count(*) AS number
    FROM (SELECT *, {week} AS week, date_trunc('month', on_day::timestamp) AS month, {grained} AS within
        FROM {view} WHERE {value} IS NOT NULL) told
    GROUP BY GROUPING SETS ({sets})
) told CROSS JOIN LATERAL {from_then_on} GROUP BY 1, 2, 4, 5 ORDER BY 1, 4, 2, 5
"""


def refresh(session: Session) -> int:
    """Count again what changed since it was counted last, for the service itself. How many changes there were.

    Where the definitions are others than those that the numbers were kept by, everything is counted anew.
    """
    session.flush()
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if {each.fact: each.definitions for each in session.scalars(select(Counting))} != _say_definitions():
        rebuild(session)
    changes = 0
    while (due := session.execute(text("SELECT * FROM take_due(:most)"), {"most": BATCH}).one()).taken:
        changes += due.taken
        for name, fact in FACTS.items():
            _recount(session, name, fact, [key for cases in fact.cases for key in getattr(due, cases)])
    return changes


def rebuild(session: Session) -> None:
    """Count everything anew. Readers wait until it is done, and nobody waits behind a long one for it to begin.

    OperationalError where somebody reads the numbers for longer than that.
    """
    with waiting_at_most(session, READERS):
        session.execute(text("TRUNCATE rollups, spreads, stays"))
    session.execute(delete(Counting))
    for name, fact in FACTS.items():
        session.execute(text(f"SELECT recount_all_{fact.table}()"))
        session.execute(text(_fill(name, fact)))
        for value in fact.values:
            session.execute(text(_fill_spread(name, fact, value)))
        if fact.stays:
            session.execute(text(_fill_stays(fact)))
    session.execute(text(FILL_MONTHS))
    told = [{"fact": name, "definitions": said} for name, said in _say_definitions().items()]
    session.execute(insert(Counting).values(told))


def _say_definitions() -> dict[str, str]:
    """By fact, what the numbers hang on, and how they are kept: another wording of a question changes none."""
    return {
        name: json.dumps(
            [KEPT, fact.by, fact.values, fact.stays, [(each.name, each.counted, each.of) for each in _counted_of(name)]]
        )
        for name, fact in FACTS.items()
    }


def _counted_of(name: str) -> list[Measure]:
    return [each for each in read_measures().values() if each.fact == name and not each.percentile]


def _recount(session: Session, name: str, fact: Fact, keys: Sequence[UUID]) -> None:
    if keys:
        statement = text(_change(name, fact)).bindparams(bindparam("keys", type_=ARRAY(Uuid())))
        session.execute(statement, {"keys": list(keys)})


def _change(name: str, fact: Fact) -> str:
    measures = (
        f"('{each.name}', (({each.counted}) AND {_of(each)})::integer, ({_of(each)})::integer)"
        for each in _counted_of(name)
    )
    spreads = (
        CHANGE_SPREAD.format(
            value=value,
            spread=f"{name}.{value}",
            grained=_grained(fact, value),
            groups=_list_groups((*fact.by, "week")),
            from_then_on=FROM_THEN_ON,
        )
        for value in fact.values
    )
    groups = _list_groups(fact.by)
    stays = CHANGE_STAYS.format(groups=groups, stays=fact.stays) if fact.stays else ""
    told = {"measures": ", ".join(measures), "groups": groups, "spreads": "".join(spreads), "stays": stays}
    return CHANGE.format(table=fact.table, **told)


def _of(measure: Measure) -> str:
    """A condition that is not known is not met."""
    return f"coalesce({measure.of or 'true'}, false)"


def _list_groups(by: Sequence[str]) -> str:
    return ", ".join(["('', '')", *(f"('{each}', {SPANS.get(each, each)})" for each in by)])


def _grained(fact: Fact, value: str) -> str:
    """Up to the next whole grain: "within"."""
    grain = fact.values[value]
    return f"({value} + {grain - 1}) / {grain} * {grain}"


def _fill(name: str, fact: Fact) -> str:
    measures = list(enumerate(_counted_of(name)))
    counts = (
        f"count(*) FILTER (WHERE ({each.counted}) AND {_of(each)}) AS c{n}, count(*) FILTER (WHERE {_of(each)}) AS o{n}"
        for n, each in measures
    )
    return FILL.format(
        group=_group(fact.by),
        counts=", ".join(counts),
        view=fact.view,
        sets=_sets("on_day", fact.by),
        measures=", ".join(f"('{each.name}', c{n}, o{n})" for n, each in measures),
    )


def _fill_spread(name: str, fact: Fact, value: str) -> str:
    by = (*fact.by, "week")
    return FILL_SPREAD.format(
        group=_group(by),
        spread=f"{name}.{value}",
        value=value,
        week=SPANS["week"],
        grained=_grained(fact, value),
        view=fact.view,
        sets=_sets("month, within", by),
        from_then_on=FROM_THEN_ON,
    )


def _fill_stays(fact: Fact) -> str:
    sets = _sets("on_day, until", fact.by)
    return FILL_STAYS.format(group=_group(fact.by), view=fact.view, stays=fact.stays, sets=sets)


def _group(by: Sequence[str]) -> str:
    """Which group a grouped row is of: in each only one column is not null."""
    which = " ".join(f"WHEN grouping({each}) = 0 THEN '{each}'" for each in by)
    return f"CASE {which} ELSE '' END AS by, coalesce({', '.join(by)}, '') AS key"


def _sets(always: str, by: Sequence[str]) -> str:
    return ", ".join([f"({always})", *(f"({always}, {each})" for each in by)])
