"""Files for the owner of the process alone, that are there whole or not at all, whatever is killed meanwhile."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from triage.errors import CommandRefused

PART = ".part"  # at the end of the name of what is not whole
LOCK = ".writing"  # stays in the folder: who holds it writes there


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which bears its name only when the block has succeeded and the disk has it. Mode 0600."""
    part = path.with_name(path.name + PART)
    file = os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    _keep_names(path.parent)


@contextmanager
def alone_in(folder: Path, *patterns: str) -> Iterator[None]:
    """Only one at a time writes files of these names there; what one that was killed left half done is removed.

    CommandRefused while another does. By a file, since no share of another machine lets a folder be locked.
    """
    handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in (path for pattern in patterns for path in folder.glob(pattern + PART)):
            left.unlink(missing_ok=True)
        yield
    except BlockingIOError as error:
        raise CommandRefused(f"Somebody else is writing into {folder}.") from error
    finally:
        os.close(handle)


def keep_last(new: Path, pattern: str, number: int) -> list[Path]:
    """Of the files beside it whose names fit, remove all but `new` and the last `number` - 1 others; which they were.

    They stand in the order of their names. One whose name is of a time to come takes nobody's place.
    """
    found = sorted(path for path in new.parent.glob(pattern) if path != new)
    old = found[: max(0, len(found) + 1 - number)]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _keep_names(folder: Path) -> None:
    """So that after a power cut the name is there too, where a folder can be told that: a share cannot."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF):
            raise
    finally:
        os.close(handle)
