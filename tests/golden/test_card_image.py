"""The published image: bit by bit, with CRC and MAC worked out here, by other means than the product's."""

from __future__ import annotations

import hashlib

from msgspec import structs

from shared.card.codec import Decoded, Verdict, decode, encode
from shared.card.image import NO_LOT, CardFlag, CardImage, Lot, ranked
from shared.card.mac import KeyRing
from shared.ids import CardNo

PUBLISHED = "LBAcSZYC0gAACoAMATiEgAJYMAAAAABWQAZVeb3gAHgAAAAAA71bfd4BxFNPwrjWC36_n"
RANKED = (
    "LBAcSZYC0gAACoAMATiEgAJYMAAAAABWQAZVeb3gAHgAAAAAA71bfd9RrZanS3X4bBkIv"  # the same with the fifth rank, REPAIRED
)
KEY = bytes(range(32))
RING = KeyRing(tenant=7, current=1, keys={1: KEY})
IMAGE = CardImage(
    tenant=7,
    card=CardNo(1234567890),
    gen=0,
    seq=42,
    adj=3,
    lots=(Lot(1250, 36), Lot(300, 48), NO_LOT),
    day=690,
    writer=12,
    vtag=0x2ABCDEF,
    earn=15,
    redeem=0,
    off_red=0,
    off_cnt=1,
    prev=0xDEADBEEF,
    flags=0,
)
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
FIELD_STRINGS = (  # the layout table of the format, value by value
    f"{7:010b}", f"{1234567890:034b}", f"{0:08b}", f"{42:018b}", f"{3:012b}",
    f"{1250:020b}", f"{36:09b}", f"{300:020b}", f"{48:09b}", f"{0:020b}", f"{0:09b}",
    f"{690:014b}", f"{12:014b}", f"{0x2ABCDEF:026b}", f"{15:018b}", f"{0:018b}",
    f"{0:017b}", f"{1:07b}", f"{0xDEADBEEF:032b}", f"{0:07b}",
)  # fmt: skip


def crc_ccitt_false(data: bytes) -> int:
    """Bit by bit: polynomial 1021h, start FFFFh, nothing reflected."""
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021 if register & 0x8000 else register << 1) & 0xFFFF
    return register


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """RFC 2104, written out."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


def published_bits() -> str:
    return "".join(f"{BASE64URL.index(character):06b}" for character in PUBLISHED[2:])


def test_the_crc_used_here_gives_the_catalogue_check_value():
    assert crc_ccitt_false(b"123456789") == 0x29B1


def test_the_mac_used_here_gives_the_value_of_rfc_4231_case_2():
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex() == expected


def test_encode_gives_the_published_track():
    assert encode(IMAGE, RING) == PUBLISHED


def test_decode_gives_the_published_values():
    assert decode(PUBLISHED, RING) == Decoded(Verdict.OK, IMAGE)


def test_head_is_format_letter_and_key_id():
    assert PUBLISHED[:2] == "L" + BASE64URL[1]


def test_field_bits_stand_where_the_table_says():
    fields = "".join(FIELD_STRINGS)
    assert len(fields) == 322
    assert published_bits()[:322] == fields


def test_crc_covers_head_and_body():
    body = int("".join(FIELD_STRINGS), 2).to_bytes(41, "big")
    crc = crc_ccitt_false(PUBLISHED[:2].encode() + body)
    assert published_bits()[322:338] == f"{crc:016b}"


def test_mac_is_the_first_64_bits_under_the_card_s_own_key():
    bits = published_bits()
    body, crc = int(bits[:322], 2).to_bytes(41, "big"), int(bits[322:338], 2).to_bytes(2, "big")
    card_key = hmac_sha256(KEY, b"card-mac-v1\0" + (7).to_bytes(2, "big") + (1234567890).to_bytes(5, "big"))
    mac = hmac_sha256(card_key, b"img-v1\0" + PUBLISHED[:2].encode() + body + crc)[:8]
    assert bits[338:] == f"{int.from_bytes(mac, 'big'):064b}"


def test_every_one_of_the_402_bits_matters():
    bits = published_bits()
    for place in range(402):
        flipped = bits[:place] + str(1 - int(bits[place])) + bits[place + 1 :]
        track = PUBLISHED[:2] + "".join(BASE64URL[int(flipped[at : at + 6], 2)] for at in range(0, 402, 6))
        assert decode(track, RING).verdict in (Verdict.TORN, Verdict.FORGED), place


# --- on a chip -------------------------------------------------------------------------------------------------------

CHIP = "04a1b2c3000001"
ON_CHIP = "LBAcSZYC0gAACoAMATiEgAJYMAAAAABWQAZVeb3gAHgAAAAAA71bfd4BxFJxX47AzjQI0"


def test_the_mac_of_a_chip_s_image_begins_with_its_number() -> None:
    bits = published_bits()
    body, crc = int(bits[:322], 2).to_bytes(41, "big"), int(bits[322:338], 2).to_bytes(2, "big")
    card_key = hmac_sha256(KEY, b"card-mac-v1\0" + (7).to_bytes(2, "big") + (1234567890).to_bytes(5, "big"))
    named = b"img-v1c\0" + b"\x07" + bytes.fromhex(CHIP)
    mac = hmac_sha256(card_key, named + PUBLISHED[:2].encode() + body + crc)[:8]
    on_chip = "".join(f"{BASE64URL.index(character):06b}" for character in ON_CHIP[2:])
    assert on_chip == bits[:338] + f"{int.from_bytes(mac, 'big'):064b}"


def test_encode_gives_the_published_record_of_a_chip() -> None:
    assert encode(IMAGE, RING, CHIP) == ON_CHIP
    assert decode(ON_CHIP, RING, CHIP) == Decoded(Verdict.OK, IMAGE)


def test_neither_is_ever_the_other() -> None:
    assert decode(ON_CHIP, RING).verdict is Verdict.FORGED
    assert decode(PUBLISHED, RING, CHIP).verdict is Verdict.FORGED


def test_a_rank_stands_in_the_three_bits_above_the_flags():
    """The seven bits of the field: the rank's place from 1, then TEMP, REPAIRED, ONLINE_ONLY, LOCKED."""
    track = encode(structs.replace(IMAGE, flags=ranked(CardFlag.REPAIRED, 5)), RING)
    assert track == RANKED
    bits = "".join(f"{BASE64URL.index(character):06b}" for character in track[2:])
    assert bits[:322] == "".join(FIELD_STRINGS[:-1]) + "1010100"
    image = decode(track, RING).image
    assert (image.rank, image.flags & 0b1111) == (5, CardFlag.REPAIRED)
