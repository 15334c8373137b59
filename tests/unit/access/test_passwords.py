"""Which passwords are refused, and how those are kept that are not."""

import pytest
from argon2 import PasswordHasher, Type

from triage.access.passwords import MOST, check_password, fits, hash_password, hasher, words_about
from triage.errors import Invalid
from triage.pack import load_pack

WORDS = words_about(load_pack("nottinghamshire"), "Wilhelmina Testley", "wilma.testley")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short one", "12 characters or more"),
        ("x" * (MOST + 1), "no more than 128"),
        ("Password123456", "tried first"),
        ("qwertyuiop[]", "tried first"),
        ("123456789012", "tried first"),
        ("aaaaaaaaaaaaaaaaaa", "tried first"),
        ("iloveyouiloveyou", "tried first"),
        ("p4$$w0rd1234", "tried first"),
        ("Nottinghamshire1", "your name, your username, the council's"),
        ("wilhelmina-2013", "your name"),
        ("Testley!Testley!", "your name"),
        ("TriageTriage1!", "your name"),
        ("MashCouncil2026", "your name"),
    ],
)
def test_password_that_is_tried_first_is_refused_with_what_to_do(password, says):
    with pytest.raises(Invalid, match=says):
        check_password(password, WORDS)


@pytest.mark.parametrize(
    "password",
    [
        "made-up-people",
        "correct horse battery staple",
        "grün 蓝色 лошадь кит",
        "v9$kQ!2pLx#7",
        "a drum, two herons & Nottinghamshire",
        "herons drum " * 2 + "".join(chr(0x4E00 + 37 * n) for n in range(MOST - 24)),
    ],
)
def test_any_characters_in_any_mix_are_taken(password):
    check_password(password, WORDS)


@pytest.mark.usefixtures("passwords_as_they_are")
def test_password_is_kept_by_argon2id_with_parameters_of_today():
    parameters = hasher()
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert parameters.salt_len >= 16
    kept = hash_password("correct horse")
    assert kept.startswith("$argon2id$")
    assert fits(kept, "correct horse")
    assert not fits(kept, "correct horse ")


def test_lone_surrogates_and_what_is_no_hash_fit_nothing():
    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x")
    assert not fits(kept, "\ud800")
    assert not fits("not a hash", "x")
    assert fits(hash_password("\ud800 odd"), "\ud800 odd")
