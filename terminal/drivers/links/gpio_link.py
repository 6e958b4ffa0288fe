"""The pins of a Raspberry Pi through gpiozero, and nothing but gpiozero: a key matrix, and lamps with a buzzer.

gpiozero reaches the pins through a factory: lgpio on a Pi 5, RPi.GPIO on older ones. The port may name one
(``pins=lgpio``); otherwise GPIOZERO_PIN_FACTORY does, or gpiozero looks for itself. All links of a process share it.
"""

from __future__ import annotations

import contextlib
import sys
import time
from typing import Any

from shared.errors import EnishiError
from terminal.drivers.links.alarm import Alarm
from terminal.protocol import lamps
from terminal.protocol import matrix as keys
from terminal.protocol.lamps import LampWiring, Output
from terminal.protocol.matrix import MatrixWiring, Scan

SETTLE_S = 0.000_02  # a metre of ribbon against the pull-up of 50 kOhm: RC stays below 20 µs
TONE_DUTY = 0.5  # the loudest of a square wave
_FACTORIES = {
    "lgpio": ("gpiozero.pins.lgpio", "LGPIOFactory"),
    "rpigpio": ("gpiozero.pins.rpigpio", "RPiGPIOFactory"),
    "native": ("gpiozero.pins.native", "NativeFactory"),
    "mock": ("gpiozero.pins.mock", "MockFactory"),
}


def open_matrix(port: str) -> MatrixLink:
    """Raises ``device.link_missing``, ``device.library_missing``, ``config.device_port``."""
    wiring = keys.parse_wiring(port)
    factory = _pin_factory(port, wiring.pins)
    try:
        return MatrixLink(port, wiring, factory)
    except _traps() as error:
        raise _missing(port, error) from error


def open_lamps(port: str) -> LampLink:
    """Raises ``device.link_missing``, ``device.library_missing``, ``config.device_port``."""
    wiring = lamps.parse_wiring(port)
    factory = _pin_factory(port, wiring.pins)
    try:
        return LampLink(port, wiring, factory)
    except _traps() as error:
        raise _missing(port, error) from error


class MatrixLink:
    """Scans while somebody reads. Rows that are not driven are inputs: two driven rows under two pressed keys of one
    column would work against each other."""

    def __init__(self, port: str, wiring: MatrixWiring, factory: Any) -> None:
        from gpiozero import InputDevice

        self._port = port
        self._alarm = Alarm()
        self._devices: list[Any] = []
        try:
            for pin in (*wiring.rows, *wiring.cols):
                self._devices.append(InputDevice(pin, pull_up=True, pin_factory=factory))
        except BaseException:
            self.close()
            raise
        self._rows = [device.pin for device in self._devices[: len(wiring.rows)]]
        self._cols = [device.pin for device in self._devices[len(wiring.rows) :]]
        self._last: Scan | None = None
        self._handed = 0  # how often the last scan was handed over
        self._scan_at = 0.0

    def read(self, size_max: int, timeout_s: float) -> bytes:
        """One frame (``terminal.protocol.matrix``)."""
        until = time.monotonic() + max(timeout_s, 0.0)
        while True:
            wait_s = min(self._scan_at, until) - time.monotonic()
            if self._alarm.wait(wait_s) or self._scan_at > until:
                return b""
            scan = self._scan()
            if scan != self._last:
                self._last, self._handed = scan, 0
            settled = self._handed >= keys.STABLE_SCANS
            self._scan_at = time.monotonic() + (keys.IDLE_SCAN_S if settled and scan.is_quiet else keys.SCAN_S)
            if not settled:
                self._handed += 1
                return keys.encode(scan)

    def write(self, data: bytes) -> None:
        """Nothing is ever said to keys."""
        raise TypeError("a key matrix takes no bytes")

    def cancel(self) -> None:
        self._alarm.ring()

    def close(self) -> None:
        """The pins become inputs again and are free for others."""
        _close(self._devices)
        self._alarm.close()

    def _scan(self) -> Scan:
        try:
            idle = self._low()
            return Scan(tuple(self._follow(row) for row in self._rows), idle)
        except _traps() as error:
            raise _lost(self._port, error) from error

    def _follow(self, row: Any) -> int:
        """The columns that go low with ``row``."""
        row.output_with_state(0)
        try:
            time.sleep(SETTLE_S)
            return self._low()
        finally:
            row.input_with_pull("up")

    def _low(self) -> int:
        return sum(1 << place for place, col in enumerate(self._cols) if not col.state)


class LampLink:
    """Outputs that only listen. A ``read`` is a sleep."""

    def __init__(self, port: str, wiring: LampWiring, factory: Any) -> None:
        from gpiozero import DigitalOutputDevice, PWMOutputDevice

        self._port = port
        self._alarm = Alarm()
        self._devices: list[Any] = []
        self._outputs: dict[Output, Any] = {}
        self._on = {output: TONE_DUTY if output & Output.BUZZER and wiring.tone_hz else 1 for output in Output}
        shape = {"active_high": not wiring.active_low, "pin_factory": factory}
        try:
            for output, pin in wiring.outputs:
                if output is Output.BUZZER and wiring.tone_hz:
                    device = PWMOutputDevice(pin, frequency=wiring.tone_hz, **shape)
                else:
                    device = DigitalOutputDevice(pin, **shape)
                self._devices.append(device)
                self._outputs[output] = device
        except BaseException:
            self.close()
            raise

    def read(self, size_max: int, timeout_s: float) -> bytes:
        """Nothing, after ``timeout_s`` or ``cancel``."""
        self._alarm.wait(timeout_s)
        return b""

    def write(self, data: bytes) -> None:
        """States (``terminal.protocol.lamps``); only the newest counts."""
        state = lamps.decode(data)
        if state is None:
            return
        try:
            for output, device in self._outputs.items():
                device.value = self._on[output] if output in state else 0
        except _traps() as error:
            raise _lost(self._port, error) from error

    def cancel(self) -> None:
        self._alarm.ring()

    def close(self) -> None:
        """Dark and silent."""
        _close(self._devices)
        self._alarm.close()


def _pin_factory(port: str, name: str) -> Any:
    """The process's one factory, made at the first call."""
    try:
        from gpiozero import Device

        if Device.pin_factory is None:
            Device.pin_factory = _named_factory(name) if name else _found_factory(Device)
        return Device.pin_factory
    except ImportError as error:
        library = (error.name or name or "lgpio").partition(".")[0]
        raise EnishiError("device.library_missing", library=library, port=port) from error
    except _traps() as error:
        raise _missing(port, error) from error


def _named_factory(name: str) -> Any:
    module, factory = _FACTORIES[name]
    return getattr(__import__(module, fromlist=[factory]), factory)()


def _found_factory(device: Any) -> Any:
    """As gpiozero chooses. It swallows what its factories miss, so what is said then is which to install."""
    from gpiozero import BadPinFactory

    try:
        device.ensure_pin_factory()
    except BadPinFactory as error:
        raise ImportError(str(error), name="lgpio") from error
    return device.pin_factory


def _traps() -> tuple[type[BaseException], ...]:
    """What pins throw. RPi.GPIO off a Pi raises RuntimeError, lgpio an exception of its own."""
    from gpiozero import GPIOZeroError

    traps: list[type[BaseException]] = [GPIOZeroError, OSError, RuntimeError, ValueError]
    own = getattr(sys.modules.get("lgpio"), "error", None)
    return (*traps, own) if own is not None else tuple(traps)


def _close(devices: list[Any]) -> None:
    for device in devices:
        with contextlib.suppress(*_traps()):
            device.close()
    devices.clear()


def _missing(port: str, error: BaseException) -> EnishiError:
    return EnishiError("device.link_missing", port=port, detail=str(error)[:120])


def _lost(port: str, error: BaseException) -> EnishiError:
    return EnishiError("device.link_lost", port=port, detail=str(error)[:120])
