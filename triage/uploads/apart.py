"""Looking at a stranger's file in a process of its own: with little time, little memory, and none of our secrets."""

import json
import os
import subprocess
import sys

from triage.uploads.kinds import refusal

SECONDS = 60  # by the clock on the wall; the process itself is allowed fewer of the processor's
REFUSED = 3  # its exit status where it says why not
TOO_HARD = "This file takes too long to look through. Save it as a simpler PDF or a smaller picture, and send that."


def look_apart(kind: str, content: bytes) -> bytes:
    """As `look_at`. Invalid also where it takes more time or memory than a letter does."""
    command = (sys.executable, "-P", "-m", "triage.uploads", kind)
    known = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, env=known, check=False)
    except subprocess.TimeoutExpired as fault:
        raise refusal("too_hard", TOO_HARD) from fault
    if done.returncode == REFUSED:
        raise refusal(**json.loads(done.stderr))
    if done.returncode:
        raise refusal("too_hard", TOO_HARD)
    return done.stdout
