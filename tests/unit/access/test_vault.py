"""What is sealed opens for its purpose, with the keys that are given, and for nothing else."""

import pytest
from pydantic import ValidationError

from triage.access.vault import Unreadable, Vault
from triage.settings import Settings

OLD, NEW = "an-old-key-that-is-long-enough-to-do", "a-new-key-that-is-long-enough-to-do"


def test_what_was_sealed_comes_back_as_it_was():
    sealed = Vault([NEW]).seal("drafts", "Made-up Zoë".encode())
    assert b"Made-up" not in sealed  # two letters of it might stand there by chance
    assert Vault([NEW]).unseal("drafts", sealed).decode() == "Made-up Zoë"


def test_what_an_older_key_sealed_opens_while_that_key_is_given():
    sealed = Vault([OLD]).seal("drafts", b"kept")
    assert Vault([NEW, OLD]).unseal("drafts", sealed) == b"kept"
    with pytest.raises(Unreadable):
        Vault([NEW]).unseal("drafts", sealed)


def test_what_was_sealed_for_one_purpose_opens_for_no_other():
    sealed = Vault([NEW]).seal("drafts", b"kept")
    with pytest.raises(Unreadable):
        Vault([NEW]).unseal("second factors", sealed)


def test_what_was_changed_does_not_open():
    sealed = bytearray(Vault([NEW]).seal("drafts", b"kept"))
    sealed[20] ^= 1
    with pytest.raises(Unreadable):
        Vault([NEW]).unseal("drafts", bytes(sealed))


def test_every_secret_key_is_long():
    given = {"database_url": "postgresql://nowhere", "redis_url": "redis://nowhere"}
    assert Settings(secret_key=f"{NEW}, {OLD}", **given).secret_keys == (NEW, OLD)
    with pytest.raises(ValidationError, match="32 characters"):
        Settings(secret_key=f"{NEW},short", **given)
