"""What ends a wait: another thread rings, or the time is over. For links whose device has no read that can be ended."""

from __future__ import annotations

import contextlib
import os
import select


class Alarm:
    """A bell of the kernel's. It stays rung until somebody has waited."""

    def __init__(self) -> None:
        self.node = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self.node, select.POLLIN)
        self._closed = False

    def ring(self) -> None:
        """From any thread. Never raises."""
        if not self._closed:
            with contextlib.suppress(OSError):
                os.eventfd_write(self.node, 1)

    def wait(self, timeout_s: float) -> bool:
        """Whether it rang within ``timeout_s``."""
        rung = bool(self._poll.poll(max(timeout_s, 0.0) * 1000))
        if rung:
            self.silence()
        return rung

    def silence(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.node)

    def close(self) -> None:
        """May be called twice."""
        if not self._closed:
            self._closed = True
            os.close(self.node)
