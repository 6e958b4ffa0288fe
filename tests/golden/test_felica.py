"""FeliCa Lite-S against values that others computed: logs of real cards, and frames of an independent reader.

Real cards: the read and the write MAC printed at qiita.com/gpsnmeajp/items/a378e1829fba1c3a3ed7 (key ex factory).
Frames: nfcpy 1.0.4 (EUPL-1.1), authenticating with key 00 01 … 0F and challenge 10 11 … 1F, then writing one block.
nfcpy names key and challenge big-endian; the card's blocks hold each half the other way round.
"""

from __future__ import annotations

from simulators.ic_card.lite_s import LiteS
from terminal.protocol import felica

IDM = bytes.fromhex("012E4129358BA753")
KEY = bytes.fromhex("07060504030201000F0E0D0C0B0A0908")
RC = bytes.fromhex("17161514131211101F1E1D1C1B1A1918")
TEXT = b"written by nfcpy"

WRITE_RC = "2008012e4129358ba75301090001808017161514131211101f1e1d1c1b1a1918"
WRITTEN = "0c09012e4129358ba7530000"
READ_WCNT = "1006012e4129358ba753010b00018090"
WCNT = "1d07012e4129358ba7530000017ffeff00000000000000000000000000"
WRITE_STATE = "3208012e4129358ba753010900028092809101000000000000000000000000000000c535ba5b93c32bd77ffeff0000000000"
WRITE_TEXT = "3208012e4129358ba75301090002800580917772697474656e206279206e6663707928ead5269678082780feff0000000000"


def test_the_read_mac_of_a_real_card() -> None:
    session = felica.session_keys(felica.FACTORY_KEY, bytes.fromhex("02AEC8FEBEA5B00A630D1DF2E83DB5BD"))
    data = IDM.ljust(16, b"\x00")
    assert felica.read_mac(session, [felica.ID, felica.MAC_A], data).hex() == "65a91e141ceb8ec2"


def test_the_write_mac_that_a_real_card_took() -> None:
    session = felica.session_keys(felica.FACTORY_KEY, bytes.fromhex("0A68AB923C5464C989FAD7C9315713D4"))
    data = b"\x01".ljust(16, b"\x00")
    mac = felica.write_mac(session, bytes.fromhex("7FFEFF"), felica.STATE, data)
    assert mac.hex() == "5252ecd28424ebd7"


def test_the_frames_are_those_of_an_independent_reader() -> None:
    session = felica.session_keys(KEY, RC)
    assert felica.write_frame(IDM, [felica.RC], RC).hex() == WRITE_RC
    assert felica.read_frame(IDM, [felica.WCNT]).hex() == READ_WCNT
    count = felica.parse_read(bytes.fromhex(WCNT), IDM, 1)[:3]
    for block, data, frame in ((felica.STATE, b"\x01".ljust(16, b"\x00"), WRITE_STATE), (5, TEXT, WRITE_TEXT)):
        mac = felica.write_mac(session, count, block, data)
        written = felica.write_frame(IDM, [block, felica.MAC_A], data + felica.mac_block(mac, count))
        assert written.hex() == frame
        count = (int.from_bytes(count, "little") + 1).to_bytes(3, "little")
    felica.parse_write(bytes.fromhex(WRITTEN), IDM)


def test_the_simulated_card_takes_them_and_answers_as_a_real_one() -> None:
    card = LiteS(IDM, KEY)
    card.blocks[0x90][:3] = bytes.fromhex("7FFEFF")
    for frame, answer in (
        (WRITE_RC, WRITTEN),
        (READ_WCNT, WCNT),
        (WRITE_STATE, WRITTEN),
        (WRITE_TEXT, WRITTEN),
    ):
        told = card.frame(bytes.fromhex(frame))
        assert told is not None
        assert told.hex() == answer
    assert bytes(card.blocks[5]) == TEXT
    replayed = card.frame(bytes.fromhex(WRITE_TEXT))
    assert replayed is not None
    assert replayed[10:12] == b"\x01\xb2"


def test_the_simulated_card_makes_the_macs_of_a_real_one() -> None:
    card = LiteS(IDM)
    assert card.write([0x80], bytes.fromhex("02AEC8FEBEA5B00A630D1DF2E83DB5BD")) == 0
    flag, data = card.read([0x82, 0x91])
    assert (flag, data[16:24].hex()) == (0, "65a91e141ceb8ec2")


def test_the_key_of_a_card_follows_from_master_and_number() -> None:
    assert felica.card_key(bytes(range(32)), IDM).hex() == "cde39910ca0b7b3e598ad23a07518c6f"


def test_the_memory_is_closed_as_the_manual_says() -> None:
    factory = bytes.fromhex("FFFFFF01070000000000000000000000")
    closed = felica.locked(factory)
    assert closed.hex() == "ffff0001070100000000ff3f00000000"
    assert (felica.is_locked(factory), felica.is_locked(closed)) == (False, True)
