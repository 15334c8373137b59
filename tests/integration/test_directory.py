"""The directory is taken from files and given out again with nothing lost; its room is what was said last."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.asking_for_records import as_
from tests.listing import a_service, in_directory, key, said, some_services, take
from tests.undoing import undone
from triage.errors import Forbidden, Invalid, NotFound
from triage.models import Capacity, DirectoryService
from triage.models.codes import ROLES
from triage.services.directory import SayCapacity, export_services, say_capacity
from triage.store.directory import get_service, list_services

UNIT, WEST, NORTH = "early_help_unit", "locality_worker:west", "locality_worker:north"
WRITES = {"mash_manager", "administrator"}
SAYS = {"mash_manager", "early_help_unit", "locality_worker", "locality_manager", "administrator"}
QUIETLY = {"max_examples": 15, "deadline": None}


def counted(taken):
    return len(taken.added), len(taken.changed), taken.unchanged, len(taken.missing)


def exported(office):
    office.session.expire_all()
    return {each["id"]: each for each in export_services(office.desk(UNIT))}


def test_same_file_taken_twice_changes_nothing(office):
    documents = some_services(office)
    assert counted(take(office, documents)) == (6, 0, 0, 0)
    before = office.session.query(Capacity).count()
    assert counted(take(office, documents)) == (0, 0, 6, 0)
    assert office.session.query(Capacity).count() == before == 5


def test_what_is_no_longer_in_the_file_stays_and_is_named_unless_it_is_to_go(office):
    documents = in_directory(office)
    assert take(office, documents[1:]).missing == ["Breakfast club"]
    assert "Breakfast club" in {service.name for service, _ in list_services(office.session)}
    assert take(office, documents[1:], withdraw=True).missing == ["Breakfast club"]
    assert "Breakfast club" not in {service.name for service, _ in list_services(office.session)}
    assert exported(office)[documents[0]["id"]]["status"] == "inactive"
    assert take(office, documents[1:], withdraw=True).missing == []
    assert take(office, documents).changed == ["Breakfast club"]  # and it is back


SERVICES = st.lists(
    st.builds(
        a_service,
        st.sampled_from(["Ann", "Ben", "Cia"]),
        kind=st.sampled_from(["camhs", "school"]),
        needs=st.lists(st.sampled_from(["C2_SPEECH", "P", "F2_DEBT"]), min_size=1, unique=True),
        districts=st.lists(st.sampled_from(["E07000170", "E10000024"]), unique=True),
        status=st.sampled_from(["active", "inactive"]),
        more=st.none() | st.text('aé"\\', max_size=3) | st.lists(st.floats(-1e6, 1e6), max_size=2),
        free=st.none()
        | st.fixed_dictionaries(
            {
                "available": st.integers(0, 4),
                "updated": st.sampled_from(["2013-05-01T09:00:00Z", "2013-05-02T09:00:00.5+01:00"]),
            },
            optional={"maximum": st.integers(4, 6), "waiting_weeks": st.integers(0, 3), "note": st.just("kept")},
        ),
    ),
    max_size=3,
    unique_by=lambda each: each["id"],
)
ROOMS = st.lists(st.tuples(st.sampled_from(["Ann", "Ben", "Cia"]), st.integers(0, 4)), max_size=3)


def test_what_goes_in_comes_out_with_nothing_lost(office):
    office.actor(UNIT)

    @settings(**QUIETLY)
    @given(SERVICES)
    def goes_round(documents):
        with undone(office.session):
            take(office, documents)
            assert exported(office) == {each["id"]: each for each in documents}

    goes_round()


def test_what_comes_out_goes_in_again_and_changes_nothing(office):
    office.actor(UNIT)

    @settings(**QUIETLY)
    @given(SERVICES, SERVICES, ROOMS)
    def goes_round(documents, later, rooms):
        with undone(office.session):
            take(office, documents)
            for name, free in rooms:
                if exported(office).get(key(name), {}).get("status") == "active":
                    say(office, UNIT, name, free=free)
            take(office, later)
            before, lines = exported(office), office.session.query(Capacity).count()
            assert counted(take(office, list(before.values())))[:3] == (0, 0, len(before))
            assert exported(office) == before
            assert office.session.query(Capacity).count() == lines

    goes_round()


def say(office, who, name="Breakfast club", **room):
    office.actor(who)
    with as_(office, who), office.session.begin_nested():
        return say_capacity(office.desk(who), SayCapacity(service_id=key(name), **room))


def test_room_said_here_stands_before_what_an_older_file_says(office):
    documents = in_directory(office)
    say(office, UNIT, free=0, waiting_weeks=4)
    assert take(office, documents).changed == []
    _, last = get_service(office.session, key("Breakfast club"))
    assert (last.free, last.places, last.waiting_weeks) == (0, None, 4)
    office.clock.at += timedelta(days=2)
    documents[0]["capacities"][0] |= said(office, 7)
    assert take(office, documents).changed == ["Breakfast club"]
    office.session.expire_all()
    assert get_service(office.session, key("Breakfast club"))[1].free == 7


@pytest.mark.parametrize(
    ("room", "field"),
    [
        ({"free": -1}, "free"),
        ({"free": 5, "places": 4}, "places"),
        ({"free": 0, "waiting_weeks": 10**6}, "waiting_weeks"),
    ],
)
def test_room_that_cannot_be_is_refused(office, room, field):
    in_directory(office)
    with pytest.raises(Invalid) as refused:
        say(office, UNIT, **room)
    assert refused.value.problems[0].field == field


def test_locality_says_what_room_there_is_in_its_own_place_and_for_the_whole_county(office):
    in_directory(office)
    assert say(office, WEST, free=2).free == 2
    with pytest.raises(Forbidden, match="another locality"):
        say(office, NORTH, free=2)
    assert say(office, NORTH, "School nursing", free=1).said_by_id == office.actor(NORTH).id
    with pytest.raises(NotFound, match="no such service"):
        say(office, UNIT, "Nothing", free=1)


def test_everybody_who_is_signed_in_reads_it_and_few_write_it(office):
    in_directory(office)
    office.session.flush()
    for role in (each for each in ROLES if each not in ("system", "visitor")):
        me = {"me": office.actor(role).id}
        with as_(office, role):
            for table in ("directory_services", "capacities"):
                assert office.session.scalar(text(f"SELECT count(*) FROM {table}")) >= 5  # noqa: S608
            assert writes(office, "UPDATE directory_services SET name = name, imported_by_id = :me", me) == (
                role in WRITES
            )
            row = "gen_random_uuid(), id, 1, :me, now() FROM directory_services LIMIT 1"
            insert = f"INSERT INTO capacities (id, service_id, free, said_by_id, said_at) SELECT {row}"
            assert writes(office, insert, me) == (role in SAYS), role
            for statement in ("DELETE FROM capacities", "UPDATE capacities SET free = 9"):
                assert not writes(office, statement, {})


def writes(office, statement, values):
    try:
        with office.session.begin_nested():
            return office.session.execute(text(statement), values).rowcount > 0
    except ProgrammingError:
        return False


def test_service_is_kept_whole_beside_what_is_looked_for(office):
    take(office, [a_service("Grief", minimum_age=4, fees_description="Free", more={"kept": [1, None]})])
    kept = office.session.get(DirectoryService, key("Grief"))
    assert (kept.minimum_age, kept.document["more"]) == (4, {"kept": [1, None]})
