"""Whatever is written in a record: names of others stay out of its copy, and nothing that was written is run."""

import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.asking_for_records import ask, copies, give_out
from tests.making import a_subject, an_enquiry, decide_as, screen
from workflows.people import fold

IG = "information_governance"
GIVEN = st.sampled_from(
    ["Zebedee", "Xanthe", "Quillan", "Jörg", "O'Hara", "Anne-Marie", "Wilf", "Ngozi", "Łukasz", "Bo"]
)
FAMILY = st.sampled_from(["Van der Zyl", "Quaife", "Žižka", "Okonkwo", "McTavish", "Ødegård"])
WRITE = st.sampled_from(
    ["{0} hit {1}.", "{0}'s dad ({1}) said: “{0}!”", "{0}/{1}, {2}", "seen with {0}\n{1}\t{2}…", "{2}{0} — {1}’s"]
)
CASE = st.sampled_from([str, str.upper, str.lower, str.title])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_third_partys_name_is_in_either_copy_whatever_family_it_is(office, data):
    draw = data.draw
    for who in ("mash_officer", "social_worker", "mash_manager 2", IG):
        office.actor(who)  # who stays, whatever is undone
    office.session.flush()
    brother, family, referrer = draw(GIVEN), draw(FAMILY), (draw(GIVEN), draw(FAMILY))
    names = [draw(CASE)(brother), draw(CASE)(family), draw(CASE)(referrer[0])]
    passages = {each: draw(WRITE).format(*names) for each in ("witnessed", "reported", "opinion", "child_voice")}
    with office.session.begin_nested() as undone:
        subjects = (a_subject(), a_subject(given_name=brother, family_name=family, birth_date=date(2010, 3, 4)))
        enquiry = an_enquiry(
            office,
            subjects=subjects,
            referrer_name=" ".join(referrer),
            referrer_email=f"{fold(referrer[1]).replace(' ', '.')}@home.example",
            referrer_may_be_named=False,
            source="1B",
            **passages,
        )
        screen(office, enquiry, ask="police")
        chosen = {"route": "social_care", "level": 4, "sibling_reason": f"{brother} is older"}
        decide_as(office, "social_worker", enquiry, **chosen)
        pages, document = copies(office, give_out(office, ask(office)))
        undone.rollback()
    office.session.expunge_all()
    office.session.info.pop("held", None)
    told = " ".join(fold(each) for each in (json.dumps(document, ensure_ascii=False), *pages))
    words = {word for name in (brother, family, *referrer) for word in fold(name).split() if word not in ("van", "der")}
    assert words.isdisjoint(told.split())
    assert "home.example" not in told
    assert "homeexample" not in told


HOSTILE = [
    '#panic("x")',
    "#import sys: *; #sys.inputs",
    "$ x^2 $ *bold* _it_ `raw` @ref <label> \\ // gone /* gone */ [ ] { } #",
    "= Heading\n- list\n+ enum\n/ term: x",
    "<script>alert(1)</script> %PDF-1.7 endobj",
    "مرحبا 中文 😀 \u202egnol\u202c \u200b \x07",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_was_written_is_shown_as_it_was_written_and_never_run(office, hostile):
    an_enquiry(office, given_name="Ava", reported=hostile, child_voice="Behind it.")
    pages, document = copies(office, give_out(office, ask(office)))
    texts = [each["text"] for part in document["sections"] for item in part["items"] for each in item["passages"]]
    assert hostile in texts
    whole = " ".join(pages)
    for word in hostile.split():
        shown = "".join(char if char.isascii() and char.isprintable() else f"[U+{ord(char):04X}]" for char in word)
        assert shown in whole.replace("\n", "") or shown in whole, shown
    assert "Behind it." in whole


def test_name_that_is_markup_is_a_name(office):
    an_enquiry(office, given_name="#eval(`1`)*", family_name="$_@x")
    pages, _ = copies(office, give_out(office, ask(office, given_name="#eval(`1`)*", family_name="$_@x")))
    assert "Copy of the record of #eval(`1`)* $_@x" in " ".join(pages[0].split())
