"""What takes two people, on the pages: proposed by one, and approved or sent back by a manager who has looked first."""

import pytest

from tests.acting import act, events_of, two_children
from tests.making import decide_as, screen, view_first
from tests.reading import fields_of, main_of, read_controls

WHY = "Made up: the GP saw the fall"


@pytest.fixture
def proposed(sign_in, office):
    """An enquiry about two children, of whom one has an injury, on which a social worker decided on the page."""
    enquiry = two_children(office, indicators=("C4_NAI",))
    screen(office, enquiry, rag="red")
    view_first(office, "social_worker", enquiry)
    office.session.flush()
    first = {"route": "social_care", "level": "4", "section_47": "false", "why_not.section_47": WHY}
    second = {"route": "early_help", "level": "3", "section_47": "false", "consent": "given"}
    second |= {"why_not.social_care": "Seen well", "why_not.section_47": "Seen well", "sibling_reason": "Not hurt"}
    form = {"version": str(enquiry.version)}
    for number, (subject, chosen) in enumerate(zip(enquiry.subjects, (first, second), strict=True)):
        answers = chosen | {"subject_id": str(subject.id), "reason": "Made up: weighed with the GP"}
        form |= {f"decisions.{number}.{name}": value for name, value in answers.items()}
    done = sign_in("social_worker").post(f"/enquiries/{enquiry.id}/decide", data=form)
    assert (done.status_code, done.location) == (302, f"/enquiries/{enquiry.id}")
    return enquiry


def view_as(client, enquiry):
    form = {}
    for number, subject in enumerate(enquiry.subjects):
        form[f"first_views.{number}.subject_id"] = str(subject.id)
        form |= {f"first_views.{number}.level": "3", f"first_views.{number}.reason": "As it sounded"}
    assert client.post(f"/enquiries/{enquiry.id}/first-views", data=form).status_code == 302


def test_proposal_is_shown_whole_to_whoever_made_it_and_waits(sign_in, office, proposed):
    page = sign_in("social_worker").get(f"/enquiries/{proposed.id}").text
    said = main_of(page)
    assert "Waits for a manager to approve since 10:00 today, by Made-up social_worker." in said
    assert "Nothing has been opened yet, and the decision's clock runs on." in said
    assert "Proposed: level 4, Children's social care Waits for a manager to approve." in said
    assert "Less than the policy recommended (level 4, Children's social care, section 47)." in said
    assert f"Why not a strategy discussion (section 47): {WHY}" in said
    assert "Why not children's social care: Seen well" in said
    assert "Why the outcome differs from the brother's or sister's: Not hurt" in said
    assert "Proposed by Made-up social_worker, 10:00 today" in said
    assert "Decided: level" not in said
    assert "/actions/approve" not in page
    assert proposed.referrals == []


def test_manager_sees_the_proposal_and_may_answer_only_after_their_own_first_view(sign_in, office, proposed):
    client, at = sign_in("mash_manager"), f"/enquiries/{proposed.id}"
    before = client.get(at).text
    said = main_of(before)
    assert "Record your own first view of Ava Testley and Ben Testley first." in said
    assert "Waits for a manager to approve since 10:00 today" in said
    for told in ("Proposed: level", WHY, "recommended", "Not hurt", "weighed with the GP"):
        assert told not in said
    assert {each.to.rpartition("/")[2] for each in read_controls(before)} & {"approve", "send_back"} == set()
    refused = client.post(f"{at}/actions/approve")
    assert refused.status_code == 409
    assert "Record your own first view of Ava Testley and Ben Testley first." in refused.text
    view_as(client, proposed)
    after = client.get(at).text
    assert "Proposed: level 4, Children's social care" in main_of(after)
    assert fields_of(after, "approve") == set()
    assert fields_of(after, "send_back") == {"reason"}
    ready = {each.to.rpartition("/")[2]: each.folded for each in read_controls(after) if each.to}
    assert (ready["approve"], ready["send_back"]) == (False, False)


def test_approving_makes_it_take_effect_and_says_who_did(sign_in, office, proposed):
    client, at = sign_in("mash_manager"), f"/enquiries/{proposed.id}"
    view_as(client, proposed)
    assert client.post(f"{at}/actions/approve").location == at
    said = main_of(client.get(at).text)
    assert "Decided: level 4, Children's social care" in said
    assert (
        said.count("Decided by Made-up social_worker, 10:00 today; approved by Made-up mash_manager, 10:00 today") == 2
    )
    assert "Waits for a manager" not in said
    assert sorted(each.service for each in proposed.referrals) == ["early_help", "social_care"]


def test_sending_back_needs_a_reason_and_lets_it_be_decided_anew(sign_in, office, proposed):
    client, at = sign_in("mash_manager"), f"/enquiries/{proposed.id}"
    view_as(client, proposed)
    refused = client.post(f"{at}/actions/send_back", data={"set_rag.reason": "Half typed"})
    assert refused.status_code == 409
    assert '<a href="#send_back.reason">Give a reason.</a>' in refused.text
    assert "Half typed</textarea>" in refused.text
    client.post(f"{at}/actions/send_back", data={"send_back.reason": "Made up: ring the GP yourself"})
    assert proposed.state == "awaiting_decision"
    said = main_of(sign_in("social_worker").get(at).text)
    assert "Proposed: level" not in said
    assert "Decision sent back: Made up: ring the GP yourself" in said


def test_manager_who_decided_is_told_that_another_must_look(sign_in, office):
    enquiry = two_children(office)
    screen(office, enquiry)
    decide_as(office, "mash_manager", enquiry, approve=False, route="social_care", level=4)
    office.session.flush()
    client, at = sign_in("mash_manager"), f"/enquiries/{enquiry.id}"
    page = client.get(at).text
    assert "/actions/approve" not in page
    assert "Approve: You decided this yourself. Another manager must look at it." in main_of(page)
    assert client.post(f"{at}/actions/approve").status_code == 409
    assert enquiry.referrals == []


def test_danger_meanwhile_takes_the_place_of_the_proposal(sign_in, office, proposed):
    client, at = sign_in("mash_officer"), f"/enquiries/{proposed.id}"
    client.post(f"{at}/actions/immediate_danger", data={"immediate_danger.reason": "Made up: he is on his way"})
    said = main_of(client.get(at).text)
    assert "Proposed: level" not in said
    assert said.count("Decided: level 4, Children's social care, section 47") == 2
    assert [event.type for event in events_of(office, proposed)][-1] == "immediate_danger_declared"


def test_page_read_before_it_was_sent_back_is_out_of_date(sign_in, office, proposed):
    client, at = sign_in("mash_manager"), f"/enquiries/{proposed.id}"
    view_as(client, proposed)
    read = str(proposed.version)
    act(office, "social_worker", proposed, "send_back", reason="Made up: the GP rang")
    stale = client.post(f"{at}/actions/approve", data={"version": read})
    assert stale.status_code == 412
    assert "What changed: decision sent back by Made-up social_worker." in stale.text
