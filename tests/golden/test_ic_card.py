"""The bytes between link and core, and what each family of readers is sent: PROTOCOL.md, "Chip cards"."""

from __future__ import annotations

import pytest

from terminal.drivers.ic_card.dialects import AcsFrames, BlockLists, Dialect, Pn532Frames
from terminal.protocol import apdu, pcsc, slots
from terminal.protocol.apdu import Reply

IDM = bytes.fromhex("012E4129358BA753")
TRACK = "LBAcSZYC0gAACoAMATiEgAJYMAAAAABWQAZVeb3gAHgAAAAAA71bfd4BxFNPwrjWC36_n"  # test vector of the card format


@pytest.mark.parametrize(
    ("message", "frame"),
    [
        (pcsc.Look(), "7e 01 FCS 7e"),
        (pcsc.Transmit(1, 2, bytes.fromhex("FFCA000000")), "7e 02 0001 0002 ffca000000 FCS 7e"),
        (pcsc.Release(), "7e 03 FCS 7e"),
        (pcsc.Restart(), "7e 04 FCS 7e"),
        (pcsc.ReaderHere("ACR"), "7e 81 414352 FCS 7e"),
        (pcsc.ReaderGone(pcsc.Absence.SERVICE), "7e 82 00 FCS 7e"),
        (pcsc.ReaderGone(pcsc.Absence.READER), "7e 82 01 FCS 7e"),
        (pcsc.CardHere(3, bytes(16), b"\x3b\x00"), "7e 83 0003" + " 00" * 16 + " 3b00 FCS 7e"),
        (pcsc.NoCardHere(), "7e 84 FCS 7e"),
        (pcsc.Response(1, b"\x90\x00"), "7e 85 0001 9000 FCS 7e"),
        (pcsc.Failed(1, "gone"), "7e 86 0001 676f6e65 FCS 7e"),
    ],
)
def test_a_frame_is_flag_kind_body_check_flag(message: pcsc.Message, frame: str) -> None:
    body = bytes.fromhex(frame.replace("FCS", "").replace("7e", ""))
    assert pcsc.encode(message) == b"\x7e" + body + _x25(body) + b"\x7e"


def _x25(data: bytes) -> bytes:
    """CRC-16/X-25 bit by bit, low byte first; these bodies need no stuffing."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return (register ^ 0xFFFF).to_bytes(2, "little")


@pytest.mark.parametrize(
    ("dialect", "command"),
    [
        (Pn532Frames(), "ff00000013 d44001 1006 IDM 010b00 01 8005"),
        (AcsFrames(), "ff00000010 1006 IDM 010b00 01 8005"),
        (BlockLists(), "ffb0800103 000500 00"),
    ],
)
def test_one_block_is_asked_for_in_each_readers_words(dialect: Dialect, command: str) -> None:
    assert next(dialect.read(IDM, [5])) == bytes.fromhex(command.replace("IDM", IDM.hex()))


def test_a_block_with_its_mac_is_one_command_with_two_blocks() -> None:
    write = BlockLists().write(IDM, [5, 0x91], bytes(range(32)))
    assert next(write).hex() == "ffd6800226" + "000500" + "009100" + bytes(range(32)).hex()
    with pytest.raises(StopIteration):
        write.send(Reply(b"", 0x9000))


def test_the_service_is_selected_before_block_lists() -> None:
    assert next(BlockLists().prepare()).hex() == "ffa40001020900"


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (apdu.get_uid(), "ffca000000"),
        (apdu.read_binary(4, 16), "ffb0000410"),
        (apdu.update_binary(4, bytes.fromhex("11223344")), "ffd600040411223344"),
        (apdu.load_key(b"\xff" * 6), "ff82000006ffffffffffff"),
        (apdu.authenticate(4), "ff860000050100046000"),
    ],
)
def test_commands_are_those_of_the_readers_manuals(command: bytes, wanted: str) -> None:
    """ACR122U API V2.04, sections 4 and 5; the same in PC/SC part 3, 3.2.2."""
    assert command.hex() == wanted


@pytest.mark.parametrize(
    ("atr", "chip"),
    [
        ("3b8f8001804f0ca000000306030001000000006a", apdu.Chip.CLASSIC),
        ("3b8f8001804f0ca0000003060300030000000068", apdu.Chip.TYPE2),
        ("3b8f8001804f0ca00000030611003b0000000042", apdu.Chip.FELICA),
        ("3b8c800150cccccccc00000000113381b0", apdu.Chip.OTHER),
    ],
)
def test_the_atr_of_a_storage_card_names_it(atr: str, chip: apdu.Chip) -> None:
    assert apdu.chip_of(bytes.fromhex(atr)) is chip


def test_a_record_is_56_bytes() -> None:
    ((place, record),) = slots.plan_write((bytes(56), bytes(56)), TRACK)
    packed = "0407126580b4800002a003004e212000960c00000000159001955e6f"
    packed += "78001e0000000000ef56df77807114d3f0ae3582dfafe7"
    assert (place, record.hex()) == (0, "01" + "4c" + packed + "c242" + "01")  # turn, "L", bits, CRC, turn
    assert slots.read_slots((record, bytes(56))) == slots.Slots(TRACK, torn=False)
