"""The directory of early help services: what is asked of it, said of it and sent out of it."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_dump, validate

from triage.directory.hsds_schema import Service
from triage.models.codes import PROVIDER_KINDS
from triage.schemas.fields import Input, Output, code, line, narrative
from triage.services.directory import NO_COUNT

OLDEST = 25  # whom early help is for: to 25 with an education, health and care plan


def _count(**options: Any) -> fields.Integer:
    """A whole number of places or weeks; whether there can be so many the service says."""
    return fields.Integer(error_messages={"invalid": NO_COUNT, "too_large": NO_COUNT}, **options)


class CapacitySchema(Input):
    """What room a service has today: places free, of how many, and how many weeks one waits for one.

    `after` is what was said last where that is said again: where somebody has said something since, it is refused.
    """

    free = _count(required=True)
    places = _count(allow_none=True)
    waiting_weeks = _count(allow_none=True)
    after = fields.UUID()


class PurposeSchema(Input):
    """What a service is for: the kind of provider, and the needs that it meets."""

    provider = code(PROVIDER_KINDS, required=True)
    meets = fields.List(line(60), required=True, validate=validate.Length(max=100))


class UnmetNeedSchema(Input):
    """Which need nobody can meet, and perhaps more in words."""

    need = line(60, required=True)
    words = narrative(load_default="")


class DirectoryQuery(Input):
    """Which services: for a need, an age in years and a district, of a kind, with room now."""

    need = line(60)
    age = fields.Integer(
        validate=validate.Range(0, OLDEST, error=f"Enter an age from 0 to {OLDEST}."),
        error_messages={"invalid": "Enter an age in whole years, like 7."},
    )
    district = line(20)
    kind = code(PROVIDER_KINDS)
    room = fields.Boolean()
    unsaid = fields.Boolean()


class ServicesQuery(Input):
    """Which page of the list, as HSDS asks for it."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000, error="Pages are numbered from 1."))
    per_page = fields.Integer(load_default=50, validate=validate.Range(1, 100, error="Ask for 1 to 100 at a time."))


class HsdsServiceSchema(Service):
    """A service as HSDS 3 has it, with whatever more its own file said."""

    @post_dump(pass_original=True)
    def tell_whole(self, _data: Mapping[str, Any], original: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """All of it, and as it was written."""
        return dict(original)


class HsdsPageSchema(Output):
    """A page of services as HSDS 3 has it."""

    total_items = fields.Integer()
    total_pages = fields.Integer()
    page_number = fields.Integer()
    size = fields.Integer()
    first_page = fields.Boolean()
    last_page = fields.Boolean()
    empty = fields.Boolean()
    contents: fields.List[Schema] = fields.List(fields.Nested(HsdsServiceSchema))
