"""Pages come compressed to whoever can read it, as they were, and no two of one length for certain."""

import gzip

import pytest

CAN = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("path", ["/sign-in", "/static/triage.css", "/static/vendor/govuk-frontend.min.js"])
def test_page_style_sheet_and_script_are_the_same_compressed(app, path):
    client = app.test_client()
    plain, packed = client.get(path, buffered=True), client.get(path, headers=CAN, buffered=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    unpacked = gzip.decompress(packed.data)
    assert unpacked == plain.data or path == "/sign-in"  # which has a token of its own each time
    assert len(unpacked) == len(plain.data)


def test_length_of_a_page_says_nothing_for_certain(app, sign_in):
    client = sign_in("mash_officer")
    lengths = {len(client.get("/enquiries", headers=CAN).data) for _ in range(20)}
    assert len(lengths) > 5


@pytest.mark.parametrize("accepts", ["", "br", "gzip;q=0"])
def test_whoever_cannot_read_it_is_sent_it_as_it_is(app, accepts):
    answer = app.test_client().get("/sign-in", headers={"Accept-Encoding": accepts})
    assert "Content-Encoding" not in answer.headers
    assert b"<!DOCTYPE html>" in answer.data


def test_what_a_browser_has_already_is_not_sent_again(app):
    client = app.test_client()
    first = client.get("/static/triage.css", headers=CAN, buffered=True)
    again = client.get("/static/triage.css", headers=CAN | {"If-None-Match": first.headers["ETag"]}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_part_of_a_file_is_a_part_of_it_as_it_is(app):
    client = app.test_client()
    part = client.get("/static/triage.css", headers=CAN | {"Range": "bytes=0-99"}, buffered=True)
    assert part.status_code == 206
    assert part.data == client.get("/static/triage.css", buffered=True).data[:100]


def test_answer_to_a_system_keeps_the_version_that_it_names(caller, office):
    answer = caller("mash_officer").get("/enquiries")
    assert "Content-Encoding" not in answer.headers
