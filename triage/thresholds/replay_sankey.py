"""Who goes where, as a picture: from level and route on the left to level and route on the right.

Only where things lie is worked out here, in the picture's own units; a template draws them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rules.replay import SAME
from triage.thresholds.replay_report import Place, PlaceMove, place_order
from triage.thresholds.replay_tables import say_people, say_place

WIDTH = 1180
LABELS = 380  # on each side; the longest name of a level and route fits
BAR = 10
ROW = 42  # the least height of a place, so that its two lines of text never meet the next one's
GAP = 8
TOP = 34  # of the headings
MOVED_HEIGHT, STAYING_HEIGHT = 440.0, 240.0  # of all bands together, at most
MOST_EACH = 12.0  # height of one person, so that one mover is no wall
THINNEST = 1.5  # what can still be seen


@dataclass(frozen=True, slots=True)
class Bar:
    """A level and route on one side: where it stands, and what is said beside it."""

    y: float
    height: float
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Band:
    """Those who go one way: the outline of their band, which way (up, down, ...), and what is said of them."""

    path: str
    way: str
    says: str


@dataclass(frozen=True, slots=True)
class Sankey:
    """The whole picture. `to_scale` is whether those who stay are drawn as thick as those who move."""

    width: int
    height: float
    left: tuple[Bar, ...]
    right: tuple[Bar, ...]
    bands: tuple[Band, ...]
    to_scale: bool


def lay_out(moves: Iterable[PlaceMove]) -> Sankey:
    """Where everything lies. Those who stay are drawn first, so that nobody who moves is hidden behind them."""
    drawn = sorted(moves, key=lambda each: (each.way != SAME, -each.people))
    thick, to_scale = _find_thickness(drawn)
    left, left_starts = _stack(drawn, thick, side=0)
    right, right_starts = _stack(drawn, thick, side=1)
    bands = tuple(
        Band(_outline(left_starts[each], right_starts[each], thick[each]), each.way, _say(each)) for each in drawn
    )
    height = max(bars[-1].y + bars[-1].height for bars in (left, right)) + GAP
    return Sankey(WIDTH, height, left, right, bands, to_scale)


def _find_thickness(moves: list[PlaceMove]) -> tuple[dict[PlaceMove, float], bool]:
    moved = sum(each.people for each in moves if each.way != SAME)
    staying = sum(each.people for each in moves if each.way == SAME)
    scale = min(MOVED_HEIGHT / moved, MOST_EACH) if moved else MOST_EACH
    quiet = min(STAYING_HEIGHT / staying, scale) if staying else scale
    thick = {each: max(each.people * (quiet if each.way == SAME else scale), THINNEST) for each in moves}
    return thick, quiet == scale


def _stack(
    moves: list[PlaceMove], thick: dict[PlaceMove, float], side: int
) -> tuple[tuple[Bar, ...], dict[PlaceMove, float]]:
    """The bars of one side from the top, and where each band begins on it: in the order of its other end."""
    bars, starts, y = [], {}, float(TOP)
    for place in sorted({_ends(each)[side] for each in moves}, key=place_order):
        here = [each for each in moves if _ends(each)[side] == place]
        bands = sum(thick[each] for each in here)
        height = max(bands, ROW)
        at = y + (height - bands) / 2
        for each in sorted(here, key=lambda each: place_order(_ends(each)[1 - side])):
            starts[each] = at
            at += thick[each]
        bars.append(Bar(y, height, say_place(place), _say_bar(here, side)))
        y += height + GAP
    return tuple(bars), starts


def _ends(move: PlaceMove) -> tuple[Place | None, Place | None]:
    return move.before, move.after


def _say_bar(here: list[PlaceMove], side: int) -> str:
    moving = sum(each.people for each in here if each.way != SAME)
    people = say_people(sum(each.people for each in here))
    verb = ("leaves" if moving == 1 else "leave") if side == 0 else ("comes" if moving == 1 else "come")
    return f"{people}, {moving:,} {verb}" if moving else f"{people}, all as before"


def _say(move: PlaceMove) -> str:
    verb = "stays" if move.people == 1 else "stay"
    if move.way == SAME:
        return f"{say_people(move.people)} {verb} at {say_place(move.before)}"
    return f"{say_people(move.people)} from {say_place(move.before)} to {say_place(move.after)}"


def _outline(left: float, right: float, thick: float) -> str:
    """A band that leaves and arrives level."""
    x0, x1 = LABELS + BAR, WIDTH - LABELS - BAR
    middle = (x0 + x1) / 2
    there = f"M{x0},{left:.1f}C{middle},{left:.1f} {middle},{right:.1f} {x1},{right:.1f}"
    lower, upper = left + thick, right + thick
    return f"{there}V{upper:.1f}C{middle},{upper:.1f} {middle},{lower:.1f} {x0},{lower:.1f}Z"
