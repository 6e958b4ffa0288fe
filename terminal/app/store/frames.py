"""How the mirror keeps an event: ``length | CRC-32C | event``, all numbers big endian.

    event = stream 10 | seq 8 | prev 32 | hash 32 | wall_ms 8 | mono_ms 8 | clkq 1 | length of type 1 | type | body

A file of frames needs no index and no repair: what does not check is passed over and the next whole frame is found.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from crcmod.predefined import mkCrcFun

from shared.sync.messages import BODY_MAX

TYPE_MAX = 16  # shared.sync.messages.JournalEvent
READ_BYTES = 1 << 20

_HEADER = struct.Struct(">II")
_EVENT = struct.Struct(">10sQ32s32sqqBB")
EVENT_MIN = _EVENT.size + 1
EVENT_MAX = _EVENT.size + TYPE_MAX + BODY_MAX
FRAME_MAX = _HEADER.size + EVENT_MAX
# Where a frame can begin: a length between EVENT_MIN (0x65) and EVENT_MAX (0x2074).
_BEGINNING = re.compile(rb"\0\0(?:\0[\x65-\xff]|[\x01-\x20].)", re.DOTALL)

crc32c: Callable[[bytes | bytearray | memoryview], int] = mkCrcFun("crc-32c")


class StoredEvent(NamedTuple):
    """A row of the table ``event``, in the order of its columns behind the first."""

    stream: bytes
    seq: int
    type: str
    body: bytes
    prev: bytes
    hash: bytes
    wall_ms: int
    mono_ms: int
    clkq: int


class Framed(NamedTuple):
    """An event as it was found: between these offsets, after ``lost`` bytes that were no frame."""

    event: StoredEvent
    begin: int
    end: int
    lost: int


def frame(event: StoredEvent) -> bytes:
    """The bytes of one frame."""
    kind = event.type.encode("ascii")
    fixed = _EVENT.pack(
        event.stream, event.seq, event.prev, event.hash, event.wall_ms, event.mono_ms, event.clkq, len(kind)
    )
    content = fixed + kind + event.body
    return _HEADER.pack(len(content), crc32c(content)) + content


def read_frames(read: Callable[[int, int], bytes], size: int) -> Iterator[Framed]:
    """Every whole frame among ``size`` bytes. ``read(offset, length)`` may raise OSError."""
    buffer, base, position, lost = b"", 0, 0, 0
    while True:
        if len(buffer) - position < FRAME_MAX and base + len(buffer) < size:
            fresh = read(base + len(buffer), READ_BYTES)
            if not fresh:
                return
            buffer, base, position = buffer[position:] + fresh, base + position, 0
        event, end = _parse(buffer, position)
        if event is not None:
            yield Framed(event, base + position, base + end, lost)
            position, lost = end, 0
            continue
        if position >= len(buffer):
            return
        found = _BEGINNING.search(buffer, position + 1)
        # The last bytes may be the beginning of a beginning.
        onward = found.start() if found is not None else max(position + 1, len(buffer) - 3)
        lost, position = lost + onward - position, onward


def _parse(buffer: bytes, at: int) -> tuple[StoredEvent | None, int]:
    begin = at + _HEADER.size
    if begin > len(buffer):
        return None, at
    length, crc = _HEADER.unpack_from(buffer, at)
    end = begin + length
    if not EVENT_MIN <= length <= EVENT_MAX or end > len(buffer) or crc32c(memoryview(buffer)[begin:end]) != crc:
        return None, at
    stream, seq, prev, digest, wall_ms, mono_ms, clkq, type_length = _EVENT.unpack_from(buffer, begin)
    body_at = begin + _EVENT.size + type_length
    kind = buffer[begin + _EVENT.size : body_at]
    if body_at > end or not kind.isascii():
        return None, at
    return StoredEvent(
        stream, seq, kind.decode("ascii"), buffer[body_at:end], prev, digest, wall_ms, mono_ms, clkq
    ), end
