"""Hand-swiped magnetic readers and writers of the MSR206/MSR605 family: ESC-framed commands and their answers.

Pages: MSR206 programmer's manual UDN PM017-U rev. C.1 (the MSR605's, rev. A, says the same). ``PROTOCOL.md`` lists the
bytes. The set has no numbers and no check sums: an answer is known by the question it follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

TRACKS = (1, 2, 3)
RAW_MAX = 255  # bytes of one track: its length is one byte, page 14
_ESC = b"\x1b"
_END = b"\x3f\x1c"  # of a data block

RESET = b"\x1ba"  # also ends a wait for a swipe; no answer, page 10
TEST = b"\x1be"  # page 10
MODEL = b"\x1bt"  # page 12
FIRMWARE = b"\x1bv"  # page 13
HIGH_COERCIVITY = b"\x1bx"  # page 13
LOW_COERCIVITY = b"\x1by"
READ_RAW = b"\x1bm"  # waits for a swipe, page 12
EIGHT_BITS = b"\x1bo\x08\x08\x08"  # bits per character of each track, page 13
_DENSE = {1: b"\x1bb\xa1", 2: b"\x1bb\xd2", 3: b"\x1bb\xc1"}  # 210 bits per inch, page 12
LEADING_ZEROS = b"\x1bz\x3d\x3d"  # 61 on every track: 7.4 mm at 210 bits per inch, page 11


class Light(Enum):
    """Page 10; none is answered."""

    OFF = b"\x1b\x81"
    GREEN = b"\x1b\x83"
    YELLOW = b"\x1b\x84"
    RED = b"\x1b\x85"


class Status(IntEnum):
    """Page 14. 31h to 3Fh are errors."""

    OK = 0x30
    READ_WRITE = 0x31
    FORMAT = 0x32
    INVALID = 0x34
    SWIPE = 0x39  # too fast, too slow, or not to the end


class Expect(Enum):
    """What a question is answered with."""

    STATUS = "status"  # ESC, status
    TEST = "test"  # ESC y
    MODEL = "model"  # ESC, model, S
    FIRMWARE = "firmware"  # ESC, version; nothing says where it ends
    BITS = "bits"  # ESC 30, the three numbers
    RAW = "raw"  # data block, ESC, status


@dataclass(frozen=True, slots=True)
class Answer:
    """``status``: STATUS, BITS and RAW. ``text``: model or firmware. ``tracks``: raw bytes of tracks 1 to 3."""

    status: int = Status.OK
    text: str = ""
    tracks: tuple[bytes, bytes, bytes] = (b"", b"", b"")


def dense(track: int) -> bytes:
    """ESC b: 210 bits per inch on ``track``."""
    return _DENSE[track]


def write_raw(track: int, data: bytes) -> bytes:
    """ESC n: the next swipe writes ``data`` on ``track``, the lowest bit of each byte first; the others stay."""
    if len(data) > RAW_MAX:
        raise ValueError("a track's length is one byte")
    return _ESC + b"n" + _ESC + b"s" + _ESC + bytes((track, len(data))) + data + _END


def bits_of(raw: bytes) -> str:
    """The bits of a raw read in the order of the stripe. With 8 bits per character the *highest* comes first, unlike
    in a write (page 14, "bit orientation")."""
    return "".join(f"{byte:08b}" for byte in raw)


class AnswerDecoder:
    """Waits for one kind of answer. What cannot belong to it is dropped; keeps at most one block."""

    __slots__ = ("_expect", "_kept", "is_begun")

    def __init__(self, expect: Expect) -> None:
        self._expect = expect
        self._kept = b""
        self.is_begun = False  # anything came at all

    def feed(self, data: bytes) -> Answer | None:
        """The answer, as soon as it is whole. Bytes behind it are dropped: nothing was asked for them."""
        self.is_begun = self.is_begun or bool(data)
        self._kept += data
        while (start := self._kept.find(_ESC)) >= 0:
            self._kept = self._kept[start:]
            try:
                return _parse(self._expect, self._kept)
            except _Short:
                return None
            except _Strange:
                self._kept = self._kept[1:]
        self._kept = b""
        return None

    def quiet(self) -> Answer | None:
        """Nothing more came for a while: the answer whose end only silence tells."""
        if self._expect is not Expect.FIRMWARE or len(self._kept) < 2:
            return None
        return Answer(text=self._kept[1:].decode("ascii", "replace").strip())


class _Short(Exception):
    """More bytes are needed."""


class _Strange(Exception):
    """No answer begins here."""


FIRMWARE_MAX = 16  # characters; "REV?X.XX" are eight, page 13


def _parse(expect: Expect, data: bytes) -> Answer:
    match expect:
        case Expect.TEST:
            return _whole(data, b"\x1by")
        case Expect.STATUS:
            return Answer(_status(data, 1))
        case Expect.BITS:
            return _whole(data, b"\x1b0\x08\x08\x08") if data[1:2] == b"0" else Answer(_status(data, 1))
        case Expect.MODEL:
            if _at(data, 2) != ord("S"):
                raise _Strange
            return Answer(text=chr(data[1]))
        case Expect.FIRMWARE:
            if len(data) > FIRMWARE_MAX or not all(0x20 <= byte < 0x7F for byte in data[1:]):
                raise _Strange
            raise _Short
        case Expect.RAW:
            return _block(data)


def _at(data: bytes, place: int) -> int:
    if place >= len(data):
        raise _Short
    return data[place]


def _whole(data: bytes, wanted: bytes) -> Answer:
    if not wanted.startswith(data[: len(wanted)]):
        raise _Strange
    if len(data) < len(wanted):
        raise _Short
    return Answer()


def _status(data: bytes, place: int) -> int:
    """30h to 3Fh; the settings answer "A" when they are refused (page 11)."""
    status = _at(data, place)
    if not 0x30 <= status <= 0x3F and status != ord("A"):
        raise _Strange
    return status


def _block(data: bytes) -> Answer:
    """ESC s, per track ESC number length bytes, 3F 1C, ESC status. Some units leave the block out of an error."""
    if _at(data, 1) != ord("s"):
        return Answer(_status(data, 1))
    place, tracks = 2, [b"", b"", b""]
    for track in TRACKS:
        if _at(data, place) != 0x1B or _at(data, place + 1) != track:
            raise _Strange
        length = _at(data, place + 2)
        place += 3 + length
        _at(data, place)  # something follows every track
        tracks[track - 1] = data[place - length : place]
    for wanted in (*_END, 0x1B):
        if _at(data, place) != wanted:
            raise _Strange
        place += 1
    return Answer(_status(data, place), tracks=(tracks[0], tracks[1], tracks[2]))
