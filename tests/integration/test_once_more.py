"""What gave way to somebody else is begun again from the beginning, once, and never where any of it was kept."""

import pytest
from flask import url_for
from psycopg.errors import AdminShutdown, DeadlockDetected, LockNotAvailable, SerializationFailure
from sqlalchemy.exc import OperationalError

from triage.database import once_more
from triage.web.access import may, open_desk


def failing(*faults):
    """An attempt that meets these in turn and then succeeds, and the list of how often it was made."""
    left, made = list(faults), []

    def attempt():
        made.append(len(made) + 1)
        if left:
            raise OperationalError("UPDATE", {}, left.pop(0))
        return "done"

    return attempt, made


@pytest.mark.parametrize("fault", [DeadlockDetected, SerializationFailure])
def test_attempt_that_gave_way_is_made_once_more(fault):
    attempt, made = failing(fault())
    assert (once_more(attempt), made) == ("done", [1, 2])


def test_attempt_that_gives_way_again_is_not_made_a_third_time():
    attempt, made = failing(DeadlockDetected(), DeadlockDetected())
    with pytest.raises(OperationalError):
        once_more(attempt)
    assert made == [1, 2]


@pytest.mark.parametrize("fault", [AdminShutdown, ConnectionError, LockNotAvailable])
def test_attempt_that_met_no_database_or_waited_for_somebody_is_made_once(fault):
    attempt, made = failing(fault())
    with pytest.raises(OperationalError):
        once_more(attempt)
    assert made == [1]


@pytest.mark.parametrize("route", ["log_enquiry.log", "worktray.take"])
def test_page_that_kept_some_of_what_was_sent_does_not_say_that_nothing_was_done(app, monkeypatch, sign_in, route):
    @may("worktray.read")
    def act(**_):
        with open_desk():
            pass
        raise OperationalError("UPDATE", {}, LockNotAvailable())

    client = sign_in("mash_officer")
    monkeypatch.setitem(app.view_functions, route, act)
    with app.test_request_context():
        address = url_for(route)
    told = client.post(address)
    assert told.status_code == 503
    assert "Some of what you sent may be done already: look before you send it again." in told.text
    assert "othing was done" not in told.text


@pytest.mark.parametrize(("kept", "times"), [(False, 2), (True, 1)])
def test_view_is_begun_again_only_where_nothing_of_it_was_kept(app, monkeypatch, sign_in, kept, times):
    made = []

    @may("worktray.read")
    def look():
        made.append(1)
        if kept:
            with open_desk():
                pass
        with open_desk():
            raise OperationalError("UPDATE", {}, DeadlockDetected())

    client = sign_in("mash_officer")
    monkeypatch.setitem(app.view_functions, "worktray.show", look)
    assert client.get("/enquiries").status_code == 503
    assert len(made) == times
