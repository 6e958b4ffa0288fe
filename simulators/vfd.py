"""The simulated serial customer display: two lines of twenty behind Epson's command mode (POS-X XP8200, page 12)."""

from __future__ import annotations

from collections import deque

COLUMNS, ROWS = 20, 2
BRIGHTEST = 4
KATAKANA, JAPAN = 1, 8

# Bytes that follow ESC or US and the command's letter.
LENGTHS = {
    (0x1B, 0x40): 0, (0x1B, 0x74): 1, (0x1B, 0x52): 1,
    (0x1F, 0x01): 0, (0x1F, 0x02): 0, (0x1F, 0x03): 0, (0x1F, 0x0A): 0, (0x1F, 0x0D): 0, (0x1F, 0x42): 0,
    (0x1F, 0x24): 2, (0x1F, 0x43): 1, (0x1F, 0x45): 1, (0x1F, 0x58): 1, (0x1F, 0x72): 1, (0x1F, 0x23): 2,
}  # fmt: skip


class VfdSimulator:
    """See :class:`simulators.device.Device`. It never says anything."""

    def __init__(self) -> None:
        self.powered = False
        self.unknown: deque[int] = deque(maxlen=1000)  # bytes that meant nothing to it
        self._pending = bytearray()
        self._initialize()

    @property
    def wake_at(self) -> float | None:
        return None

    def feed(self, data: bytes, now: float) -> bytes:
        """Commands and characters in any pieces."""
        if self.powered:
            for byte in data:
                self._pending.append(byte)
                self._take()
        return b""

    def tick(self, now: float) -> bytes:
        return b""

    def power_off(self, now: float) -> None:
        self.powered = False

    def power_on(self, now: float) -> bytes:
        """Blank, with the settings of the factory: no katakana, a backslash at 5Ch."""
        self.powered = True
        self._pending.clear()
        self._initialize()
        return b""

    @property
    def text(self) -> tuple[str, str]:
        """Both lines as a customer reads them."""
        if not self.powered:
            return " " * COLUMNS, " " * COLUMNS
        upper, lower = ("".join(self._glyph(byte) for byte in line) for line in self._lines)
        return upper, lower

    def _initialize(self) -> None:
        self.brightness = BRIGHTEST
        self.cursor_shown = True
        self._page = 0
        self._country = 0
        self._clear()

    def _clear(self) -> None:
        self._lines = [bytearray(b" " * COLUMNS) for _ in range(ROWS)]
        self._row = self._column = 0

    def _take(self) -> None:
        """Carry out what has become whole."""
        first = self._pending[0]
        if first in (0x1B, 0x1F):
            if len(self._pending) < 2:
                return
            length = LENGTHS.get((first, self._pending[1]))
            if length is None:
                self._shrug()
            elif len(self._pending) == 2 + length:
                self._obey((first, self._pending[1]), bytes(self._pending[2:]))
                self._pending.clear()
            return
        if first >= 0x20:
            self._put(first)
        elif first == 0x0C:
            self._clear()
        elif first == 0x0B:
            self._row = self._column = 0
        elif first == 0x18:
            self._lines[self._row][:] = b" " * COLUMNS
            self._column = 0
        else:
            self._shrug()
            return
        self._pending.clear()

    def _shrug(self) -> None:
        self.unknown.extend(self._pending)
        self._pending.clear()

    def _obey(self, command: tuple[int, int], values: bytes) -> None:
        match command, tuple(values):
            case (0x1B, 0x40), ():
                self._initialize()
            case (0x1B, 0x74), (page,):
                self._page = page
            case (0x1B, 0x52), (country,):
                self._country = country
            case (0x1F, 0x24), (x, y) if 1 <= x <= COLUMNS and 1 <= y <= ROWS:
                self._column, self._row = x - 1, y - 1
            case (0x1F, 0x43), (shown,):
                self.cursor_shown = bool(shown)
            case (0x1F, 0x58), (level,) if 1 <= level <= BRIGHTEST:
                self.brightness = level
            case (0x1F, 0x42), ():
                self._row, self._column = ROWS - 1, COLUMNS - 1
            case _:
                pass  # out of range, or of no consequence for what is read

    def _put(self, byte: int) -> None:
        """Overwrite mode: behind the last column the first of the other line."""
        self._lines[self._row][self._column] = byte
        self._column += 1
        if self._column == COLUMNS:
            self._column, self._row = 0, (self._row + 1) % ROWS

    def _glyph(self, byte: int) -> str:
        if byte == 0x5C:
            return "¥" if self._country == JAPAN else "\\"
        if 0xA1 <= byte <= 0xDF and self._page == KATAKANA:
            return chr(byte - 0xA1 + 0xFF61)
        return chr(byte) if 0x20 <= byte < 0x7F else "□"
