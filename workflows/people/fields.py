"""What of two records is compared, and the levels of agreement that each kind of field has, best first."""

from dataclasses import dataclass

SAME = 0  # the first level of every kind


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of field may agree. `levels` are said of two values, best first; the last is that they differ."""

    code: str
    levels: tuple[str, ...]


NAME = Kind("name", ("the same", "another form", "a slip, or sounds the same", "alike", "differs"))
TEXT = Kind("text", ("the same", "a slip", "alike", "differs"))
DAY = Kind(
    "day",
    (
        "the same",
        "with day and month exchanged",
        "but for one digit",
        "but for one part",
        "of one year, and an estimate",
        "fits when the child was expected",
        "differs",
    ),
)
NUMBER = Kind("number", ("the same", "but for one character", "differs"))
POSTCODE = Kind("postcode", ("the same", "but for one character", "of one area", "differs"))
CODE = Kind("code", ("the same", "differs"))
RELATIVES = Kind("relatives", ("one of them the same", "one of them alike", "none the same"))
IDENTIFIER = Kind("identifier", ("the same", "but for one character", "differs"))


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its code, the words for it, how it may agree, and whether a household has it in common."""

    code: str
    words: str
    kind: Kind
    shared: bool = False


FIELDS = (
    Field("given_name", "given name", NAME),
    Field("family_name", "family name", NAME, shared=True),
    Field("birth_date", "date of birth", DAY),
    Field("sex", "sex", CODE),
    Field("house", "house number", NUMBER, shared=True),
    Field("street", "street", TEXT, shared=True),
    Field("place", "second line of address", TEXT, shared=True),
    Field("town", "town", TEXT, shared=True),
    Field("county", "county", CODE, shared=True),
    Field("postcode", "postcode", POSTCODE, shared=True),
    Field("parents", "parents", RELATIVES, shared=True),
    Field("siblings", "brothers and sisters", RELATIVES, shared=True),
    Field("nhs_number", "NHS number", IDENTIFIER),
    Field("upn", "UPN", IDENTIFIER),
)
CODES = tuple(field.code for field in FIELDS)
# What people write in each other's place.
EXCHANGED = (("given_name", "family_name"), ("street", "place"))
