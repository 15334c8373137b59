"""The life of a version of the thresholds in the browser: drafted, changed, proved, tried, reviewed and published."""

from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from rules.dmn import read_as_yaml, write_dmn
from rules.library import get_policy
from rules.reading import load
from tests.calling import post_form
from tests.drafting import AUTHOR, FIRST_DAY, REVIEWER, a_draft, a_published, a_reviewed, a_text, act, ask, make_all
from tests.making import an_enquiry
from tests.reading import main_of, plain
from triage.models import PolicyRun, PolicyVersion

pytestmark = pytest.mark.usefixtures("january")
OTHERS = ("social_worker", "locality_manager:west", "analyst", "administrator", "information_governance")


@pytest.fixture
def author(sign_in):
    return sign_in(AUTHOR)


@pytest.fixture
def manager(sign_in):
    return sign_in(REVIEWER)


def at(policy, *rest):
    return "/".join((f"/policies/{policy.id}", *rest))


def read(client, policy, *rest):
    """What the page says, as it is read."""
    answer = client.get(at(policy, *rest))
    assert answer.status_code == 200
    return plain(main_of(answer.text))


def latest(office):
    office.session.expire_all()
    return office.session.scalar(select(PolicyVersion).order_by(PolicyVersion.id.desc()).limit(1))


# Reading


def test_every_version_is_listed_with_who_had_a_hand_in_it_and_leads_to_its_page(office, author):
    policy = a_reviewed(office)
    page = author.get("/policies").text
    listed = plain(main_of(page))
    assert "Pathway to provision V6 Reviewed Monday 1 February 2016 Made-up early_help_unit" in listed
    assert listed.count("In force today") == 1
    assert listed.index("Pathway to provision V6") < listed.index("Pathway to provision V5")
    assert f'href="{at(policy)}"' in page
    assert 'href="/policies"' in author.get("/thresholds").text


def test_version_says_what_it_changes_in_plain_words_beside_the_one_it_follows(office, author):
    said = read(author, a_draft(office))
    assert "Against Pathway to provision V5, which it follows." in said
    assert "In force from 1 February 2016; V5 has been since 1 November 2015." in said
    assert "made-up people who try every rule" in said
    assert "Nothing yet. A proof is of everybody there could be" in said


def test_draft_is_read_as_partners_will_read_it_and_says_that_it_is_not_published(office, author):
    said = read(author, a_draft(office), "whole")
    assert "Draft These thresholds are not published. Nobody is judged by them." in said
    assert "The child is often not at school." in said
    assert "not published" not in read(author, a_published(office, version="V7"), "whole")


def test_text_and_tables_are_saved_as_files(office, author):
    policy = a_draft(office)
    text = author.get(at(policy, "text.yaml"))
    assert (text.text, text.headers["Content-Disposition"]) == (
        a_text(),
        "attachment; filename=pathway_to_provision_V6.yaml",
    )
    assert author.get(at(policy, "tables.dmn")).text == write_dmn(load(a_text()))


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sees_any_of_it(office, sign_in, who):
    policy, client = a_draft(office), sign_in(who)
    run = ask(office, policy)
    for path in ("/policies", "/policies/new", at(policy), at(policy, "whole"), at(policy, "runs", str(run.id))):
        assert client.get(path).status_code == 403
    assert client.post(at(policy, "prove")).status_code == 403
    assert 'href="/policies"' not in client.get("/thresholds").text


# Drafting


def test_draft_begins_with_the_text_of_the_version_in_force(author):
    page = author.get("/policies/new").text
    assert "name: pathway_to_provision" in page
    assert "version: &#34;V5&#34;" in page


def test_text_is_kept_as_a_draft_however_the_browser_ends_its_lines(office, author):
    answer = author.post("/policies/new", data={"text": a_text().replace("\n", "\r\n")})
    policy = latest(office)
    assert (answer.status_code, answer.location) == (302, at(policy))
    assert (policy.state, policy.text, policy.drafted_by_id) == ("draft", a_text(), office.actor(AUTHOR).id)


def test_file_is_taken_in_place_of_the_text(office, author):
    file = FileStorage(BytesIO(b"\xef\xbb\xbf" + a_text(version="V8").encode()), "mine.yaml")
    assert post_form(author, "/policies/new", {"text": "what stood there", "file": file}).status_code == 302
    assert (latest(office).policy_version, latest(office).text) == ("V8", a_text(version="V8"))


def test_decision_tables_are_taken_back_as_a_file(office, author):
    file = FileStorage(BytesIO(write_dmn(load(a_text())).encode()), "mine.dmn")
    assert post_form(author, "/policies/new", {"text": "", "file": file}).status_code == 302
    assert latest(office).text == read_as_yaml(write_dmn(load(a_text())).encode(), "x")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.yaml", b"\xff\xfe", "This file is not UTF-8 text."),
        ("a.dmn", b"<no>", "The file, line 1"),
    ],
)
def test_file_that_cannot_be_read_is_refused_at_its_field_and_the_text_stays(author, name, content, says):
    file = FileStorage(BytesIO(content), name)
    answer = post_form(author, "/policies/new", {"text": "what stood there", "file": file})
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text
    assert says in answer.text
    assert "what stood there</textarea>" in answer.text


def test_every_fault_is_shown_with_its_line_and_the_text_stays_as_typed(office, author):
    more = '  C2_UNHEARD: {says: "Unheard", domains: [C], level: 2, about: child, source: Made up}\n'
    text = a_text().replace("combination:", f"{more}combination:").replace("{authority: other}", "{kind: child}")
    answer = author.post("/policies/new", data={"text": text})
    said = plain(main_of(answer.text))
    assert answer.status_code == 422
    assert answer.text.count('href="#text"') == 2
    assert "The text, line 13, column 3: no rule looks at C2_UNHEARD" in said
    assert "The line says: C2_UNHEARD: {says:" in said
    assert "One more is listed at the top." in said
    assert "C2_UNHEARD: {says: &#34;Unheard&#34;" in answer.text.split("<textarea")[1]
    assert latest(office).state != "draft"


def test_nothing_typed_is_refused(author):
    answer = author.post("/policies/new", data={"text": " "})
    assert (answer.status_code, 'href="#text"' in answer.text) == (422, True)


def test_author_changes_a_draft_and_nobody_else_may(office, author, manager):
    policy = a_draft(office)
    assert f'href="{at(policy, "text")}"' in author.get(at(policy)).text
    assert f'href="{at(policy, "text")}"' not in manager.get(at(policy)).text
    changed = {"text": a_text(absence=2), "version": policy.version}
    refused = manager.post(at(policy, "text"), data=changed)
    assert (refused.status_code, "Only its author may change a draft." in refused.text) == (409, True)
    assert author.post(at(policy, "text"), data=changed).location == at(policy)
    assert latest(office).text == a_text(absence=2)
    stale = author.post(at(policy, "text"), data={"text": a_text(absence=4), "version": 1})
    assert (stale.status_code, "Read it again" in stale.text, "level: 4}" in stale.text) == (412, True, True)


# Proving and trying on the past


def test_proof_is_on_its_way_until_the_worker_made_it_and_then_stands_on_the_version(office, author):
    policy = a_draft(office)
    page = author.post(at(policy, "prove"), follow_redirects=True)
    assert "It waits for the worker." in page.text
    assert "Prove it" not in read(author, policy)
    make_all(office)
    said = read(author, policy)
    assert said.count("Proved ") == 9
    assert "Proved Complete. Every possible enquiry gets exactly one level, route and RAG." in said
    assert policy.hash[:12] in said


def test_proof_that_fails_shows_for_whom(office, author):
    policy = a_draft(office, harm="4, rag: amber")
    ask(office, policy)
    make_all(office)
    said = read(author, policy)
    assert "Fails Section 47 duty." in said
    assert "Not so: A child whose age is not known" in said


def test_replay_is_drawn_told_as_tables_and_leads_to_the_cases(office, author):
    one, _other = an_enquiry(office, indicators=("C2_ABSENCE_PATTERN",)), an_enquiry(office, indicators=("C4_NAI",))
    policy = a_draft(office)
    days = {"replay.first-day": "1", "replay.first-month": "1", "replay.first-year": "2016"}
    asked = author.post(at(policy, "replay"), data=days)
    assert "on its way" in read(author, policy)
    make_all(office)
    page = author.get(asked.location).text
    said = plain(main_of(page))
    assert "was tried on 2 people received from 1 January 2016" in said
    assert "Moves between levels and routes" in said
    assert page.count("<path") >= 2
    assert 'style="' not in page
    assert f'href="/enquiries/{one.id}">{one.reference}' in page
    assert policy.hash[:12] in said
    assert "1 of 2 would get another level or route" in read(author, policy)


@pytest.mark.parametrize(("last", "says"), [("2015", "The last day is before the first."), ("x", "Enter a real date")])
def test_days_that_cannot_be_are_refused_at_their_field_and_stay_typed(office, author, last, says):
    sent = {f"replay.{which}-{part}": "1" for which in ("first", "last") for part in ("day", "month")}
    sent |= {"replay.first-year": "2016", "replay.last-year": last}
    answer = author.post(at(a_draft(office), "replay"), data=sent)
    assert answer.status_code == 422
    assert says in plain(answer.text)
    assert 'href="#replay.last-day"' in answer.text
    assert f'value="{last}"' in answer.text
    assert office.session.query(PolicyRun).count() == 0


def test_run_of_an_earlier_text_says_so(office, author):
    policy = a_draft(office)
    run = ask(office, policy, "replay")
    make_all(office)
    act(office, AUTHOR, policy, "revise", text=a_text(absence=2))
    assert "The text was changed after this was asked for." in read(author, policy, "runs", str(run.id))
    assert "(of an earlier text)" in read(author, policy)
    assert author.get(f"/policies/{latest(office).id}/runs/{policy.id}").status_code == 404


# Reviewing, publishing, withdrawing


def do(client, policy, action, **fields):
    return client.post(at(policy, "actions", action), data={"version": policy.version, **fields})


def test_two_people_take_a_draft_to_published(office, author, manager):
    policy = a_draft(office)
    assert do(manager, policy, "review").location == at(policy)
    manager.post(at(policy, "prove"))
    make_all(office)
    assert "From Monday 1 February 2016 every enquiry received is judged by it." in read(manager, policy)
    assert do(manager, policy, "publish").status_code == 302
    office.session.refresh(policy)
    assert (policy.state, policy.effective_from) == ("published", FIRST_DAY)
    assert "Pathway to provision V6" in author.get("/thresholds/V6").text


def test_drafter_neither_reviews_nor_publishes(office, sign_in):
    policy, drafter = a_draft(office, REVIEWER), sign_in(REVIEWER)
    refused = do(drafter, policy, "review")
    assert (refused.status_code, "You drafted this. Somebody else must review" in plain(refused.text)) == (409, True)
    act(office, "mash_manager 2", policy, "review")
    assert do(drafter, policy, "publish").status_code == 409
    assert "You drafted this." in read(drafter, policy)


def test_unproved_text_is_not_published_and_the_page_says_what_to_do(office, manager):
    policy = a_reviewed(office)
    refused = do(manager, policy, "publish")
    assert refused.status_code == 409
    assert "Nothing is proved of this text yet. Press Prove it" in plain(refused.text)


def test_text_of_which_a_proof_fails_is_not_published(office, manager):
    policy = a_reviewed(office, harm="4, rag: amber")
    ask(office, policy)
    make_all(office)
    refused = do(manager, policy, "publish")
    assert (refused.status_code, 'href="#publish.proofs"' in refused.text) == (409, True)


def test_words_are_asked_for_where_it_is_sent_back_or_withdrawn(office, manager):
    policy = a_reviewed(office)
    refused = do(manager, policy, "send_back")
    assert (refused.status_code, 'href="#send_back.reason"' in refused.text) == (409, True)
    assert do(manager, policy, "send_back", **{"send_back.reason": "Absence is level 3"}).status_code == 302
    said = read(manager, policy)
    assert "It is a draft again" in said
    assert "Policy sent back: Absence is level 3" in said
    office.session.refresh(policy)
    assert do(manager, policy, "withdraw", **{"withdraw.reason": "Begun too soon"}).status_code == 302
    assert "Withdrawn" in read(manager, policy)


def test_what_came_with_the_service_is_read_and_cannot_be_withdrawn(office, manager):
    shipped = office.session.scalar(select(PolicyVersion).where(PolicyVersion.policy_version == "V5"))
    said = read(manager, shipped)
    assert "It came with the service." in said
    assert "Against Pathway to provision V4" in said
    refused = do(manager, shipped, "withdraw", **{"withdraw.reason": "x"})
    assert "This came with the service and cannot be withdrawn." in plain(refused.text)
    assert shipped.hash == get_policy("pathway_to_provision", "V5").hash


def test_hostile_text_in_a_draft_is_shown_inert(office, author):
    mark = "<script>alert(1)</script>"
    policy = a_draft(office, home="nottinghamshire")
    act(office, AUTHOR, policy, "revise", text=a_text().replace("often not at school.", f"away {mark}"))
    for path in (at(policy), at(policy, "whole"), at(policy, "text")):
        assert mark not in author.get(path).text
    answer = author.post("/policies/new", data={"text": mark})
    assert (answer.status_code, mark in answer.text) == (422, False)
