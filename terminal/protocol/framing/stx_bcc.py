"""STX .. ETX BCC blocks, as the Star TCP300II sends and takes them, cut out of any stream of bytes.

The host reads with :class:`ResponseDecoder`: 02h and 03h never occur in a block's data, so an STX always starts a
block, whatever was open before it. The device reads with :class:`CommandReceiver`, which follows its own state
table and buffers an STX inside a block. For both, the byte after ETX is the BCC, whatever its value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import crcmod

STX = 0x02
ETX = 0x03
DATA_LEN_MAX = 1024  # bytes of DATA in one block; TCP300II command manual, MD/8
BODY_LEN_MAX = DATA_LEN_MAX + 2  # CMD and STATUS before DATA; longer means noise: skip to the next STX


class Control(IntEnum):
    """The single bytes between blocks."""

    ACK = 0x06
    DLE = 0x10  # the device rejects the block
    NAK = 0x15  # BCC wrong, send it again


_NOT_CONTROL = bytes(sorted(set(range(256)) - {int(control) for control in Control}))


@dataclass(frozen=True, slots=True)
class Frame:
    """A block with a right BCC. ``body``: CMD and what follows, without STX, ETX and BCC; never empty."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """A block came, but its BCC was wrong, or it was empty or too long."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Device side: the data check failed in mid-block; the rest of the block is no longer part of it."""


DAMAGED = Damaged()
REFUSED = Refused()
Token = Frame | Damaged | Control


# The XOR of all bytes is the CRC with the polynomial x^8 + 1, and crcmod has CRCs in C.
xor: Callable[[bytes | bytearray], int] = crcmod.mkCrcFun(0x101, initCrc=0, rev=False, xorOut=0)


def bcc(body: bytes | bytearray) -> int:
    """XOR of every byte from CMD through ETX; ``body`` is given without the ETX."""
    return xor(body) ^ ETX


def frame(body: bytes) -> bytes:
    """The block that carries ``body`` (CMD and data) on the wire."""
    return b"\x02" + body + bytes((ETX, bcc(body)))


_OUTSIDE, _INSIDE, _BEFORE_BCC = 1, 2, 3  # plain integers: an Enum would cost a fifth of the speed


class ResponseDecoder:
    """Host side. Memory is bounded by one block, time is linear in the bytes, the pieces do not matter."""

    __slots__ = ("_body", "_place")

    def __init__(self) -> None:
        self._place = _OUTSIDE
        self._body = b""

    def feed(self, data: bytes) -> list[Token]:
        """What the bytes completed, in order. Bytes that belong to nothing are dropped."""
        if len(data) == 1 and self._place == _INSIDE and data > b"\x03" and len(self._body) < BODY_LEN_MAX:
            self._body += data  # the bulk of byte-by-byte reads
            return []
        tokens: list[Token] = []
        at, end = 0, len(data)
        while at < end:
            if self._place == _OUTSIDE:
                at = self._outside(data, at, end, tokens)
            elif self._place == _INSIDE:
                at = self._inside(data, at, end, tokens)
            else:
                self._judge(data[at], tokens)
                at += 1
        return tokens

    def _outside(self, data: bytes, at: int, end: int, tokens: list[Token]) -> int:
        """Up to an STX and, when the whole of a good block is there, over it in one go."""
        while at < end:
            start = data.find(STX, at)
            stop = end if start < 0 else start
            if stop > at:
                tokens += [Control(byte) for byte in data[at:stop].translate(None, _NOT_CONTROL)]
            if start < 0:
                return end
            etx = data.find(ETX, start + 2, start + 2 + BODY_LEN_MAX)
            body = data[start + 1 : etx] if 0 < etx < end - 1 else b"\x02"
            if STX in body or ETX in body[:1] or data[etx + 1] != bcc(body):
                self._place, self._body = _INSIDE, b""
                return start + 1
            tokens.append(Frame(body))
            at = etx + 2
        return at

    def _inside(self, data: bytes, at: int, end: int, tokens: list[Token]) -> int:
        limit = at + BODY_LEN_MAX - len(self._body) + 1
        etx = data.find(ETX, at, limit)
        stop = etx if etx >= 0 else min(limit, end)
        piece = data[at:stop]
        restart = piece.rfind(STX)
        self._body = piece[restart + 1 :] if restart >= 0 else self._body + piece
        if etx >= 0:
            self._place = _BEFORE_BCC
            return etx + 1
        if len(self._body) > BODY_LEN_MAX:
            self._place, self._body = _OUTSIDE, b""
            tokens.append(DAMAGED)
        return stop

    def _judge(self, byte: int, tokens: list[Token]) -> None:
        body, self._body = self._body, b""
        good = bool(body) and byte == bcc(body)
        tokens.append(Frame(body) if good else DAMAGED)
        # A lost BCC must not cost the next block: the STX found in its place opens it.
        self._place = _INSIDE if byte == STX and not good else _OUTSIDE


class CommandReceiver:
    """Device side, states 1 to 3 of the manual's table (MO/7), one byte at a time.

    ``accepts(command, count, byte)`` is the device's data check in mid-block: ``count`` bytes of data stand
    before ``byte``. An STX inside a block is data like any other: it does not start the block afresh.
    """

    __slots__ = ("_accepts", "_body", "_place")

    def __init__(self, accepts: Callable[[int, int, int], bool] = lambda command, count, byte: True) -> None:
        self._accepts = accepts
        self._place = _OUTSIDE
        self._body = bytearray()

    def push(self, byte: int) -> Frame | Damaged | Refused | None:
        """Frame: answer ACK; Damaged: answer NAK; Refused: answer DLE; None: say nothing."""
        if self._place is _OUTSIDE:
            if byte == STX:
                self._place = _INSIDE
                self._body.clear()
            return None
        if self._place is _BEFORE_BCC:
            self._place = _OUTSIDE
            body = bytes(self._body)
            return Frame(body) if body and byte == bcc(body) else DAMAGED
        return self._buffer(byte)

    def reset(self) -> None:
        """Forget an open block (power-off, transport path open)."""
        self._place = _OUTSIDE

    def _buffer(self, byte: int) -> Refused | None:
        if byte == ETX:
            self._place = _BEFORE_BCC
            return None
        body = self._body
        if len(body) > DATA_LEN_MAX or (body and not self._accepts(body[0], len(body) - 1, byte)):
            self._place = _OUTSIDE
            return REFUSED
        body.append(byte)
        return None
