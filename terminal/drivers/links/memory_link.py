"""Two link ends joined by queues: a wire for tests of pumps and for devices that live in the same process."""

from __future__ import annotations

import queue

from shared.errors import EnishiError

_CANCEL = b""  # wakes the reader and carries nothing
_HANG_UP = None


class MemoryLink:
    """One end. ``close`` hangs up: the other end's next read beyond what is on its way raises ``device.link_lost``."""

    def __init__(self, name: str, inward: queue.SimpleQueue[bytes | None], outward: queue.SimpleQueue[bytes | None]):
        self._name = name
        self._inward = inward
        self._outward = outward
        self._left = b""
        self._closed = False

    def read(self, size_max: int, timeout_s: float) -> bytes:
        if not self._left:
            try:
                came = self._inward.get(timeout=max(timeout_s, 0.0))
            except queue.Empty:
                return b""
            if came is _HANG_UP or self._closed:
                self._closed = True
                raise EnishiError("device.link_lost", port=self._name, detail="hung up")
            self._left = came
        taken, self._left = self._left[:size_max], self._left[size_max:]
        return taken

    def write(self, data: bytes) -> None:
        if self._closed:
            raise EnishiError("device.link_lost", port=self._name, detail="closed")
        self._outward.put(data)

    def cancel(self) -> None:
        self._inward.put(_CANCEL)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._outward.put(_HANG_UP)


def memory_pair(name: str = "memory") -> tuple[MemoryLink, MemoryLink]:
    """The two ends of one wire."""
    there: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    back: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    return MemoryLink(name, back, there), MemoryLink(name, there, back)
