"""Pages as a browser without JavaScript meets them."""

from datetime import timedelta

from sqlalchemy.exc import OperationalError

from tests.making import an_enquiry, decide_as, screen, view_first
from triage.models import Enquiry
from triage.services.referral_actions import ReferralAction, act_on_referral

FORM = {
    "received_at-day": "7",
    "received_at-month": "5",
    "received_at-year": "2013",
    "received_at-time": "9:30",
    "channel": "telephone",
    "source": "2A",
    "subjects.0.person.given_name": "Zoë",
    "subjects.0.person.postcode": "ng15 7aa",
    "subjects.0.indicators": ["C4_NAI", "F2_DEBT"],
    "witnessed": "Made up: a bruise.",
}


def test_logged_enquiry_is_shown_with_its_recommendation(sign_in, office):
    client = sign_in("mash_officer")
    viewed = {"subjects.0.first_view_level": "3", "subjects.0.first_view_reason": "A bruise"}
    answer = client.post("/enquiries/new", data=FORM | viewed)
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "The policy recommends: level 4" in page
    assert "Ashfield" in page
    assert "Zoë" in client.get("/enquiries").text


def test_every_mistake_is_named_and_nothing_typed_is_lost(sign_in):
    wrong = FORM | {"source": "", "subjects.0.person.birth_date-day": "31", "subjects.0.person.birth_date-month": "2"}
    answer = sign_in("mash_officer").post("/enquiries/new", data=wrong)
    assert answer.status_code == 422
    assert "enter a real date" in answer.text
    assert 'href="#source"' in answer.text
    assert "Made up: a bruise." in answer.text
    assert 'value="Zoë"' in answer.text
    assert 'value="C4_NAI" checked' in answer.text


def test_another_person_can_be_added_without_losing_the_first(sign_in):
    answer = sign_in("mash_officer").post("/enquiries/new", data=FORM | {"add_subject": "1"})
    assert 'name="subjects.1.person.given_name"' in answer.text
    assert 'value="Zoë"' in answer.text


def test_enquiry_survives_a_database_that_is_down(sign_in, app, office, monkeypatch):
    client = sign_in("mash_officer")

    def down(*_who):
        raise OperationalError("SELECT 1", {}, ConnectionError("down"))

    monkeypatch.setattr(app.extensions["triage"].database, "transaction", down)
    answer = client.post("/enquiries/new", data=FORM)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "What you typed is not lost" in answer.text
    assert "Made up: a bruise." in answer.text
    listed = client.get("/enquiries")
    assert (listed.status_code, listed.headers["Retry-After"]) == (503, "5")


def test_hostile_words_are_kept_and_shown_inert(sign_in, office):
    words = "<script>alert(1)</script>{{ 7*7 }}' OR 1=1 --"
    client = sign_in("mash_officer")
    page = client.get(client.post("/enquiries/new", data=FORM | {"witnessed": words}).location).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page
    assert office.session.query(Enquiry).one().witnessed == words


def test_decision_page_selects_nothing_beforehand(sign_in, office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    view_first(office, "mash_manager", enquiry)
    office.session.flush()
    page = sign_in("mash_manager").get(f"/enquiries/{enquiry.id}/decide").text
    assert " checked" not in page
    assert "The policy recommends: level 4" in page


def test_decision_below_the_recommendation_asks_why_not_and_keeps_what_was_chosen(sign_in, office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    view_first(office, "mash_manager", enquiry)
    office.session.flush()
    chosen = {
        "decisions.0.subject_id": str(enquiry.subjects[0].id),
        "decisions.0.route": "advice",
        "decisions.0.level": "1",
        "decisions.0.section_47": "false",
        "decisions.0.reason": "Seen today",
        "version": str(enquiry.version),
    }
    client, at = sign_in("mash_manager"), f"/enquiries/{enquiry.id}/decide"
    refused = client.post(at, data=chosen)
    assert refused.status_code == 409
    assert "why not each higher route" in refused.text
    assert 'value="advice" checked' in refused.text
    explained = {"decisions.0.why_not.early_help": "Not wanted", "decisions.0.why_not.social_care": "Seen today"}
    assert client.post(at, data=chosen | explained).status_code == 302


def test_analyst_sees_numbers_and_no_enquiry(sign_in):
    client = sign_in("analyst")
    assert "Median working time to decision" in client.get("/measures").text
    assert client.get("/measures/chart.svg").text.startswith("<svg")
    assert client.get("/enquiries").status_code == 403


def test_period_that_ends_before_it_begins_is_told(sign_in):
    page = sign_in("analyst").get("/measures?from=2013-05-01&to=2013-04-01")
    assert "must not end before it begins" in page.text


def test_page_of_another_locality_is_not_found(sign_in, office):
    enquiry = an_enquiry(office, postcode="S80 1AA")
    office.session.flush()
    assert sign_in("locality_worker:west").get(f"/enquiries/{enquiry.id}").status_code == 404


def test_no_page_may_be_kept_or_framed_or_run_what_is_not_ours(sign_in):
    headers = sign_in("mash_officer").get("/enquiries").headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]


def test_locality_inbox_lists_what_is_due_first_and_accepts_it(sign_in, office):
    for name, wait in (("Later", 0), ("Sooner", -3)):
        received = office.clock.now() + timedelta(hours=wait)
        enquiry = an_enquiry(office, given_name=name, indicators=("P4_UNSAFE",), received_at=received)
        screen(office, enquiry)
        decide_as(office, "social_worker", enquiry, route="social_care", level=4)
        (referral,) = enquiry.referrals
        office.clock.at += timedelta(hours=wait)
        allocate = ReferralAction(referral_id=referral.id, action="allocate", team_code="social_care_west")
        act_on_referral(office.desk("mash_manager"), allocate)
    office.session.flush()
    client = sign_in("locality_worker:west")
    page = client.get("/referrals").text
    assert page.index("Sooner") < page.index("Later")
    done = client.post(f"/referrals/{referral.id}/actions/accept", data={"version": str(referral.version)})
    assert done.status_code == 302
    assert "Accepted" in client.get(done.location).text
