"""What a worker thinks comes before what the policy says; choosing otherwise is one step and a reason."""

from playwright.sync_api import Page, expect

from tests.journeys.steps import RECOMMENDS, WHY, log_enquiry, press, say_level, screen, see_policy

LESS = "You choose less than the policy recommends."


def decide_page(page: Page, url: str) -> None:
    page.goto(f"{url}/decide")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ENQ-")


def test_first_view_comes_before_the_recommendation_and_loses_nothing_typed(visit, request):
    name = "Noa" if "with JavaScript" in request.node.name else "Pia"
    page = visit("officer")
    url = log_enquiry(page, name)
    assert "recommends" not in page.content()
    expect(page.get_by_text("The child must be seen today.")).to_be_visible()
    page.get_by_label("What the danger is").fill("Typed before the view")
    say_level(page, 2)
    page.get_by_label(WHY).fill("Made up: he fell")
    page.get_by_label(WHY).press("Enter")
    expect(page.get_by_text(RECOMMENDS)).to_have_count(0)
    see_policy(page, name)
    expect(page.get_by_text(RECOMMENDS)).to_be_visible()
    expect(page.get_by_text("Your own first view: level 2. Made up: he fell")).to_be_visible()
    expect(page.get_by_label("What the danger is")).to_have_value("Typed before the view")
    page.goto(url)
    expect(page.get_by_text(RECOMMENDS)).to_be_visible()


def test_overriding_takes_one_step_and_a_reason(visit, request):
    names = ("Tom", "Tim") if "with JavaScript" in request.node.name else ("Max", "Ben")
    url = log_enquiry(visit("officer"), *names)
    screen(visit("social.worker"), url)
    page = visit("social.worker2")
    decide_page(page, url)
    assert "recommends" not in page.content()
    for number in (0, 1):
        say_level(page, 3, number)
        page.get_by_label(WHY).nth(number).fill("Made up: they fell off one swing")
    press(page, "Record and see what the policy says")
    expect(page.get_by_text(RECOMMENDS)).to_have_count(2)
    for child in (page.get_by_role("region", name=f"{name} Kirkbourne") for name in names):
        expect(child.get_by_text(LESS)).to_be_hidden()
        child.get_by_label("Advice and universal services", exact=True).check()
        expect(child.get_by_text(LESS)).to_be_visible()
        say_level(child, 1)
        child.get_by_label("No", exact=True).check()
        child.get_by_label("Why this is right for this child").fill("Made up: the GP saw how it happened.")
        for rung in ("early help", "children's social care", "a strategy discussion (section 47)"):
            child.get_by_label(f"Why not {rung}").fill("Made up: the GP has seen the child")
    press(page, "Decide")
    expect(page).to_have_url(url)
    expect(page.get_by_text("Less than the policy recommended")).to_have_count(2)


def test_other_than_recommended_takes_the_reason_alone(visit, request):
    name = "Kai" if "with JavaScript" in request.node.name else "Jon"
    url = log_enquiry(visit("officer"), name, level=4)
    page = visit("social.worker")
    screen(page, url)
    decide_page(page, url)
    say_level(page, 4)
    page.get_by_label(WHY).fill("Made up")
    press(page, "Record and see what the policy says")
    page.get_by_label("Another authority", exact=True).check()
    expect(page.get_by_text("You choose other than the policy recommends.")).to_be_visible()
    say_level(page, 4)
    page.get_by_label("Yes", exact=True).check()
    expect(page.get_by_text(LESS)).to_be_hidden()
    page.get_by_label("Why this is right for this child").fill("Made up: they moved to another county.")
    press(page, "Decide")
    expect(page).to_have_url(url)
    expect(page.get_by_text("Other than the policy recommended")).to_be_visible()
