"""Hosts on lines of their own, each a network namespace of Linux, and the servers that they reach.

Where nobody may make a namespace, hosts are processes of this one: they are told the same, and cut off by being killed.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import Popen

from tests.faults.whole import kill_group
from triage.processes import spawn, stop
from triage.serving import free_port

Command = Sequence[str | Path]


class Namespaces:
    """A namespace for the servers, and one for each host with a line there: what is sent over any goes nowhere else."""

    kind, address = "network namespaces", "10.77.0.1"

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self.parts = names, {}
        self.mark = f"triage-{os.getpid()}"

    def __enter__(self) -> "Namespaces":
        self._ip("netns", "add", self._space("servers"))
        self._within("servers", "link", "set", "lo", "up")
        self._within("servers", "address", "add", f"{self.address}/32", "dev", "lo")
        for number, name in enumerate(self.names, 1):
            self._add_host(name, f"10.77.{number}")
        return self

    def __exit__(self, *_: object) -> None:
        for part in self.parts.values():
            stop(part)
        for name in (*self.names, "servers"):
            self._ip("netns", "delete", self._space(name), check=False)

    def port(self) -> int:
        """One that is free where the servers are; nobody else is there."""
        return free_port()

    def serve(self, command: Command, log: Path, user: int | None = None) -> Popen[bytes]:
        """Start a server where they are."""
        as_user = () if user is None else ("--setuid", str(user), "--setgid", str(user))
        return spawn((*self._enter("servers", *as_user), *command), log, env={**os.environ, "LC_ALL": "C.UTF-8"})

    def start(self, name: str, command: Command, log: Path, env: Mapping[str, str]) -> None:
        """Start a part on a host."""
        self.parts[name] = spawn((*self._enter(name), *command), log, env=env)

    def cut(self, name: str) -> None:
        """Its line is dead: what is sent is lost without a word, and the part on it knows of nothing."""
        self._within(name, "link", "set", "line", "down")

    def join(self, name: str) -> None:
        """Its line is whole again."""
        self._within(name, "link", "set", "line", "up")
        self._within(name, "route", "replace", self.address, "dev", "line", "via", self._gate(name))

    def _add_host(self, name: str, net: str) -> None:
        there = f"line{net.rpartition('.')[2]}"
        self._ip("netns", "add", self._space(name))
        ends = ("link", "add", "line", "type", "veth", "peer", "name", there, "netns", self._space("servers"))
        self._within(name, *ends)
        self._within(name, "address", "add", f"{net}.2/24", "dev", "line")
        self._within("servers", "address", "add", f"{net}.1/24", "dev", there)
        self._within("servers", "link", "set", there, "up")
        self._within(name, "link", "set", "lo", "up")
        self.join(name)

    def _gate(self, name: str) -> str:
        return f"10.77.{self.names.index(name) + 1}.1"

    def _space(self, name: str) -> str:
        return f"{self.mark}-{name}"

    def _enter(self, name: str, *more: str) -> tuple[str, ...]:
        return ("nsenter", f"--net=/run/netns/{self._space(name)}", *more, "--")

    def _within(self, name: str, *told: str) -> None:
        self._ip("-netns", self._space(name), *told)

    def _ip(self, *told: str, check: bool = True) -> None:
        if not _run("ip", *told) and check:
            raise AssertionError(f"ip {' '.join(told)} was refused")


class Processes:
    """The same without a network between: each host is a process on this machine, and the servers are on loopback."""

    kind, address = "processes of one machine", "127.0.0.1"

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self.parts, self.told = names, {}, {}

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        for part in self.parts.values():
            stop(part)

    def port(self) -> int:
        """One that is free on loopback."""
        return free_port()

    def serve(self, command: Command, log: Path, user: int | None = None) -> Popen[bytes]:
        """Start a server."""
        return spawn(command, log, env={**os.environ, "LC_ALL": "C.UTF-8"}, user=user)

    def start(self, name: str, command: Command, log: Path, env: Mapping[str, str]) -> None:
        """Start a part."""
        self.told[name] = (command, log, env)
        self.parts[name] = spawn(command, log, env=env)

    def cut(self, name: str) -> None:
        """It is gone with all that it was doing."""
        kill_group(self.parts[name])

    def join(self, name: str) -> None:
        """It is started again."""
        command, log, env = self.told[name]
        self.parts[name] = spawn(command, log, env=env)


def make_hosts(names: Sequence[str]) -> Namespaces | Processes:
    """Hosts of these names: of their own network where this machine lets us make one."""
    return Namespaces(names) if may_make_namespaces() else Processes(names)


def may_make_namespaces() -> bool:
    """Tried, because nothing else tells."""
    name = f"triage-try-{os.getpid()}"
    line = ("link", "add", "line", "type", "veth", "peer", "name", "other")
    tried = (
        ("ip", "netns", "add", name),
        ("ip", "-netns", name, *line),
        ("nsenter", f"--net=/run/netns/{name}", "true"),
    )
    try:
        return all(_run(*each) for each in tried)
    finally:
        _run("ip", "netns", "delete", name)


def _run(*command: str) -> bool:
    with suppress(FileNotFoundError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False
