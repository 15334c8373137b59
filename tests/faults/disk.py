"""A disk that is small, and can be filled: one in memory, or, where nothing may be mounted, files that may not grow."""

import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.whole import children_of

SIZE = 700 * 2**20  # bytes: what a new database needs, and as much again for what comes in
LEAST = 64 * 1024  # bytes that a file may have where none may grow
CHUNK = bytes(2**20)


@contextmanager
def small_disk() -> Iterator[tuple[Path, bool]]:
    """A folder that everybody may enter, and whether it is a disk of its own."""
    folder = Path(tempfile.mkdtemp(prefix="triage-disk-"))
    mounted = _run("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", str(folder))
    folder.chmod(0o755)
    try:
        yield folder, mounted
    finally:
        if mounted:
            _run("umount", "--lazy", str(folder))
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Nothing more can be written on that disk for as long as the block lasts."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(CHUNK):
                pass
        yield
    finally:
        ballast.unlink(missing_ok=True)


@contextmanager
def no_growth(pid: int) -> Iterator[None]:
    """This process and its children can make no file longer than a few pages for as long as the block lasts."""
    _limit(pid, LEAST)
    try:
        yield
    finally:
        _limit(pid, resource.RLIM_INFINITY)


def _limit(pid: int, most: int) -> None:
    """Also of the children that it has made meanwhile."""
    for each in (pid, *children_of(pid)):
        with suppress(ProcessLookupError):
            resource.prlimit(each, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def _run(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
