"""A copy of somebody's record: asked for, gathered, reviewed by another, and released without what it must not tell."""

import io
import json
from datetime import date, timedelta

import pytest
from jsonschema import validate
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.asking_for_records import ASKED, VAULT, approve, as_, ask, copies, do, give_out, judge
from tests.making import a_subject, an_enquiry, decide_as, screen
from triage.errors import Conflict, Forbidden, Invalid, NotFound
from triage.exchange.subject_access import read_schema, release
from triage.models import (
    AccessExport,
    AccessJudgement,
    AccessRequest,
    AgencyCheck,
    Base,
    Decision,
    Disclosure,
    Enquiry,
    Event,
    Referral,
    Subject,
)
from triage.services.linking import LinkPerson, link_person
from triage.services.rights.gathering_held import LEFT_OUT, READERS
from triage.services.rights.keeping import download, find_material, open_material
from triage.services.rights.requests import AskForRecord, ask_for_record
from workflows.people import fold

IG = "information_governance"
TELLING = {
    "referrer_name": "Wilhelmina Grassington",
    "referrer_role": "Neighbour at number twelve",
    "referrer_email": "w.grassington@street.example",
    "source": "1B",
}


def test_whoever_was_only_described_before_they_were_recognised_is_nobody_else(office):
    known, again = an_enquiry(office).subjects[0].person, an_enquiry(office)
    link_person(office.desk("social_worker"), LinkPerson(enquiry_id=again.id, ordinal=1, person_id=known.id))
    assert ask(office).person is known


def test_every_table_is_in_the_copy_or_left_out_for_a_reason():
    told = {table for read in READERS for table in read.tables}
    assert told & set(LEFT_OUT) == set()
    assert set(Base.metadata.tables) == told | set(LEFT_OUT)


def test_copy_tells_what_is_held_and_both_forms_say_the_same(office):
    enquiry = an_enquiry(office, referrer_name="Head Teacher", indicators=("P4_UNSAFE",), opinion="Often cold.")
    screen(office, enquiry, ask="police")
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    pages, document = copies(office, give_out(office, ask(office)))
    validate(document, read_schema())
    words, whole = json.dumps(document, ensure_ascii=False), " ".join(" ".join(pages).split())
    for said in ("Ava", "2 January 2008", "Often cold.", "Head Teacher", enquiry.reference, "Police", "SAR-2013-"):
        assert said in words, said
        assert said in whole, said
    assert {"What was decided about you", "Your cases", "With whom it was shared", "What has happened"} <= {
        each["title"] for each in document["sections"]
    }


def test_each_page_says_who_made_it_for_whom_when_and_which_it_is(office):
    an_enquiry(office)
    request = give_out(office, ask(office))
    pages, _ = copies(office, request)
    for number, page in enumerate(pages, 1):
        line = " ".join(page.split())
        assert "Made by Made-up information_governance (Information governance) for Made-up Asker" in line
        assert f"10:00 on Tuesday 7 May 2013 Page {number} of {len(pages)}" in line
        assert request.reference in line


def test_referrer_who_may_not_be_named_leaves_no_trace(office):
    an_enquiry(
        office,
        referrer_may_be_named=False,
        agency_code="police",
        witnessed="Mrs Grassington saw it from her window.",
        reported="Made up: a shout was heard.",
        **TELLING,
    )
    pages, document = copies(office, give_out(office, ask(office)))
    for copy in (json.dumps(document), " ".join(pages)):
        folded = fold(copy)
        for trace in (
            "grassington",
            "wilhelmina",
            "neighbour",
            "acquaintance",
            "window",
            "telephone",
            "street.example",
        ):
            assert trace not in folded, trace
        assert "a shout was heard" in copy


def test_of_a_brother_nothing_is_told_but_that_his_name_was_taken_out(office):
    subjects = (
        a_subject(indicators=("P4_UNSAFE",)),
        a_subject(given_name="Benjamin", birth_date=date(2010, 3, 4), indicators=("P4_UNSAFE",)),
    )
    enquiry = an_enquiry(office, subjects=subjects, reported="Ava said that Benny hides. BENJAMIN'S room was locked.")
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4, sibling_reason="Ben is younger.")
    pages, document = copies(office, give_out(office, ask(office)))
    for copy in (json.dumps(document), " ".join(pages)):
        assert {"ben", "benny", "benjamin", "benjamins"}.isdisjoint(fold(copy).split())
        assert "Ava said that [removed] hides" in copy
    cases = next(each for each in document["sections"] if each["title"] == "Your cases")
    assert next(each["heading"] for each in cases["items"]).endswith("-1")
    assert not any(each["heading"].endswith("-2") for each in cases["items"])


def test_reviewer_holds_back_masks_and_lets_stand_and_each_is_on_record(office):
    enquiry = an_enquiry(
        office,
        subjects=(a_subject(), a_subject(given_name="Rose", birth_date=date(2010, 3, 4))),
        witnessed="A plan to move the child.",
        reported="A rose by the blue door of the Lindens.",
    )
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    at = f"enquiries/{enquiry.id}"
    judge(office, "social_worker", request, f"{at}/witnessed", "hold_back", held_back_for="serious_harm", note="x")
    judge(office, "social_worker", request, f"{at}/reported", "mask", words=("the Lindens",))
    judge(office, "social_worker", request, f"{at}/reported", "show", words=("rose",))
    approve(office, request)
    with as_(office, IG):
        release(office.desk(IG), VAULT, request.id)
    _, document = copies(office, request)
    texts = {
        each["label"]: each["text"]
        for part in document["sections"]
        for item in part["items"]
        for each in item["passages"]
    }
    assert texts["Seen or heard by whoever told us"] is None
    assert texts["Told by others"] == "A rose by the blue door of [removed]."
    assert "serious" not in json.dumps(document).lower()
    logged = [each.data for each in office.session.query(Event).filter_by(type="access_passage_judged")]
    said = [(each["choice"], each["held_back_for"]) for each in logged]
    assert said[:3] == [("hold_back", "serious_harm"), ("mask", None), ("show", None)]
    assert set(said[3:]) == {("stand", None)}


def test_anonymity_is_not_the_reviewers_to_give_up(office):
    enquiry = an_enquiry(office, referrer_may_be_named=False, reported="Grassington told us.", **TELLING)
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    judge(office, "social_worker", request, f"enquiries/{enquiry.id}/reported", "show", words=("Grassington",))
    approve(office, request)
    with as_(office, IG):
        release(office.desk(IG), VAULT, request.id)
    pages, _ = copies(office, request)
    assert "Grassington" not in " ".join(pages)


def test_pdf_is_tagged_for_screen_readers(office):
    an_enquiry(office)
    request = give_out(office, ask(office))
    with as_(office, IG):
        _, pdf = download(office.desk(IG), VAULT, request.id, "pdf")
    root = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert "/StructTreeRoot" in root


def test_who_prepares_does_not_review_and_the_database_refuses_too(office):
    an_enquiry(office)
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    with pytest.raises(Conflict, match="Your role may not do that"):
        do(office, IG, request, "approve")
    own = text("UPDATE access_requests SET approved_by_id = prepared_by_id, approved_at = now(), state = 'approved'")
    with as_(office, IG), pytest.raises(DBAPIError, match="row-level security"), nested(office):
        office.session.execute(own)


def nested(office):
    return office.session.begin_nested()


@pytest.mark.parametrize("who", [IG, "mash_manager"])
def test_nobody_writes_anothers_name_as_the_reviewers(office, who):
    an_enquiry(office)
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    forged = office.actor("social_worker").id
    statement = text("UPDATE access_requests SET approved_by_id = :who, approved_at = now() WHERE id = :id")
    with as_(office, who), pytest.raises(DBAPIError, match="approved by whoever reviews it"), nested(office):
        office.session.execute(statement, {"who": forged, "id": request.id})


@pytest.mark.parametrize(
    "who", ["mash_officer", "early_help_unit", "locality_manager:west", "analyst", "partner_system"]
)
def test_nobody_else_sees_a_request_or_what_was_gathered(office, who):
    an_enquiry(office)
    do(office, IG, ask(office), "prepare", "send_to_review")
    with as_(office, who):
        for model in (AccessRequest, AccessExport, AccessJudgement):
            assert office.session.query(model).count() == 0
    with as_(office, "social_worker"):
        assert office.session.query(AccessRequest).count() == 1


def test_information_governance_sees_whom_it_has_a_request_for_and_no_case(office):
    an_enquiry(office)
    an_enquiry(office, given_name="Cleo", birth_date=date(2009, 9, 9))
    ask(office)
    office.session.flush()
    with as_(office, IG):
        assert office.session.execute(text("SELECT given_name FROM people")).scalars().all() == ["Ava"]
        for model in (Enquiry, Subject, Referral, AgencyCheck, Decision):
            assert office.session.query(model).count() == 0, model


def test_what_was_gathered_lies_sealed(office):
    an_enquiry(office, reported="Made up: a secret")
    request = give_out(office, ask(office))
    kept = office.session.query(AccessExport).filter_by(request_id=request.id).all()
    assert sorted(each.kind for each in kept) == ["json", "material", "pdf"]
    assert not any(b"secret" in each.sealed or b"%PDF" in each.sealed for each in kept)


def test_copy_expires_and_each_download_is_on_record(office):
    an_enquiry(office)
    request = give_out(office, ask(office))
    copies(office, request)
    taken = office.session.query(Event).filter_by(case_id=request.id, type="access_downloaded").all()
    assert sorted((each.actor_name, each.data["kind"]) for each in taken) == [
        ("Made-up information_governance", "json"),
        ("Made-up information_governance", "pdf"),
    ]
    office.clock.at += timedelta(days=30)
    with pytest.raises(Conflict, match="expired"):
        copies(office, request)


def test_material_itself_is_never_downloaded(office):
    an_enquiry(office)
    request = give_out(office, ask(office))
    with as_(office, IG), pytest.raises(NotFound):
        download(office.desk(IG), VAULT, request.id, "material")


def test_release_is_in_the_log_of_what_was_shared(office):
    enquiry = an_enquiry(office)
    request = give_out(office, ask(office))
    shared = office.session.query(Disclosure).filter_by(person_id=enquiry.subjects[0].person_id).one()
    assert (shared.how, shared.lawful_basis) == ("export", "legal_obligation")
    assert request.asked_by in shared.to_whom


def test_what_was_gathered_long_ago_is_gathered_again(office):
    an_enquiry(office)
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    approve(office, request)
    office.clock.at += timedelta(days=31)
    with pytest.raises(Conflict, match="gathered over a month ago"), as_(office, IG), nested(office):
        release(office.desk(IG), VAULT, request.id)


def test_gathered_again_it_is_approved_again(office):
    an_enquiry(office)
    request = do(office, IG, ask(office), "prepare", "send_to_review")
    approve(office, request)
    first = find_material(office.desk(IG), request).id
    do(office, IG, request, "prepare")
    assert request.approved_by_id is None
    assert find_material(office.desk(IG), request).id != first


def test_due_in_a_month_and_extended_by_two_with_a_reason(office):
    an_enquiry(office)
    request = ask(office, received_on=date(2013, 4, 30))
    assert request.due_on == date(2013, 5, 30)
    with pytest.raises(Conflict, match="Give a reason"):
        do(office, IG, request, "extend")
    do(office, IG, request, "extend", reason="Many records")
    assert request.due_on == date(2013, 7, 30)
    with pytest.raises(Conflict, match="extended already"):
        do(office, IG, request, "extend", reason="More")


def test_due_on_a_working_day(office):
    an_enquiry(office)
    assert ask(office, received_on=date(2013, 4, 4)).due_on == date(2013, 5, 7)  # Saturday 4 May, then a bank holiday


def test_nothing_is_gathered_before_it_is_shown_who_asks(office):
    an_enquiry(office)
    request = ask(office, identity="", authority="")
    with pytest.raises(Conflict, match="Record first"):
        do(office, IG, request, "prepare")
    do(office, IG, request, "prove", identity="Passport", authority="Court order")
    assert do(office, IG, request, "prepare").state == "prepared"


def test_person_is_found_by_full_name_and_birth_date_alone(office):
    an_enquiry(office)
    for wrong in ({"given_name": "Av"}, {"birth_date": date(2008, 1, 3)}, {"family_name": "%"}, {"given_name": ""}):
        with pytest.raises(Invalid, match="Nobody of that name"), nested(office):
            ask(office, **wrong)
    with pytest.raises(Forbidden), as_(office, "mash_manager"):
        ask_for_record(office.desk("mash_manager"), AskForRecord(**ASKED))


def test_material_survives_being_sealed(office):
    an_enquiry(office, reported="Made up: “quoted”\n\ttabs")
    request = do(office, IG, ask(office), "prepare")
    with as_(office, IG):
        material = open_material(office.desk(IG), VAULT, request)
        assert type(material).from_bytes(material.to_bytes()) == material
