"""An HD44780 behind a PCF8574 on I2C, through RPLCD.

RPLCD opens the bus by itself and never closes it; with a display that is away for an hour that would be hundreds of
open files. So the bus is opened, lent and closed here.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any, Protocol

from shared.errors import EnishiError
from terminal.drivers.links.alarm import Alarm
from terminal.protocol.hd44780 import LcdWiring, Order, OrderDecoder, Register, parse_wiring

POWER_UP_S = 0.05  # page 46 of the data sheet: 40 ms until the controller listens
AWAKEN_S = 0.0045  # page 46: 4.1 ms between the function sets
CLEAR_S = 0.002  # page 24: 1.52 ms
SETTLE_S = 0.000_05  # page 24: 37 µs


class Bus(Protocol):
    """What RPLCD needs of smbus2."""

    def write_byte(self, address: int, value: int) -> None: ...
    def close(self) -> None: ...


def open_lcd(port: str, open_bus: Callable[[int], Bus] | None = None) -> LcdLink:
    """``open_bus`` takes the bus's number and raises OSError; smbus2's by default. Raises ``device.link_missing``,
    ``device.library_missing``, ``config.device_port``."""
    wiring = parse_wiring(port)
    try:
        bus = (open_bus or _smbus)(wiring.bus)
        try:
            return LcdLink(port, _glass(wiring, bus), bus)
        except BaseException:
            bus.close()
            raise
    except ImportError as error:
        raise EnishiError("device.library_missing", library=error.name or "RPLCD", port=port) from error
    except OSError as error:
        raise EnishiError("device.link_missing", port=port, detail=str(error)[:120]) from error


class LcdLink:
    """One glass. It cannot speak: a ``read`` is a sleep. A pulled plug shows at the next ``write``."""

    def __init__(self, port: str, glass: Any, bus: Bus) -> None:
        self._port = port
        self._glass = glass
        self._bus = bus
        self._alarm = Alarm()
        self._decoder = OrderDecoder()

    def read(self, size_max: int, timeout_s: float) -> bytes:
        """Nothing, after ``timeout_s`` or ``cancel``."""
        self._alarm.wait(timeout_s)
        return b""

    def write(self, data: bytes) -> None:
        """Orders (``terminal.protocol.hd44780``); a whole picture of 40 characters takes about 60 ms."""
        try:
            for order in self._decoder.feed(data):
                self._carry_out(order)
        except OSError as error:
            raise EnishiError("device.link_lost", port=self._port, detail=str(error)[:120]) from error

    def cancel(self) -> None:
        self._alarm.ring()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._bus.close()
        self._alarm.close()

    def _carry_out(self, order: Order) -> None:
        match order.register:
            case Register.DATA:
                self._glass._send_data(order.value)  # write() would leave out what it believes to be shown
                time.sleep(SETTLE_S)
            case Register.INSTRUCTION:
                self._glass.command(order.value)
                time.sleep(CLEAR_S if order.value < 0x04 else SETTLE_S)
            case Register.AWAKEN:
                self._awaken()

    def _awaken(self) -> None:
        """RPLCD's own beginning without its clearing. A controller in step takes the 03h and 02h for Return Home."""
        for value in (0x03, 0x03, 0x03, 0x02):
            self._glass.command(value)
            time.sleep(AWAKEN_S)
        for value in (0x28, 0x0C, 0x06):  # page 24: four bits, two lines; on, no cursor; to the right, no shift
            self._glass.command(value)
            time.sleep(SETTLE_S)


def _smbus(number: int) -> Bus:
    from smbus2 import SMBus

    return SMBus(number)


def _glass(wiring: LcdWiring, bus: Bus) -> Any:
    from RPLCD.i2c import CharLCD

    class Glass(CharLCD):
        """On a bus that somebody else closes."""

        def _init_connection(self) -> None:
            self.bus = bus
            time.sleep(POWER_UP_S)

    return Glass(
        "PCF8574",
        wiring.address,
        port=wiring.bus,
        cols=wiring.columns,
        rows=wiring.rows,
        charmap="A00",
        auto_linebreaks=False,
    )
