"""Whether pages are valid HTML, as html-validate finds: it knows what the standard lets stand where, and is light.

Run as `python -m tests.validating` to install it, which `make` does. Version 9 is the last that runs on Node 18.
"""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from triage.web.assets import install, node

HERE = Path(__file__).parent / "html"
PROGRAM = HERE / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
RULES = {
    "root": True,
    "extends": ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
    "rules": {
        "no-implicit-close": "error",
        "no-inline-style": "error",  # which the policy of what may run refuses
        "no-dup-class": "error",
        "input-attributes": "error",
        # A list may be named like anything else that has a role; the rule alone would have it of landmarks only.
        "aria-label-misuse": ["error", {"allowAnyNamable": True}],
        # The design system puts the summary of errors, which has a heading, above the page's own.
        "heading-level": ["error", {"minInitialRank": "h2"}],
        # It says "group" of a date's fieldset for a screen reader that does not know so, and "button" of links that
        # begin something.
        "no-redundant-role": "off",
        "prefer-native-element": ["error", {"exclude": ["button"]}],
        "require-sri": ["error", {"target": "crossorigin"}],  # what comes from here needs no seal
    },
}


def find_faults(pages: Mapping[str, str], folder: Path) -> list[str]:
    """What is invalid in these pages, each of which has a name: a line each, with the name, the rule and the place."""
    names = dict(enumerate(pages))
    for number, name in names.items():
        (folder / f"{number}.html").write_text(pages[name], encoding="utf-8")
    rules, report = folder / "rules.json", folder / "report.json"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    look = [node(), PROGRAM, "--config", rules, "--formatter", f"json={report}", folder]
    subprocess.run(look, cwd=folder, check=False, capture_output=True)  # which fails where it finds anything
    return [
        f"{names[int(Path(page['filePath']).stem)]}: {each['ruleId']}: {each['message']} ({each['selector']})"
        for page in json.loads(report.read_text(encoding="utf-8"))
        for each in page["messages"]
    ]


if __name__ == "__main__":
    install(HERE)
