"""A USB plug of an input device: a FIFO where the kernel would have made a node, gone while the plug is out."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class FifoWire:
    """The device's end. What it says while nobody reads is lost, as with a node that nobody has opened."""

    feeds_device = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connected = False
        self._node: int | None = None  # our end, from the first reader on
        self._waiting = b""
        self.mend()

    @property
    def wake_at(self) -> float | None:
        """Nothing waits on such a line."""
        return None

    def fileno(self) -> int | None:
        """A host says nothing to a keyboard."""
        return None

    @property
    def has_reader(self) -> bool:
        """Whether somebody has opened the node."""
        return self._open() is not None

    def listen(self, now: float) -> None:
        """Never called."""

    def arrived(self, now: float) -> bytes:
        """Nothing ever does."""
        return b""

    def send(self, data: bytes, now: float) -> None:
        """At once: a report of the kernel takes no time that anybody would notice."""
        self._waiting += data

    def deliver(self, now: float) -> None:
        """Hand over what was said. A reader that fell asleep loses it."""
        data, self._waiting = self._waiting, b""
        node = self._open() if data else None
        if node is None:
            return
        try:
            os.write(node, data)
        except BrokenPipeError:
            self._hang_up()
        except BlockingIOError:
            pass  # the kernel's buffer would have run over, too

    def cut(self) -> None:
        """Pull the plug: the node disappears and whoever has it open hears a hang-up."""
        self.connected = False
        self._waiting = b""
        self._hang_up()
        self.path.unlink(missing_ok=True)

    def mend(self) -> None:
        """Plug it in: the node is there again, under its name."""
        if not self.connected:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.unlink(missing_ok=True)  # of a rig that was killed
            os.mkfifo(self.path, 0o600)
            self.connected = True

    def clear(self) -> None:
        """Nothing is kept for a host without power."""
        self._waiting = b""

    def close(self) -> None:
        """Remove the node."""
        self.cut()

    def _open(self) -> int | None:
        """Our end; None while nobody reads."""
        if self._node is None and self.connected:
            with contextlib.suppress(OSError):  # ENXIO: no reader
                self._node = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        return self._node

    def _hang_up(self) -> None:
        if self._node is not None:
            os.close(self._node)
            self._node = None
