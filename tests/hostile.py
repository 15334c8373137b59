"""Text that somebody sends to do harm, and where in what is sent it may stand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from marshmallow import Schema, fields, validate

MARK = "zqxhostile"  # by which it is found again
KNOWN = (
    f"{MARK}'; DROP TABLE enquiries; --",
    f"{MARK}' OR '1'='1",
    f"<script>{MARK}</script><img src={MARK} onerror={MARK}()>",
    f"</textarea></title><{MARK} onmouseover=x>",
    f'"{MARK}="{MARK}" autofocus onfocus="{MARK}()',
    f"' {MARK}='",
    f"{{{{ 7*7 }}}}{{% raw %}}{MARK}${{7*7}}#{{7*7}}",
    f"=cmd|'/c {MARK}'!A1",
    f"{MARK}\r\nBcc: everybody@x.example\r\n\r\nbody",
    f"javascript:{MARK}",
    f"&lt;{MARK}&gt;&amp;&#0;",
    f"{MARK}\u202e\u2066\u2069\u200b\ufeff",
    f"{MARK}\x07\x1b[31m\x0b\x7f\x85\u2028",
    f"{MARK}]]><!--",
    f"%00{MARK}%s%n../../{MARK}",
    f"e\u0301{MARK}\U0001f469\u200d\U0001f467",
)
REFUSED = (f"{MARK}\x00", f"{MARK}\ud800", f"{MARK}{'9' * 900_000}")
HUGE = (10**400, -(10**30), 1e308, "9" * 5000, float("1e-300"))
DRAWN = st.text(st.characters(), max_size=60).map(lambda drawn: f"{MARK}{drawn}")
TEXTS = st.sampled_from(KNOWN) | st.sampled_from(REFUSED) | DRAWN


def deep(levels: int) -> Any:
    """A list within a list within a list."""
    nested: Any = []
    for _ in range(levels):
        nested = [nested]
    return nested


VALUES = TEXTS | st.sampled_from(HUGE) | st.sampled_from([None, True, [], {}, [MARK], {MARK: MARK}, deep(50)])


def paths_of(schema: Schema) -> Iterator[tuple[str | int, ...]]:
    """Every place of what the schema takes: "subjects", 0, "person", "given_name"."""
    for name, field in schema.fields.items():
        key = field.data_key or name
        yield (key,)
        inner, step = (field.inner, (key, 0)) if isinstance(field, fields.List) else (field, (key,))
        if isinstance(field, fields.List):
            yield step
        if isinstance(inner, fields.Nested):
            yield from ((*step, *rest) for rest in paths_of(inner.schema))
        if isinstance(inner, fields.Dict):
            yield (*step, MARK)


def example_of(schema: Schema, keys: dict[str, str]) -> dict[str, Any]:
    """Something that the schema takes. `keys` says what each field of a key may name."""
    named = {field.data_key or name: (name, field) for name, field in schema.fields.items()}
    told = {key: _example(name, field, keys) for key, (name, field) in named.items()}
    return {key: value for key, value in told.items() if key != "person_id" or "person" not in told}


def _example(name: str, field: fields.Field, keys: dict[str, str]) -> Any:
    if name in SENSIBLE | keys:
        return (SENSIBLE | keys)[name]
    if isinstance(field, fields.Nested):
        return example_of(field.schema, keys)
    if isinstance(field, fields.List):
        return [_example(name.removesuffix("s"), field.inner, keys)]
    if isinstance(field, fields.UUID):
        return next(iter(keys.values()))
    choices = [each.choices for each in _validators(field) if isinstance(each, validate.OneOf)]
    if choices:
        return next(iter(choices[0]))
    if isinstance(field, fields.AwareDateTime):
        return datetime(2013, 5, 7, 8, tzinfo=UTC).isoformat()
    return next((value for kind, value in PLAIN if isinstance(field, kind)), "Made up")


SENSIBLE = {
    "agency_code": "police",
    "team_code": "social_care_west",
    "postcode": "NG15 7AA",
    "nhs_number": None,
    "upn": None,
    "expected_date": None,
    "indicator": "C4_NAI",
    "until": "2013-05-09",
    "section_47": True,
}
PLAIN = (
    (fields.Boolean, True),
    (fields.Integer, 1),
    (fields.Email, "a@x.example"),
    (fields.Dict, {}),
    (fields.Date, "2013-05-01"),
)


def _validators(field: fields.Field) -> list[Any]:
    return list(field.validators)


def put(body: Any, path: tuple[str | int, ...], value: Any) -> None:
    """Let the value stand at that place of the body."""
    for step in path[:-1]:
        body = body[step]
    body[path[-1]] = value
