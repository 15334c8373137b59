"""Guessing is slow, however many guess from wherever, and nobody is kept out by what others do."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.access.delays import FORGET, Count, choose_turn, counted, keys_for, uncounted, wait_for

START = datetime(2013, 5, 7, 9, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)
GUESSES_IN_FIRST_HOUR, GUESSES_IN_LATER_HOURS = 55, 26
A_TURN = timedelta(minutes=3)


@dataclass
class Door:
    """The counts, and what is done to them."""

    now: datetime = START
    counts: dict[bytes, Count] = field(default_factory=dict)
    guesses: list[datetime] = field(default_factory=list)

    def try_(self, address, device=None, *, right=False, account="victim"):
        """How long to wait; nothing, where the attempt was made."""
        keys = choose_turn(self.counts, keys_for(account, address, device), self.now)
        wait = max(wait_for(self.counts, keys, self.now), timedelta(0))
        if not wait:
            self.counts |= {key: counted(self.counts.get(key), self.now) for key in keys.values()}
            if right:
                self._succeed(keys)
            elif account == "victim":
                self.guesses.append(self.now)
        return wait

    def _succeed(self, keys):
        for way, key in keys.items():
            self.counts[key] = Count(0, self.now) if way in ("pair", "device") else uncounted(self.counts[key])


attackers = st.tuples(st.just("attacker"), st.integers(0, 30), st.floats(0, 1200))
victim = st.tuples(st.sampled_from(["victim", "typo"]), st.just(0), st.floats(0, 1200))


@settings(deadline=None)
@given(st.lists(attackers | victim, max_size=120), st.booleans())
def test_victim_with_a_known_device_is_never_kept_out_by_others(steps, same_address):
    door, typos = Door(), 0
    for who, number, seconds in steps:
        door.now += timedelta(seconds=seconds)
        if who == "attacker":
            door.try_("203.0.113.1" if same_address else f"203.0.113.{number}")
        elif who == "typo" and typos < 4:
            typos += 1
            assert door.try_("203.0.113.1", "hers") == timedelta(0)
        else:
            assert door.try_("203.0.113.1", "hers", right=True) == timedelta(0)
            typos = 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 400)), min_size=1, max_size=300))
def test_no_crowd_makes_more_guesses_in_an_hour_than_so_many(steps):
    door = Door()
    for number, seconds in steps:
        door.now += timedelta(seconds=seconds)
        door.try_(f"2001:db8:{number // 65536:x}:{number % 65536:x}::1")
    for at in door.guesses:
        assert sum(at <= each < at + AN_HOUR for each in door.guesses) <= GUESSES_IN_FIRST_HOUR


def wait_of_owner(attackers, arrives, wrong=0):
    """How long the owner of an account waits in a new browser, who comes whenever told to, and types wrongly so often.

    The attackers ask each second, and so have each turn that anybody may have.
    """
    door, a_second = Door(), timedelta(seconds=1)
    due = came = START + timedelta(seconds=arrives)
    while True:
        soonest = min(door.try_(address) for address in attackers)
        if door.now >= due:
            wait = door.try_("198.51.100.1", right=not wrong)
            if not (wait or wrong):
                return door.now - came
            wrong -= not wait
            due = door.now + max(wait, a_second)
        door.now += max(min(soonest, abs(due - door.now)), a_second)  # until then all would be refused


@pytest.mark.parametrize("wrong", [0, 1])
@pytest.mark.parametrize("arrives", [3600, 3601, 9000, 30000])
def test_few_who_ask_each_second_do_not_keep_the_owner_out_of_a_new_browser(arrives, wrong):
    attackers = [f"2001:db8:{site:x}::1" for site in range(5)]
    assert wait_of_owner(attackers, arrives, wrong) <= A_TURN * (1 + wrong)


def test_households_of_one_site_have_the_kept_turns_of_one():
    assert wait_of_owner([f"2001:db8:1:{household:x}::1" for household in range(100)], 900) <= A_TURN


def test_what_is_shown_is_told_apart_from_whose_it_is():
    asked = [
        keys_for("officer", "x", None, "second factor"),
        keys_for("second factor of officer", "x", None),
        keys_for("factorofficer", "x", None, "second "),
        keys_for("officer\0x", "", None, "second factor"),
    ]
    assert len({keys["pair"] for keys in asked}) == len(asked)


def made_in_hours(hours, address_of):
    """The guesses of somebody who makes each as soon as may be, by the hour."""
    door, made = Door(), [0] * hours
    while door.now < START + hours * AN_HOUR:
        hour = (door.now - START) // AN_HOUR
        wait = door.try_(address_of(len(door.guesses)))
        made[hour] += not wait
        door.now += wait
    return made


def test_greediest_crowd_of_new_addresses_makes_only_so_many_guesses():
    first, *later = made_in_hours(6, lambda n: f"2001:db8:0:{n:x}::1")
    assert first <= GUESSES_IN_FIRST_HOUR
    assert max(later) <= GUESSES_IN_LATER_HOURS


def test_one_address_is_slowed_to_a_guess_an_hour():
    first, *later = made_in_hours(6, lambda _n: "203.0.113.9")
    assert first <= 20
    assert max(later[1:]) <= 1


def test_device_of_one_account_gives_no_right_to_another():
    door = Door()
    for number in range(25):
        door.try_(f"203.0.113.{number}")
    assert door.try_("203.0.113.99") > timedelta(0)
    assert door.try_("203.0.113.99", "hers", account="somebody else") == timedelta(0)
    assert keys_for("victim", "x", "hers") != keys_for("somebody else", "x", "hers")


def test_known_device_that_guesses_is_slowed_too():
    door = Door()
    waits = [door.try_("203.0.113.1", "stolen") for _ in range(6)]
    assert waits[:5] == [timedelta(0)] * 5
    assert waits[5] > timedelta(0)


def test_address_that_tries_many_accounts_is_slowed():
    door = Door()
    waits = [door.try_("203.0.113.1", account=f"user {number}") for number in range(51)]
    assert waits[-1] > timedelta(0) == max(waits[:-1])


def test_failures_are_forgotten_after_a_quiet_day():
    door = Door()
    while not door.try_("203.0.113.1"):
        assert len(door.guesses) < 6
    door.now += FORGET
    assert [door.try_("203.0.113.1") for _ in range(5)] == [timedelta(0)] * 5


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("203.0.113.1", "203.0.113.2", False),
        ("not an address", "not an address", True),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("::ffff:203.0.113.1", "::ffff:203.0.113.2", False),
    ],
)
def test_household_of_ipv6_is_one_address(one, other, same):
    assert (keys_for("x", one, None)["address"] == keys_for("x", other, None)["address"]) is same
