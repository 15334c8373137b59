"""What the pages of the public form mean: checked as they are typed, and put together as the enquiry that staff log."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from triage.errors import Problem
from triage.services.desk import Desk
from triage.services.logging_enquiry import LogEnquiry, NewSubject
from triage.services.people import NewPerson, check_person

PUBLIC, CHILD, PROFESSIONAL = "public", "child", "professional"
WHO = {
    PUBLIC: "I am worried about a child",
    CHILD: "I am a child or young person, and this is about me",
    PROFESSIONAL: "I work with children or families, and tell you as part of my job",
}
DANGER = {"yes": "Yes", "no": "No", "unsure": "I am not sure"}
RELATIONS = {
    "1A": "I am a relative, or I care for the child",
    "1B": "I know the family, for instance as a neighbour or friend",
    "1D": "I know of the child in another way",
    "9": "I would rather not say",
}
AGREED = {
    "given": "Yes, they agreed",
    "refused": "They were asked, and refused",
    "not_asked": "They have not been asked",
    "not_safe_to_ask": "It was not safe to ask them",
}
BY_THEMSELF = "1C"
PROFESSIONS = ("2A", "2B", "3A", "3B", "3C", "3D", "3E", "3F", "4", "5A", "5B", "5C", "5D", "6", "7", "8")
CHOOSE = {
    "danger": "Choose yes, no or not sure.",
    "who": "Choose which of these you are.",
    "relation": "Choose how you know the child, or that you would rather not say.",
    "source": "Choose where you work.",
    "your_name": "Enter your name: whoever reads this rings you back.",
    "job": "Enter your job.",
    "may_be_named": "Choose whether the family may know that you told us.",
    "consent": "Choose whether the family agreed to this, or why they were not asked.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOf:
    """A child as somebody knows them, who may know no name."""

    given_name: str = ""
    family_name: str = ""
    birth_date: date | None = None
    address: str = ""
    postcode: str | None = None
    about: str = ""

    @property
    def called(self) -> str:
        """What they are called, as far as it was told."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class TellUs:
    """All that the pages ask. Nothing is needed of which a page says that it may be left empty."""

    danger: str = ""
    who: str = ""
    children: tuple[ToldOf, ...] = ()
    witnessed: str = ""
    reported: str = ""
    opinion: str = ""
    child_voice: str = ""
    relation: str = ""
    source: str = ""
    your_name: str = ""
    job: str = ""
    email: str | None = None
    phone: str = ""
    may_be_named: bool | None = None
    who_was_told: str = ""
    consent: str = ""
    consent_reason: str = ""


PAGES = {  # in their order, with what each asks
    "now": ("danger",),
    "who": ("who",),
    "children": ("children",),
    "seen": ("witnessed", "reported", "opinion", "child_voice"),
    "you": (
        *("relation", "source", "your_name", "job", "phone", "email", "may_be_named"),
        *("who_was_told", "consent", "consent_reason"),
    ),
}
ASKED_OF_ALL = ("danger", "who")
ASKED_OF = {  # what cannot be left empty
    PUBLIC: ("relation",),
    CHILD: (),
    PROFESSIONAL: ("source", "your_name", "job", "may_be_named", "consent"),
}


def check_told(desk: Desk, told: TellUs, pages: Collection[str] = tuple(PAGES)) -> Iterator[Problem]:
    """What is wrong on these pages, each with what to do."""
    asked = {field for page in pages for field in PAGES[page]}
    for field in (*ASKED_OF_ALL, *ASKED_OF.get(told.who, ())):
        if field in asked and getattr(told, field) in ("", None):
            yield Problem("missing", CHOOSE[field], field)
    if "children" in asked:
        yield from _check_children(desk, told)
    if "seen" in pages and not any(text.strip() for text in _narrative(told)):
        yield Problem("no_narrative", "Write what worries you, in your own words.", _first_asked(told))
    if "consent" in asked and told.consent in ("refused", "not_safe_to_ask") and not told.consent_reason.strip():
        yield Problem("no_reason", "Say why.", "consent_reason")


def _check_children(desk: Desk, told: TellUs) -> Iterator[Problem]:
    if not told.children:
        words = "Write at least one thing by which we can find the child: a name, an address, or what you know of them."
        yield Problem("no_subject", words, "children.0.given_name")
    for number, child in enumerate(told.children):
        yield from check_person(desk, _describe(child), f"children.{number}")


def _narrative(told: TellUs) -> tuple[str, ...]:
    return told.witnessed, told.reported, told.opinion, told.child_voice


def _first_asked(told: TellUs) -> str:
    return "child_voice" if told.who == CHILD else "witnessed"


def compose(told: TellUs, received_at: datetime) -> LogEnquiry:
    """The enquiry that this is, received now. Whoever is no professional is named to nobody unless they said so."""
    subjects = tuple(
        NewSubject(
            person=_describe(each),
            needs_immediate_protection=True if told.danger == "yes" else None,
            danger_unsure=told.danger == "unsure",
        )
        for each in told.children
    )
    professional = told.who == PROFESSIONAL
    return LogEnquiry(
        received_at=received_at,
        channel="portal" if professional else "public_form",
        source=_say_source(told),
        subjects=subjects,
        referrer_name=told.your_name,
        referrer_role=told.job,
        referrer_email=told.email,
        referrer_phone=told.phone,
        referrer_may_be_named=bool(told.may_be_named) and told.who != CHILD,
        who_was_told=told.who_was_told,
        consent=(told.consent or "not_asked") if professional else "not_asked",
        consent_reason=told.consent_reason if professional else "",
        witnessed="\n\n".join(filter(None, (_say_danger(told), *map(_say_about, told.children), told.witnessed))),
        reported=told.reported,
        opinion=told.opinion,
        child_voice=told.child_voice,
    )


def _say_source(told: TellUs) -> str:
    """Who told us, by the codes of the children in need census."""
    return {PROFESSIONAL: told.source, CHILD: BY_THEMSELF}.get(told.who, told.relation)


def _describe(child: ToldOf) -> NewPerson:
    return NewPerson(
        given_name=child.given_name,
        family_name=child.family_name,
        birth_date=child.birth_date,
        address=child.address,
        postcode=child.postcode,
        name_unknown=True,
    )


def _say_danger(told: TellUs) -> str:
    """The answer as it was given: of the three only one has a field of its own."""
    return f"Asked whether a child is in danger now: “{DANGER[told.danger]}”." if told.danger else ""


def _say_about(child: ToldOf) -> str:
    """What somebody knows of a child besides, which has no field of its own."""
    return f"About {child.called or 'the child'}: {child.about}" if child.about else ""
