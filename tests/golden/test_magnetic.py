"""The MSR206/MSR605 command set and the JIS II record as bytes written out by hand from their documents."""

from __future__ import annotations

import pytest

from shared.visit.effects import AwaitCard, WriteCard
from shared.visit.events import CardPresented, CardRewriterReady, CardWritten
from shared.visit.unit import CardUnit
from simulators.card_stock import SimCard
from simulators.magnetic import MagneticSimulator, stripe_bits
from terminal.drivers.card_rewriter.magnetic import MagneticCore
from terminal.protocol import magnetic
from terminal.protocol.magnetic import Answer, AnswerDecoder, Expect, Light
from terminal.protocol.magnetic_track import Track, decode, encode

COMMANDS = [
    (magnetic.RESET, "1B 61"),  # page 10
    (magnetic.TEST, "1B 65"),
    (Light.GREEN.value, "1B 83"),
    (Light.YELLOW.value, "1B 84"),
    (Light.RED.value, "1B 85"),
    (Light.OFF.value, "1B 81"),
    (magnetic.LEADING_ZEROS, "1B 7A 3D 3D"),  # page 11
    (magnetic.dense(1), "1B 62 A1"),  # page 12
    (magnetic.dense(2), "1B 62 D2"),
    (magnetic.dense(3), "1B 62 C1"),
    (magnetic.READ_RAW, "1B 6D"),
    (magnetic.MODEL, "1B 74"),
    (magnetic.FIRMWARE, "1B 76"),  # page 13
    (magnetic.EIGHT_BITS, "1B 6F 08 08 08"),
    (magnetic.HIGH_COERCIVITY, "1B 78"),
    (magnetic.LOW_COERCIVITY, "1B 79"),
    # The track 2 of the manual's own example, page 20, without the other two.
    (magnetic.write_raw(2, bytes.fromhex("2B8849EAAF")), "1B 6E 1B 73 1B 02 05 2B 88 49 EA AF 3F 1C"),
]  # fmt: skip


@pytest.mark.parametrize(("built", "by_hand"), COMMANDS)
def test_every_command_has_the_bytes_of_the_manual(built: bytes, by_hand: str) -> None:
    assert built == bytes.fromhex(by_hand)


ANSWERS = [
    (Expect.TEST, "1B 79", Answer()),
    (Expect.STATUS, "1B 30", Answer(0x30)),
    (Expect.STATUS, "1B 39", Answer(0x39)),
    (Expect.STATUS, "1B 41", Answer(0x41)),
    (Expect.BITS, "1B 30 08 08 08", Answer(0x30)),
    (Expect.MODEL, "1B 33 53", Answer(text="3")),
    (Expect.RAW, "1B 73 1B 01 00 1B 02 02 FF 1B 1B 03 00 3F 1C 1B 30", Answer(0x30, tracks=(b"", b"\xff\x1b", b""))),
    (Expect.RAW, "1B 31", Answer(0x31)),
]


@pytest.mark.parametrize(("expect", "received", "meaning"), ANSWERS)
def test_every_answer_of_the_manual_is_read(expect: Expect, received: str, meaning: Answer) -> None:
    assert AnswerDecoder(expect).feed(bytes.fromhex(received)) == meaning


def test_a_write_sends_the_lowest_bit_first_and_a_read_brings_the_highest_first() -> None:
    # Page 20: track 2 ";12345?" is 11010 10000 01000 11001 00100 10101 11111 10101 on the stripe.
    stripe = "1101010000010001100100100101011111110101"
    assert "".join(f"{byte:08b}"[::-1] for byte in bytes.fromhex("2B8849EAAF")) == stripe
    assert magnetic.bits_of(bytes.fromhex("D411925 7F5".replace(" ", ""))) == stripe  # page 14


RECORDS = [
    # text; DEL, its characters and DEL with even ones in bit 7; the check character of all but the start sign
    ("", "FF FF FF"),
    ("A", "FF 41 FF BE"),
    ("AB", "FF 41 42 FF FC"),
    ("az09-_", "FF E1 FA 30 39 2D 5F FF 9F"),
]


@pytest.mark.parametrize(("text", "by_hand"), RECORDS)
def test_a_record_has_the_bytes_of_the_jis_table(text: str, by_hand: str) -> None:
    assert encode(text) == bytes.fromhex(by_hand)
    stripe = "".join(f"{byte:08b}"[::-1] for byte in bytes.fromhex(by_hand))
    assert stripe_bits(text) == stripe
    assert decode("0" * 61 + stripe + "0" * 40) == Track(text)


def test_a_check_character_that_counts_the_start_sign_is_read_too() -> None:
    stripe = "".join(f"{byte:08b}"[::-1] for byte in bytes.fromhex("FF 41 FF 41"))
    assert decode(stripe) == Track("A")


def test_one_visit_on_the_wire() -> None:
    core, unit, card = MagneticCore(), MagneticSimulator(), SimCard(1, "A")
    unit.power_on(0.0)
    said = [(core.opened(0.0).out, b"")]
    now, step = 0.2, core.tick(0.2)
    events = list(step.events)
    for _ in range(12):
        answer = unit.feed(step.out, now) or unit.tick(now)
        said.append((step.out, answer))
        now += 0.2
        step = core.feed(answer, now) if answer else core.tick(now)
        events += step.events
        if CardRewriterReady(card_inside=False, unit=CardUnit.SWIPE) in events:
            break
    assert [out.hex(" ") for out, _ in said] == [
        "1b 61", "1b 65", "1b 6f 08 08 08", "1b 62 d2", "1b 7a 3d 3d", "1b 74", "1b 76", ""
    ]  # fmt: skip
    assert core.command(AwaitCard(), 5.0).out.hex(" ") == "1b 6d"
    unit.feed(magnetic.READ_RAW, 5.0)
    unit.swipe(card, 6.0)
    read = unit.tick(7.0)
    assert read.hex(" ") == "1b 73 1b 01 00 1b 02 04 ff 82 ff 7d 1b 03 00 3f 1c 1b 30"
    done = core.feed(read, 7.0)
    assert (done.events, done.out.hex(" ")) == ((CardPresented("A"),), "1b 83")
    assert core.command(WriteCard("B"), 8.0).out.hex(" ") == "1b 61"
    core.tick(8.2)
    for answer_hex in ("1b 79", "1b 30 08 08 08", "1b 30", "1b 30"):
        step = core.feed(bytes.fromhex(answer_hex), 8.3)
    assert step.out.hex(" ") == "1b 78"
    step = core.feed(b"\x1b0", 8.4)
    assert step.out.hex(" ") == "1b 6e 1b 73 1b 02 04 ff 42 ff bd 3f 1c"
    step = core.feed(b"\x1b0", 9.0)
    assert step.out.hex(" ") == "1b 6d"
    step = core.feed(bytes.fromhex("1b 73 1b 01 00 1b 02 04 ff 42 ff bd 1b 03 00 3f 1c 1b 30"), 10.0)
    assert step.events == (CardWritten(),)
