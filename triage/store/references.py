"""Human references: they say the year, are easily read out on a telephone, and never repeat."""

from collections.abc import Iterable
from string import ascii_uppercase
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from triage.models import AccessRequest, Enquiry, Referral

NAMED = (Enquiry, Referral, AccessRequest)
NEXT = text("SELECT nextval('enquiry_reference')")
SEVERAL = text("SELECT nextval('enquiry_reference') FROM generate_series(1, :count)")


def name_cases(session: Session, keys: Iterable[UUID]) -> dict[UUID, str]:
    """The reference of each of these enquiries, referrals and requests for a record that whoever acts may see."""
    wanted = list(keys)
    kinds = (select(kind.id, kind.reference).where(kind.id.in_(wanted)) for kind in NAMED)
    return {key: reference for query in kinds for key, reference in session.execute(query)}


def next_enquiry_reference(session: Session, year: int) -> str:
    """A reference like ENQ-2013-004821. The number rises for ever; a rolled back one is not used again."""
    return enquiry_reference(year, session.scalar(NEXT))


def next_enquiry_numbers(session: Session, count: int) -> list[int]:
    """As many numbers at once."""
    return list(session.scalars(SEVERAL, {"count": count}))


def enquiry_reference(year: int, number: int) -> str:
    """The reference of a number already given."""
    return f"ENQ-{year}-{number:06d}"


def referral_reference(enquiry_ref: str, ordinal: int, earlier: int) -> str:
    """A child's referral: the enquiry's number and the child's place in it.

    ENQ-2013-004821's second child has REF-2013-004821-2; decided again after reopening, REF-2013-004821-2.2.
    """
    again = f".{earlier + 1}" if earlier else ""
    return f"REF-{enquiry_ref.removeprefix('ENQ-')}-{ordinal}{again}"


def stepped_reference(before: str) -> str:
    """The reference of what a referral steps up or down to: REF-2013-004821-2, then -2B, -2C … -2Z, -2ZB.

    A referral steps once, so the letters never meet.
    """
    if before[-1] not in ascii_uppercase or before[-1] == "Z":
        return before + "B"
    return before[:-1] + chr(ord(before[-1]) + 1)


def danger_reference(session: Session, before: Referral) -> str:
    """The reference of the section 47 referral that a case which stays open led to: REF-2013-004821-2-47, -47.2."""
    earlier = session.scalar(select(func.count()).where(Referral.stepped_from_id == before.id))
    return f"{before.reference}-47" + (f".{earlier + 1}" if earlier else "")
