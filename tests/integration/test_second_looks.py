"""Second looks: which decisions are drawn, what the second manager sees before and after, and how far the two agree."""

from datetime import timedelta
from fractions import Fraction
from itertools import count
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from tests.disposing import LATER, agreed, closed_enquiry, dispose_all, service_desk
from tests.making import an_enquiry, decide_as, screen
from tests.reading import main_of
from tests.restricting import few_see
from triage.access.actor import SYSTEM
from triage.database import acting_as
from triage.errors import Conflict, NotFound
from triage.insight.counting import refresh
from triage.models import Checkpoint, Event, SecondLook
from triage.services.rights.gathering_held import gather_material
from triage.services.second_looks import GiveLook, draw_second_looks, give_second_look, is_drawn

NOTHING = {"route": "no_further_action", "level": 1}
HELP = {"indicators": ("C3_SUBSTANCE",), "consent": "given"}
ADVICE = {"route": "advice", "level": 2, "why_not": {"early_help": "Made up: they have a nursery place"}}
SAID = {"outcome": "early_help", "reason": "Made up: the mother asked for it", "grade": "adequate"}


def decided(office, who="social_worker", chosen=None, **about):
    enquiry = an_enquiry(office, **({"indicators": ()} | about))
    screen(office, enquiry, ask="police")
    decide_as(office, who, enquiry, **(chosen or NOTHING))
    office.session.flush()
    return enquiry.subjects[0].decisions[-1]


def seal(office, root=b"made up"):
    """A checkpoint made a minute from now."""
    office.clock.at += timedelta(minutes=1)
    row = {"tree_size": 1, "frontier": [], "previous": b"", "horizon": 1, "key_id": "x", "signature": b""}
    number = len(office.session.scalars(select(Checkpoint)).all()) + 1
    office.session.add(Checkpoint(number=number, made_at=office.clock.now(), root=root, **row))
    office.session.flush()


def root_that(draws, *decisions):
    """A root by which chance draws these, or none of them."""
    share = Fraction(1, 10)
    roots = (number.to_bytes(4) for number in count())
    return next(each for each in roots if all(is_drawn(each, made.id, share) is draws for made in decisions))


def draw(office):
    drawn = draw_second_looks(office.desk("mash_officer").with_actor(SYSTEM))
    office.session.flush()
    return drawn


def give(office, who, look):
    """The second look, as somebody gives it whom the database knows."""
    office.actor(who)
    with acting_as(office.session, office.actor(who)):
        office.session.expire_all()
        give_second_look(office.desk(who), GiveLook(look_id=look, **SAID))
        office.session.flush()
    office.session.expire_all()


def looks(office):
    return {each.decision_id: each.why for each in office.session.scalars(select(SecondLook))}


@pytest.fixture
def waits(office):
    """An override that waits for a second look."""
    decided(office, chosen=ADVICE, **HELP)
    seal(office)
    assert draw(office) == 1
    return office.session.scalars(select(SecondLook)).one()


def test_overrides_are_all_drawn_and_of_nothing_further_those_that_chance_draws(office):
    drawn, left = decided(office), decided(office)
    override, same = (
        decided(office, chosen=ADVICE, **HELP),
        decided(office, chosen={"route": "early_help", "level": 3}, **HELP),
    )
    assert draw(office) == 0  # nothing is sealed yet
    share = office.pack.second_look_share
    roots = (number.to_bytes(4) for number in count())
    seal(office, next(r for r in roots if is_drawn(r, drawn.id, share) and not is_drawn(r, left.id, share)))
    assert draw(office) == 2
    assert looks(office) == {drawn.id: "drawn", override.id: "override"}
    seal(office, root_that(True, left))  # a later root draws nothing anew
    assert draw(office) == 0
    assert same.id not in looks(office)


def test_share_of_all_that_is_drawn_is_about_the_packs():
    keys = [UUID(int=number) for number in range(4000)]
    drawn = {key for key in keys if is_drawn(b"root", key, Fraction(1, 10))}
    assert 320 < len(drawn) < 480
    assert drawn == {key for key in keys if is_drawn(b"root", key, Fraction(1, 10))}
    assert drawn != {key for key in keys if is_drawn(b"another", key, Fraction(1, 10))}
    assert drawn <= {key for key in keys if is_drawn(b"root", key, Fraction(1, 5))}
    assert not any(is_drawn(b"root", key, Fraction(0)) for key in keys)
    assert all(is_drawn(b"root", key, Fraction(1)) for key in keys)


def test_second_manager_sees_what_was_known_and_nothing_of_what_was_decided(office, sign_in, waits):
    client = sign_in("mash_manager")
    queue = client.get("/second-looks").text
    assert f'href="/second-looks/{waits.id}"' in queue
    page = client.get(f"/second-looks/{waits.id}").text
    said = main_of(page)
    for known in ("Made up: often not at school.", "Ava Testley", "Police: Known", "No further action"):
        assert known in said
    assert "No partner had answered" not in said
    for hidden in ("nursery", "The policy recommended", "Made-up social_worker", "ENQ-", "Decided: ", "override"):
        assert hidden not in said
        assert hidden not in main_of(queue).replace("what the policy recommended", "")
    assert "checked" not in page


def test_once_said_both_are_shown_and_it_is_on_the_log_without_what_was_said(office, sign_in, waits):
    client = sign_in("mash_manager")
    answer = client.post(f"/second-looks/{waits.id}", data=SAID)
    assert answer.status_code == 302
    said = main_of(client.get(answer.location).text)
    assert "Early help: not what was decided Made up: the mother asked for it" in said
    assert "The work until then: adequate." in said
    assert "Decided: level 2, Advice" in said
    assert "Less than the policy recommended" in said
    event = office.session.scalars(select(Event).where(Event.type == "second_look_given")).one()
    assert event.data == {}
    overview = main_of(client.get("/second-looks").text)
    assert "Chose the same 0 of 1 (0.0%)" in overview
    assert "These are few." in overview
    assert "Cohen's kappa 0.00" in overview


def test_what_is_missing_is_said_beside_what_was_typed(sign_in, waits):
    client = sign_in("mash_manager")
    page = client.post(f"/second-looks/{waits.id}", data={"reason": "Made up: typed"})
    assert page.status_code == 422
    assert "Choose what you would have decided." in page.text
    assert "Made up: typed" in page.text
    page = client.post(f"/second-looks/{waits.id}", data={"outcome": "advice"})
    assert "Say in a few words why you would have decided so." in page.text
    assert "Choose how good the work was." in page.text
    for wrong in ({"outcome": "nothing"}, {"grade": "perfect"}):
        assert client.post(f"/second-looks/{waits.id}", data=SAID | wrong).status_code == 422
    assert client.post(f"/second-looks/{uuid4()}", data=SAID).status_code == 404


def test_of_many_the_latest_are_listed_and_all_are_counted(office, sign_in, waits, monkeypatch):
    monkeypatch.setattr("triage.web.second_looks.MOST", 1)
    decided(office, chosen=ADVICE, **HELP)
    seal(office)
    assert draw(office) == 1
    for look in office.session.scalars(select(SecondLook)).all():
        give(office, "mash_manager", look.id)
        office.clock.at += timedelta(hours=1)
    page = sign_in("mash_manager").get("/second-looks").text
    assert "Chose the same 0 of 2 (0.0%)" in main_of(page)
    assert "The latest 1 of 2 second looks that were given" in main_of(page)


@pytest.mark.parametrize("days", [0, 1, 200])
def test_look_counts_once_on_its_day_and_long_after(office, sign_in, waits, days):
    give(office, "mash_manager", waits.id)
    refresh(office.session)
    office.clock.at += timedelta(days=days)
    assert "Chose the same 0 of 1 (0.0%)" in main_of(sign_in("mash_manager").get("/second-looks").text)


def test_look_of_more_than_a_year_ago_counts_no_more(office, sign_in, waits):
    give(office, "mash_manager", waits.id)
    refresh(office.session)
    office.clock.at += timedelta(days=367)
    assert "Chose the same" not in main_of(sign_in("mash_manager").get("/second-looks").text)


def test_it_is_given_once(office, waits):
    give(office, "mash_manager", waits.id)
    with pytest.raises(Conflict, match="already"):
        give(office, "mash_manager 3", waits.id)
    assert waits.looked_by_id == office.actor("mash_manager").id


def test_whoever_decided_or_approved_is_not_asked_and_sees_it_once_somebody_has(office, sign_in):
    made = decided(office, "mash_manager", ADVICE, **HELP)
    grave = {"route": "social_care", "level": 4, "section_47": False, "why_not": {"section_47": "Made up: explained"}}
    approved = decided(office, chosen=grave, indicators=("C4_NAI",))
    assert approved.approved_by_id == office.actor("mash_manager 2").id
    seal(office)
    assert draw(office) == 2
    keys = dict(office.session.execute(select(SecondLook.decision_id, SecondLook.id)).all())
    for who, mine in (("mash_manager", made), ("mash_manager 2", approved)):
        client = sign_in(who)
        at = f"/second-looks/{keys[mine.id]}"
        assert client.get(at).status_code == 404
        assert client.post(at, data=SAID).status_code == 404
        assert at not in client.get("/second-looks").text
        with acting_as(office.session, office.actor(who)):
            said = {"looked_at": office.clock.now(), "looked_by_id": office.actor(who).id}
            change = update(SecondLook).where(SecondLook.id == keys[mine.id]).values(**said, **SAID)
            assert office.session.execute(change).rowcount == 0
    give(office, "mash_manager 3", keys[made.id])
    assert "the mother asked for it" in sign_in("mash_manager").get(f"/second-looks/{keys[made.id]}").text


def test_nobody_but_managers_finds_any_and_nobody_says_it_for_another(office, waits):
    for who in ("mash_officer", "social_worker", "analyst", "locality_manager:west", "information_governance"):
        with acting_as(office.session, office.actor(who)):
            assert office.session.execute(text("SELECT id FROM second_looks")).all() == [], who
    with acting_as(office.session, office.actor("mash_manager")):
        said = {"looked_at": office.clock.now(), "looked_by_id": office.actor("mash_manager 2").id}
        with pytest.raises(DBAPIError, match="row-level security"), office.session.begin_nested():
            office.session.execute(update(SecondLook).values(**said, **SAID))


def test_restricted_and_reopened_cases_wait_for_nobody(office, sign_in, waits):
    enquiry = waits.decision.subject.enquiry
    client = sign_in("mash_manager 3")
    assert client.get(f"/second-looks/{waits.id}").status_code == 200
    few_see(office, enquiry.id)
    assert client.get(f"/second-looks/{waits.id}").status_code == 404
    assert str(waits.id) not in client.get("/second-looks").text
    enquiry.state = "screening"
    office.session.flush()
    with pytest.raises(NotFound):
        give(office, "mash_manager", waits.id)


def test_decision_that_another_took_the_place_of_waits_for_nobody(office, sign_in, waits):
    waits.decision.superseded_at = office.clock.now()
    office.session.flush()
    client = sign_in("mash_manager 3")
    assert client.get(f"/second-looks/{waits.id}").status_code == 404
    assert str(waits.id) not in client.get("/second-looks").text
    with pytest.raises(NotFound):
        give(office, "mash_manager", waits.id)


def test_copy_of_a_record_tells_what_another_manager_thought(office, waits):
    person = waits.decision.subject.person
    waiting = str(gather_material(office.desk("information_governance"), person))
    assert "What another manager thought" not in waiting
    give(office, "mash_manager", waits.id)
    told = str(gather_material(office.desk("information_governance"), person))
    assert "What another manager thought" in told
    assert SAID["reason"] in told
    assert "Adequate" in told


def test_it_goes_with_the_file(office):
    enquiry = closed_enquiry(office, given_name="Old")
    (decision,) = enquiry.subjects[0].decisions
    office.session.add(SecondLook(decision_id=decision.id, why="drawn", drawn_at=office.clock.now()))
    office.clock.at = LATER
    agreed(office)
    dispose_all(service_desk(office))
    assert office.session.scalars(select(SecondLook.id)).all() == []
