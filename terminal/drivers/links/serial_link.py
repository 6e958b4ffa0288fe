"""Serial ports by name or URL (pyserial): /dev/ttyCARD, a pseudo-terminal's path, socket://host:port, rfc2217://…

The traps of pyserial are closed here once: a lost port shows as SerialException, as a bare OSError from
``in_waiting``, as ``termios.error`` when a setting is touched, or as a TypeError when another thread closed it.
"""

from __future__ import annotations

import contextlib
import termios

import serial

from shared.errors import EnishiError

WRITE_TIMEOUT_S = 2.0  # a dead reader swallows 16 KiB (pty) and then blocks; 2 s is long for any frame of ours
POLL_S = 0.05  # ports without cancel_read (socket://) sleep no longer than this
_TRAPS = (OSError, TypeError, ValueError, termios.error)  # SerialException is an OSError


def open_serial(port: str, baud: int) -> SerialLink:
    """Open ``port`` at ``baud``, 8N1, alone. Raises ``device.link_missing``."""
    try:
        wire = serial.serial_for_url(port, baud, timeout=POLL_S, write_timeout=WRITE_TIMEOUT_S, do_not_open=True)
        with contextlib.suppress(NotImplementedError):
            wire.exclusive = True
        wire.open()
    except _TRAPS as error:
        raise EnishiError("device.link_missing", port=port, detail=str(error)[:120]) from error
    return SerialLink(port, wire)


class SerialLink:
    """One open port."""

    def __init__(self, port: str, wire: serial.Serial) -> None:
        self._port = port
        self._wire = wire
        self._cancel = getattr(wire, "cancel_read", None)

    def read(self, size_max: int, timeout_s: float) -> bytes:
        """One blocking byte, then whatever waits behind it: pyserial's ``read(n)`` would wait for all n."""
        try:
            self._sleep_at_most(timeout_s)
            first: bytes = self._wire.read(1)
            if not first:
                return b""
            rest: bytes = self._wire.read(min(self._wire.in_waiting, size_max - 1))
        except _TRAPS as error:
            raise self._lost(error) from error
        return first + rest

    def write(self, data: bytes) -> None:
        try:
            self._wire.write(data)
        except _TRAPS as error:
            raise self._lost(error) from error

    def cancel(self) -> None:
        if self._cancel is not None:
            with contextlib.suppress(*_TRAPS):
                self._cancel()

    def close(self) -> None:
        with contextlib.suppress(*_TRAPS):
            self._wire.close()

    def _sleep_at_most(self, timeout_s: float) -> None:
        """Set the time-out only when it changed: every change costs system calls."""
        wanted = timeout_s if self._cancel is not None else min(timeout_s, POLL_S)
        if self._wire.timeout != wanted:
            self._wire.timeout = wanted

    def _lost(self, error: BaseException) -> EnishiError:
        return EnishiError("device.link_lost", port=self._port, detail=str(error)[:120])
