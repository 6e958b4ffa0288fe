"""A real pcscd with a virtual reader in mount and network namespaces of its own, and the hands at that reader."""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.visit.effects import Effect
from shared.visit.events import Event
from simulators.ic_card.front import FRONTS
from terminal.app.clock import SystemClock
from terminal.drivers.ic_card.core import IcCardCore
from terminal.drivers.links.pcsc_link import PcscLink
from terminal.drivers.pump import Pump

ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PATIENCE_S = 20.0  # pcscd looks for virtual cards every 0.25 to 0.5 s; a busy machine takes its time
MASTER = bytes(range(32))


class Namespace:
    """Mounts and network that nobody else sees; ends with ``close``."""

    def __init__(self, folder: Path) -> None:
        users = [] if os.geteuid() == 0 else ["--map-root-user"]
        self.launcher: list[str] = []
        self._folder = folder
        script = "mkdir -p /run/pcscd && mount -t tmpfs none /run/pcscd && ip link set lo up && echo ready && exec cat"
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--net", *users, "sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != b"ready\n":
            self.close()
            pytest.skip("namespaces cannot be made here (allow unshare, or run as root)")
        inside = ["--user", "--preserve-credentials"] if users else []
        self.launcher = ["nsenter", "--target", str(self._holder.pid), "--mount", "--net", *inside]
        self._daemon: subprocess.Popen[bytes] | None = None

    def start_pcscd(self, front: str) -> None:
        name = FRONTS[front].name.removesuffix(" 00 00")
        (self._folder / "reader").write_text(
            f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {DRIVER}\nCHANNELID 0x8C7B\n'
        )
        with (self._folder.parent / "pcscd.log").open("ab") as log:
            self._daemon = subprocess.Popen(
                [*self.launcher, "pcscd", "--foreground", "--info", "--config", str(self._folder)],
                stdout=log,
                stderr=log,
            )

    def stop_pcscd(self) -> None:
        """As a restart of the service does it."""
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.terminate()
            try:
                daemon.wait(5.0)
            except subprocess.TimeoutExpired:  # it waits for a card that does not answer
                daemon.kill()
                daemon.wait(5.0)

    def close(self) -> None:
        if getattr(self, "_daemon", None) is not None:
            self.stop_pcscd()
        self._holder.communicate()


class Hands:
    """A process with simulated chips at the virtual reader."""

    def __init__(self, namespace: Namespace, front: str) -> None:
        command = [*namespace.launcher, sys.executable, "-m", "simulators.ic_card.vpcd", "--front", front]
        here = {**os.environ, "PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0, env=here)

    def do(self, what: str, **more: object) -> dict[str, object]:
        """One order and its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
        assert select.select([self._process.stdout], [], [], PATIENCE_S)[0], "no answer"
        answer: dict[str, object] = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Bench:
    """The product's pump, link and core at that pcscd."""

    def __init__(self, folder: Path, front: str = "rcs300") -> None:
        self.front = front
        self.namespace = Namespace(folder)
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.wires: queue.SimpleQueue[EnishiError | None] = queue.SimpleQueue()
        self.links: list[PcscLink] = []
        self.crashes: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
        self.pump = Pump(
            "card_rewriter",
            IcCardCore(MASTER),
            self._open,
            SystemClock(),
            self.events.put,
            lambda _, error: self.wires.put(error),
            lambda _, error: self.crashes.put(error),
        )
        self.hands = Hands(self.namespace, front)

    def _open(self) -> PcscLink:
        self.links.append(PcscLink("*", "", self.namespace.launcher))
        return self.links[-1]

    def order(self, effect: Effect) -> None:
        self.pump.command(effect, 0.0)

    def event(self, patience_s: float = PATIENCE_S) -> Event:
        return self.events.get(timeout=patience_s)

    def next(self, *kinds: type[Event]) -> Event:
        """The next event of these kinds; others are passed over."""
        while not isinstance(event := self.event(), kinds):
            pass
        return event

    def answer(self, effect: Effect) -> Event:
        self.order(effect)
        return self.event()

    def close(self) -> None:
        self.pump.stop()
        self.hands.close()
        self.namespace.close()
        assert self.crashes.empty(), self.crashes.get()


def require_pcsc() -> None:
    """Skip with a remedy where a part is missing."""
    for found, what, remedy in (
        (shutil.which("pcscd"), "pcscd", "Debian: apt install pcscd"),
        (DRIVER.exists(), "The virtual reader", "Debian: apt install vsmartcard-vpcd"),
        (shutil.which("unshare") and shutil.which("nsenter"), "unshare", "Debian: apt install util-linux"),
        (shutil.which("ip"), "ip", "Debian: apt install iproute2"),
        (importlib.util.find_spec("smartcard"), "pyscard", "./enishi setup pcsc"),
    ):
        if not found:
            pytest.skip(f"{what} is not installed ({remedy})")


@contextmanager
def running(folder: Path, front: str = "rcs300") -> Iterator[Bench]:
    """pcscd up, the terminal's end up, an empty reader."""
    require_pcsc()
    confines = folder / "reader.conf.d"
    confines.mkdir()
    bench = Bench(confines, front)
    try:
        bench.namespace.start_pcscd(front)
        bench.pump.start()
        yield bench
    finally:
        bench.close()
