"""The thresholds in the service: for everybody, in every version, with no need of the database."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy.exc import OperationalError

from rules.library import get_policy, versions_of
from triage.thresholds.render_command import render_page
from triage.web import thresholds

NAME = "pathway_to_provision"


@pytest.fixture
def stranger(app):
    return app.test_client()


def words(page):
    """The text of a page from its first heading to its end."""
    body = page[page.index("<h1") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_stranger_reads_the_version_in_force_today(stranger, clock):
    answer = stranger.get("/thresholds")
    assert answer.status_code == 200
    assert '<h1 class="govuk-heading-xl">Pathway to provision 2013</h1>' in answer.text
    assert "not in force today" not in answer.text
    clock.at = datetime(2014, 5, 31, 23, 30, tzinfo=UTC)  # the first of June in Nottinghamshire
    assert '<h1 class="govuk-heading-xl">Pathway to provision V4</h1>' in stranger.get("/thresholds").text


@pytest.mark.parametrize("version", [each.version for each in versions_of(NAME)])
def test_every_version_says_what_its_own_page_says(stranger, version):
    answer = stranger.get(f"/thresholds/{version}")
    assert answer.status_code == 200
    assert words(answer.text) == words(render_page(get_policy(NAME, version)))


def test_versions_are_listed_and_the_one_shown_is_marked(stranger):
    page = stranger.get("/thresholds/V4").text
    listed = re.findall(r'<a class="govuk-link" href="(/thresholds/\w+)"( aria-current="page")?>(\w+)</a>', page)
    assert listed == [
        ("/thresholds/V5", "", "V5"),
        ("/thresholds/V4", ' aria-current="page"', "V4"),
        ("/thresholds/2013", "", "2013"),
    ]
    assert "in force from 1 June 2014 to 31 October 2015" in page
    assert "in force from 10 December 2012 to 31 May 2014 <strong>(today&#39;s)</strong>" in page.replace(
        "'s", "&#39;s"
    )


def test_version_that_is_not_in_force_says_so(stranger):
    assert "These thresholds are not in force today." in stranger.get("/thresholds/V5").text
    assert "These thresholds are not in force today." not in stranger.get("/thresholds/2013").text


def test_version_that_is_not_there_is_told_with_those_there_are(stranger):
    answer = stranger.get("/thresholds/V9")
    assert answer.status_code == 404
    assert "There is no version V9 of these thresholds. There are: V5, V4, 2013." in answer.text


def test_hostile_version_is_shown_inert(stranger):
    answer = stranger.get("/thresholds/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


def test_version_may_be_called_by_two_years(stranger, monkeypatch):
    named = replace(get_policy(NAME, "V4"), version="2014/15", hash="0" * 64)
    monkeypatch.setattr(thresholds, "versions_for", lambda _desk: (named, *versions_of(NAME)))
    assert 'href="/thresholds/2014/15"' in stranger.get("/thresholds").text
    assert "Pathway to provision 2014/15" in stranger.get("/thresholds/2014/15").text


def test_page_needs_no_database(stranger, app, monkeypatch):
    def down(_actor):
        raise OperationalError("down", {}, ConnectionError())

    monkeypatch.setattr(app.extensions["triage"].database, "transaction", down)
    assert stranger.get("/thresholds").status_code == 200


def test_page_needs_nothing_that_the_policy_of_content_forbids(stranger):
    answer = stranger.get("/thresholds")
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<style|style=|<script(?! type=\"module\" src=\"/static/)", answer.text)
    with stranger.get("/static/thresholds.css") as style:
        assert style.status_code == 200
