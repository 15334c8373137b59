"""What the groups of a measure are called."""

from collections.abc import Mapping
from datetime import datetime

from rules.library import versions_of
from triage.errors import NotFound, Problem
from triage.models.codes import DIRECTORY_SAID, ETHNICITIES, LOOKED_AT_FOR, OUTCOMES, ROUTES, SERVICES, SOURCES
from triage.pack import Pack

NEITHER = {"team": "No team", "queue": "Nowhere", "route": "Not decided"}
UNKNOWN = NEITHER | {"district": "Outside the county or not known", "locality": "Outside the county or not known"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LABELS: Mapping[str, Mapping[str, str]] = {
    "source": SOURCES,
    "ethnicity": ETHNICITIES,
    "route": ROUTES,
    "service": SERVICES,
    "rag": {"red": "Red", "amber": "Amber", "green": "Green"},
    "weekday": {str(number): name for number, name in enumerate(WEEKDAYS, 1)},
    "band": {
        "10": "10 working days or fewer",
        "20": "11 to 20 working days",
        "30": "21 to 30 working days",
        "40": "31 to 40 working days",
        "45": "41 to 45 working days",
        "over_45": "More than 45 working days",
    },
    "queue": {"decision": "For a decision of the hub", "allocation": "For a team"},
    "found": DIRECTORY_SAID,
    "why": LOOKED_AT_FOR,
    "decided_as": OUTCOMES,
    "weighed_as": OUTCOMES,
    "hour": {f"{hour:02}": f"{hour:02}:00 to {hour:02}:59" for hour in range(24)},
}


def label_of(pack: Pack, by: str, key: str) -> str:
    """What a group is called. NotFound where there is none of that key."""
    if key == "none":
        return UNKNOWN.get(by, "Not known")
    if by == "rule":
        return key  # a policy's own name of it, of whichever version
    if by == "need":
        return _say_need(pack, key)
    try:
        return _say_span(by, key) if by in ("month", "week") else _names(pack, by)[key]
    except (KeyError, ValueError) as unknown:
        raise NotFound(Problem("unknown_group", f"There is no {by} {key!r}.", "key")) from unknown


def _say_need(pack: Pack, key: str) -> str:
    """As the newest version that has it says it; its code where only a policy that was drawn up here has it."""
    versions = (policy.vocabulary.indicators for policy in versions_of(pack.policy))
    return next((each[key].words for each in versions if key in each), key)


def _names(pack: Pack, by: str) -> Mapping[str, str]:
    if by in ("district", "team"):
        there = pack.districts if by == "district" else pack.teams
        return {code: each["name"] for code, each in there.items()}
    return {"locality": pack.localities, "agency": pack.agencies}.get(by) or LABELS[by]


def _say_span(by: str, key: str) -> str:
    """ "May 2013", or "Week of 6 May 2013"."""
    begins = datetime.strptime(f"{key}-1", "%Y-%m-%d" if by == "month" else "%G-W%V-%u")  # noqa: DTZ007
    return f"{begins:%B %Y}" if by == "month" else f"Week of {begins.day} {begins:%B %Y}"
