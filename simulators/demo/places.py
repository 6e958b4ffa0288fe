"""Where the demo lies on the disk and on the network."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from simulators.rig.loopback import claim

HEAD_OFFICE_PORT = 8100
KIOSK_PORTS = (8101, 8102)
BENCH_PORT = 8110
PORTS_TRIED = 50  # how far above its usual number a free port is looked for


class NoPort(Exception):
    """Every port that could have been used is taken."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The four addresses of the demo."""

    head_office: int
    kiosks: tuple[int, int]
    bench: int


@dataclass(frozen=True, slots=True)
class Places:
    """Every path under the demo's directory."""

    root: Path

    @property
    def head_office(self) -> Path:
        """Head office's data."""
        return self.root / "head-office"

    @property
    def root_key(self) -> Path:
        """The root of all card keys, 64 hex digits."""
        return self.head_office / "root_key"

    def identity(self, number: int) -> Path:
        """Who a terminal is, as head office wrote it."""
        return self.counter(number) / "head-office" / "identity.json"

    @property
    def head_office_log(self) -> Path:
        return self.root / "head-office.log"

    @property
    def set_up_log(self) -> Path:
        return self.root / "set-up.log"

    @property
    def shop(self) -> Path:
        """What the synthetic shop was written to."""
        return self.root / "shop"

    @property
    def tray(self) -> Path:
        """The cards on the bench."""
        return self.shop / "tray.json"

    @property
    def pictures(self) -> Path:
        """Card faces and receipts of the script."""
        return self.root / "pictures"

    def counter(self, number: int) -> Path:
        """One counter: settings, data, log, serial ports, identity."""
        return self.root / f"counter-{number}"


def choose_ports(claims: ExitStack) -> tuple[Ports, tuple[tuple[int, int], ...]]:
    """Free ports, the usual ones if they are, and which (usual, used) differ. Raises NoPort.

    ``claims`` keeps other demos off them from now on.
    """
    usual = (HEAD_OFFICE_PORT, *KIOSK_PORTS, BENCH_PORT)
    used: list[int] = []
    for port in usual:
        others = {*usual, *used} - {port}
        found = next((one for one in range(port, port + PORTS_TRIED) if one not in others and claim(one, claims)), None)
        if found is None:
            raise NoPort(port)
        used.append(found)
    moved = tuple((was, now) for was, now in zip(usual, used, strict=True) if was != now)
    return Ports(used[0], (used[1], used[2]), used[3]), moved
