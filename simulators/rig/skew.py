"""What is added to the date that a terminal's machine shows: eight bytes in a file, which both sides map."""

from __future__ import annotations

import struct
from pathlib import Path

MILLISECONDS = struct.Struct("<q")


def set_skew(path: Path, milliseconds: int) -> None:
    """Set the date that a running terminal sees, or that the next one will."""
    data = MILLISECONDS.pack(milliseconds)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return
    with path.open("r+b") as file:  # the same file: a running terminal has it mapped
        file.write(data)
