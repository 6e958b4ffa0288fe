"""The record on a chip: one track of 69 characters in either of two slots, so that a torn write leaves the other.

    turn | letter | 51 bytes | crc high | crc low | turn          56 bytes = 14 pages of a type 2 tag

``letter`` is the track's first character, the 51 bytes are its 68 others, six bits each. ``turn`` counts the writes,
1..255 and round; it stands at both ends, so any beginning of a new record before any end of an old one is seen without
trusting to the CRC. The CRC (CCITT-FALSE over turn, letter and the 51 bytes) finds what is spoilt in between.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import EnishiError

TRACK_LEN = 69
RECORD_BYTES = 52  # of a track
SLOT_BYTES = RECORD_BYTES + 4
SLOTS = 2
TURN_MAX = 255
_CRC_INIT = 0xFFFF
_EMPTY = (b"\x00" * SLOT_BYTES, b"\xff" * SLOT_BYTES)
_TO_BASE64 = str.maketrans("-_+/=", "+/???")  # as shared.card.codec
_FROM_BASE64 = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True, slots=True)
class Slots:
    """What the two slots say. ``track``: the newest whole record, "" if there is none.

    ``torn``: the other slot holds the beginnings of a newer one, and ``track`` is what was there before.
    """

    track: str
    torn: bool

    @property
    def shown(self) -> str:
        """What a reader of stripes would have read. A torn record is never silently the one before."""
        return self.track[0] + "?" * (TRACK_LEN - 1) if self.torn else self.track

    @property
    def older(self) -> str:
        """The whole record behind a torn one: it says which card this is, and is not what the card holds."""
        return self.track if self.torn else ""


@dataclass(frozen=True, slots=True)
class _Slot:
    turn: int
    track: str


def pack(track: str) -> bytes:
    """52 bytes of a track. Raises ``device.card_rewriter.track`` for what is no track of ours."""
    try:
        letter = track[:1].encode("ascii")
        packed = binascii.a2b_base64(track[1:].translate(_TO_BASE64), strict_mode=True)
    except ValueError:
        packed = b""
    if len(track) != TRACK_LEN or len(packed) != RECORD_BYTES - 1:
        raise EnishiError("device.card_rewriter.track")
    return letter + packed


def unpack(record: bytes) -> str:
    """The track of 52 bytes; a letter that is not ASCII becomes "?"."""
    text = binascii.b2a_base64(record[1:], newline=False).translate(_FROM_BASE64)
    letter = record[:1] if 0x20 < record[0] < 0x7F else b"?"
    return (letter + text).decode("ascii")


def read_slots(slots: Sequence[bytes]) -> Slots:
    """Judge both slots. A spoilt slot beside a whole one is torn, whatever it was: the older one is never believed."""
    whole = [slot for slot in map(_parse, slots) if slot is not None]
    if not whole:
        return Slots("", torn=False)
    newest = max(whole, key=lambda slot: _age(slot, whole[0]))
    spoilt = any(_parse(slot) is None and slot not in _EMPTY for slot in slots)
    return Slots(newest.track, torn=spoilt)


def plan_write(slots: Sequence[bytes], track: str) -> list[tuple[int, bytes]]:
    """What to write where, in order: the slot that does not hold the newest record.

    On a chip without a record the other slot is emptied first, or what a former owner left there would look torn.
    """
    parsed = [_parse(slot) for slot in slots]
    first, second = parsed
    if first is None and second is None:
        wipe = [] if slots[1] in _EMPTY else [(1, _EMPTY[0])]
        return [*wipe, (0, _slot(1, track))]
    if first is not None and (second is None or _age(first, second) > 0):
        return [(1, _slot(_after(first.turn), track))]
    assert second is not None, "one of the two is whole"
    return [(0, _slot(_after(second.turn), track))]


def _slot(turn: int, track: str) -> bytes:
    body = bytes((turn,)) + pack(track)
    return body + binascii.crc_hqx(body, _CRC_INIT).to_bytes(2, "big") + bytes((turn,))


def _parse(slot: bytes) -> _Slot | None:
    if len(slot) != SLOT_BYTES or slot[0] == 0 or slot[0] != slot[-1]:
        return None
    if binascii.crc_hqx(slot[:-3], _CRC_INIT) != int.from_bytes(slot[-3:-1], "big"):
        return None
    return _Slot(slot[0], unpack(slot[1:-3]))


def _after(turn: int) -> int:
    return turn % TURN_MAX + 1


def _age(slot: _Slot, other: _Slot) -> int:
    """Writes from ``other`` to ``slot``; negative if it is the older one. Two whole slots are one turn apart."""
    ahead = (slot.turn - other.turn) % TURN_MAX
    return ahead if ahead <= TURN_MAX // 2 else ahead - TURN_MAX
