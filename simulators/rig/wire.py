"""A cable to a simulated device: a pseudo-terminal under a stable path, at the speed of a real line."""

from __future__ import annotations

import contextlib
import os
import termios
import tty
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

PIECE_S = 0.004  # bytes are moved in pieces of about this long, with absolute deadlines: no drift
READ_MAX = 4096  # bytes; a pseudo-terminal holds no more in one direction
_BAUDS = {getattr(termios, name): int(name[1:]) for name in dir(termios) if name[0] == "B" and name[1:].isdigit()}


@dataclass(frozen=True, slots=True)
class WireFaults:
    """Chances per byte, in either direction, of being lost or turned into another byte."""

    drop: float = 0.0
    garble: float = 0.0


class PacedQueue:
    """One direction of a line: a byte comes out when its last bit would have passed."""

    def __init__(self, byte_s: float) -> None:
        self._byte_s = byte_s
        self._piece_bytes = max(1, int(PIECE_S / byte_s))
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0

    @property
    def wake_at(self) -> float | None:
        """When the next piece is through; None when the line is idle."""
        return self._pieces[0][0] if self._pieces else None

    def put(self, data: bytes, now: float) -> None:
        """Send ``data`` behind whatever is still on the line."""
        self._free_at = max(self._free_at, now)
        for start in range(0, len(data), self._piece_bytes):
            piece = data[start : start + self._piece_bytes]
            self._free_at += self._byte_s * len(piece)
            self._pieces.append((self._free_at, piece))

    def take(self, now: float) -> bytes:
        """What has come through by ``now``."""
        through = bytearray()
        while self._pieces and self._pieces[0][0] <= now:
            through += self._pieces.popleft()[1]
        return bytes(through)

    def clear(self) -> None:
        """Forget what is on the line."""
        self._pieces.clear()
        self._free_at = 0.0


class PtyWire:
    """The device's end of the cable. The host opens ``path`` as it would open a serial port.

    The slave stays open here, so the host may close and reopen the port without losing the line; raw mode is set
    before anybody opens it, or the line discipline would echo the device's own answers back to it.
    """

    feeds_device = False

    def __init__(self, path: Path, baud: int, bits_per_byte: int = 10, seed: int = 0) -> None:
        self.path = path
        self.baud = baud
        self.connected = True
        self.faults = WireFaults()
        self._dice_in, self._dice_out = Random(f"{seed} in"), Random(f"{seed} out")
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        byte_s = bits_per_byte / baud
        self._to_device, self._to_host = PacedQueue(byte_s), PacedQueue(byte_s)
        _point(path, os.ttyname(self._slave))

    def fileno(self) -> int:
        """The master's descriptor, for ``select``."""
        return self._master

    @property
    def wake_at(self) -> float | None:
        """When bytes in either direction are due."""
        return min((at for at in (self._to_device.wake_at, self._to_host.wake_at) if at is not None), default=None)

    def listen(self, now: float) -> None:
        """Take what the host has written onto the line."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._master, READ_MAX)
            self._to_device.put(self._as_received(data, self._dice_in), now)

    def arrived(self, now: float) -> bytes:
        """The bytes that have reached the device."""
        return self._to_device.take(now)

    def send(self, data: bytes, now: float) -> None:
        """Put the device's bytes onto the line."""
        self._to_host.put(data, now)

    def deliver(self, now: float) -> None:
        """Hand to the host what has come through; a host that does not read loses it, as from a full UART."""
        data = self._as_received(self._to_host.take(now), self._dice_out)
        with contextlib.suppress(BlockingIOError):
            if data:
                os.write(self._master, data)

    def cut(self) -> None:
        """Pull the cable: bytes on the line and all later ones are lost."""
        self.connected = False
        self._to_device.clear()
        self._to_host.clear()

    def mend(self) -> None:
        """Plug the cable in again."""
        self.connected = True

    def clear(self) -> None:
        """Both ends lost their power: nothing under way survives, nor what the host had not read yet."""
        self._to_device.clear()
        self._to_host.clear()
        termios.tcflush(self._master, termios.TCIOFLUSH)
        termios.tcflush(self._slave, termios.TCIOFLUSH)

    def close(self) -> None:
        """Remove the port, unless another device has taken its name over."""
        if self.path.is_symlink() and str(self.path.readlink()) == os.ttyname(self._slave):
            self.path.unlink()
        os.close(self._master)
        os.close(self._slave)

    def _as_received(self, data: bytes, dice: Random) -> bytes:
        """``data`` after the cable: nothing if it is cut, noise if the speeds differ, a seeded share of faults."""
        if not self.connected or not data:
            return b""
        if self._host_baud() not in (0, self.baud):
            return bytes((byte * 7 + 13) & 0xFF for byte in data)
        if not (self.faults.drop or self.faults.garble):
            return data
        return bytes(self._with_faults(data, dice))

    def _with_faults(self, data: bytes, dice: Random) -> Iterator[int]:
        for byte in data:
            if dice.random() < self.faults.drop:
                continue
            yield byte ^ (1 << dice.randrange(8)) if dice.random() < self.faults.garble else byte

    def _host_baud(self) -> int:
        """The speed set by the host; 0 for one that termios has no name for. Master and slave share the settings."""
        return _BAUDS.get(termios.tcgetattr(self._master)[5], 0)


def _point(path: Path, target: str) -> None:
    """Make ``path`` a link to ``target`` in one step, so that it never disappears."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(path)
