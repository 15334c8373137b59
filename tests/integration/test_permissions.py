"""Every route is walked by every role, before records of its own team, another's, restricted and closed.

What is met is compared with the table of permissions and with what is plainly said here of whose each record is.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.acting import a_referral, accepted, act
from tests.conftest import Office
from tests.making import an_enquiry, screen
from triage.access.permissions import COLUMNS, Standing, allows, find_permission, has, read_table
from triage.database import acting_as
from triage.models import Referral, User
from triage.models.codes import ROLES
from triage.services.restricting import Restrict, add_reader, remove_reader, restrict

NOWHERE = "00000000-0000-7000-8000-000000000009"
HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
PEOPLE = {role: f"{role}:west" if role.startswith("locality_") else role for role in COLUMNS.values()}
ASKED, REFUSED, ENTERS = "asked why", "refused", "enters"
QUESTION = "Why are you opening this?"


def routes_of(app):
    return [(rule, app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def is_public(view):
    return view.access.startswith("public")


def test_every_route_declares_a_permission_that_stands_in_the_table(app):
    undeclared = [str(rule) for rule, view in routes_of(app) if not is_public(view) and view.access not in read_table()]
    assert undeclared == []


def test_every_permission_is_some_routes_and_every_role_has_a_column(app):
    assert {view.access for _rule, view in routes_of(app) if not is_public(view)} == set(read_table())
    assert set(COLUMNS.values()) | {"system", "visitor"} == set(ROLES)  # neither signs in


def test_nothing_is_permitted_that_does_not_stand_in_the_table():
    with pytest.raises(KeyError):
        find_permission("enquiry.erase")
    assert not has("enquiry.read", "administrator")
    assert not allows("enquiry.read", "mash_officer", Standing(own=False))
    assert allows("enquiry.read", "mash_officer", Standing(closed=True, restricted=True))
    assert not allows("check.act", "partner_system", Standing(closed=True))


@pytest.fixture
def records(office: Office) -> dict[str, Any]:
    """An open enquiry, the west's case from another, one closed, and two restricted: all are on one's list, none but
    its maker on the other's.
    """
    fresh = an_enquiry(office, given_name="Nell")
    screen(office, fresh, ask="police", finish=False)
    west = accepted(office, given_name="Wes")
    shut = accepted(office, given_name="Clo")
    act(office, "locality_worker:west", shut, "close", closure="RC1")
    act(office, "mash_officer", shut.enquiry, "close")
    hidden, listed = accepted(office, given_name="Rex"), accepted(office, given_name="Lia")
    act(office, "locality_worker:west", hidden, "close", closure="RC1")
    act(office, "mash_officer", hidden.enquiry, "close")  # or whoever has it would see it
    few_see(office, hidden, set())
    few_see(office, listed, {office.actor(who).id for role, who in PEOPLE.items() if has("referral.read", role)})
    office.clock.at += timedelta(days=1)  # whoever worked on one has it before them for a shift
    return {"at the hub": fresh, "the west's": west, "closed": shut, "restricted": hidden, "on the list": listed}


def few_see(office: Office, case: Referral, readers: set[UUID]) -> None:
    """The records of a case's child are restricted, to these and whoever restricted them."""
    maker = office.actor("mash_manager 2")
    desk = office.desk("mash_manager 2")
    office.session.flush()
    with acting_as(office.session, maker):
        restriction = restrict(desk, Restrict(enquiry_id=case.enquiry_id, ordinal=1, reason="A colleague's child"))
        office.session.flush()
        there = {each.user_id for each in restriction.readers}
        for reader in there - readers - {maker.id}:
            remove_reader(desk, restriction.id, reader)
        for reader in readers - there:
            add_reader(desk, restriction.id, office.session.get_one(User, reader).username)
        office.session.flush()


def standing_of(role: str, name: str, kind: str) -> Standing | None:
    """How each record stands to each role, in plain words; None where the database shows them none of it."""
    closed, restricted = name == "closed", name == "on the list"
    if name == "restricted" or role not in (*HUB, "locality_worker", "locality_manager"):
        return None
    if kind == "enquiry":
        return None if role not in HUB and name == "at the hub" else Standing(closed=closed, restricted=restricted)
    if name == "at the hub":
        return None  # it has no referral
    return Standing(own=role not in HUB, closed=closed, restricted=restricted)


def expected(permission: str, role: str, name: str, kind: str) -> set[str]:
    """What somebody of this role may meet."""
    standing = standing_of(role, name, kind)
    if not has(permission, role):
        return {REFUSED}
    if standing is None:  # danger is heard from whoever works on cases, wherever the case is
        return {REFUSED, ENTERS} if permission.endswith(".danger") else {REFUSED}
    if not allows(permission, role, standing):
        return {REFUSED}
    asks = not standing.own and not permission.endswith(".danger")
    return {ASKED} if asks else {ENTERS}


def met(answer: Any) -> str:
    """What an answer comes to."""
    if answer.status_code == 403 and QUESTION in answer.text:
        return ASKED
    return REFUSED if answer.status_code in (401, 403, 404) else ENTERS


def addresses(rule: Any, record: Any, kind: str) -> str | None:
    """The address of that record under the rule; None where the rule is about another kind of thing."""
    names = rule.arguments
    if f"{kind}_id" not in names:
        return None
    enquiry = record if kind == "enquiry" else record.enquiry
    check = enquiry.checks[0].id if enquiry.checks else NOWHERE
    action = "chase" if "check_id" in names else {"enquiry": "start_screening", "referral": "close"}[kind]
    values = {f"{kind}_id": record.id, "action": action, "ordinal": 1, "_rest": "x", "check_id": check}
    values |= {name: NOWHERE for name in names if name.endswith("_id") and name not in values}
    return rule.build({name: values.get(name, "x") for name in names})[1]


def kinds(record: Any, name: str) -> list[tuple[str, Any]]:
    if name == "at the hub":
        return [("enquiry", record)]
    return [("enquiry", record.enquiry), ("referral", record)]


def visits(app, records):
    """Every route before every record that it can be about: view, method, address, and whose record it is."""
    for rule, view in routes_of(app):
        for name, record in records.items() if not is_public(view) else ():
            for kind, row in kinds(record, name):
                path = addresses(rule, row, kind)
                for method in rule.methods & {"GET", "POST"} if path else ():
                    yield view, method, path, name, kind, str(row.id)


@pytest.mark.parametrize("role", PEOPLE)
def test_pages_and_answers_are_met_as_the_table_says(app, office, caller, sign_in, records, role):
    client, system = sign_in(PEOPLE[role]), caller(PEOPLE[role])

    def open_at(method: str, path: str) -> Any:
        before = office.session.begin_nested()
        answer = ask(system if path.startswith("/api/") else client, method, path)
        before.rollback()
        office.session.expire_all()
        return answer

    wrong = []
    for view, method, path, name, kind, key in visits(app, records):
        may, answer = expected(view.access, role, name, kind), open_at(method, path)
        if path.startswith("/api/") and ASKED in may:
            may = {ENTERS}  # a system has said so beforehand
        if NOWHERE in path:
            may |= {REFUSED}  # the record is there, and what is named within it is not
        # What is sent may be refused for what it asks, as it would be of no record at all; what is read is shown.
        asks = method == "POST" and answer.status_code == open_at(method, path.replace(key, NOWHERE)).status_code
        if met(answer) not in may and not asks:
            wrong.append((method, path.replace(key, name), met(answer), may))
    assert not wrong, "\n".join(map(str, wrong))


def ask(who: Any, method: str, path: str) -> Any:
    if not path.startswith("/api/"):
        return who.open(path, method=method, follow_redirects=method == "GET")  # to the page, where it leads there
    path = path.removeprefix("/api/v1")
    return who.get(path) if method == "GET" else who.post(path, {}, If_Match='"1"')


@pytest.mark.parametrize("role", PEOPLE)
def test_routes_about_no_record_are_met_as_the_table_says(app, caller, sign_in, role):
    client, system = sign_in(PEOPLE[role]), caller(PEOPLE[role])
    for rule, view in sorted(routes_of(app), key=lambda each: each[0].endpoint == "account.sign_out_everywhere"):
        if is_public(view) or rule.arguments:
            continue
        who = system if rule.rule.startswith("/api/") else client
        for method in rule.methods & {"GET", "POST"}:
            answer = ask(who, method, rule.rule)
            met_role = answer.status_code != 403
            assert met_role == has(view.access, role), (method, rule.rule, answer.status_code)


def test_reason_is_asked_once_a_shift_and_stands_beside_what_is_read(sign_in, office):
    case = accepted(office)
    office.session.flush()
    client, at = sign_in("social_worker"), f"/referrals/{case.id}"
    assert QUESTION in client.get(at).text
    path, said = f"/reasons/referral/{case.id}", {"to": at, "reason": "was_told"}
    assert client.post(path, data={"to": at}).status_code == 422
    assert client.post(path, data={"to": at, "reason": "other"}).status_code == 422
    assert client.post(path, data=said).location == at
    assert client.get(at).status_code == 200
    office.clock.at += timedelta(hours=12)
    assert QUESTION in client.get(at).text


def test_what_was_sent_to_another_teams_case_comes_back_once_the_reason_is_said(sign_in, office):
    case = accepted(office)
    office.clock.at += timedelta(hours=12)
    office.session.flush()
    client, at = sign_in("mash_manager"), f"/referrals/{case.id}/actions/reassign"
    page = client.post(at, data={"reassign.reason": "Made up: they moved"})
    assert (page.status_code, QUESTION in page.text) == (403, True)
    sent = {"to": at, "reason": "handing_over", "sent.reassign.reason": "Made up: they moved"}
    again = client.post(f"/reasons/referral/{case.id}", data=sent).text
    assert f'action="{at}"' in again
    assert 'name="reassign.reason" value="Made up: they moved"' in again


def test_whoever_has_just_worked_on_a_case_is_not_asked_why_they_open_it(sign_in, office):
    case = a_referral(office)
    office.session.flush()
    client = sign_in("mash_manager")
    sent = {"allocate.team_code": "social_care_west", "version": case.version}
    assert client.post(f"/referrals/{case.id}/actions/allocate", data=sent).status_code == 302
    assert client.get(f"/referrals/{case.id}").status_code == 200
    office.clock.at += timedelta(hours=12)
    assert QUESTION in client.get(f"/referrals/{case.id}").text
