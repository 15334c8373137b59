"""Pages tell the whole truth at a glance, refuse what is malformed, and keep just what was decided."""

import re

import pytest

from tests.making import a_subject, an_enquiry, decide_as, screen, view_first
from tests.reading import plain
from triage.errors import Conflict, Stale
from triage.services.deciding import Decide, ImmediateDanger, SubjectDecision, act_on_immediate_danger, decide
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry


@pytest.fixture
def injured(office):
    """An enquiry about one child with an injury that nobody can explain, screened."""
    enquiry = an_enquiry(office, indicators=("C4_NAI",))
    screen(office, enquiry, rag="red")
    view_first(office, "social_worker", enquiry)
    office.session.flush()
    return enquiry


def line_of(client):
    """The rating cell of the only line of the worktray."""
    return plain(client.get("/enquiries").text.split("<tbody")[1].split("</td>")[2])


def test_worktray_shows_the_most_urgent_child_and_not_the_first(sign_in, office):
    children = (a_subject(given_name="Ava", indicators=()), a_subject(given_name="Ben", indicators=("C4_NAI",)))
    enquiry = an_enquiry(office, subjects=children)
    assert [each.recommendation.rag for each in enquiry.subjects] == ["green", "red"]
    office.session.flush()
    assert line_of(sign_in("social_worker")) == "▲ Red recommended Section 47 To be seen today"


def test_worktray_shows_a_lower_rating_beside_the_recommended_one(sign_in, office):
    enquiry = an_enquiry(office, indicators=("C4_NAI",))
    screen(office, enquiry, rag="green")
    office.session.flush()
    assert line_of(sign_in("social_worker")) == "▲ Red recommended ● Green rated Section 47 To be seen today"


def test_worktray_shows_an_equal_or_higher_rating_alone_and_no_tag_once_decided(sign_in, office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, rag="red")
    office.session.flush()
    client = sign_in("social_worker")
    assert line_of(client) == "▲ Red"
    act_on_immediate_danger(office.desk("mash_officer"), ImmediateDanger(enquiry_id=enquiry.id, reason="Now"))
    office.session.flush()
    assert line_of(client) == "▲ Red"


MALFORMED = {
    "level of 5,000 digits": {"first_views.0.level": "9" * 5000, "decisions.0.level": "9" * 5000},
    "index that is no digit": {"first_views.².level": "1", "decisions.².level": "1"},
    "index of 5,000 digits": {f"first_views.{'9' * 5000}.level": "1", f"decisions.{'9' * 5000}.level": "1"},
    "value and list of one name": {
        "first_views": "x",
        "first_views.0.level": "1",
        "decisions": "x",
        "decisions.0.level": "1",
    },
    "list and value of one name": {
        "first_views.0.level": "1",
        "first_views": "x",
        "decisions.0.level": "1",
        "decisions": "x",
    },
    "3,000 steps": {"first_views" + ".0" * 3000: "x", "decisions" + ".0" * 3000: "x"},
    "not whom": {"first_views.0.subject_id": "zz", "decisions.0.subject_id": "zz"},
    "no list": {"first_views.x": "1", "decisions.x": "1"},
    "21 people": {f"{name}.{n}.reason": "x" for name in ("first_views", "decisions") for n in range(21)},
}
JARGON = ("UUID", "list.", "maximum length", "integer", "Unknown field", "mapping", "Invalid input", "required field")


@pytest.mark.parametrize("form", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("path", ["first-views", "decide/first-views", "decide"])
def test_malformed_field_is_refused_in_plain_words(sign_in, injured, path, form):
    office_worker = "social_worker" if path == "decide" else "mash_manager"
    answer = sign_in(office_worker).post(f"/enquiries/{injured.id}/{path}", data=form)
    assert answer.status_code == 422
    told = plain(answer.text.split("There is a problem")[1].split("<h1")[0])
    assert [words for words in JARGON if words in told] == []


@pytest.mark.parametrize("name", ["subjects.².x", "subjects.²", "subjects", "subjects" + ".0" * 3000, "subjects.0.²"])
def test_malformed_name_on_the_logging_page_is_refused(sign_in, name):
    assert sign_in("mash_officer").post("/enquiries/new", data={name: "1"}).status_code == 422
    assert sign_in("mash_officer").post("/enquiries/new", data={name: "1", "add_subject": "1"}).status_code == 200


def test_error_about_a_hidden_field_leads_to_the_level(sign_in, injured):
    form = {"first_views.0.subject_id": "zz", "first_views.0.level": "2", "first_views.0.reason": "x"}
    page = sign_in("mash_manager").post(f"/enquiries/{injured.id}/first-views", data=form).text
    assert 'href="#first_views.0.level"' in page
    assert 'id="first_views.0.level"' in page


def chosen_for(enquiry, **details):
    usual = {"route": "social_care", "level": "4", "section_47": "true", "reason": "x"}
    answers = usual | {"subject_id": str(enquiry.subjects[0].id)} | details
    return {f"decisions.0.{name}": value for name, value in answers.items()}


def test_section_47_left_unanswered_is_asked_for_and_not_taken_as_no(sign_in, office, injured):
    view_first(office, "mash_manager", injured)
    explained = {f"why_not.{rung}": "x" for rung in ("early_help", "social_care", "section_47")}
    form = chosen_for(injured, section_47="", **explained)
    page = sign_in("mash_manager").post(f"/enquiries/{injured.id}/decide", data=form)
    assert page.status_code == 422
    assert "Say whether significant harm is suspected" in page.text
    assert 'href="#decisions.0.section_47"' in page.text
    assert injured.subjects[0].decision is None


def test_why_not_that_was_taken_back_is_not_kept(sign_in, injured):
    form = chosen_for(injured, **{"why_not.social_care": "Taken back", "why_not.nonsense": "x"})
    assert sign_in("social_worker").post(f"/enquiries/{injured.id}/decide", data=form).status_code == 302
    assert injured.subjects[0].proposal.why_not == {}


def test_why_not_of_what_was_passed_over_is_kept(office, injured):
    why_not = {"section_47": "Explained by the GP", "early_help": "Taken back"}
    decide_as(office, "mash_manager", injured, route="social_care", level=4, why_not=why_not)
    assert injured.subjects[0].decision.why_not == {"section_47": "Explained by the GP"}


def an_action(enquiry, version, action="set_rag", **details):
    return EnquiryAction(enquiry_id=enquiry.id, action=action, version=version, **details)


def test_first_view_of_a_colleague_makes_no_page_stale(sign_in, office, injured):
    version = injured.version
    view_first(office, "mash_manager", injured)
    office.session.flush()
    view_first(office, "mash_officer", injured)
    office.session.flush()
    assert injured.version > version
    form = chosen_for(injured) | {"version": str(version)}
    assert sign_in("social_worker").post(f"/enquiries/{injured.id}/decide", data=form).status_code == 302


def test_change_before_or_after_a_first_view_makes_the_page_stale(office, injured):
    version = injured.version
    for rag, who in (("amber", "mash_manager"), ("green", "mash_officer")):
        act_on_enquiry(office.desk("social_worker"), an_action(injured, None, rag=rag, reason="Rang the GP"))
        office.session.flush()
        view_first(office, who, injured)
        office.session.flush()
        with pytest.raises(Stale, match=r"What changed: .*rag set"):
            act_on_enquiry(office.desk("social_worker"), an_action(injured, version, rag="red", reason="x"))


@pytest.mark.parametrize("version", [-1, 0, 10**30, -(10**30)])
def test_version_that_never_was_is_stale(office, injured, version):
    with pytest.raises(Stale):
        act_on_enquiry(office.desk("social_worker"), an_action(injured, version, rag="amber", reason="x"))


def test_nobody_decides_by_any_way_before_their_own_first_view(office, injured):
    choice = SubjectDecision(
        subject_id=injured.subjects[0].id, level=4, route="social_care", reason="x", section_47=True
    )
    with pytest.raises(Conflict, match="Record your own first view of Ava Testley"):
        decide(office.desk("mash_manager"), Decide(enquiry_id=injured.id, decisions=(choice,)))
    decide(office.desk("social_worker"), Decide(enquiry_id=injured.id, decisions=(choice,)))
    assert injured.state == "awaiting_approval"


def test_rating_is_told_in_plain_words_and_by_shape_to_eyes_only(sign_in, injured):
    page = sign_in("social_worker").get(f"/enquiries/{injured.id}").text
    assert "<strong>Rated red</strong>" in page
    assert "Rag set" not in page
    assert re.findall(r"[▲◆●]", page) == re.findall(r'(?<=<span aria-hidden="true">)[▲◆●](?=</span>)', page) != []


def test_what_is_asked_of_several_children_names_each(sign_in, office):
    enquiry = an_enquiry(office, subjects=tuple(a_subject(given_name=name) for name in ("Ava", "Ben & <i>")))
    screen(office, enquiry)
    office.session.flush()
    client, at = sign_in("mash_manager"), f"/enquiries/{enquiry.id}"
    form = {f"first_views.{n}.subject_id": str(each.id) for n, each in enumerate(enquiry.subjects)}
    before = [client.get(at).text, client.get(f"{at}/decide").text]
    form |= {f"first_views.{n}.{name}": value for n in (0, 1) for name, value in (("level", "3"), ("reason", "x"))}
    client.post(f"{at}/decide/first-views", data=form)
    for page in (*before, client.get(f"{at}/decide").text):
        asked = [plain(each) for each in re.findall(r"<(?:legend|button type=\"submit\")[^>]*>(.*?)</", page, re.S)]
        asked += [plain(each) for each in re.findall(r'<label class="govuk-label" for[^>]*>(.*?)</label>', page, re.S)]
        for_ben = [each for each in asked if "Ben & <i> Testley" in each]
        assert len(for_ben) >= 2
        assert len(for_ben) == len(set(for_ben))
        assert "<i> Testley" not in page


def test_manager_is_named_where_it_takes_one_and_changes_are_said_aloud(sign_in, injured):
    page = sign_in("social_worker").get(f"/enquiries/{injured.id}/decide").text
    compared, approval = re.findall(r'<div role="status">(.*?)</div>', page, re.S)
    assert "You choose less than the policy recommends." in compared
    assert "This goes to a manager to approve." in approval
    assert (
        "A manager other than you must agree to level 4 and to section 47; to a lower level or route than a recommended"
        " level 4 or section 47; and, where level 3 or 4 is recommended, to no more than advice, to another authority,"
        " to an education, health and care assessment, and for a child to adult safeguarding." in plain(approval)
    )
    assert "<input" not in compared + approval
    assert "Only a MASH manager can decide" not in page


def test_every_page_leads_to_the_thresholds(app, sign_in):
    for client, path in ((app.test_client(), "/sign-in"), (sign_in("mash_officer"), "/enquiries")):
        assert re.search(r'<footer.*href="/thresholds"', client.get(path).text, re.S)
