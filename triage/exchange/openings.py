"""Who opened what, as a CSV file that a spreadsheet reads and does not run."""

import csv
from io import StringIO

from triage.exchange.cells import safe_cell
from triage.models.codes import ROLES
from triage.services.desk import Desk
from triage.services.letters import say_instant
from triage.services.openings import Report

HEADINGS = ("When", "Who", "Role", "Page", "Case", "Why it is listed", "Reason they gave")


def write_openings(desk: Desk, report: Report, of: int) -> str:
    """The lines of the report beneath their headings, and above them who made the file, when, and whether it is all.

    `of` is how many lines there are, which may be more than the report holds.
    """
    zone = desk.pack.calendar.zone
    made = f"Made by {desk.actor.name} ({ROLES[desk.actor.role]}) at {say_instant(desk.now, zone)}"
    if of > len(report.lines):
        made += f". Only the latest {len(report.lines):,} of {of:,} lines: ask for fewer days to have them all."
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow([safe_cell(made)])
    rows.writerow(HEADINGS)
    for line in report.lines:
        at = line.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        cells = (at, line.reader, line.role, line.page, ", ".join(line.cases), line.why, line.reason)
        rows.writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()
