"""The simulated glass: an HD44780U with ROM A00 behind a PCF8574, from its pins up (data sheet ADE-207-272(Z)).

Three doors: the bus that an I2C library writes to (``Backpack``), orders a register and a byte at a time, and what a
customer reads.
"""

from __future__ import annotations

import errno

from terminal.protocol.hd44780 import OrderDecoder, Register

LINE_BYTES = 0x28  # of the display memory's two lines (page 11)
SECOND_LINE = 0x40
RS, EN, BACKLIGHT = 0x01, 0x04, 0x08  # bits of the backpack; 0x02 is R/W, 0x10 to 0x80 are D4 to D7
UPSET = bytes((0xFF, 0x20, 0x5F, 0x2A))  # what a spark leaves in the memory


class Hd44780:
    """The controller. Eight bits wide at power-on, with a memory full of nothing in particular (page 23)."""

    def __init__(self) -> None:
        self.lose_power()

    def lose_power(self) -> None:
        """Off and on again."""
        self.lines = [bytearray(b" " * LINE_BYTES), bytearray(b" " * LINE_BYTES)]
        self.is_on = False
        self._address = 0
        self._step = 1
        self._in_display_memory = True
        self._wide = True  # eight bits
        self._nibble: int | None = None

    def upset(self) -> None:
        """A spark: rubbish on the glass, and the two halves of a byte out of step."""
        for line in self.lines:
            line[: len(UPSET)] = UPSET
        self._nibble = None if self._nibble is not None else 0x0

    def strobe(self, nibble: int, rs: int) -> None:
        """EN fell with these four upper data bits; the lower four of a wide bus are not wired and read as 0."""
        if self._wide:
            self.write(nibble << 4, rs)
        elif self._nibble is None:
            self._nibble = nibble
        else:
            byte, self._nibble = self._nibble << 4 | nibble, None
            self.write(byte, rs)

    def write(self, byte: int, rs: int) -> None:
        """One byte into the data register (``rs`` 1) or the instruction register."""
        if rs:
            self._store(byte)
        else:
            self._obey(byte)

    def _store(self, byte: int) -> None:
        if self._in_display_memory:
            line, place = divmod(self._address, SECOND_LINE)
            if place < LINE_BYTES:
                self.lines[line][place] = byte
        self._address = _next_address(self._address, self._step) if self._in_display_memory else self._address

    def _obey(self, byte: int) -> None:
        """Page 24: the highest bit that is set says which instruction it is."""
        match byte.bit_length():
            case 8:  # set display memory address
                self._address, self._in_display_memory = byte & 0x7F, True
            case 7:  # set character memory address
                self._in_display_memory = False
            case 6:  # function set
                if self._wide and not byte & 0x10:
                    self._nibble = None
                self._wide = bool(byte & 0x10)
            case 4:  # display on, off
                self.is_on = bool(byte & 0x04)
            case 3:  # entry mode
                self._step = 1 if byte & 0x02 else -1
            case 2:  # return home
                self._address, self._in_display_memory = 0, True
            case 1:  # clear
                self.lines = [bytearray(b" " * LINE_BYTES), bytearray(b" " * LINE_BYTES)]
                self._address, self._in_display_memory, self._step = 0, True, 1
            case _:
                pass  # shift, and nothing


class Hd44780Simulator:
    """The glass of ``columns`` by ``rows``, as a :class:`simulators.device.Device` that takes orders (PROTOCOL.md)."""

    def __init__(self, columns: int = 20, rows: int = 2) -> None:
        self.chip = Hd44780()
        self._columns = columns
        self._rows = rows
        self.powered = False
        self.backlit = False
        self._decoder = OrderDecoder()

    @property
    def wake_at(self) -> float | None:
        return None

    def feed(self, data: bytes, now: float) -> bytes:
        """Orders, as a link carries them out."""
        for order in self._decoder.feed(data) if self.powered else []:
            if order.register is Register.AWAKEN:
                self._awaken()
            else:
                self.chip.write(order.value, order.register)
        return b""

    def tick(self, now: float) -> bytes:
        return b""

    def power_off(self, now: float) -> None:
        self.powered = False

    def power_on(self, now: float) -> bytes:
        """A link that opens initialises the glass."""
        self.powered = True
        self.chip.lose_power()
        self._decoder = OrderDecoder()
        self._awaken()
        return b""

    @property
    def text(self) -> tuple[str, ...]:
        """Every row as a customer reads it; blank while it is off."""
        if not self.powered or not self.chip.is_on:
            return (" " * self._columns,) * self._rows
        return tuple("".join(_glyph(byte) for byte in self._row(row)) for row in range(self._rows))

    def _row(self, row: int) -> bytes:
        first = self._columns * (row // 2)
        return bytes(self.chip.lines[row % 2][first : first + self._columns])

    def _awaken(self) -> None:
        """Page 46, as strobes: it works from any state."""
        for nibble in (0x0, 0x3, 0x0, 0x3, 0x0, 0x3, 0x0, 0x2, 0x2, 0x8, 0x0, 0xC, 0x0, 0x6):
            self.chip.strobe(nibble, 0)


class Backpack:
    """The glass on the bus: stands in for ``smbus2.SMBus``. A write to nobody fails as the kernel says it."""

    def __init__(self, glass: Hd44780Simulator, address: int = 0x27) -> None:
        self._glass = glass
        self._address = address
        self._latch = 0xFF  # what a PCF8574 holds at power-on
        self.is_closed = False
        self.bytes_written = 0

    def write_byte(self, address: int, value: int) -> None:
        """Raises OSError when nobody answers at ``address``."""
        if self.is_closed or not self._glass.powered or address != self._address:
            raise OSError(errno.EREMOTEIO, "Remote I/O error")
        self.bytes_written += 1
        self._glass.backlit = bool(value & BACKLIGHT)
        if self._latch & EN and not value & EN:
            self._glass.chip.strobe(value >> 4, value & RS)
        self._latch = value

    def close(self) -> None:
        self.is_closed = True


def _next_address(address: int, step: int) -> int:
    """Behind the last place of a line comes the first of the other (page 11)."""
    order: list[int] = [*range(LINE_BYTES), *range(SECOND_LINE, SECOND_LINE + LINE_BYTES)]
    if address not in order:
        return address
    return order[(order.index(address) + step) % len(order)]


def _glyph(byte: int) -> str:
    """ROM A00 (page 17), as far as the counter uses it."""
    if byte == 0x5C:
        return "¥"
    if 0xA1 <= byte <= 0xDF:
        return chr(byte - 0xA1 + 0xFF61)
    if byte in (0x7E, 0x7F):
        return "→←"[byte - 0x7E]
    return chr(byte) if 0x20 <= byte < 0x7E else "█"
