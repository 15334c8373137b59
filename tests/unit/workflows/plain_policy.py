"""The life of a policy told again: drafted, reviewed and published by somebody else, followed by the next."""

from datetime import date

from tests.unit.workflows.plain_words import NO_REASON
from tests.unit.workflows.walking import Facts, Procedure, Why
from workflows.policy import POLICY, PolicyContext

TODAY = date(2016, 1, 4)
FIRST_DAYS = {"ahead": date(2016, 2, 1), "today": TODAY, "far": date(2026, 2, 1)}
NEWEST = {"before": date(2015, 11, 1), "after": date(2030, 1, 1)}
OWN_DRAFT = Why("You drafted this. Somebody else must review and publish it.", {"author": "me"})


def see(facts: Facts) -> PolicyContext:
    brought = {"reason": "Page 12", "text": "name: x", "proved": True} if facts["hands"] == "full" else {}
    return PolicyContext(
        is_own=facts["author"] == "me",
        is_manager=facts["role"] == "M",
        is_shipped=facts["shipped"] == "yes",
        effective_from=FIRST_DAYS[facts["begins"]],
        today=TODAY,
        newest_from=NEWEST[facts["newest"]],
        **brought,
    )


PLAIN_POLICY = Procedure(
    table=POLICY,
    leads={
        "draft": {"revise": "", "review": "reviewed", "withdraw": "withdrawn"},
        "reviewed": {"send_back": "draft", "publish": "published", "withdraw": "withdrawn"},
        "published": {"supersede": "superseded", "withdraw": "withdrawn"},
        "superseded": {"restore": "published"},
        "withdrawn": {},
    },
    who={
        "revise": "ME",
        **dict.fromkeys(("review", "send_back", "publish"), "M"),
        **dict.fromkeys(("supersede", "restore"), "S"),
        "withdraw": "ME",
        "published/withdraw": "M",
    },
    facts={
        "author": "another me",
        "begins": "ahead today far",
        "newest": "before after",
        "shipped": "no yes",
    },
    sees=see,
    refuses={
        "revise": (
            Why(
                "Only its author may change a draft. Ask them, or withdraw it and draft your own.",
                {"author": "another"},
            ),
            Why("Give the text of the policy.", {"hands": "empty"}),
        ),
        "review": (OWN_DRAFT,),
        "send_back": (NO_REASON,),
        "publish": (
            OWN_DRAFT,
            Why(
                "Its first day must be tomorrow or later. Send it back, and have effective_from changed.",
                {"begins": "today"},
            ),
            Why(
                "Its first day is more than two years ahead. Is the year right? Send it back, and have effective_from"
                " changed.",
                {"begins": "far"},
            ),
            Why(
                "Its first day must be after that of the newest version published. Send it back, and have"
                " effective_from changed.",
                {"newest": "after"},
            ),
            Why("Every proof must hold of the text: they are tried when you publish.", {"hands": "empty"}),
        ),
        "withdraw": (
            Why(
                "Only its author or a MASH manager may withdraw it. Ask one of them.",
                {"author": "another", "role": "E", "state": "draft reviewed"},
            ),
            Why(
                "This came with the service and cannot be withdrawn. Publish a version of your own to follow it.",
                {"shipped": "yes", "state": "published"},
            ),
            Why(
                "You drafted this. Once it is published somebody else must withdraw it.",
                {"author": "me", "state": "published"},
            ),
            Why(
                "Its first day has come: enquiries are judged by it. Publish another version to follow it.",
                {"begins": "today", "state": "published"},
            ),
            NO_REASON,
        ),
    },
    clocks={},
)  # fmt: skip
