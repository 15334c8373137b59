"""The review of what is released: every passage looked at, in one form that loses nothing; what a child confided."""

import pytest
from lxml import html

from tests.asking_for_records import VAULT, approve, ask, choices_on, do, judge, look_through
from tests.making import an_enquiry
from tests.reading import main_of
from triage.errors import Conflict, Invalid
from triage.models import AccessJudgement, Enquiry
from triage.services.files import AddFile, Cabinet, add_file
from triage.services.rights.showing import show_all

CABINET = Cabinet(VAULT, 200_000, 300_000)
IG, WORKER = "information_governance", "social_worker"
TOLD = {"reported": "Ava was cold.", "child_voice": "I am afraid of him.", "consent_reason": "He would hurt her."}


@pytest.fixture
def enquiry(office):
    enquiry = an_enquiry(office, consent="not_safe_to_ask", **TOLD)
    office.session.flush()
    return enquiry


@pytest.fixture
def request_page(office, enquiry):
    return f"/rights/{do(office, IG, ask(office, relation='parent'), 'prepare', 'send_to_review').id}"


def judged(office):
    return office.session.query(AccessJudgement).count()


def test_nothing_is_approved_before_every_passage_is_looked_at(office, enquiry):
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    with pytest.raises(Conflict, match="passages are not looked at yet"):
        do(office, WORKER, request, "approve")
    look_through(office, WORKER, request)
    assert do(office, WORKER, request, "approve").state == "approved"


def test_gathered_again_every_passage_is_looked_at_again(office, enquiry):
    request = approve(office, do(office, IG, ask(office), "prepare", "send_to_review"))
    do(office, IG, request, "prepare", "send_to_review")
    with pytest.raises(Conflict, match="passages are not looked at yet"):
        do(office, WORKER, request, "approve")


def shown(office, enquiry, request):
    found = show_all(office.desk(WORKER), VAULT, request)
    return {name: found[f"enquiries/{enquiry.id}/{name}"] for name in TOLD}


@pytest.mark.parametrize("relation", ["parent", "representative"])
def test_what_a_child_confided_is_held_back_from_whoever_else_asks(office, enquiry, relation):
    request = do(office, IG, ask(office, relation=relation), "prepare", "send_to_review")
    reasons = {name: each.held_back_for for name, each in shown(office, enquiry, request).items()}
    assert reasons == {"reported": None, "child_voice": "own_wishes", "consent_reason": "own_wishes"}
    judge(office, WORKER, request, f"enquiries/{enquiry.id}/child_voice", "hold_back")
    judge(office, WORKER, request, f"enquiries/{enquiry.id}/consent_reason", "stand")
    texts = {name: each.text for name, each in shown(office, enquiry, request).items()}
    assert texts == {"reported": "Ava was cold.", "child_voice": None, "consent_reason": "He would hurt her."}


def test_the_child_themselves_is_told_what_they_said(office, enquiry):
    request = do(office, IG, ask(office, relation="self", authority=""), "prepare", "send_to_review")
    assert {each.held_back_for for each in shown(office, enquiry, request).values()} == {None}


def test_what_is_not_confided_takes_a_reason_to_be_held_back(office, enquiry):
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    with pytest.raises(Invalid, match="Choose why it is held back"):
        judge(office, WORKER, request, f"enquiries/{enquiry.id}/reported", "hold_back")


def test_one_press_records_what_was_looked_at_and_leaves_the_rest(sign_in, office, request_page):
    client, fields = sign_in(WORKER), choices_on(sign_in(WORKER), request_page)
    assert client.post(f"{request_page}/review", data=dict.fromkeys(fields[:2], "stand")).status_code == 302
    assert judged(office) == 2
    page = main_of(client.get(f"{request_page}/review").text)
    assert f"Not looked at yet: {len(fields) - 2} of {len(fields)} passages." in page
    left = "1 passage is" if len(fields) == 3 else f"{len(fields) - 2} passages are"
    assert f"first. {left} not looked at yet." in main_of(client.get(request_page).text)
    client.post(f"{request_page}/review", data=dict.fromkeys(fields[2:], "stand"))
    assert "Every passage is looked at." in main_of(client.get(f"{request_page}/review").text)


def test_where_one_is_refused_nothing_is_recorded_and_nothing_typed_is_lost(sign_in, office, request_page):
    client = sign_in(WORKER)
    fields = choices_on(client, request_page)
    note = fields[0].replace(".choice", ".note")
    words = fields[2].replace(".choice", ".words")
    sent = {fields[0]: "stand", note: "Typed of the first", fields[1]: "mask", fields[2]: "mask", words: "nowhere"}
    answer = client.post(f"{request_page}/review", data=sent | {fields[3]: ""})
    tree = html.fromstring(answer.text)
    assert (answer.status_code, judged(office)) == (422, 0)
    assert tree.xpath(f"//input[@name='{note}']/@value") == ["Typed of the first"]
    assert tree.xpath(f"//input[@name='{fields[0]}'][@checked]/@value") == ["stand"]
    empty = fields[1].replace(".choice", ".words")
    for name, said in ((empty, "Enter the words, one to a line."), (words, "These words do not stand there")):
        (error,) = tree.xpath(f"//*[@id='{name}-error']")
        assert said in error.text_content()


def test_a_note_alone_asks_what_to_do(sign_in, office, request_page):
    client = sign_in(WORKER)
    note = choices_on(client, request_page)[0].replace(".choice", ".note")
    answer = client.post(f"{request_page}/review", data={note: "Typed"})
    assert (answer.status_code, "Choose what to do with the passage." in answer.text) == (422, True)
    assert client.post(f"{request_page}/review", data={}).status_code == 422


def test_what_was_read_of_an_earlier_gathering_is_not_recorded_of_this_one(sign_in, office, request_page):
    client, field = sign_in(WORKER), choices_on(sign_in(WORKER), request_page)[0]
    earlier = {"versions.gathering": "01890000-0000-7000-8000-000000000000", field: "stand"}
    assert client.post(f"{request_page}/review", data=earlier).status_code == 412
    assert judged(office) == 0


def test_what_is_folded_away_opens_only_where_something_is_in_it(sign_in, office, request_page):
    client = sign_in(WORKER)
    fields = choices_on(client, request_page)
    answer = client.post(f"{request_page}/review", data={fields[0]: "stand", fields[1]: "mask"})
    opened = html.fromstring(answer.text).xpath("//section[.//details[@open]]/@id")
    assert opened == [fields[1].partition(".")[0]]


def test_reviewer_opens_a_letter_from_the_page(sign_in, office, enquiry):
    letter = AddFile(kind=Enquiry, case_id=enquiry.id, name="school.txt", content=b"Made up: cold")
    file = add_file(office.desk(WORKER), CABINET, letter)
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    client, at = sign_in(WORKER), f"/rights/{request.id}/review"
    assert html.fromstring(client.get(at).text).xpath("//a[contains(., 'Open it')]/@href") == [f"/files/{file.id}"]
    assert "Open it" not in sign_in(IG).get(at).text


def test_to_gather_again_says_that_the_review_begins_anew(sign_in, office, enquiry):
    request = approve(office, do(office, IG, ask(office), "prepare", "send_to_review"))
    tree = html.fromstring(sign_in(IG).get(f"/rights/{request.id}").text)
    folded, now = (
        [each.text_content() for each in tree.xpath(path) if each.text_content().strip()]
        for path in ("//details//form//button", "//form[not(ancestor::details)]//button")
    )
    assert any("Gather it again" in each for each in folded)
    assert not any("Gather" in each for each in now)
    assert "The approval ends, and the review begins anew" in tree.text_content()
