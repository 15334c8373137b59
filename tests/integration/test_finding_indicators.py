"""Whoever logs an enquiry finds what was seen by plain words, with a script and without."""

from lxml import html

from tests.integration.test_pages import FORM
from triage.models import Enquiry

NEW = "/enquiries/new"
AT = "subjects.0.indicators"


def ticks_of(page: str, place: int = 0) -> list[tuple[str, bool, bool]]:
    """Of each indicator in the order shown: its code, whether it is ticked, and whether it fits what was looked for."""
    items = html.fromstring(page).xpath(f"//div[@id='indicators-{place}']/div")
    boxes = [(each, each.find("input")) for each in items]
    return [(box.get("value"), "checked" in box.attrib, "data-fits" in each.attrib) for each, box in boxes]


def test_what_fits_stands_first_and_nothing_is_ticked_sent_or_lost(sign_in, office):
    sent = FORM | {AT: ["F2_DEBT"], "find": "0", "find.0": "black eye"}
    answer = sign_in("mash_officer").post(NEW, data=sent)
    assert answer.status_code == 200
    ticks = ticks_of(answer.text)
    assert {code for code, _ticked, fits in ticks if fits} == {"C4_NAI", "P3_BOUNDARIES_FAIL"}
    assert [fits for _code, _ticked, fits in ticks] == sorted((fits for *_rest, fits in ticks), reverse=True)
    assert [code for code, ticked, _fits in ticks if ticked] == ["F2_DEBT"]
    assert len(ticks) == len({code for code, *_rest in ticks}) == 68
    assert "2 fit “black eye”" in answer.text
    assert 'value="Zoë"' in answer.text
    assert "Made up: a bruise." in answer.text
    assert office.session.query(Enquiry).count() == 0


def test_button_is_the_first_of_the_form_and_comes_back_to_its_place(sign_in):
    """So Enter in the box finds, and sends nothing."""
    page = html.fromstring(sign_in("mash_officer").get(NEW).text)
    form = next(each for each in page.forms if each.get("action") == NEW)
    assert form.xpath(".//button")[0].get("formaction") == f"{NEW}#seen-0"
    assert page.get_element_by_id("seen-0") is not None


def test_it_is_found_for_each_person_apart(sign_in):
    sent = FORM | {"subjects.1.person.given_name": "Abe", "find.0": "bruise", "find.1": "no food", "find": "1"}
    page = sign_in("mash_officer").post(NEW, data=sent).text
    assert ("C4_NAI", True, True) in ticks_of(page)
    assert ("F4_LONG_NEGLECT", False, True) in ticks_of(page, 1)
    assert ("F4_LONG_NEGLECT", False, False) in ticks_of(page)


def test_what_nothing_fits_is_said(sign_in):
    page = sign_in("mash_officer").post(NEW, data=FORM | {"find": "0", "find.0": "<b>zzyzx"}).text
    assert "Nothing fits “&lt;b&gt;zzyzx”. Try another word, or choose from the list." in page
    assert not any(fits for *_rest, fits in ticks_of(page))


def test_what_was_looked_for_hinders_nothing_when_it_is_logged(sign_in, office):
    answer = sign_in("mash_officer").post(NEW, data=FORM | {"find.0": "bruise"})
    assert answer.status_code == 302
    assert office.session.query(Enquiry).one().subjects[0].indicators == ["C4_NAI", "F2_DEBT"]


def test_somebody_outside_finds_too(sign_in):
    page = sign_in("referrer").post(NEW, data={"find": "0", "find.0": "ran away"}).text
    assert ("C4_MISSING_FREQ", False, True) in ticks_of(page)


def test_script_is_told_the_codes_in_their_order(sign_in):
    client = sign_in("mash_officer")
    assert client.post(f"{NEW}/indicators", data={"words": "jail"}).get_json() == ["F2_PARENT_PRISON"]
    assert client.post(f"{NEW}/indicators").get_json() == []
