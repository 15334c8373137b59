"""Two Valkeys, the second of which follows the first, and three Sentinels that put it in the first's place."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen

from redis import Redis
from redis.exceptions import RedisError

from triage.embedded import _redis_binary
from triage.processes import spawn, stop
from triage.serving import free_port

SERVICE, PASSWORD, ASKED = "hub", "a/b;c@d", "e:f"
GUARD = 60  # seconds
KEEPS = ("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction")
QUORUM = 2
SENTINEL = """
port {own}
bind 127.0.0.1
dir "{folder}"
requirepass "{asked}"
sentinel monitor {service} 127.0.0.1 {first} {quorum}
sentinel auth-pass {service} "{password}"
sentinel down-after-milliseconds {service} 1000
sentinel failover-timeout {service} 3000
"""


class Guarded:
    """The servers and their Sentinels, on loopback alone, each with a password."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.parts = folder, {}
        self.first, self.second, *self.sentinels = (free_port() for _ in range(5))

    def start(self) -> None:
        """The servers, then whoever watches them; until all of those know of one another and of the second server."""
        self._serve(self.first)
        self._serve(self.second, "--replicaof", f"127.0.0.1 {self.first}")
        for port in self.sentinels:
            self._watch(port)
        wait_until(lambda: all(self._knows(port) for port in self.sentinels))

    def url(self) -> str:
        """As TRIAGE_REDIS_URL says it."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        return f"sentinel://:a%2Fb%3Bc%40d@{hosts}/{SERVICE}?db=2&sentinel_password=e%3Af"

    def who_is_first(self, sentinel: int) -> int:
        """The port of the server that the Sentinel at that port sends people to."""
        with Redis(port=sentinel, password=ASKED, decode_responses=True) as asked:
            return int(asked.sentinel_get_master_addr_by_name(SERVICE)[1])

    def kill_first(self) -> None:
        """SIGKILL of the first server and of one Sentinel, as where a machine is gone with both."""
        for port in (self.first, self.sentinels[0]):
            self.parts[port].send_signal(signal.SIGKILL)
            self.parts[port].wait()
        wait_until(lambda: {self.who_is_first(each) for each in self.sentinels[1:]} == {self.second})

    def stop(self) -> None:
        for part in self.parts.values():
            stop(part)

    def _serve(self, port: int, *more: str) -> None:
        home = self.folder / str(port)
        home.mkdir()
        where = ("--port", str(port), "--bind", "127.0.0.1", "--dir", home, "--dbfilename", "kept.rdb")
        secret = ("--requirepass", PASSWORD, "--masterauth", PASSWORD, "--repl-diskless-sync-delay", "0")
        self.parts[port] = self._spawn(port, *where, *KEEPS, *secret, *more)
        wait_until(lambda: Redis(port=port, password=PASSWORD).ping())

    def _watch(self, port: int) -> None:
        """A Sentinel writes what it finds out into its settings."""
        file = self.folder / f"sentinel-{port}.conf"
        told = {"own": port, "first": self.first, "folder": self.folder, "service": SERVICE, "quorum": QUORUM}
        file.write_text(SENTINEL.format(**told, password=PASSWORD, asked=ASKED))
        self.parts[port] = self._spawn(port, file, "--sentinel")

    def _knows(self, port: int) -> bool:
        with Redis(port=port, password=ASKED, decode_responses=True) as sentinel:
            found = sentinel.sentinel_master(SERVICE)
            return (found["num-slaves"], found["num-other-sentinels"]) == (1, 2)

    def _spawn(self, port: int, *told: str | Path) -> Popen[bytes]:
        return spawn((_redis_binary(), *told), self.folder / f"{port}.log")


@contextmanager
def a_guarded_redis(folder: Path) -> Iterator[Guarded]:
    """Up, and known to every Sentinel."""
    guarded = Guarded(folder)
    try:
        guarded.start()
        yield guarded
    finally:
        guarded.stop()


def wait_until(done) -> None:
    """AssertionError where it is not done in time."""
    end = time.monotonic() + GUARD
    while time.monotonic() < end:
        with suppress(RedisError, LookupError):
            if done():
                return
        time.sleep(0.05)
    raise AssertionError("it was not done in time")
