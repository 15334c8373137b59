"""Where something may be sent: by TLS, to nobody within, to the very address that was looked at."""

import socket
import ssl
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage import calling_out
from triage.calling_out import NotAllowed, Unanswered, may_reach, post, read_networks, read_target

HERE = read_networks("127.0.0.0/8")
WITHIN = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "240.0.0.1", "224.0.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:0a00:0001::1"),
    *("64:ff9b::10.0.0.1", "255.255.255.255", "198.18.0.1"),
]


@pytest.mark.parametrize("address", WITHIN)
def test_nothing_is_sent_within(address):
    assert not may_reach(ip_address(address), ())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::93.184.216.34"])
def test_what_everybody_reaches_is_reached(address):
    assert may_reach(ip_address(address), ())


def test_network_of_ours_is_reached_where_it_is_named_and_no_other():
    networks = read_networks("10.20.0.0/16, fd00:1::/32")
    assert [may_reach(ip_address(each), networks) for each in ("10.20.3.4", "fd00:1::2", "10.21.0.1", "::1")] == [
        *(True, True, False, False)
    ]


@given(st.ip_addresses(v=4))
def test_older_address_within_a_newer_one_is_judged_as_itself(address):
    assert may_reach(ip_address(f"::ffff:{address}"), ()) == may_reach(address, ())


@pytest.mark.parametrize(
    "address",
    [
        *("", "cases", "ftp://council.example/", "https://", "https:///x", "https://a:b@council.example/"),
        *("https://council.example/#x", "https://council.example:99999/", "https://council.example/a b"),
        *("https://council.example/\r\nX: y", "https://cöuncil.example/", "https://[::1", "javascript:alert(1)"),
        *("http://council.example/", "http://10.0.0.1/", "http://127.0.0.1/", "http://localhost/"),
        "https://council.example/" + "x" * 2000,
    ],
)
def test_what_is_no_address_to_send_to_is_refused(address):
    with pytest.raises(NotAllowed):
        read_target(address)


def test_address_is_taken_apart_with_its_port_and_query():
    target = read_target("https://cases.council.example:8443/hooks?of=x")
    assert (target.host, target.port, target.path, target.named) == (
        *("cases.council.example", 8443, "/hooks?of=x", "cases.council.example:8443"),
    )
    assert read_target("https://cases.council.example").path == "/"
    assert not read_target("http://127.0.0.1:8/", HERE).tls


class Answers(BaseHTTPRequestHandler):
    """Answers with the status that its path names, and keeps what came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers), body))
        self.send_response(int(self.path.strip("/")))
        self.send_header("Location", "/200")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def served():
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        server.came = []
        Thread(target=server.serve_forever, daemon=True).start()
        yield server, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_it_is_sent_once_with_its_headers_and_no_redirect_is_followed():
    with served() as (server, at):
        assert [post(f"{at}/{status}", b"{}", {"webhook-id": "x"}, HERE) for status in (204, 302, 503)] == [
            *(204, 302, 503)
        ]
    assert [path for path, _headers, _body in server.came] == ["/204", "/302", "/503"]
    _path, headers, body = server.came[0]
    assert (headers["webhook-id"], headers["Content-Type"], body) == ("x", "application/json", b"{}")


def test_name_that_leads_within_is_not_called(monkeypatch):
    with served() as (server, _at):
        lead = [(socket.AF_INET, 1, 6, "", ("93.184.216.34", 1)), (socket.AF_INET, 1, 6, "", ("127.0.0.1", 1))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: lead)
        with pytest.raises(NotAllowed, match="private address"):
            post(f"https://cases.council.example:{server.server_port}/200", b"", {})
    assert server.came == []


def test_name_is_looked_up_once_and_the_address_that_was_judged_is_called(monkeypatch):
    looked = []
    find = socket.getaddrinfo

    def look(host, *args, **more):
        looked.append(host)
        return find("127.0.0.1", *args, **more)

    with served() as (server, _at):
        monkeypatch.setattr(socket, "getaddrinfo", look)
        with pytest.raises(Unanswered, match="speaks no TLS"):
            post(f"https://cases.council.example:{server.server_port}/200", b"", {}, HERE)
    assert [each for each in looked if each != "127.0.0.1"] == ["cases.council.example"]


def test_certificate_of_another_is_not_taken():
    assert ssl.create_default_context().check_hostname
    with served() as (server, _at), pytest.raises(Unanswered):
        post(f"https://127.0.0.1:{server.server_port}/200", b"", {}, HERE)


@contextmanager
def listening():
    """Somebody who may be called."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_whoever_never_answers_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(calling_out, "SECONDS", 0.2)
    with listening() as (_server, at), pytest.raises(Unanswered, match="within ten seconds"):
        post(at, b"{}", {}, HERE)


def test_whoever_answers_by_drops_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(calling_out, "SECONDS", 0.3)

    def drip(server):
        caller, _ = server.accept()
        with caller:
            try:
                while not Event().wait(0.02):
                    caller.sendall(b"H")
            except OSError:
                pass

    with listening() as (server, at):
        thread = Thread(target=drip, args=(server,))
        thread.start()
        with pytest.raises(Unanswered, match="within ten seconds"):
            post(at, b"{}", {}, HERE)
        thread.join()


def test_whoever_is_not_there_is_not_there():
    with listening() as (_server, at):
        pass
    with pytest.raises(Unanswered, match="connection failed"):
        post(at, b"{}", {}, HERE)
