"""Card image v1 <-> the 69 characters of a JIS II stripe, or of the record on a chip.

``c0`` is the format letter, ``c1`` the key id, ``c2``..``c68`` are 402 bits, most significant first, six to a
character: 322 bits of fields, CRC-16 (tells a torn track from a forged one), 64-bit MAC. No bit is padding. On a chip
the MAC covers the chip's number too (``uid``): copied to another chip, the same characters are forged.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from enum import Enum
from typing import NamedTuple

from shared.card.chip import is_uid, uid_bytes
from shared.card.image import NO_LOT, CardImage, Lot
from shared.card.mac import MAC_BYTES, KeyRing
from shared.errors import EnishiError
from shared.ids import CardNo

TRACK_LEN = 69  # free characters of a JIS II stripe
FORMAT_V1 = "L"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
# The alphabet is that of base64 (RFC 4648) but for its last two, so a library in C turns characters into bits. What is
# only in the other alphabet becomes "?", which is in neither.
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/???")
_FROM_BASE64 = bytes.maketrans(b"+/", b"-_")

FIELDS = (  # name, bits; in the order of the wire
    ("tenant", 10),
    ("card", 34),
    ("gen", 8),
    ("seq", 18),
    ("adj", 12),
    ("points_a", 20),
    ("month_a", 9),
    ("points_b", 20),
    ("month_b", 9),
    ("points_c", 20),
    ("month_c", 9),
    ("day", 14),
    ("writer", 14),
    ("vtag", 26),
    ("earn", 18),
    ("redeem", 18),
    ("off_red", 17),
    ("off_cnt", 7),
    ("prev", 32),
    ("flags", 7),
)
FIELD_BITS = sum(bits for _, bits in FIELDS)  # 322
BODY_BYTES = (FIELD_BITS + 7) // 8
PACKED_BYTES = (TRACK_LEN - 1) * 6 // 8  # 51: key id, fields, crc and MAC, without a bit to spare
LIMITS = {name: (1 << bits) - 1 for name, bits in FIELDS}
_PLACES = tuple(  # of each field: bits behind it, and its mask
    (sum(bits for _, bits in FIELDS[place + 1 :]), (1 << bits) - 1) for place, (_, bits) in enumerate(FIELDS)
)
CRC_INIT = 0xFFFF  # CRC-16/CCITT-FALSE


class Verdict(Enum):
    """What a track turned out to be; the first that applies, in this order."""

    FOREIGN = "card.foreign"
    TORN = "card.torn"
    UNKNOWN_KEY = "card.unknown_key"
    FORGED = "card.forged"
    OK = "ok"


class Decoded(NamedTuple):
    """``image`` is None for FOREIGN and TORN; for UNKNOWN_KEY and FORGED it is a claim, not a fact."""

    verdict: Verdict
    image: CardImage | None = None


def encode(image: CardImage, ring: KeyRing, uid: str = "") -> str:
    """The 69 characters of ``image`` under the current key, for this chip alone if ``uid`` is one's number.

    Raises ``card.field_out_of_range`` and ``card.uid``.
    """
    chip = uid_bytes(uid)
    value = 0
    for (name, bits), field in zip(FIELDS, _field_values(image), strict=True):
        if not 0 <= field < 1 << bits:
            raise EnishiError("card.field_out_of_range", field=name, value=field)
        value = value << bits | field
    kid = ring.current
    head = FORMAT_V1 + ALPHABET[kid]
    signed, crc = _signed(head, value)
    mac = ring.mac(kid, image.card, image.tenant, signed, chip)
    value = ((kid << FIELD_BITS | value) << 16 | crc) << 8 * MAC_BYTES | int.from_bytes(mac, "big")
    text = binascii.b2a_base64(value.to_bytes(PACKED_BYTES, "big"), newline=False)
    return FORMAT_V1 + text.translate(_FROM_BASE64).decode("ascii")


def decode(track: str, ring: KeyRing, uid: str = "") -> Decoded:
    """Judge the 69 characters read from a stripe, or from the chip ``uid``. Total: any text gives a verdict, none
    raises; under a number that no chip can have, nothing is genuine."""
    if len(track) != TRACK_LEN or track[0] != FORMAT_V1:
        return Decoded(Verdict.FOREIGN)
    try:
        packed = binascii.a2b_base64(track[1:].encode("ascii", "replace").translate(_TO_BASE64), strict_mode=True)
    except ValueError:  # a character of no alphabet
        return Decoded(Verdict.TORN)
    value = int.from_bytes(packed, "big")
    kid, value = value >> 402, value & (1 << 402) - 1
    mac, value = value & (1 << 8 * MAC_BYTES) - 1, value >> 8 * MAC_BYTES
    crc, value = value & 0xFFFF, value >> 16
    signed, expected_crc = _signed(track[:2], value)
    if crc != expected_crc:
        return Decoded(Verdict.TORN)
    image = _image(value)
    if kid not in ring.keys:
        return Decoded(Verdict.UNKNOWN_KEY, image)
    if not is_uid(uid):
        return Decoded(Verdict.FORGED, image)
    expected_mac = ring.mac(kid, image.card, image.tenant, signed, bytes.fromhex(uid))
    if not hmac.compare_digest(expected_mac, mac.to_bytes(MAC_BYTES, "big")):
        return Decoded(Verdict.FORGED, image)
    if image.tenant != ring.tenant:
        return Decoded(Verdict.FOREIGN, image)
    return Decoded(Verdict.OK, image)


def key_id(track: str) -> int:
    """The key epoch that a track names; -1 when it is none of ours. Says nothing about whether it is genuine."""
    return _VALUE.get(track[1], -1) if len(track) == TRACK_LEN else -1


def track_hash(track: str) -> bytes:
    """SHA-256 of a track: the name by which a visit knows its base (32 bytes)."""
    return hashlib.sha256(track.encode("ascii", "replace")).digest()


def prev_tag(track: str) -> int:
    """The first 32 bits of the track's hash: what the next image carries in ``prev``."""
    return int.from_bytes(track_hash(track)[:4], "big")


def _signed(head: str, fields: int) -> tuple[bytes, int]:
    """The bytes under the MAC (head, body, crc) and the crc itself."""
    checked = head.encode("ascii") + fields.to_bytes(BODY_BYTES, "big")
    crc = binascii.crc_hqx(checked, CRC_INIT)
    return checked + crc.to_bytes(2, "big"), crc


def _field_values(image: CardImage) -> tuple[int, ...]:
    (a, b, c) = image.lots
    return (
        image.tenant, image.card, image.gen, image.seq, image.adj,
        a.points, a.month, b.points, b.month, c.points, c.month,
        image.day, image.writer, image.vtag, image.earn, image.redeem,
        image.off_red, image.off_cnt, image.prev, image.flags,
    )  # fmt: skip


def _image(fields: int) -> CardImage:
    (
        tenant, card, gen, seq, adj, points_a, month_a, points_b, month_b, points_c, month_c,
        day, writer, vtag, earn, redeem, off_red, off_cnt, prev, flags,
    ) = [fields >> shift & mask for shift, mask in _PLACES]  # fmt: skip
    lots = (_lot(points_a, month_a), _lot(points_b, month_b), _lot(points_c, month_c))
    return CardImage(
        tenant, CardNo(card), gen, seq, adj, lots, day, writer, vtag, earn, redeem, off_red, off_cnt, prev, flags
    )


def _lot(points: int, month: int) -> Lot:
    return Lot(points, month) if points or month else NO_LOT
