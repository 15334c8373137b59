"""A sealed backup gives back what was sealed, and nothing else: every change of the file is refused in words."""

import base64
import io
import secrets
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.backup import sealed_file
from triage.backup.sealed_file import HEADER_SIZE, TAG_SIZE, BackupKey, Sealer, read_keys, unseal
from triage.errors import CommandRefused

KEY, OTHER = (BackupKey(secrets.token_bytes(32)) for _ in range(2))
SMALL = 16  # bytes of a chunk, so that a few lines have many


@pytest.fixture(autouse=True, scope="module")
def small_chunks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed_file, "CHUNK", SMALL)
        patch.setattr(sealed_file, "SEALED_CHUNK", SMALL + TAG_SIZE)
        yield


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("backups") / "a.backup"


def sealed(*pieces: bytes, key: BackupKey = KEY) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out, key)
    for piece in pieces:
        sealer.write(piece)
    sealer.finish()
    return out.getvalue()


def opened(path: Path, content: bytes, *keys: BackupKey) -> bytes:
    path.write_bytes(content)
    return b"".join(unseal(path, keys or (KEY,)))


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3 * SMALL + 1), max_size=6))
def test_it_gives_back_what_was_sealed(path, pieces):
    content = sealed(*pieces)
    assert opened(path, content) == b"".join(pieces)
    assert opened(path, content, OTHER, KEY) == b"".join(pieces)


@settings(deadline=None)
@given(st.binary(max_size=5 * SMALL), st.data())
def test_any_byte_that_is_changed_is_refused(path, text, data):
    content = bytearray(sealed(text))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CommandRefused, match=r"altered|another key|not a backup"):
        opened(path, bytes(content))


@settings(deadline=None)
@given(st.binary(max_size=5 * SMALL), st.data())
def test_a_file_that_ends_early_is_refused(path, text, data):
    content = sealed(text)
    with pytest.raises(CommandRefused, match=r"cut off|not a backup"):
        opened(path, content[: data.draw(st.integers(0, len(content) - 1))])


@settings(deadline=None)
@given(st.lists(st.binary(min_size=SMALL, max_size=SMALL), min_size=3, max_size=6, unique=True), st.data())
def test_chunks_that_change_places_go_or_come_twice_are_refused(path, chunks, data):
    content, size = sealed(*chunks), SMALL + TAG_SIZE
    header, body = content[:HEADER_SIZE], content[HEADER_SIZE:]
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    order = data.draw(st.lists(st.sampled_from(range(len(parts))), max_size=len(parts) + 2))
    if order == [*range(len(parts))]:
        order = order[:-1]
    with pytest.raises(CommandRefused, match=r"altered|cut off|after its end"):
        opened(path, header + b"".join(parts[each] for each in order))


def test_a_chunk_of_another_file_of_the_same_key_is_refused(path):
    ours, theirs = sealed(b"a" * 2 * SMALL), sealed(b"a" * 2 * SMALL)
    with pytest.raises(CommandRefused, match="altered"):
        opened(path, ours[: HEADER_SIZE + SMALL + TAG_SIZE] + theirs[HEADER_SIZE + SMALL + TAG_SIZE :])


def test_another_key_is_refused_by_its_name_and_never_shown(path):
    with pytest.raises(CommandRefused, match=KEY.id.hex()) as refused:
        opened(path, sealed(b"a"), OTHER)
    assert OTHER.id.hex() in str(refused.value)
    assert KEY.raw.hex() not in repr(KEY)


def test_something_after_the_end_is_refused(path):
    with pytest.raises(CommandRefused, match=r"altered|after its end"):
        opened(path, sealed(b"a" * SMALL) + sealed(b"b"))


@pytest.mark.parametrize("text", ["", "x", base64.b64encode(b"a" * 31).decode(), base64.b64encode(bytes(32)).decode()])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(CommandRefused, match="backup key"):
        read_keys(text)


def test_keys_stand_between_commas_the_newest_first():
    text = ",".join(base64.b64encode(each.raw).decode() for each in (KEY, OTHER))
    assert read_keys(text) == (KEY, OTHER)
