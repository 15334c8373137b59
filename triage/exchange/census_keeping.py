"""What the service can keep of a census's child or episode, and a fault with its line for all that it cannot."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import Any

from triage.exchange.cin_census import Element, Fault
from workflows.census.codes import ABUSE, CLOSURES, ETHNICITIES, FACTORS, SOURCES, UPN_UNKNOWN
from workflows.census.codes import PRIMARY_NEEDS as NEEDS
from workflows.census.records import Child, Episode, ProtectionPlan
from workflows.people.identifiers import is_upn

# The parts of an episode, by the record's own names, and the element of each.
PARTS = {
    "assessments": "Assessments",
    "plans": "CINPlanDates",
    "section_47s": "Section47",
    "protection_plans": "ChildProtectionPlans",
}
NO_CODE = "is no code of that set"
BORN = "the date of birth is known, so the expected one is dropped"


def keep_child(child: Child, elements: list[Element]) -> tuple[Child | None, list[Fault]]:
    """The child as kept, or None where lost. `elements` are the child's own; the episodes are left as they are."""
    if not child.identifier:
        return None, [elements[0].fault("has no LAchildID, so it cannot be known again", lost=True)]
    faults = _tell_unknown(elements, "UPNunknown", UPN_UNKNOWN)
    child = replace(child, upn_unknown=_known(child.upn_unknown, UPN_UNKNOWN))
    if child.birth_date and child.expected_date:
        faults += _tell(elements, "ExpectedPersonBirthDate", BORN)
        child = replace(child, expected_date=None)
    if child.upn and not is_upn(child.upn):
        faults += _tell(elements, "UPN", "its first letter does not fit the rest: not a unique pupil number")
        child = replace(child, upn=None)
    if child.ethnicity and child.ethnicity not in ETHNICITIES:
        faults += _tell(elements, "Ethnicity", NO_CODE)
    ethnicity = child.ethnicity if child.ethnicity in ETHNICITIES else "NOBT"
    return replace(child, sex=child.sex or "U", ethnicity=ethnicity), faults


def keep_episode(episode: Episode, elements: list[Element]) -> tuple[Episode | None, list[Fault]]:
    """The episode as kept, or None where lost: from a source, and closed with a reason or not at all."""
    if episode.referred is None:
        return None, [elements[0].fault("has no referral date that can be read", lost=True)]
    faults = _tell_unknown(elements, "ReferralSource", SOURCES) + _tell_unknown(elements, "PrimaryNeedCode", NEEDS)
    episode, more = _keep_parts(episode, elements)
    need = _known(episode.primary_need, NEEDS)
    episode = replace(episode, source=_known(episode.source, SOURCES) or "10", primary_need=need)
    kept, most = _keep_closure(episode, elements)
    return kept, faults + more + most


def _keep_parts(episode: Episode, elements: list[Element]) -> tuple[Episode, list[Fault]]:
    """Each part that has a day on which it began, with the codes that are known and the reviews that have a day."""
    faults = [fault for name, tag in PARTS.items() for fault in _tell_unstarted(getattr(episode, name), elements, tag)]
    faults += _tell_unknown(elements, "AssessmentFactors", FACTORS)
    for tag in ("InitialCategoryOfAbuse", "LatestCategoryOfAbuse"):
        faults += _tell_unknown(elements, tag, ABUSE)
    faults += [each.fault("is no day") for each in elements if each.path.endswith("/CPPreviewDate") and not each.text]
    started = {name: tuple(each for each in getattr(episode, name) if each.started) for name in PARTS}
    started["assessments"] = tuple(
        replace(each, factors=tuple(code for code in each.factors if code in FACTORS))
        for each in started["assessments"]
    )
    started["protection_plans"] = tuple(map(_keep_protection_plan, started["protection_plans"]))
    return replace(episode, **started), faults


def _keep_protection_plan(plan: ProtectionPlan) -> ProtectionPlan:
    return replace(
        plan,
        initial_category=_known(plan.initial_category, ABUSE),
        latest_category=_known(plan.latest_category, ABUSE),
        reviews=tuple(each for each in plan.reviews if each),
    )


def _keep_closure(episode: Episode, elements: list[Element]) -> tuple[Episode, list[Fault]]:
    """An end before the beginning is no end: census rule 8630."""
    faults: list[Fault] = []
    closure = episode.closure if episode.closure in CLOSURES else None
    if episode.closure and not closure:
        faults += _tell(elements, "ReasonForClosure", NO_CODE)
    if episode.closed and episode.closed < episode.referred:
        faults += _tell(elements, "CINclosureDate", "the episode closes before it begins (rule 8630): kept open")
        return replace(episode, closed=None, closure=None), faults
    if episode.closed and not closure:
        faults += _tell(elements, "CINclosureDate", "the episode closes without a reason (rule 8805): kept as RC7")
        closure = "RC7"
    return replace(episode, closure=closure), faults


def _tell_unstarted(parts: Sequence[Any], elements: list[Element], tag: str) -> Iterator[Fault]:
    found = (each for each in elements if each.path == f"CINdetails/{tag}")
    for element, read in zip(found, parts, strict=True):
        if read.started is None:
            yield element.fault("has no start date that can be read", lost=True)


def _known(code: str | None, codes: Container[str]) -> str | None:
    return code if code in codes else None


def _tell_unknown(elements: list[Element], tag: str, codes: Container[str]) -> list[Fault]:
    found = (each for each in elements if each.path.endswith(f"/{tag}"))
    return [each.fault(NO_CODE) for each in found if each.text and each.text not in codes]


def _tell(elements: list[Element], tag: str, why: str) -> list[Fault]:
    """That this child's or episode's own element was not taken as it stands."""
    return [next(each for each in elements if each.path.endswith(f"/{tag}")).fault(why)]
