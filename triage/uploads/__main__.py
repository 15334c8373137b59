"""The process that looks at one file: its content comes in, and what may be kept of it, or why not, goes out."""

import json
import resource
import sys

from triage.errors import Invalid
from triage.uploads.apart import REFUSED
from triage.uploads.looking import look_at

PROCESSOR_SECONDS = 20
MEMORY = 1_500_000_000  # bytes: many times what fifty million pixels take


def main() -> int:
    """Look at standard input as the kind that is named, within limits."""
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    try:
        kept = look_at(sys.argv[1], sys.stdin.buffer.read())
    except Invalid as refused:
        (problem,) = refused.problems
        sys.stderr.write(json.dumps({"code": problem.code, "message": problem.message}))
        return REFUSED
    sys.stdout.buffer.write(kept)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
