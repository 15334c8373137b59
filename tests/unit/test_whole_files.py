"""Files that are there whole or not at all, also on a share of another machine, which can do less than a disk."""

import errno
import fcntl
import os
import stat

import pytest

from triage import whole_files
from triage.errors import CommandRefused
from triage.whole_files import LOCK, alone_in, written_whole


@pytest.fixture
def share(monkeypatch):
    """A folder there may be neither locked nor told to be kept."""
    lock, keep = fcntl.flock, os.fsync

    def refuse_folder(usual, code, handle, *more):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(code, os.strerror(code))
        return usual(handle, *more)

    monkeypatch.setattr(whole_files.fcntl, "flock", lambda *told: refuse_folder(lock, errno.EBADF, *told))
    monkeypatch.setattr(whole_files.os, "fsync", lambda *told: refuse_folder(keep, errno.EINVAL, *told))


def test_a_share_takes_files_and_one_at_a_time_writes_there(share, tmp_path):
    with alone_in(tmp_path, "*.txt"):
        with written_whole(tmp_path / "a.txt") as file:
            file.write(b"a")
        with pytest.raises(CommandRefused, match="Somebody else"), alone_in(tmp_path, "*.txt"):
            pass
    assert (tmp_path / "a.txt").read_bytes() == b"a"
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_what_fails_otherwise_fails(monkeypatch, tmp_path):
    def fail(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EIO, "Made up")

    monkeypatch.setattr(whole_files.os, "fsync", fail)
    with pytest.raises(OSError, match="Made up"), written_whole(tmp_path / "a.txt"):
        pass


def test_a_link_that_somebody_put_in_its_place_is_not_followed(tmp_path):
    (tmp_path / LOCK).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"), alone_in(tmp_path, "*"):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_a_disk_that_is_full_leaves_nothing(monkeypatch, tmp_path):
    def fill(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(whole_files.os, "fsync", fill)
    with pytest.raises(OSError, match="No space left"), written_whole(tmp_path / "a.txt") as file:
        file.write(b"a")
    assert list(tmp_path.iterdir()) == []
