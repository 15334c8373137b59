"""What the image ships, read from the locks: as CycloneDX, and as a list of licences. `make sbom` writes both.

Run as `python -m tests.shipped FOLDER`, in the environment that `make` has set up: a licence is what a package says of
itself. The hashes of each file stand in `requirements/service.lock`, where they are checked as it is installed.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "service.lock"
PAGES = ROOT / "triage" / "web" / "package-lock.json"
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>\S+)(?: ; (?P<marker>[^\\]+))?")
ASKED_FOR_BY = re.compile(r"^    # +(?:via )?(?P<name>[a-z0-9][a-z0-9._-]*)")
OURSELVES = "triage"


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock: `kind` is where it is from as a package URL has it, `parents` those that ask for it."""

    kind: str
    name: str
    version: str
    parents: tuple[str, ...]
    licence: str


def shipped() -> list[Pin]:
    """All that the image has, for the Python and the system that ask."""
    return [*_of_python(LOCK.read_text(encoding="utf-8")), *_of_pages(json.loads(PAGES.read_text(encoding="utf-8")))]


def licence_of(name: str) -> str:
    """What a distribution says of its licence: as an expression, else by its classifiers and its first line."""
    told = metadata(name)
    classified = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if each[:10] == "License ::"]
    first = (told.get("License") or "").partition("\n")[0]
    words = [each for each in dict.fromkeys([*classified, first]) if each not in ("", "OSI Approved")]
    return told.get("License-Expression") or "; ".join(each for each in words if not each.startswith("Copyright"))


def bill_of(pins: list[Pin]) -> str:
    """CycloneDX 1.6 as JSON: each package with version, address and licence, and which asks for which."""
    licences = LicenseFactory()
    ours = Component(name=OURSELVES, type=ComponentType.APPLICATION, bom_ref=OURSELVES)
    parts = {
        pin.name: Component(
            name=pin.name,
            version=pin.version,
            bom_ref=f"{pin.kind}:{pin.name}",
            purl=PackageURL(pin.kind, name=pin.name, version=pin.version),
            licenses=[licences.make_from_string(pin.licence)],
        )
        for pin in pins
    }
    serial = uuid5(NAMESPACE_URL, json.dumps([[pin.kind, pin.name, pin.version] for pin in pins]))
    bill = Bom(components=parts.values(), serial_number=serial, metadata=BomMetaData(component=ours))
    bill.metadata.timestamp = None  # so that the same locks give the same file
    everything = {OURSELVES: ours, **parts}
    for name, part in everything.items():
        bill.register_dependency(part, [parts[pin.name] for pin in pins if name in pin.parents])
    return make_outputter(bill, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)


def list_of(pins: list[Pin]) -> str:
    """The licences as a table in Markdown."""
    rows = [f"| {pin.name} | {pin.version} | {pin.licence} |" for pin in sorted(pins, key=lambda pin: pin.name)]
    return "\n".join(
        ["# Licences of what is shipped", "", "| package | version | licence |", "|---|---|---|", *rows, ""]
    )


def _of_python(text: str) -> Iterator[Pin]:
    for block in re.split(r"\n(?=\S)", text):
        pin = PIN.match(block)
        if pin and (not pin["marker"] or Marker(pin["marker"].strip()).evaluate()):
            parents = (ASKED_FOR_BY.match(line) for line in block.splitlines()[1:])
            asked = tuple(each["name"] for each in parents if each and each["name"] != "via")
            yield Pin("pypi", pin["name"], pin["version"], asked, licence_of(pin["name"]))


def _of_pages(lock: dict) -> Iterator[Pin]:
    for place, told in lock["packages"].items():
        if place:
            yield Pin("npm", place.rpartition("node_modules/")[2], told["version"], (OURSELVES,), told["license"])


def write(folder: Path) -> None:
    """Both files, into a folder that is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    pins = shipped()
    for name, text in {"triage.cdx.json": bill_of(pins), "licences.md": list_of(pins)}.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
