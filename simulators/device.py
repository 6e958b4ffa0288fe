"""The seam of every simulated device: bytes in, bytes out, time as an argument."""

from __future__ import annotations

from typing import Protocol


class Device(Protocol):
    """``now`` is seconds on whichever clock drives the simulation; it never falls."""

    @property
    def wake_at(self) -> float | None:
        """When the device next does something by itself; None = only when spoken to."""

    def feed(self, data: bytes, now: float) -> bytes:
        """Bytes from the host; what the device puts on the wire at once."""

    def tick(self, now: float) -> bytes:
        """Time passed; what the device puts on the wire by itself."""

    def power_off(self, now: float) -> None:
        """The plug is pulled, in the middle of whatever it does."""

    def power_on(self, now: float) -> bytes:
        """The plug is in again; volatile memory is gone."""
