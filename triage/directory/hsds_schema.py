"""The Human Services Data Specification 3 as marshmallow schemas: what each object must have, and what kind each is.

Written from the facts of its schema reference (docs.openreferral.org, 3.0 to 3.2) and of the UK profile
(openreferraluk.org). marshmallow, because the service has it for every other thing that is sent in and it names each
fault by its place; jsonschema is a tool of the tests alone. What a schema does not name is kept and not looked at.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

ADD = "HSDS asks for this: add it."
PLAIN = {"required": ADD, "null": ADD}
WEB = re.compile(r"https?://\S+")
STATUSES = ("active", "inactive", "defunct", "temporarily closed")
KINDS_OF_PLACE = ("physical", "postal", "virtual")


class Number(fields.Field):
    """A JSON number: no text, and no yes or no."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("Write this as a number, without quotation marks.")
        return value


def _is_web(value: str) -> None:
    if not WEB.fullmatch(value):
        raise ValidationError("Write a web address that begins with http:// or https://.")


def _is_day(value: str) -> None:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValidationError("Write a real day, like 2013-03-27.") from None


def _is_instant(value: str) -> None:
    try:
        aware = datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise ValidationError("Write a day and time with its offset, like 2013-03-27T14:20:00+00:00.")


def key(**options: Any) -> fields.UUID:
    """A UUID that must be there."""
    wrong = "Write a UUID, like 0fdfb57f-c147-4cfb-864c-44788a335d8c."
    return fields.UUID(required=True, error_messages=PLAIN | {"invalid_uuid": wrong}, **options)


def text(*, required: bool = False, check: Any = None) -> fields.String:
    """A text; one that need not be there may be null."""
    full = [validate.Length(min=1, error="Write something here.")] if required else []
    messages = PLAIN | {"invalid": "Write this as text, in quotation marks."}
    checks = [*full, *([check] if check else [])]
    return fields.String(required=required, allow_none=not required, validate=checks, error_messages=messages)


def number() -> Number:
    """A number that need not be there."""
    return Number(allow_none=True)


def one_of(*codes: str, required: bool = True) -> fields.String:
    """One of the specification's own codes."""
    known = validate.OneOf(codes, error="There is no {input!r}. Use one of: {choices}.")
    return fields.String(required=required, allow_none=not required, validate=known, error_messages=PLAIN)


def one(schema: type[Schema] | str, *, required: bool = False) -> fields.Nested:
    """An object within."""
    messages = PLAIN | {"type": "Write an object here, in braces."}
    return fields.Nested(schema, required=required, allow_none=not required, error_messages=messages)


def many(schema: type[Schema]) -> fields.List:
    """A list of objects."""
    return fields.List(
        fields.Nested(schema, error_messages={"type": "Write an object here, in braces."}),
        allow_none=True,
        error_messages={"invalid": "Write a list here, in square brackets."},
    )


class Kept(Schema):
    """An object of HSDS: what more it says is kept."""

    error_messages: Mapping[str, str] = {"type": "Write an object here, in braces."}

    class Meta:
        unknown = INCLUDE

    id = key()


class Language(Kept):
    """A language that is spoken."""

    name = text()
    code = text()


class TaxonomyTerm(Kept):
    """A term: by its `code` within its `taxonomy`."""

    code = text()
    name = text()
    taxonomy = text()
    term_uri = text(check=_is_web)


class Attribute(Kept):
    """A term, and to what it is said."""

    link_entity = text()
    value = text()
    label = text()
    taxonomy_term = one(TaxonomyTerm)


class Phone(Kept):
    """A telephone number."""

    number = text(required=True)
    type = text()
    languages = many(Language)


class Contact(Kept):
    """Whom to ask for."""

    name = text()
    title = text()
    email = text()
    phones = many(Phone)


class Schedule(Kept):
    """When it is open, as RFC 5545 has it."""

    freq = one_of("WEEKLY", "MONTHLY", required=False)
    byday = text()
    opens_at = text()
    closes_at = text()
    valid_from = text(check=_is_day)
    valid_to = text(check=_is_day)
    description = text()


class Address(Kept):
    """Where a letter or a visitor goes."""

    address_1 = text(required=True)
    city = text(required=True)
    state_province = text(required=True)
    postal_code = text(required=True)
    country = text(required=True)
    address_type = one_of(*KINDS_OF_PLACE)


class Accessibility(Kept):
    """How people with disabilities get in."""

    description = text()


class Location(Kept):
    """A place, which may be a website."""

    location_type = one_of(*KINDS_OF_PLACE)
    name = text()
    latitude = number()
    longitude = number()
    addresses = many(Address)
    phones = many(Phone)
    contacts = many(Contact)
    schedules = many(Schedule)
    accessibility = many(Accessibility)


class ServiceArea(Kept):
    """For whom it is, by where they live."""

    name = text()
    description = text()
    uri = text(check=_is_web)


class ServiceAtLocation(Kept):
    """The service at one place."""

    description = text()
    location = one(Location)
    phones = many(Phone)
    contacts = many(Contact)
    schedules = many(Schedule)
    service_areas = many(ServiceArea)


class Organization(Kept):
    """Who gives it."""

    name = text(required=True)
    description = text(required=True)
    email = text()
    website = text(check=_is_web)
    phones = many(Phone)
    contacts = many(Contact)
    locations = many(Location)


class CostOption(Kept):
    """What it costs."""

    option = text()
    currency = text()
    amount = number()


class Unit(Kept):
    """In what capacity is counted."""

    name = text(required=True)


class ServiceCapacity(Kept):
    """How many of a unit there are, and how many are free."""

    unit = one(Unit, required=True)
    available = Number(required=True, error_messages=PLAIN)
    maximum = number()
    updated = text(required=True, check=_is_instant)


class Funding(Kept):
    """Who pays for it."""

    source = text()


class Service(Kept):
    """A service with all that belongs to it."""

    name = text(required=True)
    status = one_of(*STATUSES)
    description = text()
    url = text(check=_is_web)
    email = text()
    alternate_name = text()
    eligibility_description = text()
    application_process = text()
    fees_description = text()
    alert = text()
    minimum_age = number()
    maximum_age = number()
    assured_date = text(check=_is_day)
    last_modified = text(check=_is_instant)
    organization = one(Organization)
    phones = many(Phone)
    contacts = many(Contact)
    schedules = many(Schedule)
    languages = many(Language)
    service_areas = many(ServiceArea)
    service_at_locations = many(ServiceAtLocation)
    cost_options = many(CostOption)
    funding = many(Funding)
    capacities = many(ServiceCapacity)
    attributes = many(Attribute)
