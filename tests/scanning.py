"""A small server that speaks the virus scanner's protocol, and does as clamd does."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HARM = b"X5O!P%@AP made up"


class Daemon(socketserver.StreamRequestHandler):
    """Reads zINSTREAM and its pieces, does what is to be done meanwhile, and answers as clamd or as `says` has it."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self.rfile.read(4)):
            content += self.rfile.read(length)
        self.server.seen.append(content)
        getattr(self.server, "meanwhile", bool)()
        found = b"stream: Made-Up-Signature FOUND\0" if HARM in content else b"stream: OK\0"
        self.wfile.write(found if self.server.says is None else self.server.says)


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[socketserver.BaseServer]:
    """The server, answering for as long as the block lasts."""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def listening(meanwhile: Callable[[], object] = lambda: None) -> Iterator[socketserver.TCPServer]:
    """A daemon at a port of its own."""
    server = socketserver.TCPServer(("127.0.0.1", 0), Daemon)
    server.says, server.seen, server.meanwhile = None, [], meanwhile
    with running(server):
        yield server


def address_of(daemon: socketserver.TCPServer) -> str:
    """As the settings take it."""
    return f"127.0.0.1:{daemon.server_address[1]}"
