"""The HD44780's own language: a register and a byte at a time. Pages are those of Hitachi's data sheet ADE-207-272(Z).

Whoever has the bus knows how the four-bit mode, the strobe and the waits go; here is only what the glass is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from terminal.protocol.wiring import Wiring

CLEAR: Final = 0x01  # page 24; takes 1.5 ms
SET_ADDRESS: Final = 0x80  # page 24: bits 0..6 are the display memory's address
ROWS: Final = (2, 4)
COLUMNS: Final = (16, 20)
ADDRESS_MAX: Final = 0x7F  # of seven bits on the bus
EXAMPLE: Final = "i2c=1 address=0x27 columns=20 rows=2"


class Register(IntEnum):
    """The level of RS (page 8). ``AWAKEN``, which is none, asks for the initialisation by instructions of page 46,
    without clearing: a controller that lost its place finds it again, one that did not shows no flicker."""

    INSTRUCTION = 0x00
    DATA = 0x01
    AWAKEN = 0x02


@dataclass(frozen=True, slots=True)
class Order:
    register: Register
    value: int = 0


@dataclass(frozen=True, slots=True)
class LcdWiring:
    """``bus``: the number of /dev/i2c-N. ``address``: of the PCF8574 behind the glass."""

    bus: int
    address: int
    columns: int
    rows: int


def parse_wiring(port: str) -> LcdWiring:
    """``i2c=1 address=0x27 columns=20 rows=2``; the same where a word is missing. Raises ``config.device_port``."""
    words = Wiring("hd44780", port, ("i2c", "address", "columns", "rows"), EXAMPLE)
    wiring = LcdWiring(
        words.number("i2c", 1, 0, 255),
        words.number("address", 0x27, 0x03, ADDRESS_MAX),
        words.number("columns", 20, min(COLUMNS), max(COLUMNS)),
        words.number("rows", 2, min(ROWS), max(ROWS)),
    )
    if wiring.columns not in COLUMNS or wiring.rows not in ROWS:
        words.refuse()
    return wiring


def place(row: int, column: int, columns: int) -> Order:
    """Where the next character goes. The third and fourth row continue the first and second (page 12)."""
    return Order(Register.INSTRUCTION, SET_ADDRESS | (0x40 * (row % 2) + columns * (row // 2) + column))


def characters(text: bytes) -> tuple[Order, ...]:
    """``text`` in the glass's character set; ROM A00 is JIS X 0201 from 20h to 7Dh and A1h to DFh (page 17)."""
    return tuple(Order(Register.DATA, byte) for byte in text)


def encode(orders: tuple[Order, ...]) -> bytes:
    """Two bytes an order: register, value."""
    return b"".join(bytes((order.register, order.value)) for order in orders)


class OrderDecoder:
    """Orders from any pieces; a byte that names no register is skipped."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[Order]:
        data = self._left + data
        at, orders = 0, []
        while at + 2 <= len(data):
            if data[at] in (Register.INSTRUCTION, Register.DATA, Register.AWAKEN):
                orders.append(Order(Register(data[at]), data[at + 1]))
                at += 2
            else:
                at += 1
        self._left = data[at:]
        return orders
