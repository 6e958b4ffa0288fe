"""The self-test over real pseudo-terminals with the simulated devices: what it finds, says and leaves with."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import serial

from simulators.card_rewriter import Tcp300Simulator
from simulators.card_rewriter.fonts import Boxes
from simulators.device import Device
from simulators.identity import standalone, write_identity
from simulators.keypad import PanelBoardSimulator
from simulators.magnetic import MagneticSimulator
from simulators.receipt_printer import EscposSimulator
from simulators.rig.clock import RigClock
from simulators.rig.desk import Desk
from simulators.rig.port import DevicePort
from simulators.rig.wire import PtyWire
from terminal.app.staff.selftest import ILL, REFUSED, WELL, main

SPEED = 10.0
BAUDS = {"tcp300": 9_600, "magnetic": 9_600, "escpos": 19_200, "panel_board": 115_200}


class Counter:
    """A card unit, a printer and a panel, each on a cable of its own, and the settings that name them."""

    def __init__(self, directory: Path, card_rewriter: str = "tcp300") -> None:
        self.directory = directory
        self.identity_file = directory / "identity.json"
        write_identity(self.identity_file, standalone(bytes(32), bytes(32), tenant=7, kid=1))
        unit: Device = Tcp300Simulator(fonts=Boxes()) if card_rewriter == "tcp300" else MagneticSimulator()
        self.printer, self.kiosk_port = EscposSimulator(), free_port()
        devices: dict[str, tuple[str, Device]] = {
            "card_rewriter": (card_rewriter, unit),
            "receipt_printer": ("escpos", self.printer),
            "panel": ("panel_board", PanelBoardSimulator(0)),
        }
        self.ports = {role: self._port(role, model, device) for role, (model, device) in devices.items()}
        self.models = {role: model for role, (model, _) in devices.items()}
        self.desk = Desk(tuple(self.ports.values()))
        for port in self.ports.values():
            port.power_on()
        self.desk.start()

    def _port(self, role: str, model: str, device: Device) -> DevicePort:
        clock = RigClock() if role == "panel" else RigClock(SPEED)  # the board watches its host by the clock
        return DevicePort(role, device, PtyWire(self.directory / role, BAUDS[model]), clock)

    def close(self) -> None:
        self.desk.stop()
        for port in self.ports.values():
            port.wire.close()

    def run(self, *sets: str, language: str = "ja", patience_s: float = 13.0) -> tuple[int, str]:
        """Exit code and what was said."""
        settings = [
            f"terminal.identity_file={self.identity_file}",
            f"terminal.language={language}",
            f"kiosk.port={self.kiosk_port}",
            *(f"devices.{role}={model}:{self.directory / role}" for role, model in self.models.items()),
            *sets,
        ]
        out = io.StringIO()
        code = main([part for text in settings for part in ("--set", text)], {}, out, patience_s)
        return code, out.getvalue()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """With the unit that is ready soonest."""
    made = Counter(tmp_path, "magnetic")
    yield made
    made.close()


@pytest.fixture(params=["tcp300", "magnetic"])
def any_counter(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Counter]:
    made = Counter(tmp_path, request.param)
    yield made
    made.close()


def test_a_healthy_counter_is_listed_with_its_names(any_counter: Counter) -> None:
    counter = any_counter
    code, said = counter.run()
    assert code == WELL, said
    lines = said.splitlines()
    assert lines[0].startswith("カード機            " + counter.models["card_rewriter"])
    assert all("正常" in line for line in lines)
    assert lines[0].split("正常")[1].strip()  # the unit told its version
    assert lines[1].endswith("ENISHI-58 1.02")
    assert lines[-1] == "3 台とも正常です。"
    assert not counter.printer.open_lines


def test_what_is_wrong_is_said_with_its_remedy(counter: Counter) -> None:
    with counter.desk.hands():
        counter.printer.load_paper(0.0, lines=0)
    code, said = counter.run("devices.scanner=serial_scanner:/nowhere/ttySCAN", language="en")
    assert code == ILL
    assert "device.receipt_printer.paper_out" in said, said
    assert "device.link_missing" in said
    assert "/nowhere/ttySCAN" in said
    assert said.splitlines()[-1] == "Devices with a problem: 2 of 4."


def test_paper_that_runs_low_is_said_and_no_fault(counter: Counter) -> None:
    with counter.desk.hands():
        counter.printer.load_paper(0.0, lines=10)
    code, said = counter.run()
    assert code == WELL
    assert "紙が残りわずかです" in said


def test_a_device_without_power_is_found(counter: Counter) -> None:
    with counter.desk.hands():
        counter.ports["receipt_printer"].power_off()
    code, said = counter.run()
    assert code == ILL
    assert "device.receipt_printer.no_answer" in said


def test_a_device_that_has_not_spoken_when_patience_ends_is_not_called_well(counter: Counter) -> None:
    with counter.desk.hands():
        counter.ports["card_rewriter"].power_off()
    code, said = counter.run(patience_s=0.5)
    assert code == ILL
    assert "device.silent" in said


def test_a_port_that_another_program_holds_is_named_as_held(counter: Counter) -> None:
    with serial.Serial(str(counter.directory / "panel"), 115_200, exclusive=True):
        code, said = counter.run()
    assert code == ILL
    assert "device.port_held" in said


def test_a_running_terminal_keeps_its_devices(counter: Counter, capsys: pytest.CaptureFixture[str]) -> None:
    class Kiosk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"software": "0.2.0"}).encode())

    with HTTPServer(("127.0.0.1", counter.kiosk_port), Kiosk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        code, said = counter.run()
        server.shutdown()
    assert (code, said) == (REFUSED, "")
    assert "config.terminal_running" in capsys.readouterr().err


def test_wrong_settings_are_said_as_the_terminal_says_them(
    counter: Counter, capsys: pytest.CaptureFixture[str]
) -> None:
    assert counter.run("devices.scanner=tpc300:/dev/x") == (REFUSED, "")
    assert "config.driver" in capsys.readouterr().err
    assert main(["--nonsense"], {}) == REFUSED
    assert "config.argument" in capsys.readouterr().err
