"""A request for what is held about somebody, told again: gathered, looked at by another, given out or refused."""

from datetime import date

from tests.unit.workflows.plain_words import NO_REASON
from tests.unit.workflows.walking import Facts, Procedure, Why
from workflows.access_request import ACCESS_REQUEST, AccessContext

TODAY = date(2013, 5, 7)
OWN_WORK = Why("You recorded or prepared this. Somebody else must review it.", {"work": "mine"})


def see(facts: Facts) -> AccessContext:
    full = facts["hands"] == "full"
    return AccessContext(
        reason="Made up" if full else None,
        identity="Passport" if full else None,
        authority="Birth certificate" if full else None,
        is_own_request=facts["asks"] == "themselves",
        is_proved=facts["shown"] == "yes",
        is_own_work=facts["work"] == "mine",
        extended=facts["more_time"] == "given",
        first_due_on=date(2013, 5, 6) if facts["month"] == "over" else TODAY,
        today=TODAY,
        is_stale=facts["gathered"] == "long_ago",
        unlooked={"none": 0, "one": 1, "many": 1200}[facts["unread"]],
    )


PLAIN_ACCESS = Procedure(
    table=ACCESS_REQUEST,
    leads={
        "received": {"prove": "", "prepare": "prepared", "extend": "", "refuse": "refused"},
        "prepared": {"prepare": "prepared", "send_to_review": "under_review", "extend": "", "refuse": "refused"},
        "under_review": {
            "judge": "", "send_back": "prepared", "approve": "approved", "extend": "", "refuse": "refused",
        },
        "approved": {"prepare": "prepared", "release": "released", "extend": "", "refuse": "refused"},
        "released": {},
        "refused": {},
    },
    who={
        **dict.fromkeys(("prove", "prepare", "send_to_review", "release", "extend", "refuse"), "I"),
        **dict.fromkeys(("judge", "send_back", "approve"), "WM"),
    },
    facts={
        "asks": "themselves another",
        "shown": "no yes",
        "work": "anothers mine",
        "more_time": "no given",
        "month": "runs over",
        "gathered": "lately long_ago",
        "unread": "none one many",
    },
    sees=see,
    refuses={
        "prove": (
            Why("Say how whoever asks has shown who they are.", {"hands": "empty"}),
            Why(
                "Say by what right they ask for somebody else: parental responsibility, consent, a court's order.",
                {"hands": "empty", "asks": "another"},
            ),
        ),
        "prepare": (
            Why(
                "Record first how whoever asks has shown who they are and by what right they ask.",
                {"shown": "no"},
            ),
        ),
        "judge": (OWN_WORK,),
        "send_back": (NO_REASON,),
        "approve": (
            OWN_WORK,
            Why(
                "1 passage is not looked at yet. Say of each what is to be done with it; then approve.",
                {"unread": "one"},
            ),
            Why(
                "1,200 passages are not looked at yet. Say of each what is to be done with it; then approve.",
                {"unread": "many"},
            ),
        ),
        "release": (
            Why(
                "It was gathered over a month ago, and may have changed. Gather what is held again.",
                {"gathered": "long_ago"},
            ),
        ),
        "extend": (
            Why("It was extended already. There is no more time.", {"more_time": "given"}),
            Why(
                "The first month is over: within it whoever asks had to be told. Release it now.",
                {"month": "over"},
            ),
            NO_REASON,
        ),
        "refuse": (NO_REASON,),
    },
    clocks={},
)  # fmt: skip
