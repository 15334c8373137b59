"""The ledger's pure part: one text for one content, the tree of RFC 6962, and keys that are refused in words."""

import hashlib
import json
from dataclasses import replace

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triage.access.chains import Head, Link, Seal, Walk
from triage.access.ledger import canonical
from triage.access.merkle import Tree, hash_leaf, hash_node
from triage.access.signing import SigningKey, find_key, make_key, read_public_key
from triage.errors import CommandRefused

NAMES = st.text(st.characters(max_codepoint=0x7F))
SIMPLE = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
CONTENT = st.dictionaries(NAMES, st.recursive(SIMPLE, lambda each: st.lists(each) | st.dictionaries(NAMES, each)))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(CONTENT)
def test_one_text_for_one_content_is_that_of_rfc_8785(content):
    assert canonical(content) == rfc8785.dumps(content)
    assert canonical(json.loads(canonical(content))) == canonical(content)


def oracle(leaves):
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = max(2**n for n in range(len(leaves)) if 2**n < len(leaves))
    return hashlib.sha256(b"\x01" + oracle(leaves[:k]) + oracle(leaves[k:])).digest()


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3), max_size=70), st.integers(0, 70))
def test_tree_has_the_root_of_rfc_6962_however_it_grew(leaves, pause):
    tree = Tree()
    for n, leaf in enumerate(leaves):
        if n == pause:
            tree = Tree(tree.size, list(tree.peaks))  # as a checkpoint kept it
        tree.add(leaf)
        assert tree.is_sound
        assert tree.root == oracle(leaves[: n + 1])
    assert (tree.size, tree.root) == (len(leaves), oracle(leaves))


def test_leaf_is_no_node():
    assert hash_leaf(b"ab") != hash_node(b"a", b"b")


def test_key_signs_and_its_public_half_tells():
    key = find_key(make_key(), None)
    public = read_public_key(str(key.public))
    signature = key.sign(b"said")
    assert public.has_signed(b"said", signature)
    assert not public.has_signed(b"not said", signature)
    assert not SigningKey(b"o" * 32).public.has_signed(b"said", signature)
    assert not public.has_signed(b"said", b"short")
    assert str(key.raw) not in repr(key)


@pytest.mark.parametrize("text", ["x", "a" * 43, "YWJj", "ä" * 44, "\x00"])
def test_key_that_is_none_is_refused_in_words(text):
    with pytest.raises(CommandRefused, match="32 bytes in base64"):
        find_key(text, None)


def test_key_is_read_from_its_file_and_none_is_none(tmp_path):
    file = tmp_path / "ledger.key"
    with pytest.raises(CommandRefused, match="cannot be read"):
        find_key(None, file)
    file.write_text(make_key() + "\n")
    assert find_key(None, file) == find_key("", file) == find_key(file.read_text(), None)
    assert find_key("", None) is find_key(None, None) is None


def chained(count):
    """A chain in which each hash is its number's."""
    hashes = [b"", *(bytes([n]) for n in range(1, count + 1))]
    return [Link(n, "said", hashes[n - 1], hashes[n], hashes[n]) for n in range(1, count + 1)]


def faults(links, head=None, seals=()):
    return list(Walk("event", head or Head(len(links), links[-1].hash), seals).find_faults(links))


@settings(deadline=None)
@given(st.integers(1, 12), st.data())
def test_any_fault_in_a_chain_is_told_and_a_whole_one_tells_of_none(count, data):
    links = chained(count)
    head, seals = Head(count, links[-1].hash), [Seal(count, links[-1].hash, 1)]
    assert faults(links, head, seals) == []
    where = data.draw(st.integers(0, count - 1))
    changed = [*links[:where], replace(links[where], due=b"another"), *links[where + 1 :]]
    assert any(f"event {where + 1} (said) was changed" in each for each in faults(changed, head, seals))
    if count > 1:
        gone = [*links[:where], *links[where + 1 :]]
        assert any(f"event {where + 1} is gone" in each for each in faults(gone, head, seals))
    anew = [replace(each, previous_hash=each.previous_hash and b"x" + each.previous_hash) for each in links]
    anew = [replace(each, hash=b"x" + each.hash, due=b"x" + each.due) for each in anew]
    assert any("checkpoint 1 sealed" in each for each in faults(anew, Head(count, anew[-1].hash), seals))


def test_what_no_seal_keeps_is_counted():
    links = chained(3)
    walk = Walk("event", Head(3, links[-1].hash), [Seal(1, links[0].hash, 1)])
    assert (list(walk.find_faults(links)), walk.unsealed) == ([], 2)
