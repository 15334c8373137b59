"""A replay's report as tables and sentences for people: the same on the terminal and on the page."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rules.replay import ASIDE, DOWN, SAME, UNANSWERED, UP, Answer
from triage.models.codes import SERVICES
from triage.thresholds.replay_cases import Words
from triage.thresholds.replay_report import Place, Report
from triage.thresholds.replay_small_numbers import SMALL

HIDDEN = "[c]"  # as official statistics mark what is kept confidential
# Told apart without colour too.
WAYS = {UP: "▲ up", DOWN: "▼ down", ASIDE: "◆ aside", UNANSWERED: "✕ no answer", SAME: "unchanged"}
PART_WORDS = {"rag": "RAG", "section_47": "Section 47", "must_be_seen_today": "To be seen today"}
WAYS_NOTE = (
    "Up is more serious, more pressing or more help; down is less; aside is another route that is neither. All parts of"
    " the answer count: section 47, level, RAG, to be seen today, route."
)
HIDDEN_NOTE = (
    f"{HIDDEN} is hidden: a number under {SMALL}, or one from which such a number could be worked out. A group with a"
    " small number is hidden whole. A way that fewer went in all is told of everybody alone. Shares are of the group."
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under their headings. The first `names` columns are words; the others are numbers."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1
    note: str = ""


def list_tables(report: Report) -> list[Table]:
    """Those tables that have anything to tell."""
    tables = (
        _places(report),
        _parts(report),
        _teams(report),
        _months(report),
        *(_group(report, name) for name in report.groups),
        *(_fairness(report, name) for name in report.fairness),
        _rules(report),
    )
    return [each for each in tables if each.rows]


def say_summary(report: Report) -> list[str]:
    """What the replay comes to, as sentences; the most important first."""
    moved, other = report.moved, report.changed - report.moved
    return [
        f"{report.draft} was tried on {say_people(report.people)} {report.period}, against {report.against}.",
        f"{say_people(moved)} would be recommended another level or route{_share(moved, report.people)}."
        if moved
        else "Nobody would be recommended another level or route.",
        *([f"{say_people(other)} would keep both, with another RAG, section 47 or time to be seen."] if other else []),
        "Nobody is decided on by this: it counts what would have been recommended.",
    ]


def list_warnings(report: Report) -> list[str]:
    """What a reader must know before trusting the numbers."""
    gaps, faults = len(report.gaps), len(report.faults)
    return [
        *([f"{report.draft} gives no answer for {say_people(gaps)}: complete it."] if gaps else []),
        *_warn_unknown(report.draft, report.unknown_after),
        *_warn_unknown("What the draft is held against", report.unknown_before),
        *(
            f"The thresholds {key[:12]} are not at hand: {say_people(people)} stand with the answer that was recorded."
            for key, people in report.kept_answers.items()
        ),
        *([f"{faults:,} could not be read and {'is' if faults == 1 else 'are'} left out."] if faults else []),
    ]


def _warn_unknown(policy: str, codes: Mapping[str, int]) -> Iterator[str]:
    for code, people in codes.items():
        yield f"{policy} does not know {code}: {say_people(people)} had it, and were judged without."


def say_people(count: int) -> str:
    """ "1 person", "2,310 people"."""
    return f"{count:,} {'person' if count == 1 else 'people'}"


def say_place(place: Place | None) -> str:
    """ "Level 3, early help"."""
    return Words.place(*place) if place else "No answer"


def say_answer(answer: Answer) -> str:
    """ "Level 4, children's social care, red, section 47, to be seen today"."""
    if answer is None:
        return "No answer"
    flags = (("section 47", answer.section_47), ("to be seen today", answer.must_be_seen_today))
    return ", ".join((Words.place(answer.level, answer.route), answer.rag, *(words for words, holds in flags if holds)))


def _share(part: int | None, whole: int | None) -> str:
    """A percentage that says 0 or 100 only where it is."""
    if not part or not whole:
        return ""
    rounded = f"{part / whole:.1%}"
    return {"0.0%": " (under 0.1%)", "100.0%": " (over 99.9%)"}.get(rounded if part < whole else "", f" ({rounded})")


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−") if number else "0"


def _numbers(*numbers: int) -> tuple[str, ...]:
    return tuple(f"{number:,}" for number in numbers)


def _places(report: Report) -> Table:
    rows = (
        (say_place(each.before), say_place(each.after), WAYS[each.way], f"{each.people:,}")
        for each in report.places
        if each.before != each.after
    )
    stay = report.people - report.moved
    note = f"{say_people(stay)} {'keeps' if stay == 1 else 'keep'} their level and route."
    return Table("Moves between levels and routes", ("From", "To", "Way", "People"), tuple(rows), 3, note)


def _parts(report: Report) -> Table:
    rows = (
        (PART_WORDS[each.part], _say_value(each.before), _say_value(each.after), f"{each.people:,}")
        for each in report.parts
    )
    return Table("Other parts of the answer", ("What", "From", "To", "People"), tuple(rows), 3)


def _say_value(value: str | bool) -> str:
    return value if isinstance(value, str) else "yes" if value else "no"


def _teams(report: Report) -> Table:
    before, after = Counter[str](), Counter[str]()
    for each in report.teams:
        before[each.team] += each.before
        after[each.team] += each.after
    rows = tuple((team, *_differ(before[team], after[team])) for team in sorted(before))
    headings = ("Team", "Before", "Draft", "More or fewer")
    return Table("Teams, over the whole time", headings, rows if any(r[-1] != "0" for r in rows) else ())


def _differ(before: int, after: int) -> tuple[str, ...]:
    return (*_numbers(before, after), _signed(after - before))


def _months(report: Report) -> Table:
    rows = (
        (each.month or "Not known", each.team, *_differ(each.before, each.after))
        for each in report.teams
        if each.before != each.after
    )
    headings = ("Month", "Team", "Before", "Draft", "More or fewer")
    note = "Where a month or team is not listed, it gets as many as before. Other routes lead to no team of ours."
    return Table("More or fewer for each team, month by month", headings, tuple(rows), 2, note)


def _group(report: Report, name: str) -> Table:
    headings = (name.capitalize(), "People", *(WAYS[way] for way in (UP, DOWN, ASIDE)), *SERVICES.values())
    rows = tuple(
        (
            each.name,
            *_numbers(each.people, *(each.ways.get(way, 0) for way in (UP, DOWN, ASIDE))),
            *(_signed(_rise(each.routes.get(service, (0, 0)))) for service in SERVICES),
        )
        for each in report.groups[name]
    )
    note = f"{WAYS_NOTE} The last columns say how many more or fewer get that route."
    return Table(f"By {name}", headings, rows if report.changed else (), 1, note)


def _rise(counts: tuple[int, int]) -> int:
    return counts[1] - counts[0]


def _fairness(report: Report, name: str) -> Table:
    headings = (name.capitalize(), "People", WAYS[UP], WAYS[DOWN], "Neither")
    rows = tuple(
        (each.name, _tell(each.people), *(_tell(part, each.people) for part in (each.up, each.down, each.neither)))
        for each in report.fairness[name]
    )
    up, down = (report.ways.get(way, 0) for way in (UP, DOWN))
    parts = (up, down, report.people - up - down)
    whole = ("Everybody", _tell(report.people), *(_tell(part, report.people) for part in parts))
    return Table(
        f"By {name}, for fairness", headings, (*rows, whole) if rows and report.changed else (), 1, HIDDEN_NOTE
    )


def _tell(count: int | None, of: int | None = None) -> str:
    return HIDDEN if count is None else f"{count:,}{_share(count, of)}"


def _rules(report: Report) -> Table:
    rows = ((say_rules(each.before), say_rules(each.after), f"{each.people:,}") for each in report.rules)
    note = "The rules that gave the parts of the answer that change, but for what merely follows from another level."
    headings = ("Rules before", "Rules in the draft", "People")
    return Table("Which rules make the difference", headings, tuple(rows), 2, note)


def say_rules(rules: Iterable[str]) -> str:
    """Their ids; "no rule" where what holds otherwise gave the answer."""
    return ", ".join(rules) or "no rule"
