"""A stream of enquiries by the API, from several systems at once, each of which tries again until it has its answer."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Event, Lock, Thread
from typing import Any

TOLD = {
    "received_at": "2013-05-07T09:30:00+01:00",
    "channel": "email",
    "source": "2A",
    "witnessed": "Made up.",
    "referrer_email": "teacher@school.example",
}
PATIENCE = 240  # seconds: longer than a start and any answer, so that what hangs is seen
LANES, PAUSE = 4, 0.15
REFUSED = "422"


@dataclass
class Stream:
    """What was asked and what was answered. `told` is each key's enquiry, once it was acknowledged."""

    port: int
    token: str
    told: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    untold: int = 0  # 503 that did not say when to try again
    lock: Lock = field(default_factory=Lock)
    over: Event = field(default_factory=Event)

    @contextmanager
    def running(self, seed: int) -> Iterator["Stream"]:
        """Send for as long as the block lasts, and then until everything sent is acknowledged."""
        lanes = [Thread(target=self._send, args=(number, Random(seed + number))) for number in range(LANES)]
        for lane in lanes:
            lane.start()
        try:
            yield self
        finally:
            self.over.set()
            for lane in lanes:
                lane.join()

    def _send(self, lane: int, dice: Random) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            body = TOLD | {"subjects": [{"person": {"given_name": f"Ava {lane}-{number}"}}]}
            self.send(f"lane-{lane}-{number}", body)
            time.sleep(dice.random() * 2 * PAUSE)

    def send(self, key: str, body: dict[str, Any]) -> None:
        """Ask with the same key until it is acknowledged, or refused for good."""
        status = ""
        while key not in self.told and status != REFUSED:
            status, answer = self.ask(key, body)
            with self.lock:
                self.answers[status] += 1
                if status == "201":
                    self.told[key] = answer["id"]
            if status != "201":
                time.sleep(0.3)

    def ask(self, key: str, body: dict[str, Any]) -> tuple[str, Any]:
        """One request: the status and what was answered, or what became of the line and nothing."""
        return self._ask("POST", "/api/v1/enquiries", json.dumps(body), {"Idempotency-Key": key})

    def read(self, enquiry: str) -> str:
        """The status that whoever reads an enquiry is answered."""
        status, _ = self._ask("GET", f"/api/v1/enquiries/{enquiry}", None, {})
        with self.lock:
            self.answers[status] += 1
        return status

    def _ask(self, method: str, path: str, body: str | None, more: dict[str, str]) -> tuple[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **more}
        begun = time.monotonic()
        line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            self.untold += answer.status == 503 and not answer.headers["Retry-After"]
            return str(answer.status), json.loads(answer.read())
        except (OSError, HTTPException, ValueError) as error:
            return type(error).__name__, None
        finally:
            line.close()
            self.longest = max(self.longest, time.monotonic() - begun)
