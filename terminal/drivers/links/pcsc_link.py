"""A reader of chip cards by its name in pcscd, with the file of its cards' key: ``ACR1252,key=/etc/enishi/felica.key``.

The calls to pcscd are made by ``pcsc_watch`` in a process of its own; here only its frames pass. ``Restart`` ends that
process and starts another: nothing else ends a command to a card that does not answer.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.errors import EnishiError
from terminal.drivers.links.alarm import Alarm
from terminal.drivers.links.link import Link
from terminal.drivers.links.serial_link import open_serial
from terminal.protocol import pcsc
from terminal.protocol.framing import hdlc

LIBRARY = "smartcard"  # of pyscard
CIPHER = "cryptography"  # 3DES of the FeliCa cards
PROGRAM = "terminal.drivers.links.pcsc_watch"
ROOT = Path(__file__).resolve().parents[3]  # where the program's packages are found
KEY_MARK = ",key="
ANY = ("", "*")  # the first reader
WIRE_BAUD = 115_200  # of a simulated reader behind a pseudo-terminal, which ignores it
KEY_BYTES = 32
FILE_BYTES_MAX = 4_096  # longer is not the file that was meant
OTHERS = 0o077  # bits of a mode that let others read the file
END_S = 1.0  # a killed process is gone in milliseconds


def open_pcsc(port: str) -> Link:
    """``port``: part of a reader's name, or the path or URL of a line on which a simulated reader speaks.

    Raises ``device.library_missing`` and ``device.link_missing``.
    """
    reader = port.partition(KEY_MARK)[0].strip()
    if reader.startswith("/") or "://" in reader:
        return open_serial(reader, WIRE_BAUD)
    _require(LIBRARY, "pyscard", port)
    return PcscLink(port, "" if reader in ANY else reader)


def felica_key(port: str) -> bytes | None:
    """The root of the FeliCa cards' keys: 64 hexadecimal digits in the file that ``port`` names; None without one.

    Raises ``config.secret_missing``, ``config.secret_open``, ``config.secret_malformed``, ``device.library_missing``.
    """
    path = port.partition(KEY_MARK)[2].strip()
    if not path:
        return None
    _require(CIPHER, CIPHER, port)
    facts = {"key": "devices.card_rewriter: key", "path": path}
    try:
        with Path(path).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(FILE_BYTES_MAX).strip()
    except OSError as error:
        raise EnishiError("config.secret_missing", **facts) from error
    if mode & OTHERS:
        raise EnishiError("config.secret_open", **facts)
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise EnishiError("config.secret_malformed", **facts, digits=2 * KEY_BYTES)
    return key


def _require(module: str, package: str, port: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise EnishiError("device.library_missing", library=package, port=port)


class PcscLink:
    """See :class:`terminal.drivers.links.link.Link`. ``launcher`` stands before the command: another namespace, say."""

    def __init__(self, port: str, reader: str, launcher: Sequence[str] = ()) -> None:
        self._port = port
        self._command = [*launcher, sys.executable, "-m", PROGRAM, reader]
        self._decoder = pcsc.decoder()
        self._process = self._start()
        self._alarm = Alarm()

    def read(self, size_max: int, timeout_s: float) -> bytes:
        out = self._out
        ready = select.select([out, self._alarm.node], [], [], max(timeout_s, 0.0))[0]
        if self._alarm.node in ready:
            self._alarm.silence()
        if out not in ready:
            return b""
        data = os.read(out, size_max)
        if not data:
            raise EnishiError("device.link_lost", port=self._port, detail=f"{PROGRAM} has ended")
        return data

    def write(self, data: bytes) -> None:
        for payload in self._decoder.feed(data):
            if pcsc.decode(payload) == pcsc.Restart():
                self._stop()
                self._process = self._start()
            else:
                self._pass_on(hdlc.encode(payload))

    def cancel(self) -> None:
        self._alarm.ring()

    def close(self) -> None:
        self._stop()
        self._alarm.close()

    def kill_watcher(self) -> None:
        """As a fault in pcscd's library would: the next ``read`` finds the link lost."""
        self._process.kill()

    @property
    def _out(self) -> int:
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def _pass_on(self, frame: bytes) -> None:
        assert self._process.stdin is not None
        try:
            os.write(self._process.stdin.fileno(), frame)
        except OSError as error:
            raise EnishiError("device.link_lost", port=self._port, detail=str(error)[:120]) from error

    def _start(self) -> subprocess.Popen[bytes]:
        pipe, env = subprocess.PIPE, self._environment()
        try:  # a session of its own: Ctrl-C is the terminal's, and ends this by ending its standard input
            return subprocess.Popen(self._command, stdin=pipe, stdout=pipe, bufsize=0, env=env, start_new_session=True)
        except OSError as error:
            raise EnishiError("device.link_missing", port=self._port, detail=str(error)[:120]) from error

    def _environment(self) -> dict[str, str]:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}

    def _stop(self) -> None:
        """Killed, not asked: it may hang in a command."""
        self.kill_watcher()
        process = self._process
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
