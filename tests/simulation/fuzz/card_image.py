"""Fuzzing what a stripe may hold: any text gets a verdict, and a good verdict is worth something.

``python -m tests.simulation.fuzz.card_image FOLDER -max_total_time=8``
"""

from __future__ import annotations

import binascii

import atheris

from tests.simulation.fuzz.corpus import fuzz

with atheris.instrument_imports(include=["shared"]):
    from shared.card.codec import (
        ALPHABET,
        BODY_BYTES,
        CRC_INIT,
        FIELD_BITS,
        TRACK_LEN,
        Verdict,
        decode,
        encode,
        key_id,
        prev_tag,
        track_hash,
    )
    from shared.card.mac import KeyRing

PUBLISHED = b"LBAcSZYC0gAACoAMATiEgAJYMAAAAABWQAZVeb3gAHgAAAAAA71bfd4BxFNPwrjWC36_n"
RING = KeyRing(7, 1, {1: bytes(range(32)), 2: bytes(range(1, 33))})
RAW, WITH_GOOD_CRC = 0, 1
MAC_BITS = 64


def stripe(data: bytes) -> None:
    """The first byte chooses: the rest as the text of a stripe, or as fields under a right CRC and a wrong MAC."""
    if not data:
        return
    if data[0] % 2 == RAW:
        judge(data[1:].decode("latin-1"))
        judge(data[1:].decode("utf-8", "surrogateescape"))
    else:
        judge(_claim(data[1:]))


def judge(track: str) -> None:
    decoded = decode(track, RING)
    assert -1 <= key_id(track) <= 63
    assert len(track_hash(track)) == 32
    assert 0 <= prev_tag(track) < 1 << 32
    if decoded.verdict is Verdict.OK:
        assert decoded.image is not None
        assert len(track) == TRACK_LEN
        if key_id(track) == RING.current:
            assert encode(decoded.image, RING) == track
    elif decoded.image is not None:
        _signed_afresh(decoded.image)


def _signed_afresh(claimed: object) -> None:
    """What a stripe claims always fits on a stripe, and comes back as it was."""
    track = encode(claimed, RING)
    again = decode(track, RING)
    assert again.image == claimed
    assert again.verdict is (Verdict.OK if again.image.tenant == RING.tenant else Verdict.FOREIGN)
    assert encode(again.image, RING) == track


def _claim(data: bytes) -> str:
    head = "L" + ALPHABET[data[0] % 64 if data else 0]
    fields = int.from_bytes(data[1 : 1 + BODY_BYTES], "big") & (1 << FIELD_BITS) - 1
    mac = int.from_bytes(data[1 + BODY_BYTES : 9 + BODY_BYTES], "big")
    crc = binascii.crc_hqx(head.encode() + fields.to_bytes(BODY_BYTES, "big"), CRC_INIT)
    value = (fields << 16 | crc) << MAC_BITS | mac
    return head + "".join(ALPHABET[value >> 6 * place & 63] for place in range(TRACK_LEN - 3, -1, -1))


if __name__ == "__main__":
    raw, claim = bytes((RAW,)), bytes((WITH_GOOD_CRC,))
    fuzz(stripe, (raw + PUBLISHED, raw + PUBLISHED[:40], raw, claim + bytes(49), claim + b"\x02" + b"\xff" * 49))
