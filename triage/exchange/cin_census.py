"""The Children in Need census as a way in: its children and episodes as plain records, and what could not be taken.

Structure and codes: DfE census schema of 2024 (Message > Children > Child > CINdetails). Nothing is lost silently:
each element that is not kept is reported with its line.
"""

from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from triage.exchange.xml import XmlRefused, read_xml
from triage.models.codes import CLOSURES, ETHNICITIES, SOURCES
from workflows.people.identifiers import is_upn

SEXES = {"1": "M", "2": "F", "0": "U", "9": "U", "M": "M", "F": "F", "U": "U"}
CLOSURE_CODES = tuple(code for code in CLOSURES if code.startswith("RC"))
NOT_KEPT = "not kept by this service yet"


@dataclass(frozen=True, slots=True)
class Fault:
    """What was not taken: the line, what it says, and why. `lost` marks a whole child or episode."""

    line: int
    what: str
    why: str
    lost: bool = False


@dataclass(slots=True)
class Assessment:
    """An assessment of an episode."""

    started: date
    authorised: date | None


@dataclass(slots=True)
class Episode:
    """One referral of a child. `key` names it for ever: the same file read again is the same episode."""

    line: int
    referred: date
    source: str
    closed: date | None = None
    closure: str | None = None
    section_47: bool = False
    nfa: bool = False
    assessments: list[Assessment] = field(default_factory=list)


@dataclass(slots=True)
class CensusChild:
    """One child of the census, with every episode that could be read."""

    line: int
    identifier: str
    birth_date: date | None = None
    expected_date: date | None = None
    death_date: date | None = None
    sex: str = "U"
    upn: str | None = None
    ethnicity: str = "NOBT"
    disabilities: list[str] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)


@dataclass(slots=True)
class Census:
    """A census return: its authority, its children, and the faults found while reading."""

    authority: str
    children: list[CensusChild]
    faults: list[Fault]


def read_census(content: bytes) -> Census:
    """The return in `content`. XmlRefused where it is not a Children in Need census at all."""
    root = read_xml(content)
    if root.tag != "Message" or root.findtext("Header/CollectionDetails/Collection") != "CIN":
        raise XmlRefused("This is not a Children in Need census: it should be a Message whose Collection is CIN.")
    reader = _Reader()
    children = [child for each in root.iterfind("Children/Child") if (child := reader.read_child(each))]
    return Census(root.findtext("Header/Source/LEA") or "", children, sorted(reader.faults, key=lambda each: each.line))


class _Reader:
    """Reads element by element; whatever it is not asked for by the end of a part is reported."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def read_child(self, node: etree._Element) -> CensusChild | None:
        known = {each.tag: each for each in node.iterfind("ChildIdentifiers/*")}
        identifier = (node.findtext("ChildIdentifiers/LAchildID") or "").strip()
        if not identifier:
            self._fault(node, "has no LAchildID, so it cannot be known again", lost=True)
            return None
        child = CensusChild(node.sourceline, identifier)
        child.birth_date = self._date(known.get("PersonBirthDate"))
        expected = self._date(known.get("ExpectedPersonBirthDate"))
        if child.birth_date and expected:
            self._fault(known["ExpectedPersonBirthDate"], "the date of birth is known, so the expected one is dropped")
        child.expected_date = None if child.birth_date else expected
        child.death_date = self._date(known.get("PersonDeathDate"))
        sex = known.get("Sex", known.get("GenderCurrent"))
        child.sex = SEXES.get((sex.text or "").strip(), "U") if sex is not None else "U"
        child.upn = self._upn(known.get("UPN"))
        for tag in ("FormerUPN", "UPNunknown"):
            if tag in known:
                self._fault(known[tag], NOT_KEPT)
        self._read_characteristics(node, child)
        child.episodes = [each for part in node.iterfind("CINdetails") if (each := self._read_episode(part))]
        return child

    def _upn(self, node: etree._Element | None) -> str | None:
        if node is None or not (text := (node.text or "").strip()):
            return None
        if is_upn(text):
            return text
        self._fault(node, "its first letter does not fit the rest: not a unique pupil number")
        return None

    def _read_characteristics(self, node: etree._Element, child: CensusChild) -> None:
        ethnicity = node.find("ChildCharacteristics/Ethnicity")
        if ethnicity is not None:
            child.ethnicity = self._code(ethnicity, tuple(ETHNICITIES)) or "NOBT"
        found = node.iterfind("ChildCharacteristics/Disabilities/Disability")
        child.disabilities = [(each.text or "").strip() for each in found]

    def _read_episode(self, node: etree._Element) -> Episode | None:
        referred = self._date(node.find("CINreferralDate"))
        source_node = node.find("ReferralSource")
        if referred is None:
            self._fault(node, "has no referral date that can be read", lost=True)
            return None
        source = self._code(source_node, tuple(SOURCES)) if source_node is not None else None
        episode = Episode(node.sourceline, referred, source or "10")
        self._read_closure(node, episode)
        episode.section_47 = node.find("Section47") is not None
        episode.nfa = (node.findtext("ReferralNFA") or "").strip().lower() in ("true", "1")
        episode.assessments = [each for part in node.iterfind("Assessments") if (each := self._read_assessment(part))]
        for tag in ("PrimaryNeedCode", "DateOfInitialCPC", "CINPlanDates", "Section47", "ChildProtectionPlans"):
            for part in node.iterfind(tag):
                why = "kept as a referral with section 47; its dates are " if tag == "Section47" else ""
                self._fault(part, why + NOT_KEPT)
        return episode

    def _read_closure(self, node: etree._Element, episode: Episode) -> None:
        """An end before the beginning is no end: census rule 8630."""
        closed, reason = node.find("CINclosureDate"), node.find("ReasonForClosure")
        episode.closed = self._date(closed)
        episode.closure = self._code(reason, CLOSURE_CODES) if reason is not None else None
        if episode.closed and episode.closed < episode.referred:
            self._fault(closed, "the episode closes before it begins (rule 8630): kept open")
            episode.closed = episode.closure = None
        if episode.closed and not episode.closure:
            self._fault(closed, "the episode closes without a reason (rule 8620): kept as RC7")
            episode.closure = "RC7"

    def _read_assessment(self, node: etree._Element) -> Assessment | None:
        started = self._date(node.find("AssessmentActualStartDate"))
        for tag in ("AssessmentInternalReviewDate", "FactorsIdentifiedAtAssessment"):
            for part in node.iterfind(tag):
                self._fault(part, NOT_KEPT)
        if started is None:
            self._fault(node, "has no start date that can be read", lost=True)
            return None
        return Assessment(started, self._date(node.find("AssessmentAuthorisationDate")))

    def _date(self, node: etree._Element | None) -> date | None:
        if node is None or not (text := (node.text or "").strip()):
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            self._fault(node, "is no date; write it as YYYY-MM-DD")
            return None
        if found.year < 1900:
            self._fault(node, "is before 1900")
            return None
        return found

    def _code(self, node: etree._Element, allowed: tuple[str, ...]) -> str | None:
        text = (node.text or "").strip()
        if text in allowed:
            return text
        self._fault(node, "is no code of that set")
        return None

    def _fault(self, node: etree._Element, why: str, *, lost: bool = False) -> None:
        text = (node.text or "").strip()
        self.faults.append(Fault(node.sourceline, f"{node.tag} {text}".strip(), why, lost))
