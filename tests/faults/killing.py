"""What is done to the service while enquiries come in: a deck of faults, drawn by dice, each as often as the others."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread

from sqlalchemy.exc import OperationalError

from tests.faults.disk import filled, no_growth
from tests.faults.stream import Stream
from tests.faults.whole import Whole
from triage.errors import CommandRefused

STEPS = (-3_600, -600, 60, 3_600)  # seconds: a clock that was set right
BACK = -4 * 3_600  # seconds: never to before what is told was received
WORKS = 5  # enquiries, at most, that are taken before the next fault: mostly, it comes while people work
GUARD = 120  # seconds to wait for them
# What is back within a second comes more often.
QUICK, OFTEN = ("child of worker urgent", "postgres", "backend", "redis", "redis emptied"), 3
AWAY = 30  # seconds that a fault lasts at most, where it lasts until somebody was told of it
HOLDS = 2  # seconds for which a disk is full


@dataclass
class Killer:
    """Does one fault after another, and counts them. `own_disk` is whether the service is on a disk of its own."""

    whole: Whole
    stream: Stream
    dice: Random
    own_disk: bool
    done: Counter[str] = field(default_factory=Counter)
    stepped: int = 0  # seconds that the clock was set on in all
    gave_up: int = 0  # migrations that could not have their lock in time

    def deck(self) -> dict[str, Callable[[], None]]:
        """Each kind of fault."""
        whole, dice = self.whole, self.dice
        kills = {name: (lambda name=name: whole.kill(name)) for name in whole.parts}
        children = {f"child of {name}": (lambda name=name: whole.kill_child(name)) for name in ("web", "worker urgent")}
        return {
            **kills,
            **children,
            "postgres": whole.kill_postgres,
            "backend": lambda: whole.kill_backend(dice.randrange(1_000)),
            "redis": whole.kill_redis,
            "redis emptied": lambda: whole.kill_redis(emptied=True),
            "clock": self.step_clock,
            "partition": self.part,
            "full disk": self.fill_disk,
            "migration": self.migrate,
        }

    def go_through_deck(self) -> None:
        """Every kind of fault once, the quick ones more often, in an order that the dice say."""
        deck = self.deck()
        drawn = sorted(deck) + [name for name in sorted(deck) if name in QUICK] * (OFTEN - 1)
        for name in self.dice.sample(drawn, len(drawn)):
            deck[name]()
            self.done[name] += 1
            self.wait_for_enquiries(self.dice.randrange(WORKS))

    def wait_for_enquiries(self, count: int) -> None:
        """Until so many more have been acknowledged. With none, the next fault comes while a part is still starting."""
        wanted, end = len(self.stream.told) + count, time.monotonic() + GUARD
        while len(self.stream.told) < wanted:
            time.sleep(0.05)
            assert time.monotonic() < end, f"after {dict(self.done)}: {dict(self.stream.answers)}"

    def part(self) -> None:
        """Part web and database until somebody is told so."""
        self.wait_for_enquiries(1)
        told, end = self.stream.answers["503"], time.monotonic() + AWAY
        with self.whole.link.parted():
            while self.stream.answers["503"] == told and time.monotonic() < end:
                time.sleep(0.1)

    def step_clock(self) -> None:
        """Set it on or back, but not by more than `BACK` in all."""
        step = self.dice.choice([each for each in STEPS if self.stepped + each >= BACK])
        self.stepped += step
        self.whole.step_clock(step)

    def fill_disk(self) -> None:
        """Let nothing more be written for a while."""
        with filled(self.whole.run_dir) if self.own_disk else no_growth(self.whole.postgres_pid()):
            time.sleep(HOLDS)
        self.whole.watch_stores()

    def migrate(self) -> None:
        """Bring in a version while people work. Where it cannot have its lock, it gives up, and is run again later."""
        try:
            self.whole.migrate()
        except (OperationalError, CommandRefused):
            self.gave_up += 1


@contextmanager
def watched(whole: Whole) -> Iterator[None]:
    """Whatever part ends is started again, as in production, for as long as the block lasts."""
    over = Event()

    def watch() -> None:
        while not over.wait(0.2):
            whole.watch()

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
