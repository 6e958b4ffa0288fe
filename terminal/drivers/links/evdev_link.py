"""Keyboards and scanners by the name of their device node: /dev/input/by-id/…-event-kbd, alone.

The node is grabbed. Without the grab every key would also type into whatever console or page has the focus, a
customer's figures or an ENTER among them, so a real device that cannot be grabbed is not read at all. Only a FIFO,
which has nobody else to type into, goes without.
"""

from __future__ import annotations

import fcntl
import os
import select
import stat

from shared.errors import EnishiError
from terminal.drivers.links.alarm import Alarm
from terminal.protocol.evdev import EVIOCGRAB, LAYOUTS

_RECORD = max(LAYOUTS)  # bytes; a reader of a FIFO asks for whole records, as a device node gives them


def open_evdev(port: str, not_grabbed: str = "device.keypad.not_grabbed") -> EvdevLink:
    """A link that reads raw ``input_event`` bytes. Raises ``device.link_missing`` and, with the code given, that
    somebody else holds the device."""
    try:
        node = os.open(port, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise EnishiError("device.link_missing", port=port, detail=str(error)[:120]) from error
    try:
        fcntl.ioctl(node, EVIOCGRAB, 1)
    except OSError as error:
        if not stat.S_ISFIFO(os.fstat(node).st_mode):
            os.close(node)
            raise EnishiError(not_grabbed, port=port, detail=str(error)[:120]) from error
    return EvdevLink(port, node)


class EvdevLink:
    """One open node. A pulled plug shows as ENODEV or a hang-up, a FIFO whose writer left as a hang-up."""

    def __init__(self, port: str, node: int) -> None:
        self._port = port
        self._node = node
        self._alarm = Alarm()
        self._poll = select.poll()
        self._poll.register(node, select.POLLIN)
        self._poll.register(self._alarm.node, select.POLLIN)
        self._closed = False

    def read(self, size_max: int, timeout_s: float) -> bytes:
        """Whole records where the node gives them; ``size_max`` holds at least one."""
        if self._closed:
            raise self._lost("closed")
        heard = [node for node, _ in self._poll.poll(max(timeout_s, 0.0) * 1000)]
        if self._alarm.node in heard:
            self._alarm.silence()
        if self._node not in heard:
            return b""
        try:
            data = os.read(self._node, size_max - size_max % _RECORD)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost(str(error)) from error
        if not data:
            raise self._lost("hung up")
        return data

    def write(self, data: bytes) -> None:
        """Nothing is ever said to an input device."""
        raise TypeError("an input device takes no bytes")

    def cancel(self) -> None:
        self._alarm.ring()

    def close(self) -> None:
        """The kernel gives the grab back with the node."""
        if not self._closed:
            self._closed = True
            os.close(self._node)
            self._alarm.close()

    def _lost(self, detail: str) -> EnishiError:
        return EnishiError("device.link_lost", port=self._port, detail=detail[:120])
