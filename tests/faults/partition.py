"""A line to the database that can be cut: what is sent into it is lost without a word, as where a network is parted."""

import ctypes
import selectors
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

# Linux: a filter on a socket sees each packet before TCP does. This one lets none through, so nothing is acknowledged.
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
RETURN_NOTHING = struct.pack("HBBI", 0x06, 0, 0, 0)
CHUNK = 65_536


class Link:
    """A port on loopback behind which is PostgreSQL's socket at `path`."""

    def __init__(self, path: str) -> None:
        self.path, self.lock, self.cut, self.lines = path, Lock(), False, []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        Thread(target=self._take, daemon=True).start()

    def url(self, role: str) -> str:
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/triage"

    def close(self) -> None:
        self.server.close()

    @contextmanager
    def parted(self) -> Iterator[None]:
        """Lose all that is sent by this line, for as long as the block lasts."""
        self._lose(True)
        try:
            yield
        finally:
            self._lose(False)

    def _lose(self, lose: bool) -> None:
        with self.lock:
            self.cut = lose
            self.lines = [each for each in self.lines if each.fileno() >= 0]
            for each in (self.server, *self.lines):
                with suppress(OSError):
                    lose_all(each) if lose else each.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)

    def _take(self) -> None:
        while True:
            try:
                here, _ = self.server.accept()
            except OSError:
                return
            with self.lock:
                self.lines.append(here)
                if self.cut:
                    lose_all(here)
            Thread(target=self._join, args=(here,), daemon=True).start()

    def _join(self, here: socket.socket) -> None:
        """What each side says, until one of them ends; the other's is ended too."""
        with here, socket.socket(socket.AF_UNIX) as there, suppress(OSError):
            there.connect(self.path)
            with selectors.DefaultSelector() as ready:
                ready.register(here, selectors.EVENT_READ, there)
                ready.register(there, selectors.EVENT_READ, here)
                while True:
                    for key, _ in ready.select():
                        said = key.fileobj.recv(CHUNK)
                        if not said:
                            return
                        key.data.sendall(said)


def lose_all(line: socket.socket) -> None:
    """Let no packet of a socket through from now on."""
    program = ctypes.create_string_buffer(RETURN_NOTHING)
    line.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))
