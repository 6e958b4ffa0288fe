"""ESC/POS for Japanese receipt printers: the commands we send and the status bytes that come back.

Source: ESC/POS reference (Epson TM series); ``PROTOCOL.md`` lists every byte. ``escpos_tokens`` reads the commands
and knows nothing of this module, so that neither can hide the other's mistake.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from shared.text.jis import encode_shift_jis

BUFFER_CLEARED = b"\x37\x25\x00"  # the answer to CLEAR_BUFFER

_DLE_EOT = b"\x10\x04"
_ESC = b"\x1b"
_FS = b"\x1c"
_GS = b"\x1d"
_IDENTITY = 0x5F  # starts the answer to GS I

INITIALIZE = _ESC + b"@"
SHIFT_JIS = _FS + b"&" + _FS + b"C1"  # FS & only counts while the code system is still JIS, and does no harm
KATAKANA_PAGE = _ESC + b"t\x01"
JAPANESE_SIGNS = _ESC + b"R\x08"  # 5Ch prints as yen
LINE_FEED = b"\x0a"
CLEAR_BUFFER = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 fn=8; send nothing until BUFFER_CLEARED

RECOVER = b"\x10\x05\x02"  # DLE ENQ 2: out of a recoverable error, and clear what was not printed yet

PULSE_UNIT_MS = 2  # of ESC p
RASTER_DOTS_MAX = 576  # 80 mm paper
IDENTITY_MAX = 80  # characters, GS I


class Align(IntEnum):
    """ESC a n; counts at the beginning of a line only."""

    LEFT = 0
    CENTRE = 1
    RIGHT = 2


class Ask(IntEnum):
    """DLE EOT n: answered at once, even when the printer is offline or its buffer is full."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


class Identity(IntEnum):
    """GS I n."""

    FIRMWARE = 65
    MODEL = 67


def begin_job() -> bytes:
    """Everything a job relies on; a printer that was switched off in between has forgotten it."""
    return INITIALIZE + SHIFT_JIS + KATAKANA_PAGE + JAPANESE_SIGNS


def text(line: str) -> bytes:
    """One line of text without its line feed. What the printer does not know is folded; controls are left out."""
    return encode_shift_jis(line)


def align(side: Align) -> bytes:
    return _ESC + b"a" + bytes((side,))


def double_size(is_on: bool) -> bytes:
    """GS ! n: twice the width and twice the height, for kanji as well."""
    return _GS + b"!" + (b"\x11" if is_on else b"\x00")


def feed(lines: int) -> bytes:
    """ESC d n: print what is in the line buffer and feed."""
    return _ESC + b"d" + bytes((lines,))


def cut(feed_dots: int = 0) -> bytes:
    """GS V 66 n: feed to the cutter and ``feed_dots`` more, then cut all but one point."""
    return _GS + b"V\x42" + bytes((feed_dots,))


def kick_drawer(on_ms: int = 50, off_ms: int = 500) -> bytes:
    """ESC p 0: a pulse on connector pin 2, both times up to 510 ms."""
    return _ESC + b"p\x00" + bytes((on_ms // PULSE_UNIT_MS, off_ms // PULSE_UNIT_MS))


def raster(rows: Sequence[int], width: int) -> bytes:
    """GS v 0: a picture ``width`` dots wide, a multiple of eight; the leftmost dot in the highest bit of a row."""
    if width % 8 or width > RASTER_DOTS_MAX:
        raise ValueError("a raster is whole bytes wide")
    size = (width // 8).to_bytes(2, "little") + len(rows).to_bytes(2, "little")
    return _GS + b"v0\x00" + size + b"".join(row.to_bytes(width // 8, "big") for row in rows)


def ask_identity(what: Identity) -> bytes:
    """GS I n: in turn; answered by 5Fh, text, 00h. A printer that does not know it says nothing."""
    return _GS + b"I" + bytes((what,))


def ask_now(what: Ask) -> bytes:
    return _DLE_EOT + bytes((what,))


def ask_paper_in_turn() -> bytes:
    """GS r 1: waits its turn in the buffer, so its answer says that everything before it was carried out."""
    return _GS + b"r\x01"


def report_changes(is_on: bool) -> bytes:
    """GS a n: automatic status back for drawer, on/offline, errors and paper."""
    return _GS + b"a" + (b"\x0f" if is_on else b"\x00")


# --- answers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfflineCause:
    """Answer to ``Ask.OFFLINE_CAUSE``."""

    cover_open: bool
    paper_end: bool
    error: bool

    @classmethod
    def parse(cls, status: int) -> OfflineCause:
        return cls(bool(status & 0x04), bool(status & 0x20), bool(status & 0x40))


@dataclass(frozen=True, slots=True)
class ErrorCause:
    """Answer to ``Ask.ERROR_CAUSE``. ``lasting``: only the power switch ends it; ``passing``: it ends by itself."""

    mechanical: bool
    cutter: bool
    lasting: bool
    passing: bool

    @classmethod
    def parse(cls, status: int) -> ErrorCause:
        return cls(bool(status & 0x04), bool(status & 0x08), bool(status & 0x20), bool(status & 0x40))


@dataclass(frozen=True, slots=True)
class PaperState:
    """Answer to ``Ask.PAPER`` or GS r 1."""

    near_end: bool
    end: bool

    @classmethod
    def parse_now(cls, status: int) -> PaperState:
        return cls(bool(status & 0x0C), bool(status & 0x60))

    @classmethod
    def parse_in_turn(cls, status: int) -> PaperState:
        return cls(bool(status & 0x03), bool(status & 0x0C))


@dataclass(frozen=True, slots=True)
class StatusNow:
    """A byte answering DLE EOT; which question it answers only the asker knows."""

    status: int


@dataclass(frozen=True, slots=True)
class StatusInTurn:
    """A byte answering GS r."""

    status: int


@dataclass(frozen=True, slots=True)
class Changed:
    """Automatic status back, four bytes."""

    drawer_high: bool
    offline: bool
    cover_open: bool
    error: bool
    paper: PaperState


@dataclass(frozen=True, slots=True)
class BufferCleared:
    pass


@dataclass(frozen=True, slots=True)
class Identified:
    """Answer to GS I."""

    text: str


Answer = StatusNow | StatusInTurn | Changed | BufferCleared | Identified


class AnswerDecoder:
    """Sorts the printer's bytes by their fixed bits; what fits nothing is dropped. Keeps at most an identity.

    ``0xx1xx10`` answers DLE EOT, ``0xx1xx00`` starts four bytes of automatic status whose others are ``0xx0xxxx``,
    ``0000xxxx`` answers GS r, 37h starts the three bytes of ``BUFFER_CLEARED``, 5Fh the text of GS I up to 00h.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> list[Answer]:
        """The answers that ``data`` completes, in order."""
        answers: list[Answer] = []
        stream = self._kept + data
        place = 0
        while place < len(stream):
            length = _length(stream, place)
            whole = stream[place : place + length]
            if not _may_be(whole):
                place += 1
            elif len(whole) < length:
                break
            else:
                answers.append(_answer(whole))
                place += length
        self._kept = stream[place:]
        return answers

    def reset(self) -> None:
        """Forget half an answer."""
        self._kept = b""


def _length(stream: bytes, place: int) -> int:
    first = stream[place]
    if first == _IDENTITY:
        end = stream.find(0, place, place + IDENTITY_MAX + 2)
        return IDENTITY_MAX + 2 if end < 0 else end + 1 - place
    if first == BUFFER_CLEARED[0]:
        return len(BUFFER_CLEARED)
    return 4 if first & 0x93 == 0x10 else 1


def _may_be(begun: bytes) -> bool:
    """Whether these bytes are an answer or the beginning of one."""
    first = begun[0]
    if first == _IDENTITY:
        return all(0x20 <= byte < 0x7F for byte in begun.removesuffix(b"\0")) and len(begun) < IDENTITY_MAX + 2
    if first == BUFFER_CLEARED[0]:
        return BUFFER_CLEARED.startswith(begun)
    if first & 0x93 == 0x10:
        return all(byte & 0x90 == 0 for byte in begun[1:])
    return first & 0x93 == 0x12 or first & 0xF0 == 0


def _answer(whole: bytes) -> Answer:
    first = whole[0]
    if first == _IDENTITY:
        return Identified(whole[1:-1].decode("ascii"))
    if whole == BUFFER_CLEARED:
        return BufferCleared()
    if len(whole) == 4:
        return Changed(
            drawer_high=bool(first & 0x04),
            offline=bool(first & 0x08),
            cover_open=bool(first & 0x20),
            error=bool(whole[1] & 0x6C),
            paper=PaperState.parse_in_turn(whole[2]),
        )
    return StatusNow(first) if first & 0x93 == 0x12 else StatusInTurn(first)
