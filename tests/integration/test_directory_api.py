"""The directory for systems, as HSDS 3 lays it out."""

from tests.listing import in_directory, key


def test_services_come_by_page_as_hsds_has_it_and_whole(caller, office):
    documents = {each["name"]: each for each in in_directory(office)}
    system = caller("partner_system")
    page = system.get("/services", per_page=4).get_json()
    assert [each["name"] for each in page["contents"]] == sorted(documents)[:4]
    assert page["contents"] == [documents[name] for name in sorted(documents)[:4]]
    del page["contents"]
    assert page == {
        "total_items": 6,
        "total_pages": 2,
        "page_number": 1,
        "size": 4,
        "first_page": True,
        "last_page": False,
        "empty": False,
    }
    last = system.get("/services", per_page=4, page=2).get_json()
    assert (last["size"], last["first_page"], last["last_page"]) == (2, False, True)
    assert system.get("/services", page=9).get_json()["empty"] is True


def test_one_service_is_told_with_the_room_that_was_said_last(caller, sign_in, office):
    (first, *_) = in_directory(office)
    system, at = caller("partner_system"), f"/services/{key('Breakfast club')}"
    assert system.get(at).get_json() == first
    sign_in("early_help_unit").post(f"/directory/{key('Breakfast club')}/capacity", data={"free": "1"})
    (place,) = system.get(at).get_json()["capacities"]
    assert (place["available"], "maximum" in place, place["updated"]) == (1, False, "2013-05-07T09:00:00+00:00")
    assert system.get(f"/services/{key('Nothing')}").status_code == 404


def test_wrong_page_and_wrong_bearer_are_refused(caller, office):
    assert caller("partner_system").get("/services", page=0).status_code == 422
    assert caller("partner_system").get("/services", per_page=1000).status_code == 422
    assert caller("referrer").get("/services").status_code == 403
    assert caller("partner_system", "write").get("/services").status_code == 403
