"""Where no small disk can be made, files that may not grow stand for a full one."""

import subprocess
import sys

from tests.faults.disk import LEAST, no_growth

WRITES = """
import signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for line in sys.stdin:
    try:
        with open(sys.argv[1], "wb") as file:
            file.write(bytes(int(line)))
        print("written", flush=True)
    except OSError as error:
        print(type(error).__name__, error.errno, flush=True)
"""


def test_a_process_can_write_no_more_until_there_is_room_again(tmp_path):
    command = [sys.executable, "-c", WRITES, tmp_path / "file"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:

        def write() -> str:
            writer.stdin.write(f"{LEAST + 1}\n")
            writer.stdin.flush()
            return writer.stdout.readline().strip()

        with no_growth(writer.pid):
            assert write() == "OSError 27"  # the file is too large
        assert write() == "written"
        writer.stdin.close()
