"""What the description says of every operation alike: with which answers it refuses, and which headers it asks for."""

from typing import Any

from apispec import APISpec, BasePlugin
from marshmallow import fields

from triage.schemas.fields import Output

ALWAYS = {
    401: "No token, or one that does not hold",
    403: "The token lacks the scope, or its bearer may not do that",
    404: "There is no such thing, or not for this bearer",
    422: "What was sent is well formed and cannot be right: each field is named",
    429: "Too many requests without a token that holds came from this address: try again after Retry-After",
    503: "The database is away or somebody else is at the same case. Nothing was done: try again after Retry-After",
}
OF_POST = {
    400: "Not JSON, or without an Idempotency-Key",
    409: "The case is not in a state in which that can be done: the reasons are named",
    412: "Somebody changed it since it was read",
    413: "The body is too large",
    415: "The body is not sent as application/json",
    428: "Without If-Match",
}
HEADERS = (
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "New for each thing that is asked for, the same when it is tried again",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[\x21-\x7e]+$"},
    },
    {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": 'The ETag as it was read, like "3": needed to act on something, but for immediate danger',
        "schema": {"type": "string", "pattern": r'^(W/)?"?[0-9]{1,9}(\.[0-9]{1,9})?"?$'},
    },
)


class FaultSchema(Output):
    """One thing to put right."""

    code = fields.String()
    detail = fields.String()
    field = fields.String(
        metadata={"description": "The path of the field that it is about: subjects.0.person.birth_date"}
    )


class ProblemSchema(Output):
    """Problem details (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema))


class Alike(BasePlugin):
    """Adds to each operation what holds for all of its method."""

    def init_spec(self, spec: APISpec) -> None:
        """Describe each refusal once, to be referred to."""
        super().init_spec(spec)
        for status, words in (ALWAYS | OF_POST).items():
            content = {"application/problem+json": {"schema": ProblemSchema}}
            spec.components.response(_name(status), {"description": words, "content": content})

    def operation_helper(self, operations: dict[str, Any] | None = None, **_: Any) -> None:  # type: ignore[override]
        """Say of every operation how it refuses, and of each POST what headers it takes."""
        for method, operation in (operations or {}).items():
            refusals = ALWAYS | OF_POST if method == "post" else ALWAYS
            operation.setdefault("responses", {}).update({str(status): _name(status) for status in refusals})
            if method == "post":
                operation.setdefault("parameters", []).extend(HEADERS)


def _name(status: int) -> str:
    return f"Problem{status}"
