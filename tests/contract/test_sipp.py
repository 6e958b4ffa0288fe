"""The SIP core behind a real pump and a real socket, with sipp as gateway and caller: a peer that nobody here wrote."""

from __future__ import annotations

import queue
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.visit.events import CallEnded, CallReceived, DeviceLost, DeviceReady, Event, Withheld
from terminal.app.clock import SystemClock
from terminal.drivers.caller_id.sip import SipCore
from terminal.drivers.links.sip_link import open_sip
from terminal.drivers.pump import Pump
from tests.conftest import missing

SCENARIOS = Path(__file__).parent / "sipp"
PATIENCE_S = 20.0  # sipp itself starts within a second
HOST = "127.0.0.1"

Sipp = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def sipp(tmp_path: Path) -> Iterator[Sipp]:
    """Starts sipp with one of our scenarios; whatever still runs at the end is ended."""
    program = shutil.which("sipp")
    if program is None:
        missing("sipp, the SIP test peer,", "sip-tester")
    started: list[subprocess.Popen[bytes]] = []

    def start(scenario: str, port: int, *more: str) -> subprocess.Popen[bytes]:
        command = [program, *more, "-sf", str(SCENARIOS / scenario), "-i", HOST, "-p", str(port)]
        command += ["-timeout", "15", "-timeout_error", "-nostdin"]
        started.append(subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def ports() -> tuple[int, int, int]:
    """Of the gateway, of its caller, and ours."""
    wires = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
    for wire in wires:
        wire.bind((HOST, 0))
    numbers = [wire.getsockname()[1] for wire in wires]
    for wire in wires:
        wire.close()
    return numbers[0], numbers[1], numbers[2]


class Phone:
    """The pump, and what it reported."""

    def __init__(self, folder: Path, registrar_port: int, local_port: int, password: str) -> None:
        secret, settings = folder / "sip.password", folder / "sip.toml"
        secret.write_text(password + "\n")
        secret.chmod(0o600)
        settings.write_text(
            f'registrar = "{HOST}"\nport = {registrar_port}\nuser = "3"\nauth_user = "0003"\n'
            f'password_file = "{secret}"\nlocal_port = {local_port}\n'
        )
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.crashes: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
        self.pump = Pump(
            "caller_id",
            SipCore(),
            lambda: open_sip(str(settings)),
            SystemClock(),
            self.events.put,
            lambda *_: None,
            lambda _, error: self.crashes.put(error),
        )
        self.pump.start()

    def event(self) -> Event:
        return self.events.get(timeout=PATIENCE_S)

    def stop(self) -> None:
        assert self.pump.stop()
        assert self.crashes.empty()


def test_sipp_calls_and_every_caller_is_told_and_nobody_is_answered(
    sipp: Sipp, ports: tuple[int, int, int], tmp_path: Path
) -> None:
    gateway, caller, ours = ports
    registrar = sipp("registrar.xml", gateway, "-m", "1")
    phone = Phone(tmp_path, gateway, ours, "s3cret")
    assert phone.event() == DeviceReady("caller_id")
    assert registrar.wait(PATIENCE_S) == 0
    calls = sipp("caller.xml", caller, f"{HOST}:{ours}", "-inf", str(SCENARIOS / "callers.csv"), "-m", "4", "-l", "1")
    told = [phone.event() for _ in range(8)]
    assert told == [
        CallReceived("0312345678"),
        CallEnded(),
        CallReceived("", Withheld.PRIVATE),
        CallEnded(),
        CallReceived("09012345678"),
        CallEnded(),
        CallReceived("", Withheld.COIN_PHONE),
        CallEnded(),
    ]
    assert calls.wait(PATIENCE_S) == 0  # sipp saw 100, 180, 200 to its CANCEL and 487, each in its place
    phone.stop()


def test_a_wrong_password_is_said_by_its_code(sipp: Sipp, ports: tuple[int, int, int], tmp_path: Path) -> None:
    gateway, _, ours = ports
    registrar = sipp("registrar.xml", gateway, "-m", "1")
    phone = Phone(tmp_path, gateway, ours, "guess")
    assert phone.event() == DeviceLost("caller_id", "device.caller_id.refused")
    assert registrar.wait(PATIENCE_S) == 0
    phone.stop()
