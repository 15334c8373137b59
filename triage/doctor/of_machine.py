"""The machine that this runs on: its time zones and its disk."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from triage.doctor.finding import Finding, broken, look, well

MIB = 1024 * 1024
LITTLE, TOO_LITTLE = 500 * MIB, 50 * MIB
ZONE = "Europe/London"
SUMMER_HOUR = 3600  # seconds


def look_at_zones(zone: str = ZONE) -> Finding:
    """Every deadline is worked out in this zone, with its summer time."""
    try:
        ahead = datetime(2014, 7, 1, 12, tzinfo=ZoneInfo(zone)).utcoffset()
    except ZoneInfoNotFoundError:
        return broken("time zones", f"this machine knows nothing of {zone}.", "Install tzdata.")
    if ahead is None or ahead.total_seconds() != SUMMER_HOUR:
        return broken("time zones", f"this machine knows no summer time in {zone}.", "Install tzdata anew.")
    return well("time zones", f"{zone} is known, with its summer time.")


def look_at_disk(folder: Path | None = None) -> Finding:
    """Where this part writes what it needs for a moment. The database's disk is seen by its machine alone."""
    folder = folder or Path(tempfile.gettempdir())
    return tell_disk(shutil.disk_usage(folder).free)


def tell_disk(free: int) -> Finding:
    """Of so many bytes that are free."""
    says = f"{free // MIB:,} MiB are free for temporary files; the database's disk is not seen from here."
    if free < TOO_LITTLE:
        return broken("disk", says, "Make room: letters cannot be looked at, nor reports made.")
    if free < LITTLE:
        return look("disk", says, "Make room soon.")
    return well("disk", says)


def look_at_machine() -> Iterator[Finding]:
    """Both."""
    yield look_at_zones()
    yield look_at_disk()
