"""Card image v1 <-> the 69 characters of a JIS II stripe.

``c0`` is the format letter, ``c1`` the key id, ``c2``..``c68`` are 402 bits, most significant first, six to a
character: 322 bits of fields, CRC-16 (tells a torn track from a forged one), 64-bit MAC. No bit is padding.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import Enum

from shared.card.image import CardImage, Lot
from shared.card.mac import MAC_BYTES, KeyRing
from shared.errors import EnishiError
from shared.ids import CardNo

TRACK_LEN = 69  # free characters of a JIS II stripe
FORMAT_V1 = "L"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}

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
LIMITS = {name: (1 << bits) - 1 for name, bits in FIELDS}
CRC_INIT = 0xFFFF  # CRC-16/CCITT-FALSE


class Verdict(Enum):
    """What a track turned out to be; the first that applies, in this order."""

    FOREIGN = "card.foreign"
    TORN = "card.torn"
    UNKNOWN_KEY = "card.unknown_key"
    FORGED = "card.forged"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Decoded:
    """``image`` is None for FOREIGN and TORN; for UNKNOWN_KEY and FORGED it is a claim, not a fact."""

    verdict: Verdict
    image: CardImage | None = None


def encode(image: CardImage, ring: KeyRing) -> str:
    """The 69 characters of ``image`` under the current key. Raises ``card.field_out_of_range``."""
    value = 0
    for (name, bits), field in zip(FIELDS, _field_values(image), strict=True):
        if not 0 <= field < 1 << bits:
            raise EnishiError("card.field_out_of_range", field=name, value=field)
        value = value << bits | field
    kid = ring.current
    head = FORMAT_V1 + ALPHABET[kid]
    signed, crc = _signed(head, value)
    mac = ring.mac(kid, image.card, image.tenant, signed)
    value = (value << 16 | crc) << 8 * MAC_BYTES | int.from_bytes(mac, "big")
    return head + "".join(ALPHABET[value >> 6 * place & 63] for place in range(TRACK_LEN - 3, -1, -1))


def decode(track: str, ring: KeyRing) -> Decoded:
    """Judge the 69 characters read from a stripe. Total: any text gives a verdict, none raises."""
    if len(track) != TRACK_LEN or track[0] != FORMAT_V1:
        return Decoded(Verdict.FOREIGN)
    value = 0
    for character in track[1:]:
        digit = _VALUE.get(character)
        if digit is None:
            return Decoded(Verdict.TORN)
        value = value << 6 | digit
    kid, value = value >> 402, value & (1 << 402) - 1
    mac, value = value & (1 << 8 * MAC_BYTES) - 1, value >> 8 * MAC_BYTES
    crc, value = value & 0xFFFF, value >> 16
    signed, expected_crc = _signed(track[:2], value)
    if crc != expected_crc:
        return Decoded(Verdict.TORN)
    image = _image(value)
    if kid not in ring.keys:
        return Decoded(Verdict.UNKNOWN_KEY, image)
    expected_mac = ring.mac(kid, image.card, image.tenant, signed)
    if not hmac.compare_digest(expected_mac, mac.to_bytes(MAC_BYTES, "big")):
        return Decoded(Verdict.FORGED, image)
    if image.tenant != ring.tenant:
        return Decoded(Verdict.FOREIGN, image)
    return Decoded(Verdict.OK, image)


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
    values: dict[str, int] = {}
    for name, bits in reversed(FIELDS):
        values[name] = fields & (1 << bits) - 1
        fields >>= bits
    lots = tuple(Lot(values.pop(f"points_{slot}"), values.pop(f"month_{slot}")) for slot in "abc")
    card = CardNo(values.pop("card"))
    return CardImage(card=card, lots=(lots[0], lots[1], lots[2]), **values)
