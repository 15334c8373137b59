"""What stands before a copy of somebody's record: all that the law wants told beside it (UK GDPR, article 15(1))."""

from collections.abc import Iterator
from dataclasses import dataclass

from triage.models import AccessRequest
from triage.pack import Pack
from workflows.retention_schedule import RetentionClass

NOT_SAID = "whoever gave you this copy"
WHAT_IT_IS = (
    "This is a copy of what is held about the person named above. The law gives a right to it.",
    "Where it says “[removed]”, words about somebody else have been taken out. Where it says “Not included”, a passage"
    " is left out, because the law says that it must be or may be (Data Protection Act 2018, Schedules 2 and 3).",
)
WHY = (
    "To find out whether a child or an adult needs help or protection, and to see that they get it (Children Act 1989,"
    " sections 17 and 47; Children Act 2004, section 11; Care Act 2014, section 42). The law lets us hold it without"
    " consent because this is our public task (UK GDPR, articles 6(1)(e) and 9(2)(g); Data Protection Act 2018,"
    " Schedule 1, paragraph 18).",
)
WHAT_KINDS = (
    "Who the person is and where they live; what we were told and what was seen, which may be about health, family,"
    " ethnicity or offences; what was thought and decided, by whom and when; letters and photographs.",
)
WHERE_FROM = (
    "From those who told us of a worry, from the person and their family, and from those whom we asked. Who they are is"
    " said where they may be named, and left out where they may not.",
)
WHO_DECIDES = ("A computer compares what we are told with our published thresholds. People decide, always.",)
RIGHTS = (
    "If something is wrong you can ask us to put it right, and your own words can be kept beside it. You can also"
    " object to how we use it, or ask us to erase it or to use less of it; the law does not always let us.",
    "If you are unhappy with our answer you can complain to the Information Commissioner: ico.org.uk/make-a-complaint"
    " or ring 0303 123 1113. You can also go to court.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One heading of it, with paragraphs and, after them, points."""

    heading: str
    words: tuple[str, ...]
    points: tuple[str, ...] = ()


def tell_about(pack: Pack, request: AccessRequest) -> tuple[Part, ...]:
    """Every part, in the order in which a reader would ask."""
    return (
        Part("What this is", WHAT_IT_IS),
        Part("Why we hold it", WHY),
        Part("What kinds of things we hold", WHAT_KINDS),
        Part("Where it came from", WHERE_FROM),
        Part("Who is told", (_say_recipients(pack),)),
        Part("How long we keep it", *_say_kept(pack)),
        Part("Who decides", WHO_DECIDES),
        Part("Letters and photographs", (_say_how_to_see(pack, request),)),
        Part("What you can do", RIGHTS),
        Part("Whom to ask", (f"Ask {_contact(pack)}. Say the number of this copy: {request.reference}.",)),
    )


def _contact(pack: Pack) -> str:
    return pack.records_contact or NOT_SAID


def _say_recipients(pack: Pack) -> str:
    return (
        "Those who work on the case here, and where they have to know: " + "; ".join(pack.agencies.values()) + "; a"
        " provider of help, or another council where a family moves. Whatever was shared is listed under “With whom it"
        " was shared”."
    )


def _say_how_to_see(pack: Pack, request: AccessRequest) -> str:
    return (
        "This copy lists them and does not show them. To see one, or to have a copy, ask"
        f" {_contact(pack)} and say {request.reference}. A social worker or manager looks at it first, as they looked"
        " through this copy."
    )


def _say_kept(pack: Pack) -> tuple[tuple[str, ...], tuple[str, ...]]:
    classes = pack.retention.classes
    if not classes:
        return ("Until the council has said how long: nothing is destroyed before.",), ()
    begins = "As long as the longest of these that is so of the record. Nothing goes before two people have agreed."
    return (begins,), tuple(f"{each.name}: {'; '.join(_say_periods(each))}" for each in classes)


def _say_periods(kept: RetentionClass) -> Iterator[str]:
    said = {"birth": kept.since_birth, "the day it was closed": kept.since_closing}
    periods = [f"{years} years from {day}" for day, years in said.items() if years]
    yield " or ".join(periods) + (", whichever is later" if len(periods) > 1 else "")
    if kept.died_before_18:
        yield f"{kept.died_before_18} years from the death of a child who died"
