"""The number of the board under this terminal, as a digest: a copied disk in another machine shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

# A Raspberry Pi's own serial number; on other machines the mainboard's, and in the end the installation's.
SOURCES = (
    Path("/proc/device-tree/serial-number"),
    Path("/sys/class/dmi/id/product_uuid"),
    Path("/etc/machine-id"),
)
SERIAL_BYTES_MAX = 200


def board_id(sources: Sequence[Path] = SOURCES) -> str:
    """SHA-256 in hex of the first serial number that can be read; "" where there is none."""
    for source in sources:
        try:
            with source.open("rb") as file:
                serial = file.read(SERIAL_BYTES_MAX).strip(b"\0 \r\n")
        except OSError:
            continue
        if serial:
            return hashlib.sha256(b"enishi-board-v1\0" + serial).hexdigest()
    return ""
