"""One authority's pack: localities, districts, teams, partners, hours, postcodes and retention, all of it data.

A pack says where addresses lie by postcodes.csv.gz, which is exact, or, until it has one, by the outward codes of each
of its districts ("SO23"), which is near enough to begin with.
"""

import csv
import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from workflows.calendar import Calendar
from workflows.retention_schedule import NOTHING_GOES, Schedule, read_schedule

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HAVE_AN_INBOX = ("social_care", "early_help")  # of the other services the teams are told by email as well
ADDRESS = re.compile(r"^[^@\s,]+@[^@\s,]+\.[^@\s,]+$")
POSTCODE = re.compile(r"^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a postcode lies. `authority` is a code; `authority_name` is what to call it to a person."""

    authority: str
    authority_name: str
    district_code: str | None = None
    locality_code: str | None = None


# What every policy calls an address that lies in no authority it names, and one that nobody gave.
ELSEWHERE = {"other": "Another authority", "unknown": "Authority not known"}
ELSEWHERE_PLACE = Place("other", "another authority")
UNKNOWN_PLACE = Place("unknown", "not known")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another authority, and the outward codes that are most likely its own."""

    authority: str
    name: str
    outward: frozenset[str]


@dataclass(frozen=True)
class Pack:
    """What the code must not know about one authority."""

    document: Mapping[str, Any]
    postcodes: Mapping[str, str]
    retention: Schedule = NOTHING_GOES

    @property
    def policy(self) -> str:
        return self.document["policy"]

    @property
    def name(self) -> str:
        return self.document["name"]

    @property
    def authority(self) -> str:
        """Its own code, as the policy's `authorities` has it."""
        return self.document["authority"]

    @property
    def census_code(self) -> str:
        """The three digits by which the Department for Education knows it."""
        return self.document["census_code"]

    @property
    def emergency_phone(self) -> str:
        return self.document["emergency_phone"]

    @property
    def records_contact(self) -> str:
        """Whom to ask about a copy of one's record, as a sentence says it; empty where the pack does not say."""
        return self.document.get("records_contact", "")

    @property
    def second_look_share(self) -> Fraction:
        """Of the decisions that nothing further is done, which part another manager weighs as well."""
        return Fraction(str(self.document["second_look_share"]))

    @cached_property
    def authorities(self) -> Mapping[str, str]:
        """What to call each authority where an address may lie, by its code: ours first."""
        return {self.authority: self.name} | self.neighbour_names | ELSEWHERE

    @cached_property
    def neighbour_names(self) -> dict[str, str]:
        """The other authorities that this one knows by name, by their codes."""
        return {each.authority: each.name for each in self.neighbours}

    @cached_property
    def districts(self) -> Mapping[str, Mapping[str, Any]]:
        return {row["code"]: row for row in self.document["districts"]}

    def count_children(self, by: str | None = None, key: str = "") -> int | None:
        """How many children live in a "district", a "locality" or, for None, the county; None where nobody says."""
        within = {None: lambda row: True, "district": lambda row: row["code"] == key}
        is_there = within.get(by, lambda row: row.get(by) == key)
        counts = [row.get("children") for row in self.districts.values() if is_there(row)]
        return sum(counts) if counts and None not in counts else None

    @cached_property
    def localities(self) -> Mapping[str, str]:
        return {row["code"]: row["name"] for row in self.document["localities"]}

    @cached_property
    def teams(self) -> Mapping[str, Mapping[str, str]]:
        return {row["code"]: row for row in self.document["teams"]}

    def teams_of(self, service: str) -> Mapping[str, Mapping[str, str]]:
        """The teams that do a service, wherever in the county they are."""
        return {code: team for code, team in self.teams.items() if team.get("service") == service}

    @cached_property
    def agencies(self) -> Mapping[str, str]:
        return {row["code"]: row["name"] for row in self.document["agencies"]}

    @cached_property
    def contacts(self) -> Mapping[str, Mapping[str, Any]]:
        """Of each agency its `email`, and the `lead` (name, email) whom an unanswered check is escalated to."""
        return {row["code"]: row for row in self.document["agencies"]}

    def is_work_email(self, email: str | None) -> bool:
        """Whether an email address is of a domain at which nobody but a public service's own people have one."""
        domain = (email or "").rpartition("@")[2].lower()
        return any(f".{domain}".endswith(f".{each}") for each in self.document.get("work_email_domains", ()))

    @cached_property
    def providers(self) -> Mapping[str, Mapping[str, str]]:
        """Who may be asked to give early help: name, kind, and the locality if it is of one only."""
        return {row["code"]: row for row in self.document["providers"]}

    @property
    def directory_terms(self) -> Sequence[Mapping[str, Any]]:
        """What terms of the council's own directory mean: each `term` with the `kind` or `needs` that it is here."""
        return self.document.get("directory_terms", ())

    @property
    def capacity_holds_days(self) -> int:
        """How long what a service said of its room is gone by, in days; from then on it is not confirmed."""
        return self.document.get("capacity_holds_days", 30)

    @cached_property
    def calendar(self) -> Calendar:
        """The MASH's working hours."""
        hours = {
            WEEKDAYS.index(day): (time.fromisoformat(opens), time.fromisoformat(closes))
            for day, (opens, closes) in self.document["hours"].items()
        }
        extra = tuple(date.fromisoformat(str(day)) for day in self.document["holidays"])
        return Calendar(hours, self.document["timezone"], extra)

    @property
    def last_intake_minutes(self) -> int:
        """How long before closing the Emergency Duty Team is told what the night begins with."""
        return self.document["last_intake_minutes"]

    @cached_property
    def neighbours(self) -> tuple[Neighbour, ...]:
        rows = self.document["neighbours"]
        return tuple(Neighbour(row["authority"], row["name"], frozenset(row["outward"])) for row in rows)

    @cached_property
    def outward(self) -> Mapping[str, str]:
        """The district of each outward code that the pack gives to one."""
        return {code: row["code"] for row in self.districts.values() for code in row.get("outward", ())}

    def locate(self, postcode: str | None) -> Place:
        """District, locality and authority of a postcode; the authority is "unknown" where nobody can say."""
        if not postcode:
            return UNKNOWN_PLACE
        outward = postcode.split(" ")[0]
        district = self.postcodes.get(postcode.replace(" ", "")) or self.outward.get(outward)
        if district:
            return Place(self.authority, self.name, district, self.districts[district]["locality"])
        if outward in self.document.get("border", ()):
            return UNKNOWN_PLACE
        for neighbour in self.neighbours:
            if outward in neighbour.outward:
                return Place(neighbour.authority, neighbour.name)
        return ELSEWHERE_PLACE


def normalise_postcode(text: str) -> str | None:
    """The postcode in its printed form ("NG15 7AA"), or None where `text` cannot be one."""
    match = POSTCODE.match(re.sub(r"\s", "", text).upper())
    return f"{match[1]} {match[2]}" if match else None


@cache
def load_pack(name: str) -> Pack:
    """The pack of that name under triage/packs. KeyError where there is none, ValueError where it cannot work."""
    folder = files("triage") / "packs" / name
    if not (folder / "pack.yaml").is_file():
        raise KeyError(f"There is no pack called {name!r} in triage/packs. Set TRIAGE_PACK to one that exists.")
    document = yaml.safe_load((folder / "pack.yaml").read_text(encoding="utf-8"))
    retention = read_schedule((folder / "retention.yaml").read_text(encoding="utf-8"))
    return make_pack(document, _read_postcodes(folder / "postcodes.csv.gz"), retention)


def make_pack(document: Mapping[str, Any], postcodes: Mapping[str, str], retention: Schedule = NOTHING_GOES) -> Pack:
    """The pack that a document describes. ValueError where a team that is told by email has no address."""
    pack = Pack(document, postcodes, retention)
    told = (team for team in pack.teams.values() if team.get("service", "social_care") not in HAVE_AN_INBOX)
    silent = [team["code"] for team in told if not ADDRESS.match(team.get("email", ""))]
    if silent:
        raise ValueError(f"These teams are told by email what is handed to them. Give each an email: {silent}.")
    return pack


def _read_postcodes(path: Traversable) -> Mapping[str, str]:
    """The district of each postcode; none where the pack has no list."""
    if not path.is_file():
        return {}
    with path.open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8") as text:
        return {row["pcd"]: row["laua"] for row in csv.DictReader(text)}
