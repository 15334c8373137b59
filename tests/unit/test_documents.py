"""What the documents point to is there: files, headings, pictures, and the places in the code that they name."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(each for each in ROOT.glob("docs/**/*.md") if "node_modules" not in each.parts)]
OF_TODAY = [each for each in DOCUMENTS if each.name != "CHANGELOG.md" and each.parent.name != "decisions"]
FENCED = re.compile(r"^(?P<fence>```+).*?^(?P=fence)$|^(?: {4}.*\n)+", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z]+:", re.IGNORECASE)
FOLDERS = "rules|workflows|triage|worker|migrations|tests|bench|docs|requirements"
NAMED = re.compile(rf"`((?:{FOLDERS})/[\w./*-]*)`")
MADE_UP = {"workflows/return_interview.py"}  # which the guide to workflows has its reader add
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def prose_of(path: Path) -> str:
    """The text without what is shown as code, in which brackets are no links."""
    return CODE.sub("code", FENCED.sub("", path.read_text(encoding="utf-8")))


def anchors_of(path: Path) -> set[str]:
    """What a heading is called in an address, as GitHub and the site have it; a second of the same is told apart."""
    seen: list[str] = []
    for heading in HEADING.findall(FENCED.sub("", path.read_text(encoding="utf-8"))):
        words = LINK.sub(lambda link: link[0].partition("]")[0][1:], heading)
        seen.append(re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-"))
    return {name + (f"-{seen[:at].count(name)}" if name in seen[:at] else "") for at, name in enumerate(seen)}


def faults_of(document: Path) -> list[str]:
    """Links of this document that lead nowhere here. What is elsewhere is not asked for."""
    targets = [each for each in LINK.findall(prose_of(document)) if not ELSEWHERE.match(each)]
    return [each for each in targets if not leads_somewhere(document, *each.partition("#")[::2])]


def leads_somewhere(document: Path, path: str, anchor: str) -> bool:
    """Whether there is such a file, by its exact name (not every file system looks at case), with such a heading."""
    target = (document.parent / path).resolve() if path else document
    if not target.exists() or target.name not in [each.name for each in target.parent.iterdir()]:
        return False
    return not anchor or anchor in anchors_of(target)


@each_document
def test_link_leads_somewhere(document):
    assert faults_of(document) == []


@pytest.mark.parametrize("document", OF_TODAY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_place_that_is_named_is_there(document):
    named = set(NAMED.findall(FENCED.sub("", document.read_text(encoding="utf-8"))))
    assert {each for each in named if not any(ROOT.glob(each.rstrip("/")))} <= MADE_UP


def test_every_picture_is_shown():
    shown = {Path(each).name for document in DOCUMENTS for each in LINK.findall(prose_of(document))}
    assert {each.name for each in ROOT.glob("docs/images/*")} - shown == set()


def test_link_that_leads_nowhere_is_found(tmp_path):
    (tmp_path / "there.md").write_text("# There\n\n## A `part`, twice\n\n## A `part`, twice\n", encoding="utf-8")
    wrong = ["gone.md", "There.md", "there.md#nothing", "#nowhere", "gone.png"]
    right = ["there.md", "there.md#a-part-twice", "there.md#a-part-twice-1", "#here", "https://example.org/gone"]
    links = "".join(f"[words]({each}) ![picture]({each})\n" for each in [*wrong, *right])
    here = tmp_path / "here.md"
    here.write_text(f"# Here\n\n{links}\n`[code](gone.md)`\n\n```\n[code](gone.md)\n```\n", encoding="utf-8")
    assert faults_of(here) == [each for each in wrong for _ in range(2)]


def test_tour_names_what_is_on_the_pages():
    tour = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A tour")[2].partition("\n## ")[0]
    named = set(re.findall(r"\*\*([^*]+)\*\*", re.sub(r"\*\*`[^`]+`\*\*", "somebody", tour)))
    sources = [*ROOT.glob("triage/web/**/*.html"), *ROOT.glob("triage/web/*.py"), *ROOT.glob("workflows/*.py")]
    pages = "\n".join(each.read_text(encoding="utf-8") for each in sources if "node_modules" not in each.parts)
    assert len(named) > 8
    assert {each for each in named if each not in pages} == set()
