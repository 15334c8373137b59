"""Asking ClamAV's daemon whether what was sent is known to do harm (clamd's INSTREAM)."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from triage.errors import Problem, Unavailable
from triage.uploads.kinds import FIELD, refusal

log = logging.getLogger("triage")
SECONDS = 30
PIECE = 65_536
CLEAN = b"stream: OK"
AWAY = "Files cannot be checked for viruses just now, so none is taken. Nothing was kept. Try again in a few minutes."
HARMFUL = "This file is known to do harm. It was not kept. Tell whoever sent it, and your IT service desk."


def scan(address: str, content: bytes) -> None:
    """Have the daemon at that address (host:port, unix:/path) look. Invalid if it knows harm; Unavailable if away."""
    try:
        with _connected(address) as daemon:
            answer = _ask(daemon, content)
    except OSError as fault:
        raise _away("it cannot be reached") from fault
    if answer.endswith(b" FOUND"):
        log.warning("a file was refused: %s", answer.decode("ascii", "replace"))
        raise refusal("harmful", HARMFUL)
    if answer != CLEAN:
        raise _away(answer.decode("ascii", "replace"))


def ping(address: str, seconds: float) -> bool:
    """Whether the daemon at that address says that it is there. OSError where nothing answers in time."""
    with _connected(address, seconds) as daemon:
        daemon.sendall(b"zPING\0")
        return daemon.recv(PIECE).startswith(b"PONG")


def _away(why: str) -> Unavailable:
    log.error("the virus scanner gives no answer: %s", why)
    return Unavailable(Problem("not_scanned", AWAY, FIELD))


@contextmanager
def _connected(address: str, seconds: float = SECONDS) -> Iterator[socket.socket]:
    if not address.startswith("unix:"):
        host, _, port = address.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=seconds) as daemon:
            yield daemon
        return
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.settimeout(seconds)
        daemon.connect(address.removeprefix("unix:"))
        yield daemon


def _ask(daemon: socket.socket, content: bytes) -> bytes:
    """Its answer, up to the NUL that ends it. Each piece is sent after its length; a piece of no length is the last."""
    daemon.sendall(b"zINSTREAM\0")
    for at in range(0, len(content), PIECE):
        piece = content[at : at + PIECE]
        daemon.sendall(len(piece).to_bytes(4) + piece)
    daemon.sendall(bytes(4))
    answer = b""
    while piece := daemon.recv(PIECE):
        answer += piece
        if b"\0" in answer:
            break
    return answer.partition(b"\0")[0]
