"""A manager sees a red number, and two presses on is the child whom it stands for."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.journeys.steps import log_enquiry
from workflows.calendar import LONDON

LONG_AGO = timedelta(days=9)  # so that a day's clock is past due, whatever the calendar


def test_manager_comes_from_a_red_number_to_the_case(visit_anyhow, name):
    officer, name = visit_anyhow("officer"), f"{name}-Roe"
    url = log_enquiry(officer, name, received=datetime.now(LONDON).date() - LONG_AGO)
    reference = officer.get_by_role("heading", level=1).inner_text().split()[0]
    manager = visit_anyhow("manager")
    manager.get_by_role("link", name="Duty", exact=True).click()
    number = manager.get_by_role("listitem").filter(has_text="overdue").first
    expect(number).to_contain_text("overdue")
    number.get_by_role("link").click()
    expect(manager.get_by_role("heading", name="Will breach by closing")).to_be_in_viewport()
    manager.get_by_role("link", name="Overdue enquiries in the worktray").click()
    line = manager.get_by_role("row").filter(has_text=f"{name} Kirkbourne")
    expect(line).to_contain_text("overdue")
    line.get_by_role("link", name=reference).click()
    expect(manager).to_have_url(url)
    expect(manager.get_by_text("overdue").first).to_be_visible()
