"""The virus scanner's protocol, spoken by a small server that does as clamd does."""

import socketserver
import threading
from contextlib import contextmanager

import pytest

from triage.errors import Invalid, Unavailable
from triage.uploads.scanning import scan

HARM = b"X5O!P%@AP made up"


class Daemon(socketserver.StreamRequestHandler):
    """Reads zINSTREAM and its pieces, and answers as clamd, or as the server's `says` has it."""

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self.rfile.read(4)):
            content += self.rfile.read(length)
        self.server.seen.append(content)
        found = b"stream: Made-Up-Signature FOUND\0" if HARM in content else b"stream: OK\0"
        self.wfile.write(found if self.server.says is None else self.server.says)


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def daemon():
    with running(socketserver.TCPServer(("127.0.0.1", 0), Daemon)) as server:
        server.says, server.seen = None, []
        yield server


def address_of(daemon):
    return f"127.0.0.1:{daemon.server_address[1]}"


def test_whole_content_is_sent_and_what_is_clean_is_let_through(daemon):
    content = bytes(range(256)) * 1_000
    scan(address_of(daemon), content)
    assert daemon.seen == [content]


def test_what_is_known_to_do_harm_is_refused(daemon):
    with pytest.raises(Invalid, match="known to do harm") as refusal:
        scan(address_of(daemon), b"x" * 65_530 + HARM)
    assert refusal.value.problems[0].field == "content"


@pytest.mark.parametrize("says", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK but not quite\0"])
def test_no_word_is_no_yes(daemon, says):
    daemon.says = says
    with pytest.raises(Unavailable, match="cannot be checked"):
        scan(address_of(daemon), b"made up")


def test_daemon_that_is_away_lets_nothing_through(daemon, tmp_path):
    with pytest.raises(Unavailable, match="cannot be checked"):
        scan("127.0.0.1:1", b"made up")
    with pytest.raises(Unavailable):
        scan(f"unix:{tmp_path}/none", b"made up")


def test_daemon_on_a_socket_of_this_machine(tmp_path):
    place = f"{tmp_path}/clamd"
    with running(socketserver.UnixStreamServer(place, Daemon)) as server:
        server.says, server.seen = None, []
        scan(f"unix:{place}", b"made up")
        assert server.seen == [b"made up"]
