"""Words for people: times as they would be said, codes by their names."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, current_app

from rules.policy import Policy
from triage.insight.saying import say_value
from triage.models import Person, Subject
from triage.models.codes import (
    CHANNELS,
    CLOCK_KINDS,
    CLOSURES,
    CONSENTS,
    CORRECTABLE,
    DIRECTORY_SAID,
    ETHNICITIES,
    HOLD_REASONS,
    LAWFUL_BASES,
    OUTCOMES,
    PROVIDER_KINDS,
    QUEUES,
    REPEATS,
    ROLES,
    ROUTES,
    SERVICES,
    SHARED_BY,
    SOURCES,
)
from triage.services.choosing import compare_decision
from triage.services.files import say_size
from triage.services.first_view import name_of as name_of_subject
from triage.services.letters import say_count, say_instant
from triage.services.people import DATES
from triage.services.rights.rectifying import PASSAGES
from triage.services.safe_words import is_unchecked
from triage.state import state_of
from triage.uploads.kinds import FILE_KINDS
from triage.web.urgency import urgency_of
from workflows import guards
from workflows.calendar import LONDON
from workflows.people.family import RELATION_WORDS

NAMES = {
    **CHANNELS,
    **CLOCK_KINDS,
    **CLOSURES,
    **CONSENTS,
    **FILE_KINDS,
    **CORRECTABLE,
    **HOLD_REASONS,
    **LAWFUL_BASES,
    **PROVIDER_KINDS,
    **ROLES,
    **ROUTES,
    **SERVICES,
    **SHARED_BY,
    **SOURCES,
    **PASSAGES,
}
SAID_OF_SEX = {"F": "Female", "M": "Male", "U": "Not known"}
RUNGS = {
    "early_help": "early help",
    "social_care": "children's social care",
    "section_47": "a strategy discussion (section 47)",
}
PAGES = (  # what a draft on a page is, by how the page's address begins and ends
    ("/enquiries/new", "", "A new enquiry"),
    ("/enquiries/", "/decide", "A decision"),
    ("/enquiries/", "/shared", "Something that you shared"),
    ("/enquiries/", "", "An enquiry"),
    ("/referrals/", "/shared", "Something that you shared"),
    ("/referrals/several/", "", "Allocating several referrals"),
    ("/referrals/", "", "A referral"),
    ("/reasons/", "", "Why you open a record"),
    ("/rights/new", "", "A new request for a record"),
    ("/rights/", "/review", "A review of what is released"),
    ("/rights/", "", "A request for a record"),
    ("/people/", "/family", "A family"),
    ("/people/", "", "A correction"),
    ("/second-looks/", "", "A second look"),
    ("/partners/sent/", "", "That you disagree with a decision"),
    ("/policies/", "", "A version of the thresholds"),
    ("/partners/checks", "", "An answer to the hub"),
    ("/restricted/open", "", "Opening a restricted record"),
    ("/restricted", "", "Restricted records"),
    ("/reports/", "/commentary", "A commentary in the quarterly report"),
    ("/retention/holds", "", "A hold"),
    ("/retention", "", "A disposal"),
    ("/outages", "", "When it was down"),
    ("/admin", "", "An account"),
    ("/account", "", "Families you know"),
)
PARTS = ((timedelta(days=1), "day"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))


def local(at: datetime) -> datetime:
    """The instant in the county's own time."""
    return at.astimezone(LONDON)


def say_time(at: datetime | None) -> str:
    """ "14:20 today", "09:00 tomorrow", or "16:30 on 3 May 2013"."""
    if at is None:
        return ""
    here, today = local(at), local(_now()).date()
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}
    day = named.get((here.date() - today).days) or f"on {here.day} {here:%B %Y}"
    return f"{here:%H:%M} {day}"


def say_day(at: datetime) -> str:
    """ "09:04 on Thursday 2 January 2014"."""
    return say_instant(at, LONDON)


def say_date(day: date | str) -> str:
    """ "Friday 3 May 2013", of a day or of one as an event tells it."""
    return guards.say_date(date.fromisoformat(day) if isinstance(day, str) else day)


def instant(text: str) -> datetime:
    """The instant that an event's data tells as text."""
    return datetime.fromisoformat(text)


def say_length(length: timedelta) -> str:
    """The two largest parts of a length of time: "2 days 3 h", "1 h 12 min"."""
    said = []
    for size, name in PARTS:
        count, length = divmod(length, size)
        if count:
            said.append(f"{count} {name}{'s' if name == 'day' and count > 1 else ''}")
    return " ".join(said[:2]) or "less than a minute"


def say_left(due_at: datetime) -> str:
    """ "1 h 12 min left", or "3 h overdue"."""
    left = due_at - _now()
    return f"{say_length(left)} left" if left >= timedelta(0) else f"{say_length(-left)} overdue"


def is_overdue(due_at: datetime) -> bool:
    """Whether that time has passed."""
    return due_at < _now()


def name_of(code: str | None) -> str:
    """A code's name, or the code itself in plain words."""
    if code is None:
        return ""
    return NAMES.get(code, code.replace("_", " ").capitalize())


def say_fact(value: str, field: str | None) -> str:
    """A fact about somebody, as a correction keeps it, in words."""
    said = {"sex": SAID_OF_SEX, "ethnicity": ETHNICITIES}.get(field, {}).get(value, value)
    return say_date(value) if value and field in DATES else said


def page_of(path: str) -> str:
    """What a page of which there may be a draft is called."""
    path = path.partition("#")[0]
    named = (name for begins, ends, name in PAGES if path.startswith(begins) and path.endswith(ends))
    return next(named, path)


def field_of(name: str) -> str:
    """What a field of a form is called where its page is not at hand."""
    return name_of(name.rpartition(".")[2].replace("-", "_"))


def say_age(months: int) -> str:
    """ "7 months" up to two years, then "3 years"; "unborn" before birth."""
    if months < 0:
        return "unborn"
    if months < 24:
        return f"{months} month{'' if months == 1 else 's'} old"
    return f"{months // 12} years old"


def queue_of(code: str) -> str:
    """A queue of enquiries by its name."""
    return QUEUES[code]


def rung_of(code: str) -> str:
    """A higher route within a sentence: "why not early help"."""
    return RUNGS[code]


def found_of(code: str) -> str:
    """What the directory had when a need was not met."""
    return DIRECTORY_SAID[code]


def say_ages(least: float | None, most: float | None) -> str:
    """For which ages something is, in years: "Any age", "Up to 4", "From 5", "4 to 11"."""
    if not least and most is None:
        return "Any age"
    if most is None:
        return f"From {least:g}"
    return f"{least:g} to {most:g}" if least else f"Up to {most:g}"


def outcome_of(code: str) -> str:
    """What was decided, or would have been."""
    return OUTCOMES[code]


def repeat_of(code: str) -> str:
    """How a child came back."""
    return REPEATS[code]


def place_of(code: str | None) -> str:
    """A district's, team's or agency's name."""
    pack = state_of(current_app).pack
    place = pack.teams.get(code) or pack.districts.get(code)
    return pack.agencies.get(code) or (place["name"] if place else code or "")


def lower_first(words: str) -> str:
    """Words as they stand within a sentence: "school", but "GP"."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def authority_of(code: str) -> str:
    """An authority's name, as the pack has it."""
    return state_of(current_app).pack.authorities.get(code) or name_of(code)


def say_levels(policy: Policy) -> list[tuple[str, str]]:
    """The four levels as options to choose from, with the names that this policy gives them."""
    return [(str(level), f"{level}: {name}") for level, name in sorted(policy.level_names.items())]


def call_person(person: Person) -> str:
    """What somebody is called at the head of a page or in a list, where a name may not be known or not given yet."""
    name = f"{person.given_name} {person.family_name}".strip()
    return name or ("Unborn child" if person.kind == "unborn_child" else "Name not known")


def call_subject(subject: Subject) -> str:
    """The same for somebody whom an enquiry is about, as they were called in it."""
    return subject.name_as_given or call_person(subject.person)


def say_share(value: float | None) -> str:
    """A share as a percentage with one decimal."""
    return say_value(value, "share")


def _now() -> datetime:
    return state_of(current_app).clock.now()


def relation_of(code: str) -> str:
    """What somebody is to somebody else."""
    return RELATION_WORDS[code]


def register(app: Flask) -> None:
    """Make the words known to the templates."""
    filters: dict[str, Any] = {
        "local": local,
        "instant": instant,
        "say_time": say_time,
        "say_day": say_day,
        "say_date": say_date,
        "say_fact": say_fact,
        "say_age": say_age,
        "say_left": say_left,
        "say_share": say_share,
        "say_value": say_value,
        "say_size": say_size,
        "say_count": say_count,
        "name_of": name_of,
        "call_person": call_person,
        "call_subject": call_subject,
        "within_sentence": name_of_subject,
        "queue_of": queue_of,
        "page_of": page_of,
        "field_of": field_of,
        "rung_of": rung_of,
        "found_of": found_of,
        "say_ages": say_ages,
        "outcome_of": outcome_of,
        "repeat_of": repeat_of,
        "relation_of": relation_of,
        "place_of": place_of,
        "authority_of": authority_of,
        "lower_first": lower_first,
        "compare_decision": compare_decision,
        "urgency_of": urgency_of,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.tests["overdue"] = is_overdue
    app.jinja_env.tests["unchecked"] = is_unchecked
