"""Whoever is away has somebody who has their work meanwhile: in tray, inbox and letters; and sees no more by it."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from tests.acting import accepted, act, in_days, walk
from tests.asking_for_records import as_
from tests.integration.test_nobody_unheard import letters
from tests.integration.test_who_is_written_to import told
from tests.making import an_enquiry
from tests.reading import plain
from tests.restricting import few_see
from triage.errors import Forbidden, Invalid
from triage.models import AccountEvent, Cover
from triage.services.covering import CoverFor, cover_for, end_cover, list_who_may_be_away
from triage.store.covers import in_hands_of, list_covered, list_covering
from triage.store.worktray import Tray, count_worktray, list_keys

WEST, SECOND, MANAGER, NORTH = (
    *("locality_worker:west", "locality_worker 2:west", "locality_manager:west", "locality_worker:north"),
)
OFFICER, WORKER, HUB_MANAGER = "mash_officer", "social_worker", "mash_manager"


def covers(office, away, by, first=0, last=0, said_by=None):
    """Say so, of days from today."""
    days = {"first": in_days(office, first), "last": in_days(office, last)}
    who = {"user_id": office.actor(away).id, "by_id": office.actor(by).id}
    with as_(office, said_by or away):
        return cover_for(office.desk(said_by or away), CoverFor(**who, **days))


def tray_of(office, who, whose="mine"):
    return list(list_keys(office.session, office.actor(who), office.clock.now(), Tray(whose=whose)))


def test_work_of_whoever_is_away_stands_with_that_of_whoever_covers_until_the_last_day_is_over(office, clock):
    theirs = act(office, OFFICER, an_enquiry(office), "claim")
    own = act(office, WORKER, an_enquiry(office), "claim")
    covers(office, OFFICER, WORKER, first=1, last=2)
    found = []
    for _ in range(5):
        found.append(set(tray_of(office, WORKER)))
        counts = count_worktray(office.session, office.actor(WORKER), clock.at, Tray())
        assert counts.whose["mine"] == len(found[-1])
        clock.at += timedelta(days=1)
    both = {theirs.id, own.id}
    assert found == [{own.id}, both, both, {own.id}, {own.id}]
    assert tray_of(office, OFFICER) == [theirs.id]


def test_cover_is_taken_back_before_it_begins_and_ended_while_it_stands(office, clock):
    theirs = act(office, OFFICER, an_enquiry(office), "claim")
    for first in (0, 1):
        cover = covers(office, OFFICER, WORKER, first=first, last=3)
        with as_(office, OFFICER):
            end_cover(office.desk(OFFICER), cover.id)
        assert tray_of(office, WORKER) == []
    covers(office, OFFICER, WORKER, last=3)  # those days are free again
    assert tray_of(office, WORKER) == [theirs.id]
    log = select(AccountEvent.type).where(AccountEvent.user_id == office.actor(OFFICER).id)
    types = office.session.scalars(log.order_by(AccountEvent.number)).all()
    assert types == ["cover_said", "cover_ended", "cover_said", "cover_ended", "cover_said"]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*(st.integers(0, 4),) * 2, st.integers(-3, 3), st.integers(0, 4)), max_size=8))
def test_hands_are_as_a_plain_walk_over_who_covers_for_whom_has_them(office, drawn):
    people = [office.actor(f"mash_officer {number}") for number in range(5)]
    now, _manager = office.clock.at, office.actor(HUB_MANAGER)
    with office.session.begin_nested() as savepoint:
        taken: dict[int, list[tuple[int, int, int]]] = {}
        for away, by, begins, days in drawn:
            free = all(end <= begins or begins + days <= start for start, end, _ in taken.get(away, []))
            if away == by or not free or days == 0:
                continue
            taken.setdefault(away, []).append((begins, begins + days, by))
            with as_(office, HUB_MANAGER):
                office.session.add(_cover(office, people[away], people[by], begins, days))
        direct = {away: by for away, each in taken.items() for start, end, by in each if start <= 0 < end}
        for number, person in enumerate(people):
            mine = {away for away in range(5) if number in _walk(direct, away)}
            found = office.session.scalars(in_hands_of(person.id, now))
            assert {each.id for each in people if people.index(each) in mine} == set(found)
            there = {user.id for user in list_covering(office.session, person.id, now)}
            assert there == {people[each].id for each in _walk(direct, number)} - {person.id}
        savepoint.rollback()


def _cover(office, away, by, begins, days, said_by=HUB_MANAGER):
    now = office.clock.at
    times = {"begins_at": now + timedelta(days=begins), "ends_at": now + timedelta(days=begins + days)}
    return Cover(user_id=away.id, by_id=by.id, said_at=now, said_by_id=office.actor(said_by).id, **times)


def _walk(direct, away):
    """Everybody who has that one's work: themselves, and from one to the next."""
    met = [away]
    while met[-1] in direct and direct[met[-1]] not in met:
        met.append(direct[met[-1]])
    return met


@pytest.mark.parametrize(
    ("days", "field", "said"),
    [
        ((2, 1), "last", "before the first"),
        ((-3, -1), "last", "That is over"),
        ((0, 400), "last", "longer than a year"),
        ((3, 9), "first", "Made-up social_worker covers for some of these days"),
    ],
)
def test_days_that_cannot_be_are_refused_in_words(office, days, field, said):
    covers(office, OFFICER, WORKER, first=2, last=3)
    with pytest.raises(Invalid) as refusal, office.session.begin_nested():
        covers(office, OFFICER, HUB_MANAGER, *days)
    (problem,) = refusal.value.problems
    assert problem.field == field
    assert said in problem.message


@pytest.mark.parametrize(
    ("said_by", "away", "by", "refusal"),
    [
        (OFFICER, OFFICER, WORKER, None),
        (HUB_MANAGER, OFFICER, WORKER, None),
        (WEST, WEST, SECOND, None),
        (MANAGER, WEST, SECOND, None),
        (HUB_MANAGER, WEST, SECOND, None),
        (WORKER, OFFICER, WORKER, Forbidden),
        (MANAGER, NORTH, SECOND, Forbidden),
        (MANAGER, OFFICER, WORKER, Forbidden),
        (WEST, SECOND, WEST, Forbidden),
        (WEST, WEST, NORTH, Invalid),
        (OFFICER, OFFICER, WEST, Invalid),
        (OFFICER, OFFICER, OFFICER, Invalid),
    ],
)
def test_whoever_is_away_or_their_manager_says_so_of_somebody_of_the_same_place(office, said_by, away, by, refusal):
    for who in (said_by, away, by):
        office.actor(who)
    if refusal:
        with pytest.raises(refusal), office.session.begin_nested():
            covers(office, away, by, said_by=said_by)
    else:
        assert covers(office, away, by, said_by=said_by).said_by_id == office.actor(said_by).id


@pytest.mark.parametrize(
    ("who", "away", "fits"), [(WEST, WEST, True), (MANAGER, WEST, True), (MANAGER, NORTH, False), (WEST, SECOND, False)]
)
def test_database_keeps_the_same_bounds(office, who, away, fits):
    for each in (who, away, OFFICER):
        office.actor(each)
    cover = _cover(office, office.actor(away), office.actor(OFFICER), 0, 1, said_by=who)
    said = nullcontext() if fits else pytest.raises(ProgrammingError, match="row-level security")
    with as_(office, who), said, office.session.begin_nested():
        office.session.add(cover)
    assert office.session.scalar(text("SELECT count(*) FROM covers")) == fits


def test_letters_go_to_whoever_covers_too(office):
    office.actor(MANAGER)
    case = walk(office, WEST, accepted(office), "claim")
    covers(office, WEST, SECOND)
    letters(office)
    act(office, "social_worker", case, "immediate_danger", reason="Now")
    assert told(office, "Immediate danger") == {"mash_manager@triage.example", MANAGER, WEST, SECOND}


def test_whoever_covers_sees_no_more_than_before(office):
    case = accepted(office)
    covers(office, WEST, SECOND)
    with as_(office, HUB_MANAGER):
        office.session.add(_cover(office, office.actor(WEST), office.actor(NORTH), 9, 9))  # as no page lets anybody
    office.clock.at += timedelta(days=10)
    with as_(office, NORTH):
        assert office.session.scalar(text("SELECT count(*) FROM referrals WHERE id = :id"), {"id": case.id}) == 0


def test_whoever_is_away_is_told_of_what_whoever_covers_may_not_see(office, sign_in):
    theirs = act(office, OFFICER, an_enquiry(office), "claim")
    act(office, OFFICER, an_enquiry(office), "claim")
    covers(office, OFFICER, WORKER)
    assert "may not see:" not in sign_in(OFFICER).get("/cover").text
    few_see(office, theirs.id)
    told = f"1 case of theirs {office.actor(WORKER).name} may not see: few may."
    assert told in plain(sign_in(OFFICER).get("/cover").text)
    assert told not in plain(sign_in(WORKER).get("/cover").text)


def test_nobody_without_work_here_reads_who_covers(office):
    covers(office, OFFICER, WORKER)
    office.session.flush()
    for who in (WORKER, NORTH, "analyst", "partner_contributor", "referrer", "administrator", "partner_system"):
        with as_(office, who):
            found = office.session.scalar(text("SELECT count(*) FROM covers"))
        assert found == (who in (WORKER, NORTH)), who


def test_page_lists_who_covers_and_says_so_in_one_form(sign_in, office):
    client, away, by = sign_in(OFFICER), office.actor(OFFICER), office.actor(WORKER)
    today = in_days(office, 0)
    parts = {f"{name}-{part}": getattr(today, part) for name in ("first", "last") for part in ("day", "month", "year")}
    refused = client.post("/cover", data={"user_id": away.id, **parts})
    assert refused.status_code == 422
    assert "Choose who covers." in plain(refused.text)
    said = client.post("/cover", data={"user_id": away.id, "by_id": by.id, **parts}, follow_redirects=True)
    assert f"{by.name} covers for {away.name}." in plain(said.text)
    colleague = sign_in(WORKER)
    assert f"You cover for {away.name} until" in plain(colleague.get("/enquiries").text)
    assert "End it" not in colleague.get("/cover").text  # it is not theirs to end
    page = html.fromstring(client.get("/cover").text)
    (end,) = page.xpath("//tbody//form/@action")
    done = client.post(end, follow_redirects=True)
    assert f"Nobody covers for {away.name} from now on." in plain(done.text)
    assert "Nobody is covered for" in done.text
    assert list_covered(office.session, by.id, office.clock.at) == []


def test_manager_chooses_among_their_own_and_others_only_themselves(office):
    for who in (WEST, SECOND, NORTH, MANAGER, OFFICER):
        office.actor(who)
    listed = {who: {user.id for user in list_who_may_be_away(office.desk(who))} for who in (OFFICER, WEST, MANAGER)}
    own = {office.actor(who).id for who in (WEST, SECOND, MANAGER)}
    assert listed == {OFFICER: {office.actor(OFFICER).id}, WEST: {office.actor(WEST).id}, MANAGER: own}
