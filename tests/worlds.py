"""A small county with something on every page: whatever may be opened, typed in or pressed is there to be tried."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from tests.acting import a_referral, accepted, act
from tests.making import an_enquiry, screen, view_first
from tests.merging import say_one
from tests.relating import an_adult, say_related
from triage.models import AgencyCheck, Enquiry, Merge, PolicyVersion, Referral, Relationship, Transfer


@dataclass
class World:
    """Cases in several states, all about somebody of the same peculiar name."""

    enquiries: list[Enquiry] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    checks: list[AgencyCheck] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    policies: list[PolicyVersion] = field(default_factory=list)

    def rows(self) -> dict[str, list[Any]]:
        """What there is, by the name that addresses and bodies give its key."""
        return {
            "enquiry_id": self.enquiries,
            "referral_id": self.referrals,
            "check_id": self.checks,
            "transfer_id": self.transfers,
            "merge_id": self.merges,
            "relationship_id": self.relationships,
            "policy_id": self.policies,
            "person_id": [each.subjects[0].person for each in self.enquiries],
            "other_id": [each.subjects[0].person for each in reversed(self.enquiries)],
            "subject_id": [each for enquiry in self.enquiries for each in enquiry.subjects],
        }


def a_world(office: Any, name: str = "Quillfeather", **more: str) -> World:
    """An enquiry just received, one with a partner, one to decide; referrals to allocate, to work and on offer."""
    told = {
        "family_name": name,
        "witnessed": f"{name} told",
        "referrer_name": name,
        "referrer_email": "quillfeather@x.example",
    } | more
    world = World()
    received, screening, deciding = (an_enquiry(office, indicators=("C4_NAI",), **told) for _ in range(3))
    screen(office, screening, ask="police", finish=False)
    screen(office, deciding)
    for who in ("social_worker", "mash_manager"):
        view_first(office, who, deciding)
    world.enquiries += [received, screening, deciding]
    world.referrals += [a_referral(office, **told), accepted(office, **told), a_referral(office, "early_help", **told)]
    world.referrals.append(accepted(office, "early_help", **told))
    offered = world.referrals[1]
    act(office, "locality_worker:west", offered, "offer_transfer", transfer_to="social_care_north", reason="Moved")
    world.checks += screening.checks
    world.transfers += offered.transfers
    world.merges.append(say_one(office, "mash_officer", *(each.person for each in world.referrals[2:])))
    mother = an_adult(given_name=name, family_name=name)
    for child in (received.subjects[0].person, offered.person):
        world.relationships.append(say_related(office, child, "parent", mother, known_by=name))
        mother = world.relationships[-1].relative
    world.policies += office.session.scalars(select(PolicyVersion))
    office.session.flush()
    return world
