"""The seam between a pump and a wire: three verbs and a way to wake a sleeping reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Link(Protocol):
    """An open wire. ``read`` and ``write`` raise ``device.link_lost``; afterwards only ``close`` is of use."""

    def read(self, size_max: int, timeout_s: float) -> bytes:
        """What has come, at least one byte; empty after ``timeout_s`` or ``cancel``."""

    def write(self, data: bytes) -> None:
        """Hand over all of ``data``."""

    def cancel(self) -> None:
        """From another thread: end the ``read`` that runs, or the next one, at once. Never raises."""

    def close(self) -> None:
        """Give the wire back. Never raises; may be called twice."""


OpenLink = Callable[[], Link]  # raises ``device.link_missing``
