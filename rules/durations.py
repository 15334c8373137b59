"""Lengths of time as a person writes and reads them. Facts count in days; a year is 365¼ of them."""

import re

UNITS = {"year": 365.25, "month": 30.4375, "week": 7.0, "day": 1.0}
_WRITTEN = re.compile(r"([1-9][0-9]{0,4}) (year|month|week|day)s?")


def read_duration(text: str) -> int | None:
    """ "5 years", "6 months", "12 weeks" or "90 days" as whole days (1826, 183, 84, 90); None for anything else."""
    match = _WRITTEN.fullmatch(text)
    return round(int(match[1]) * UNITS[match[2]]) if match else None


def say_days(days: int) -> str:
    """Days in the largest unit that says them exactly: 1826 is "5 years", 184 is "184 days"."""
    for unit, length in UNITS.items():
        count = round(days / length)
        if count and round(count * length) == days:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "0 days"


def say_age(days: int) -> str:
    """An age as one is told: "5 months old" or "8 years old", in whole units that have passed."""
    unit = "year" if days >= 2 * UNITS["year"] else "month" if days >= 2 * UNITS["month"] else "day"
    count = int(days / UNITS[unit] + 1e-9) if unit != "year" else _years(days)
    return f"{count} {unit}{'' if count == 1 else 's'} old"


def _years(days: int) -> int:
    return next(years for years in range(days // 365, -1, -1) if round(years * UNITS["year"]) <= days)
