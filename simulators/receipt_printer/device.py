"""The simulated ESC/POS printer: a buffer that is worked off at the speed of paper, and answers that are not.

Real-time requests (DLE) are answered when they arrive, everything else when its turn comes; without paper or with
the cover open nothing's turn comes.
"""

from __future__ import annotations

from collections import deque

from simulators.receipt_printer.paper import KanjiCode, LineBuffer, PaperLine, Side
from terminal.protocol.escpos_tokens import Command, Control, Text, Token, Tokenizer

COLUMNS = 32  # 58 mm paper: 384 dots, 12 a column
LINE_S = 0.025  # 30 rows at 150 mm/s and 8 dots/mm
CUT_S = 0.3
NEAR_END_LINES = 40  # where the near-end sensor sits
ROLL_LINES = 12_000  # 45 m
BUFFER_BYTES_MAX = 65_536  # the printer's 4 KiB and what its driver on the host holds back meanwhile
SLIPS_MAX = 50  # cut-off pieces kept to look at
OPEN_LINES_MAX = 2_000  # lines kept that nobody cut off
LOG_MAX = 200  # skipped commands

LF, CR = 0x0A, 0x0D
_IDENTITIES = {65: b"1.02", 67: b"ENISHI-58"}  # firmware and model, GS I


class EscposSimulator:
    """See :class:`simulators.device.Device`."""

    def __init__(self, columns: int = COLUMNS) -> None:
        self.powered = False
        self.slips: deque[tuple[PaperLine, ...]] = deque(maxlen=SLIPS_MAX)
        self.open_lines: deque[PaperLine] = deque(maxlen=OPEN_LINES_MAX)  # printed and not yet cut off
        self.skipped: deque[Token] = deque(maxlen=LOG_MAX)  # what this printer does not know
        self.drawer_kicks = 0
        self.cover_open = False
        self.has_error = False  # goes with DLE ENQ or the power, when what caused it is gone
        self.is_jammed = False
        self.paper_lines_left = ROLL_LINES
        self._free_at = 0.0  # when the mechanism has finished what it is doing
        self._line = LineBuffer(columns)
        self._out = bytearray()
        self._forget()

    # --- the seam --------------------------------------------------------------------------------------------

    @property
    def wake_at(self) -> float | None:
        """When the next command's turn comes; now, if something waits to be sent."""
        if not self.powered:
            return None
        if self._out:
            return 0.0
        return self._free_at if self._buffer and self.is_online else None

    def feed(self, data: bytes, now: float) -> bytes:
        """Commands and text, in any pieces."""
        if not self.powered:
            return b""
        for token in self._tokenizer.feed(data):
            if isinstance(token, Command) and token.name.startswith("DLE"):
                self._at_once(token)
            else:
                self._store(token, now)
        self._work(now)
        return self._flush()

    def tick(self, now: float) -> bytes:
        """Work off what is due."""
        if not self.powered:
            return b""
        self._work(now)
        return self._flush()

    def power_off(self, now: float) -> None:
        """Buffer and modes are gone; the paper stays as it is."""
        self._forget()
        self.powered = False

    def power_on(self, now: float) -> bytes:
        """Says nothing by itself."""
        self._forget()
        self.powered = True
        self.has_error = self.is_jammed
        self._free_at = now
        return b""

    # --- what a person does and sees -------------------------------------------------------------------------

    @property
    def is_online(self) -> bool:
        return self.powered and not self.cover_open and not self.has_error and self.paper_lines_left > 0

    @property
    def slip_texts(self) -> list[list[str]]:
        """Every cut-off piece as lines of text."""
        return [[line.text for line in slip] for slip in self.slips]

    def load_paper(self, now: float, lines: int = ROLL_LINES) -> None:
        """A new roll; 0 takes it out."""
        self.paper_lines_left = lines
        self._changed(now)

    def open_cover(self, now: float) -> None:
        self.cover_open = True
        self._changed(now)

    def close_cover(self, now: float) -> None:
        self.cover_open = False
        self._changed(now)

    def jam_cutter(self, now: float) -> None:
        """A piece of paper keeps the blade from moving: a recoverable error."""
        self.is_jammed = self.has_error = True
        self._changed(now)

    def clear_jam(self, now: float) -> None:
        """Somebody pulls the paper out; the printer goes on when the host says so."""
        self.is_jammed = False
        self._changed(now)

    # --- at once ---------------------------------------------------------------------------------------------

    def _at_once(self, command: Command) -> None:
        match command.name, command.parameters[:1]:
            case ("DLE EOT", n) if 1 <= n[0] <= 4:
                self._out.append(self._status_now(n[0]))
            case ("DLE ENQ", b"\x01" | b"\x02"):
                if command.parameters == b"\x02":
                    self._clear_buffer()
                self.has_error = self.is_jammed
            case ("DLE DC4", b"\x01"):
                self.drawer_kicks += 1
            case ("DLE DC4", b"\x08") if command.parameters == b"\x08\x01\x03\x14\x01\x06\x02\x08":
                self._clear_buffer()
                self._out += b"\x37\x25\x00"
            case _:
                self.skipped.append(command)

    def _status_now(self, n: int) -> int:
        """DLE EOT n; bits 1 and 4 are always set."""
        if n == 1:
            return 0x12 | (0 if self.is_online else 0x08)
        if n == 2:
            paper_end = self.paper_lines_left <= 0
            return 0x12 | self.cover_open * 0x04 | paper_end * 0x20 | self.has_error * 0x40
        if n == 3:
            return 0x12 | self.has_error * 0x08
        return 0x12 | self._near_end * 0x0C | (self.paper_lines_left <= 0) * 0x60

    @property
    def _near_end(self) -> bool:
        return self.paper_lines_left < NEAR_END_LINES

    def _paper_in_turn(self) -> int:
        return self._near_end * 0x03 | (self.paper_lines_left <= 0) * 0x0C

    def _report(self) -> bytes:
        """Automatic status back."""
        first = 0x10 | (not self.is_online) * 0x08 | self.cover_open * 0x20
        return bytes((first, self.has_error * 0x08, self._paper_in_turn(), 0))

    # --- in turn ---------------------------------------------------------------------------------------------

    def _store(self, token: Token, now: float) -> None:
        size = 4 if isinstance(token, Control) else len(token.data) + 4
        if self._stored + size > BUFFER_BYTES_MAX:
            self.skipped.append(token)
            return
        self._stored += size
        self._buffer.append((token, size))
        self._free_at = max(self._free_at, now) if len(self._buffer) == 1 else self._free_at

    def _work(self, now: float) -> None:
        while self._buffer and self.is_online and self._free_at <= now:
            token, size = self._buffer.popleft()
            self._stored -= size
            self._carry_out(token)

    def _carry_out(self, token: Token) -> None:
        match token:
            case Text(data):
                for line in self._line.put(data):
                    self._print(line)
            case Control(code) if code == LF:
                self._print(self._line.take())
            case Control(code) if code == CR:
                pass  # as delivered: an LF follows
            case Command():
                self._obey(token)
            case _:
                self.skipped.append(token)

    def _obey(self, command: Command) -> None:
        parameters = command.parameters
        match command.name:
            case "ESC @":
                self._line.reset()
            case "ESC d":
                self._feed_lines(parameters[0])
            case "GS V":
                self._cut()
            case "GS v" if command.data:
                self._print(self._line.picture(parameters[2] + 256 * parameters[3], command.data))
            case "GS I" if parameters[0] in _IDENTITIES:
                self._out += b"_" + _IDENTITIES[parameters[0]] + b"\0"
            case "ESC p":
                self.drawer_kicks += 1
            case "GS r":
                self._out.append(self._paper_in_turn() if parameters[0] in (1, 49) else 0)
            case "GS a":
                self._reports = parameters[0] != 0
                if self._reports:
                    self._out += self._report()
            case _:
                if not self._set_mode(command.name, parameters):
                    self.skipped.append(command)

    def _set_mode(self, name: str, parameters: bytes) -> bool:
        """Whether it was a command that changes how the next characters look."""
        line = self._line
        match name:
            case "FS &" | "FS .":
                line.kanji_on = name == "FS &"
            case "FS C":
                line.kanji_code = KanjiCode.JIS if parameters[0] in (0, 48) else KanjiCode.SHIFT_JIS
            case "ESC t":
                line.page = parameters[0]
            case "ESC R":
                line.country = parameters[0]
            case "ESC a" if line.is_empty:
                line.side = Side(parameters[0] % 48 % 3)
            case "ESC a":
                pass  # counts at the beginning of a line only
            case "GS !":
                line.across = (parameters[0] >> 4 & 7) + 1
                line.down = (parameters[0] & 7) + 1
            case "ESC !":
                line.across = 2 if parameters[0] & 0x20 else 1
                line.down = 2 if parameters[0] & 0x10 else 1
            case _:
                return False
        return True

    def _feed_lines(self, count: int) -> None:
        """ESC d n: the first of the lines takes what is set."""
        for _ in range(max(count, 0 if self._line.is_empty else 1)):
            self._print(self._line.take())

    def _print(self, line: PaperLine) -> None:
        self.open_lines.append(line)
        self._free_at += LINE_S * line.height
        was_online, was_near_end = self.is_online, self._near_end
        self.paper_lines_left = max(self.paper_lines_left - line.height, 0)
        if self._reports and (was_online, was_near_end) != (self.is_online, self._near_end):
            self._out += self._report()

    def _cut(self) -> None:
        if not self._line.is_empty:
            self._print(self._line.take())
        self.slips.append(tuple(self.open_lines))
        self.open_lines.clear()
        self._free_at += CUT_S

    # --- state -----------------------------------------------------------------------------------------------

    def _changed(self, now: float) -> None:
        """A hand was on the printer: it goes on where it stopped, and says so if it was asked to."""
        self._free_at = max(self._free_at, now)
        if self.powered and self._reports:
            self._out += self._report()

    def _clear_buffer(self) -> None:
        self._buffer.clear()
        self._stored = 0
        self._line.take()

    def _forget(self) -> None:
        self._tokenizer = Tokenizer()
        self._buffer: deque[tuple[Token, int]] = deque()
        self._stored = 0
        self._reports = False  # automatic status back
        self._out.clear()
        self._line.reset()

    def _flush(self) -> bytes:
        out = bytes(self._out)
        self._out.clear()
        return out
