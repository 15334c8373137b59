"""Of which days there is anything to count."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

DAYS = text("SELECT first, last FROM measured_days WHERE fact = :fact")


def find_days(session: Session, fact: str) -> tuple[date, date] | None:
    """The first and the last day of which there is any of that fact; None where there is none of it."""
    found = session.execute(DAYS, {"fact": fact}).one_or_none()
    return (found.first, found.last) if found and found.first else None
