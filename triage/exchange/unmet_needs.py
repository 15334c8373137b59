"""The register of unmet needs as a CSV file that a spreadsheet reads and does not run."""

import csv
from collections.abc import Mapping
from io import StringIO

from triage.exchange.cells import safe_cell
from triage.insight.unmet import Register
from triage.models.codes import DIRECTORY_SAID

NOT_KNOWN = "Not known"


def write_unmet(register: Register, districts: Mapping[str, str], needs: Mapping[str, str]) -> str:
    """A line for each district and need, with the code of both, and a column for each month.

    Where small numbers are hidden nothing is added up.
    """
    text = StringIO()
    rows = csv.writer(text)
    whole = all(line.total is not None for line in register.lines)
    more = ["Total", *DIRECTORY_SAID.values()] if whole else []
    months = [f"{month:%B %Y}" for month in register.months]
    rows.writerow(["District code", "District", "Need code", "Need", *months, *more])
    for line in register.lines:
        place = (line.district, districts.get(line.district, NOT_KNOWN))
        added = [line.total, *(line.found.get(code, 0) for code in DIRECTORY_SAID)] if whole else []
        cells = (*place, line.need, needs.get(line.need, line.need), *line.months, *added)
        rows.writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()
