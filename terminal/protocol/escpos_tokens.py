"""ESC/POS from the printer's side: a stream of bytes cut into commands and text.

Written from the ESC/POS reference and not from ``escpos``: two readings of one document check each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

_DLE, _ESC, _FS, _GS = 0x10, 0x1B, 0x1C, 0x1D
_PREFIXES = (_DLE, _ESC, _FS, _GS)
_REAL_TIME = {0x04: 1, 0x05: 1}  # DLE EOT n, DLE ENQ n
_DLE_DC4 = 0x14
_DLE_DC4_LENGTHS = {0x01: 3, 0x02: 3, 0x08: 8}  # fn and what follows it

# Parameter bytes after the two bytes of a command. What is not here has a length of its own below, or is unknown.
_ESC_PARAMETERS = {
    **dict.fromkeys(b"@2<LSimv\x0c", 0),
    **dict.fromkeys(b" !%-3=?EGJMRTVadertu{", 1),
    **dict.fromkeys(b"$\\c", 2),
    **dict.fromkeys(b"p", 3),
    **dict.fromkeys(b"W", 8),
}
_FS_PARAMETERS = {**dict.fromkeys(b"&.", 0), **dict.fromkeys(b"!-CW", 1), **dict.fromkeys(b"Sp", 2)}
_GS_PARAMETERS = {
    **dict.fromkeys(b":", 0),
    **dict.fromkeys(b"!/BHITabfhrw", 1),
    **dict.fromkeys(b"$LPW\\", 2),
    **dict.fromkeys(b"^", 3),
}
_CUT_WITH_FEED = (65, 66, 97, 98, 103, 104)  # GS V m n
_BARCODE_COUNTED = 65  # GS k m n: from here the length is counted, below it ends with NUL
PICTURE_MAX = 16_384  # bytes; a band of text at 80 mm is 4,320
_HEADER_MAX = 10  # bytes of the longest commands without their data: ESC W, DLE DC4 fn=8


@dataclass(frozen=True, slots=True)
class Text:
    """Printable bytes in whatever code is selected. A two-byte character may be split between two of these."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Control:
    """A single control byte: LF, CR, HT, FF and the like."""

    code: int


@dataclass(frozen=True, slots=True)
class Command:
    """``name`` is the prefix and the letter, such as ``ESC @``; ``data_len`` bytes of data follow and are left out,
    but for a picture's that fits into ``PICTURE_MAX``."""

    name: str
    parameters: bytes = b""
    data_len: int = 0
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Strange:
    """Bytes that begin no command we know; skipped."""

    data: bytes


Token = Text | Control | Command | Strange


class Tokenizer:
    """Cuts a stream that comes in any pieces. Keeps at most ``_HEADER_MAX`` bytes and one picture; other data is only
    counted."""

    __slots__ = ("_kept", "_picture", "_skip", "_until_nul")

    def __init__(self) -> None:
        self._kept = b""
        self._picture: Command | None = None  # whose data is coming
        self._skip = 0  # bytes of a command's data still to come
        self._until_nul = False

    def feed(self, data: bytes) -> list[Token]:
        """The tokens that ``data`` completes."""
        stream = self._kept + data
        self._kept = b""
        tokens: list[Token] = []
        place = 0
        while place < len(stream):
            if self._until_nul or self._skip:
                place = self._pass_over(stream, place, tokens)
                continue
            end = _text_end(stream, place)
            if end > place:
                tokens.append(Text(stream[place:end]))
            elif (end := self._command(stream, place, tokens)) == place:
                self._kept = stream[place:]
                break
            place = end
        return tokens

    def _pass_over(self, stream: bytes, place: int, tokens: list[Token]) -> int:
        if self._until_nul:
            nul = stream.find(0, place)
            self._until_nul = nul < 0
            return len(stream) if nul < 0 else nul + 1
        passed = min(self._skip, len(stream) - place)
        self._skip -= passed
        if self._picture is not None:
            self._picture = replace(self._picture, data=self._picture.data + stream[place : place + passed])
            if not self._skip:
                tokens.append(self._picture)
                self._picture = None
        return place + passed

    def _command(self, stream: bytes, place: int, tokens: list[Token]) -> int:
        """Where the command at ``place`` ends; ``place`` itself if it is not complete."""
        if stream[place] not in _PREFIXES:
            tokens.append(Control(stream[place]))
            return place + 1
        header = stream[place : place + _HEADER_MAX]
        length = _length(header)
        if length == 0:
            tokens.append(Strange(header[:2]))
            return place + 2
        if len(header) < length:
            return place
        whole = header[:length]
        self._skip, self._until_nul = _data(whole)
        command = Command(_name(whole), whole[2:], self._skip)
        if command.name == "GS v" and 0 < self._skip <= PICTURE_MAX:
            self._picture = command
        else:
            tokens.append(command)
        return place + length


def _text_end(stream: bytes, place: int) -> int:
    while place < len(stream) and stream[place] >= 0x20:
        place += 1
    return place


def _length(header: bytes) -> int:
    """Bytes of the command without its data: 0 = unknown, more than there are = wait."""
    if len(header) < 2:
        return 2
    prefix, letter = header[0], header[1]
    if prefix == _DLE:
        return _real_time_length(header)
    table = {_ESC: _ESC_PARAMETERS, _FS: _FS_PARAMETERS, _GS: _GS_PARAMETERS}[prefix]
    if letter in table:
        return 2 + table[letter]
    return _own_length(prefix, letter, header)


def _real_time_length(header: bytes) -> int:
    letter = header[1]
    if letter in _REAL_TIME:
        return 2 + _REAL_TIME[letter]
    if letter != _DLE_DC4:
        return 0
    return 3 if len(header) < 3 else 2 + _DLE_DC4_LENGTHS.get(header[2], 0)


def _own_length(prefix: int, letter: int, header: bytes) -> int:
    """Commands whose length depends on a parameter."""
    third = header[2] if len(header) > 2 else None
    match prefix, chr(letter):
        case (0x1B, "*"):
            return 5  # m nL nH
        case (0x1D | 0x1C, "("):
            return 5  # letter pL pH
        case (0x1B, "D"):
            return 2  # tab stops, ended by NUL
        case (0x1D, "v"):
            return 8  # 0 m xL xH yL yH
        case (0x1D, "V"):
            return 3 if third is None or third not in _CUT_WITH_FEED else 4
        case (0x1D, "k"):
            return 3 if third is None or third < _BARCODE_COUNTED else 4
    return 0


def _data(whole: bytes) -> tuple[int, bool]:
    """Length of the data that follows, or whether it ends with NUL."""
    match whole[0], chr(whole[1]):
        case (0x1B, "*"):
            dots = whole[3] + 256 * whole[4]
            return (dots * 3 if whole[2] >= 32 else dots), False
        case (0x1D, "(") | (0x1C, "("):
            return whole[3] + 256 * whole[4], False
        case (0x1D, "v"):
            return (whole[4] + 256 * whole[5]) * (whole[6] + 256 * whole[7]), False
        case (0x1B, "D"):
            return 0, True
        case (0x1D, "k"):
            return (whole[3], False) if len(whole) == 4 else (0, True)
    return 0, False


def _name(whole: bytes) -> str:
    prefix = {_DLE: "DLE", _ESC: "ESC", _FS: "FS", _GS: "GS"}[whole[0]]
    letter = {0x04: "EOT", 0x05: "ENQ", 0x14: "DC4", 0x0C: "FF"}.get(whole[1]) or chr(whole[1])
    return f"{prefix} {letter}"
