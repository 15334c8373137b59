"""The directory is renewed from a file on a page: looked at, then taken in whole or not at all."""

import json
from io import BytesIO

import pytest
from lxml import html
from werkzeug.datastructures import FileStorage

from tests.calling import post_form
from tests.listing import a_service, in_directory, key, take
from triage.models import DirectoryFile, DirectoryService
from triage.services.directory import export_services

AT, ADMIN, MANAGER = "/directory/file", "administrator", "mash_manager"
PLAIN = {"id": key("Plain"), "name": "Plain", "status": "active"}


def send(client, documents, *, name="feed.json", **more):
    content = documents if isinstance(documents, bytes) else json.dumps(documents).encode()
    answer = post_form(client, AT, {"file": FileStorage(BytesIO(content), name), **more})
    return client.get(answer.location) if answer.status_code == 302 else answer


def headings(answer):
    return [each.text_content() for each in html.fromstring(answer.text).xpath("//h3")]


def seen(answer):
    (field,) = html.fromstring(answer.text).xpath("//input[@name='seen']")
    return {"seen": field.get("value")}


def names(office):
    return {each.name for each in office.session.query(DirectoryService)}


@pytest.mark.parametrize("who", [ADMIN, MANAGER])
def test_what_a_file_would_change_is_shown_and_only_then_taken_in(sign_in, office, who):
    documents, client = in_directory(office), sign_in(who)
    changed = [documents[0] | {"name": "Early breakfast"}, *documents[1:-1], PLAIN]
    page = send(client, changed)
    assert headings(page) == ["New: 1", "Changed: 1", "Not in the file: 1", "As they are: 4"]
    assert "Early breakfast" in page.text
    assert "Plain" not in names(office)
    done = client.post(f"{AT}/take", data=seen(page), follow_redirects=True)
    assert "The file is taken in: 1 new, 1 changed, 0 ended, 4 as they were." in done.text
    office.session.expire_all()
    assert {"Plain", "Early breakfast", "Grief"} <= names(office)
    assert office.session.query(DirectoryFile).count() == 0
    assert headings(client.get(AT)) == []


def test_what_the_file_does_not_have_is_ended_if_that_is_chosen(sign_in, office):
    documents, client = in_directory(office), sign_in(ADMIN)
    page = send(client, documents[:-1], withdraw="true")
    assert "Ended: 1" in headings(page)
    client.post(f"{AT}/take", data=seen(page))
    office.session.expire_all()
    assert office.session.get(DirectoryService, key("Grief")).status == "inactive"


def test_each_fault_is_told_with_its_place_and_nothing_is_kept(sign_in, office):
    client = sign_in(ADMIN)
    page = send(client, [PLAIN, {"id": "7", "name": "<b>Bad"}])
    assert page.status_code == 422
    rows = [each.text_content() for each in html.fromstring(page.text).xpath("//tbody//td")]
    assert "$[1].id" in rows
    assert "$[1].status" in rows
    assert office.session.query(DirectoryFile).count() == 0
    assert "Choose a file." in client.post(AT, data={}).text


def test_file_that_is_too_large_is_refused_beside_the_field(sign_in, office, app):
    limit = app.extensions["triage"].settings.file_limit
    page = send(sign_in(ADMIN), b" " * (limit + 1))
    assert (page.status_code, "This file is too large: the most is 10 MB." in page.text) == (422, True)


def test_it_is_not_taken_where_the_directory_changed_meanwhile(sign_in, office):
    client = sign_in(ADMIN)
    page = send(client, [PLAIN])
    take(office, [a_service("Another")])
    refused = client.post(f"{AT}/take", data=seen(page))
    assert refused.status_code == 409
    assert "The file or the directory changed after you looked." in refused.text
    assert "Plain" not in names(office)
    assert client.post(f"{AT}/take", data=seen(refused)).status_code == 302
    assert "Plain" in names(office)


def test_it_is_not_taken_where_another_file_was_sent_meanwhile(sign_in, office):
    client = sign_in(ADMIN)
    page = send(client, [PLAIN])
    send(client, [PLAIN | {"name": "Swapped"}])
    assert client.post(f"{AT}/take", data=seen(page)).status_code == 409
    assert client.post(f"{AT}/take", data={"seen": ""}).status_code == 409
    assert names(office) == set()


def test_room_that_is_said_meanwhile_does_not_stand_in_its_way(sign_in, office):
    in_directory(office)
    client = sign_in(MANAGER)
    page = send(client, [PLAIN])
    client.post(f"/directory/{key('Breakfast club')}/capacity", data={"free": "1"})
    assert client.post(f"{AT}/take", data=seen(page)).status_code == 302


def test_it_waits_for_its_sender_alone_and_can_be_let_go(sign_in, office):
    client = sign_in(ADMIN)
    page = send(client, [PLAIN])
    other = sign_in(MANAGER)
    assert headings(other.get(AT)) == []
    assert other.post(f"{AT}/take", data=seen(page)).status_code == 409
    client = sign_in(ADMIN)
    assert headings(client.get(AT))
    assert "it is not kept" in client.post(f"{AT}/discard", follow_redirects=True).text
    assert headings(client.get(AT)) == []
    assert client.get(f"{AT}/take").location == AT


def test_directory_is_downloaded_as_a_file_that_changes_nothing(sign_in, office):
    in_directory(office)
    client = sign_in(ADMIN)
    answer = client.get(f"{AT}/export")
    assert answer.headers["Content-Disposition"] == "attachment; filename=directory-nottinghamshire-2013-05-07.json"
    assert json.loads(answer.data) == export_services(office.desk(ADMIN))
    assert headings(send(client, answer.data))[-1] == "As they are: 6"


def test_name_of_the_file_is_shown_inert(sign_in, office):
    page = send(sign_in(ADMIN), [PLAIN | {"name": "<script>x"}], name="../<b>\u202ea.json")
    assert "_b_a.json" in page.text
    assert "<script>x" not in page.text
