"""Who may do what to which record: one table, and nothing is permitted that does not stand in it.

A cell says which records a role may reach with a permission: O its own team's, T another's (a reason is asked for),
C closed ones too, R restricted ones too if it is on the list of those who see them. A dot is never. What is about no
record is Y. Below this table stand PostgreSQL's policies, which keep the same bounds, and the tables of `workflows/`,
which say what each role may do to a case in each state.
"""

from dataclasses import dataclass
from functools import cache

COLUMNS = {
    "MO": "mash_officer",
    "SW": "social_worker",
    "MM": "mash_manager",
    "EH": "early_help_unit",
    "ED": "emergency_duty_team",
    "LW": "locality_worker",
    "LM": "locality_manager",
    "AN": "analyst",
    "PC": "partner_contributor",
    "RF": "referrer",
    "IG": "information_governance",
    "AD": "administrator",
    "PS": "partner_system",
}
OF_CASES = ("enquiry.read", "referral.read", "request.read")  # whoever has one of these sees cases
# A token's scope that a system needs beside the permission stands second.
TABLE = """
permission          scope    MO   SW   MM   EH   ED   LW   LM   AN   PC   RF   IG   AD   PS
worktray.read       read     Y    Y    Y    Y    Y    .    .    .    .    .    .    .    .
inbox.read          read     Y    Y    Y    Y    Y    Y    Y    .    .    .    .    .    .
cover.say           write    Y    Y    Y    Y    Y    Y    Y    .    .    .    .    .    .
caseloads.read      read     .    .    Y    Y    .    .    Y    .    .    .    .    .    .
several.allocate    write    Y    Y    Y    Y    .    .    Y    .    .    .    .    .    .
duty.read           read     Y    Y    Y    Y    Y    .    Y    .    .    .    .    .    .
outage.read         read     Y    Y    Y    Y    Y    .    .    .    .    .    .    .    .
outage.declare      write    .    .    Y    .    .    .    .    .    .    .    .    .    .
search.read         read     Y    Y    Y    Y    Y    Y    Y    .    .    .    .    .    .
queues.read         read     Y    Y    Y    Y    Y    Y    Y    .    .    .    .    .    .
measures.read       measures .    .    Y    Y    .    .    Y    Y    .    .    .    .    Y
measures.cases      read     .    .    Y    Y    .    .    Y    .    .    .    .    .    .
reports.read        read     .    .    Y    Y    .    .    Y    Y    .    .    .    .    .
reports.write       write    .    .    Y    Y    .    .    .    .    .    .    .    .    .
why_nots.read       read     .    .    Y    .    .    .    .    .    .    .    .    .    .
second_look.read    read     .    .    Y    .    .    .    .    .    .    .    .    .    .
second_look.give    write    .    .    Y    .    .    .    .    .    .    .    .    .    .
indicators.read     read     Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y
policy.read         read     Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y
policy.write        write    Y    Y    Y    Y    Y    Y    Y    .    .    .    .    .    .
policy.draft        write    .    .    Y    Y    .    .    .    .    .    .    .    .    .
enquiry.log         write    Y    Y    Y    Y    Y    .    .    .    .    Y    .    .    Y
enquiry.read        read     OCR  OCR  OCR  OCR  OCR  OCR  OCR  .    .    .    .    .    .
enquiry.act         write    OCR  OCR  OCR  OCR  OCR  .    .    .    .    .    .    .    .
enquiry.danger      write    OCR  OCR  OCR  OCR  OCR  OCR  OCR  .    .    .    .    .    .
first_view.record   write    OCR  OCR  OCR  OCR  OCR  .    .    .    .    .    .    .    .
enquiry.decide      write    .    OCR  OCR  .    .    .    .    .    .    .    .    .    .
disagreement.answer write    .    .    OCR  .    .    .    .    .    .    .    .    .    .
person.recognise    write    OCR  OCR  OCR  OCR  OCR  .    .    .    .    .    .    .    .
seen.say            write    OCR  OCR  OCR  .    OCR  .    .    .    .    .    .    .    .
person.look         read     Y    Y    Y    Y    Y    .    .    .    .    .    .    .    .
person.merge        write    Y    Y    Y    .    Y    .    .    .    .    .    .    .    .
person.relate       write    Y    Y    Y    .    Y    .    .    .    .    .    .    .    .
referral.read       read     OTCR OTCR OTCR OTCR OTCR OTCR OTCR .    .    .    .    .    .
referral.act        write    OTCR OTCR OTCR OTCR OTCR OTCR OTCR .    .    .    .    .    .
referral.danger     write    OTCR OTCR OTCR OTCR OTCR OTCR OTCR .    .    .    .    .    .
transfer.answer     write    OTCR OTCR OTCR OTCR OTCR OTCR OTCR .    .    .    .    .    .
check.act           write    OCR  OCR  OCR  OCR  OCR  .    .    .    O    .    .    .    O
check.read          read     .    .    .    .    .    .    .    .    O    .    .    .    O
sent.read           read     .    .    .    .    .    .    .    .    .    OC   .    .    OC
file.read           read     OTCR OTCR OTCR OTCR OTCR OTCR OTCR .    .    .    .    .    .
file.write          write    OTCR OTCR OTCR OTCR OTCR OTCR OTCR .    .    .    .    .    .
sent.disagree       write    .    .    .    .    .    .    .    .    .    OC   .    .    OC
restriction.read    read     .    .    Y    .    .    .    .    .    .    .    Y    .    .
restriction.make    write    .    .    OCR  .    .    .    .    .    .    .    .    .    .
restriction.write   write    .    .    Y    .    .    .    .    .    .    .    Y    .    .
glass.break         write    Y    Y    Y    Y    Y    .    .    .    .    .    .    .    .
glass.review        write    .    .    .    .    .    .    .    .    .    .    Y    .    .
openings.read       read     .    .    .    .    .    .    .    .    .    .    Y    .    .
reason.state        write    Y    Y    Y    Y    Y    Y    Y    .    .    .    .    .    .
account.own         write    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    .
draft.own           write    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    Y    .
accounts.read       read     .    .    .    .    .    .    .    .    .    .    .    Y    .
accounts.write      write    .    .    .    .    .    .    .    .    .    .    .    Y    .
accounts.agree      write    .    .    Y    .    .    .    .    .    .    .    Y    .    .
webhooks.read       read     .    .    .    .    .    .    .    .    .    .    .    Y    .
webhooks.write      write    .    .    .    .    .    .    .    .    .    .    .    Y    .
failed.read         read     .    .    .    .    .    .    .    .    .    .    .    Y    .
failed.write        write    .    .    .    .    .    .    .    .    .    .    .    Y    .
request.read        read     .    Y    Y    .    .    .    .    .    .    .    Y    .    .
request.act         write    .    Y    Y    .    .    .    .    .    .    .    Y    .    .
request.review      write    .    Y    Y    .    .    .    .    .    .    .    .    .    .
request.write       write    .    .    .    .    .    .    .    .    .    .    Y    .    .
directory.read      read     Y    Y    Y    Y    Y    Y    Y    Y    .    .    Y    Y    Y
capacity.say        write    .    .    Y    Y    .    Y    Y    .    .    .    .    .    .
purpose.say         write    .    .    Y    Y    .    .    Y    .    .    .    .    .    .
directory.import    write    .    .    Y    .    .    .    .    .    .    .    .    Y    .
unmet.read          read     .    .    Y    Y    .    .    Y    Y    .    .    .    .    .
correction.write    write    Y    Y    Y    Y    Y    .    .    .    .    .    Y    .    .
correction.decide   write    .    Y    Y    .    .    .    .    .    .    .    .    .    .
retention.read      read     .    .    Y    .    .    .    .    .    .    .    Y    .    .
retention.prepare   write    .    .    .    .    .    .    .    .    .    .    Y    .    .
retention.approve   write    .    .    Y    .    .    .    .    .    .    .    Y    .    .
hold.write          write    .    .    Y    .    .    .    .    .    .    .    Y    .    .
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands to whoever opens it."""

    own: bool = True
    closed: bool = False
    restricted: bool = False

    @property
    def letters(self) -> str:
        """What a cell must say for it."""
        return ("O" if self.own else "T") + "C" * self.closed + "R" * self.restricted


@dataclass(frozen=True, slots=True)
class Permission:
    """A line of the table: the scope that a token needs, and the cell of each role that has one."""

    scope: str
    cells: dict[str, str]


def find_permission(name: str) -> Permission:
    """The line of that name. KeyError where there is none: a route may only declare what stands in the table."""
    return read_table()[name]


def has(name: str, role: str) -> bool:
    """Whether the role has the permission for any record at all."""
    return role in find_permission(name).cells


def sees_cases(role: str) -> bool:
    """Whether the role sees what is in a case: whoever is given it is agreed to by two."""
    return any(has(name, role) for name in OF_CASES)


def allows(name: str, role: str, standing: Standing) -> bool:
    """Whether the role has it for a record that stands like this."""
    return set(standing.letters) <= set(find_permission(name).cells.get(role, ""))


@cache
def read_table() -> dict[str, Permission]:
    """The table by permission and role."""
    head, *lines = (line.split() for line in TABLE.strip().splitlines())
    roles = [COLUMNS[short] for short in head[2:]]
    return {
        name: Permission(scope, {role: cell for role, cell in zip(roles, cells, strict=True) if cell != "."})
        for name, scope, *cells in lines
    }
