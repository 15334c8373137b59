"""The virus scanner's protocol, spoken by a small server that does as clamd does."""

import socketserver

import pytest

from tests.scanning import HARM, Daemon, address_of, listening, running
from triage.errors import Invalid, Unavailable
from triage.uploads.scanning import scan


@pytest.fixture
def daemon():
    with listening() as server:
        yield server


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
