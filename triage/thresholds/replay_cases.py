"""What a replay counts people by, and in which words it names them."""

from collections.abc import Mapping
from typing import NamedTuple

from triage.models.codes import ETHNICITIES, ROUTES, SERVICES, SOURCES
from triage.pack import Pack

UNSAID = ""  # the group of those of whom nobody said
SEX_WORDS = {"F": "Female", "M": "Male", "U": "Not known"}


class Groups(NamedTuple):
    """The groups that one person belongs to. `team` is the month of receipt (like 2013-05) and the locality's code."""

    team: tuple[str, str]
    district: str
    source: str
    ethnicity: str
    sex: str


GROUPINGS = Groups._fields


class Words:
    """A pack's names for what a replay counts."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._names: dict[str, Mapping[str, str]] = {
            "district": {code: row["name"] for code, row in pack.districts.items()},
            "source": SOURCES,
            "ethnicity": ETHNICITIES,
            "sex": SEX_WORDS,
        }

    def name(self, grouping: str, group: str) -> str:
        """What a group is called."""
        if group == UNSAID:
            return "Outside the county or not known" if grouping == "district" else "Not known"
        return self._names[grouping].get(group, group)

    def order(self, grouping: str) -> list[str]:
        """The codes of a grouping, in the order in which they are told; the last is of whom nobody said."""
        return [*self._names[grouping], UNSAID]

    def team(self, route: str, locality: str) -> str | None:
        """The teams that a route leads to from a locality. None where it leads to no team of ours."""
        if route not in SERVICES:
            return None
        rows = self._pack.teams.values()
        names = [row["name"] for row in rows if (row.get("service"), row.get("locality")) == (route, locality)]
        return " or ".join(names) or f"{SERVICES[route]}, locality not known"

    @staticmethod
    def place(level: int, route: str) -> str:
        """A level and a route: "Level 3, early help"."""
        return f"Level {level}, {ROUTES[route][0].lower()}{ROUTES[route][1:]}"
