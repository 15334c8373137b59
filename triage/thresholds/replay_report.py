"""What a replay found, as plain values: for people to read, and for machines as JSON."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from rules.policy import RAGS, Verdict
from rules.replay import DOWN, SAME, UNANSWERED, UP, Answer, Move, Replay, find_direction
from triage.models.codes import ROUTES
from triage.thresholds.replay_cases import GROUPINGS, UNSAID, Words
from triage.thresholds.replay_small_numbers import add_hidden, hide_small

Place = tuple[int, str]  # a level and a route
PARTS = ("rag", "section_47", "must_be_seen_today")
FAIR = {"ethnicity": "NOBT", "sex": "U"}  # with the code of those of whom nobody said
TOGETHER = "hidden"  # stands for a group's code where those of all hidden groups are told as one


@dataclass(frozen=True, slots=True)
class PlaceMove:
    """How many go from one level and route to another, or stay. None is no answer. `way` is up, down, aside, ..."""

    before: Place | None
    after: Place | None
    way: str
    people: int


@dataclass(frozen=True, slots=True)
class PartMove:
    """How many of those with an answer get another RAG, section 47 or visit today, whatever their level."""

    part: str
    before: str | bool
    after: str | bool
    people: int


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """How many go to a team in a month (like 2013-05), before and under the draft."""

    month: str
    team: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A district's or a source's people: how many there are, go which way, and get each route before and after."""

    group: str
    name: str
    people: int
    ways: Mapping[str, int]
    routes: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class FairRow:
    """As many of a group as may be told: None is hidden. `neither` are those who move neither up nor down."""

    group: str
    name: str
    up: int | None
    down: int | None
    neither: int | None
    people: int | None


@dataclass(frozen=True, slots=True)
class RulesMove:
    """How many move because these rules gave their answer before, and those give it in the draft."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that a replay tells. `who` are those whose answer changes, and `gaps` those whom the draft leaves without."""

    draft: str
    draft_hash: str
    against: str
    period: str
    people: int
    ways: Mapping[str, int]
    places: tuple[PlaceMove, ...]
    parts: tuple[PartMove, ...]
    teams: tuple[TeamMonth, ...]
    groups: Mapping[str, tuple[GroupRow, ...]]
    fairness: Mapping[str, tuple[FairRow, ...]]
    rules: tuple[RulesMove, ...]
    who: tuple[Move, ...]
    gaps: tuple[tuple[str, str], ...]
    unknown_before: Mapping[str, int]
    unknown_after: Mapping[str, int]
    kept_answers: Mapping[str, int]
    faults: tuple[str, ...]

    @property
    def changed(self) -> int:
        """How many get another answer in any part."""
        return self.people - self.ways.get(SAME, 0)

    @property
    def moved(self) -> int:
        """How many get another level or route."""
        return sum(each.people for each in self.places if each.before != each.after)

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        told = {name: _plain(getattr(self, name)) for name in self.__slots__ if name != "who"}
        return told | {"changed": self.changed, "moved": self.moved, "who": [_tell_move(each) for each in self.who]}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _tell_move(move: Move) -> dict[str, Any]:
    """Ready for JSON: who, from what to what, and why."""
    return {
        "key": move.key,
        "way": find_direction(move.before, move.after),
        "before": move.before._asdict() if move.before else None,
        "after": move.after._asdict() if move.after else None,
        "rules_before": list(move.rules_before),
        "rules_after": list(move.rules_after),
    }


def compose_report(
    replayed: Replay,
    words: Words,
    *,
    against: str,
    period: str,
    kept_answers: Mapping[str, int],
    faults: list[str],
) -> Report:
    """The report of a replay whose cases have Groups. `against` and `period` say, in words, what was judged by what."""
    return Report(
        draft=replayed.draft.title,
        draft_hash=replayed.draft.hash,
        against=against,
        period=period,
        people=replayed.people,
        ways=dict(_count(replayed, lambda flow: flow.direction)),
        places=tuple(_list_places(replayed)),
        parts=tuple(_list_parts(replayed)),
        teams=tuple(_list_teams(replayed, words)),
        groups={name: tuple(_list_groups(replayed, words, name)) for name in ("district", "source")},
        fairness={name: tuple(_list_fairly(replayed, words, name)) for name in FAIR},
        rules=tuple(_list_rules(replayed)),
        who=tuple(sorted(replayed.moves, key=lambda move: (len(move.key), move.key))),
        gaps=tuple(sorted(replayed.gaps)),
        unknown_before=_name_codes(replayed.unknown_before),
        unknown_after=_name_codes(replayed.unknown_after),
        kept_answers=dict(kept_answers),
        faults=tuple(faults),
    )


def _count(replayed: Replay, of: Callable[[Any], Hashable]) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for flow in replayed.flows:
        counts[of(flow)] += flow.people
    return counts


def place_of(answer: Answer) -> Place | None:
    """Its level and route."""
    return (answer.level, answer.route) if answer else None


def place_order(place: Place | None) -> tuple[int, int]:
    """The most serious first; no answer last."""
    return (-place[0], list(ROUTES).index(place[1])) if place else (0, 0)


def _list_places(replayed: Replay) -> Iterator[PlaceMove]:
    counts = _count(replayed, lambda flow: (place_of(flow.before), place_of(flow.after)))
    for (before, after), people in sorted(counts.items(), key=lambda each: (-each[1], *map(place_order, each[0]))):
        yield PlaceMove(before, after, find_direction(_bare(before), _bare(after)), people)


def _bare(place: Place | None) -> Answer:
    return Verdict(*place, RAGS[-1], section_47=False, must_be_seen_today=False) if place else None


def _list_parts(replayed: Replay) -> Iterator[PartMove]:
    for part in PARTS:
        counts = _count(replayed, lambda flow, part=part: tuple(_part(a, part) for a in (flow.before, flow.after)))
        for (before, after), people in sorted(counts.items(), key=lambda each: (-each[1], str(each[0]))):
            if before != after and None not in (before, after):
                yield PartMove(part, before, after, people)


def _part(answer: Answer, part: str) -> Any:
    return getattr(answer, part) if answer else None


def _list_teams(replayed: Replay, words: Words) -> Iterator[TeamMonth]:
    """Each month in which anybody was received, and each team that has any of them, before or after."""
    counts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for flow in replayed.flows:
        for (month, locality), people in flow.groups[GROUPINGS.index("team")].items():
            for side, answer in enumerate((flow.before, flow.after)):
                if answer and (team := words.team(answer.route, locality)):
                    counts[month, team][side] += people
    for (month, team), (before, after) in sorted(counts.items()):
        yield TeamMonth(month, team, before, after)


def _list_groups(replayed: Replay, words: Words, grouping: str) -> Iterator[GroupRow]:
    for group in words.order(grouping):
        ways: Counter[str] = Counter()
        routes: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for flow in replayed.flows:
            if people := flow.groups[GROUPINGS.index(grouping)].get(group, 0):
                ways[flow.direction] += people
                for side, answer in enumerate((flow.before, flow.after)):
                    routes[answer.route if answer else UNANSWERED][side] += people
        if ways:
            told = {route: (before, after) for route, (before, after) in sorted(routes.items())}
            yield GroupRow(group, words.name(grouping, group), ways.total(), dict(ways), told)


def _list_fairly(replayed: Replay, words: Words, grouping: str) -> Iterator[FairRow]:
    """Every group there could be, so that not even its being there is told. Nothing where nobody said of anybody."""
    counts = {group: [0, 0, 0] for group in words.order(grouping) if group != UNSAID}
    for flow in replayed.flows:
        way = {UP: 0, DOWN: 1}.get(flow.direction, 2)
        for group, people in flow.groups[GROUPINGS.index(grouping)].items():
            counts[group or FAIR[grouping]][way] += people
    if any(any(row) for group, row in counts.items() if group != FAIR[grouping]):
        told = hide_small(list(counts.values()))
        for group, row in zip(counts, told, strict=True):
            yield FairRow(group, words.name(grouping, group), *row)
        if together := add_hidden(list(counts.values()), told):
            yield FairRow(TOGETHER, "Hidden groups together", *together)


def _list_rules(replayed: Replay) -> Iterator[RulesMove]:
    counts = Counter((move.rules_before, move.rules_after) for move in replayed.moves)
    for (before, after), people in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        yield RulesMove(before, after, people)


def _name_codes(unknown: Mapping[tuple[str, str], int]) -> dict[str, int]:
    return {f"{fact} {code}": people for (fact, code), people in sorted(unknown.items())}
