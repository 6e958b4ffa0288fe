"""A disk in memory, for what tests write thousands of times and nobody looks at afterwards."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PLACE = Path("/dev/shm")


def memory_disk(room_b: int) -> Path | None:
    """Where it is; None on a machine that has none, or none with so much room."""
    has_one = PLACE.is_dir() and os.access(PLACE, os.W_OK)
    return PLACE if has_one and shutil.disk_usage(PLACE).free >= room_b else None
