"""The simulated SIP gateway on a real UDP socket, moved by the rig's thread like every cable."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable
from pathlib import Path

from shared.visit.events import Withheld
from simulators.caller_id import SipGatewaySimulator
from simulators.caller_id.gateway import Call
from simulators.caller_id.modem import RING_EVERY_S
from simulators.rig.clock import RigClock
from simulators.rig.loopback import HOST
from simulators.rig.port import Diary
from terminal.protocol.datagrams import Datagram
from terminal.protocol.sip import Address

DATAGRAM_MAX = 65_535
SECRET_MODE = 0o600
USER, NAME, PASSWORD = "3", "0003", "kono-denwa-dake"  # of a gateway that lives for minutes


class SipPort:
    """A telephone gateway. ``path``: where the terminal's settings of the line are written."""

    def __init__(self, name: str, path: Path, clock: RigClock, seed: int = 0) -> None:
        self.name = name
        self.clock = clock
        self.powered = False
        self.connected = True
        self.diary = Diary(join_s=0.0)  # datagrams never join
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.setblocking(False)
        self.device = SipGatewaySimulator(
            Address(*self._socket.getsockname()), user=USER, accounts={NAME: PASSWORD}, seed=seed
        )
        self._call: Call | None = None
        self._hang_up_at: float | None = None
        self._write_account(path)

    @property
    def due_s(self) -> float | None:
        """Real seconds until something is sent again, or the caller gives up."""
        times = (self.device.wake_at, self._hang_up_at)
        due = min((at for at in times if at is not None), default=None)
        return None if due is None or not self.powered else self.clock.real_s(due)

    def fileno(self) -> int:
        """The socket's."""
        return self._socket.fileno()

    def listen(self) -> None:
        """Take one datagram of the telephone. The port of a telephone that is gone shows as an error."""
        try:
            data, (host, port) = self._socket.recvfrom(DATAGRAM_MAX)
        except OSError:
            return
        if self.powered and self.connected:
            now = self.clock.now()
            self.diary.note(data, now, to_device=True)
            self._send(self.device.feed(data, Address(host, port), now))

    def turn(self) -> None:
        """Repeat what was not answered; end a call that rang long enough."""
        now = self.clock.now()
        if self._hang_up_at is not None and self._hang_up_at <= now:
            self.hang_up(now)
        if self.powered:
            self._send(self.device.tick(now))

    def power_on(self) -> None:
        """It starts, and knows nobody."""
        if not self.powered:
            self.powered = True
            self.device.restart()

    def power_off(self) -> None:
        """Every call ends, every telephone is forgotten."""
        self.powered = False
        self._call = self._hang_up_at = None

    def cut(self) -> None:
        """Pull the network's cable."""
        self.connected = False

    def mend(self) -> None:
        """Plug it in again."""
        self.connected = True

    def close(self) -> None:
        """Free the port."""
        self._socket.close()

    # --- the line ------------------------------------------------------------------------------------------------

    @property
    def rings(self) -> bool:
        """Whether somebody calls now."""
        return self._call is not None and not (self._call.cancelled or self._call.ended)

    def ring(self, number: str, now: float, withheld: Withheld | None = None, rings: int = 100) -> None:
        """Somebody calls, and gives up after so many rings. As :meth:`ModemSimulator.ring`."""
        if not self.powered:
            return
        self._call, out = self.device.call(number, now, withheld)
        self._hang_up_at = now + rings * RING_EVERY_S
        self._send(out)

    def hang_up(self, now: float) -> None:
        """The caller gives up."""
        call, self._call, self._hang_up_at = self._call, None, None
        if call is not None:
            self._send(self.device.hang_up(call, now))

    def _send(self, out: Iterable[Datagram]) -> None:
        for datagram in out:
            self.diary.note(datagram.data, self.clock.now(), to_device=False)
            if self.connected:
                with contextlib.suppress(OSError):  # a full buffer; UDP may lose what it likes
                    self._socket.sendto(datagram.data, (datagram.peer.host, datagram.peer.port))

    def _write_account(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        secret = path.with_name(path.name + ".password")
        secret.unlink(missing_ok=True)
        secret.touch(mode=SECRET_MODE)
        secret.write_text(PASSWORD + "\n", "ascii")
        path.write_text(
            f'registrar = "{HOST}"\nport = {self.device.address.port}\nlocal_port = 0\n'
            f'user = "{USER}"\nauth_user = "{NAME}"\npassword_file = "{secret}"\n',
            "utf-8",
        )
