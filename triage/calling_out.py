"""Sending to an address that somebody typed: by TLS, to nobody within, to the very address that was looked at.

A name may lead elsewhere a moment later, so it is resolved once, each of its addresses is judged, and the connection is
made to one of those. No redirect is followed, and nothing of an answer is read but its status.
"""

import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Timer
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
SECONDS = 10  # for all of it: to connect, to shake hands, to send, and to be answered
LONGEST = 2000  # characters of an address
NO_WEB_ADDRESS = "Give a whole web address, like https://cases.council.example/webhooks, without a name or a password."
NOT_PRIVATE = (
    "It must begin with https://. To this machine itself http:// will do, by its number, where TRIAGE_WEBHOOK_NETWORKS"
    " has it."
)


class NotAllowed(Exception):
    """Nothing is sent there: why, in words."""


class Unanswered(Exception):
    """Nobody answered, in words and without what was sent."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send, as it was typed and as it was taken apart."""

    host: str
    port: int
    path: str
    tls: bool
    named: str  # as the Host header says it


def read_networks(text: str) -> tuple[Network, ...]:
    """The private networks of a setting. ValueError where one is none."""
    return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())


def read_target(address: str, networks: Sequence[Network] = ()) -> Target:
    """The address taken apart. NotAllowed where it is none that may ever be sent to."""
    parts = _split(address)
    tls = parts.scheme == "https"
    if not tls and not (parts.scheme == "http" and _is_here(parts.hostname or "", networks)):
        raise NotAllowed(NOT_PRIVATE)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname or "", parts.port or (443 if tls else 80), path, tls, parts.netloc)


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        whole = parts.hostname and parts.hostname.isascii() and (parts.port or 1)
    except ValueError:
        raise NotAllowed(NO_WEB_ADDRESS) from None
    plain = address.isascii() and address.isprintable() and " " not in address and len(address) <= LONGEST
    if not (whole and plain) or "@" in parts.netloc or parts.fragment:
        raise NotAllowed(NO_WEB_ADDRESS)
    return parts


def _is_here(host: str, networks: Sequence[Network]) -> bool:
    try:
        return ip_address(host).is_loopback and may_reach(ip_address(host), networks)
    except ValueError:
        return False


def may_reach(address: Address, networks: Sequence[Network]) -> bool:
    """Whether something may be sent there: to everybody's internet, or to a network of ours that is named."""
    if isinstance(address, IPv6Address) and (within := _within(address)):
        return may_reach(within, networks)
    if any(address.version == each.version and address in each for each in networks):
        return True
    return address.is_global and not address.is_multicast


def _within(address: IPv6Address) -> IPv4Address | None:
    """The older address that one of the newer kind leads to: mapped, by 6to4, or by NAT64."""
    by_nat = IPv4Address(address.packed[-4:]) if address in NAT64 else None
    return address.ipv4_mapped or address.sixtofour or by_nat


NAT64 = IPv6Network("64:ff9b::/96")


def find_addresses(target: Target, networks: Sequence[Network]) -> list[str]:
    """The addresses to which the name leads. NotAllowed where any of them is within; Unanswered without one."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unanswered("Its name is not known.") from None
    addresses = [str(sockaddr[0]).partition("%")[0] for *_, sockaddr in found]
    if not all(may_reach(ip_address(each), networks) for each in addresses):
        raise NotAllowed("Its name leads to a private address that TRIAGE_WEBHOOK_NETWORKS does not have.")
    return addresses


class _Pinned(HTTPConnection):
    """A connection to one of those addresses, whatever the name leads to by now; by TLS, for that name."""

    def __init__(self, target: Target, addresses: Sequence[str], trusted: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self.target, self.addresses, self.trusted = target, addresses, trusted
        self.is_over = False

    def connect(self) -> None:
        self.sock = self._reach()
        if self.target.tls:
            context = self.trusted or ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.target.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def _reach(self) -> socket.socket:
        for address in self.addresses:
            with suppress(OSError):
                reached = socket.create_connection((address, self.target.port), SECONDS)
                if not self.is_over:
                    return reached
                reached.close()
        raise ConnectionError

    def hang_up(self) -> None:
        """From another thread: whoever waits for the answer waits no more."""
        self.is_over = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    networks: Sequence[Network] = (),
    trusted: ssl.SSLContext | None = None,
) -> int:
    """Send it there as JSON: the status of the answer. NotAllowed where it may not go; Unanswered after ten seconds."""
    target = read_target(address, networks)
    connection = _Pinned(target, find_addresses(target, networks), trusted)
    enough = Timer(SECONDS, connection.hang_up)
    enough.start()
    try:
        told = {"Host": target.named, "Content-Type": "application/json", "User-Agent": "triage-webhooks"}
        connection.request("POST", target.path, body, {**told, "Connection": "close", **headers})
        return connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise Unanswered(_say(error, is_over=connection.is_over)) from None
    finally:
        enough.cancel()
        connection.close()


def _say(error: Exception, *, is_over: bool) -> str:
    if is_over or isinstance(error, TimeoutError):
        return "It did not answer within ten seconds."
    if isinstance(error, ssl.SSLError):
        return "It speaks no TLS, or its certificate is not right for this address."
    return "It did not answer: the connection failed."
