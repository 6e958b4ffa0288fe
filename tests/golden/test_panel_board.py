"""The panel board's frames, written out by hand from terminal/protocol/PROTOCOL.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.visit.effects import Play, Show, Sound
from shared.visit.events import Key, KeyPressed, PanelReady, PowerFailing
from shared.visit.screens import Waiting
from terminal.drivers.keypad.panel_board import PanelBoardCore
from terminal.protocol.framing import hdlc
from terminal.protocol.framing.hdlc import HdlcDecoder
from terminal.protocol.panel_board import (
    Ack,
    Buzz,
    Connect,
    Hello,
    KeyDown,
    Message,
    Ping,
    PowerFail,
    SetDisplay,
    SetLeds,
    Status,
    Unknown,
    Welcome,
    decode,
    encode,
)

DOCUMENT = Path(__file__).parents[2] / "terminal" / "protocol" / "PROTOCOL.md"

# The display: ｲﾗｯｼｬｲﾏｾ / ﾎﾟｲﾝﾄ       12,480ﾃﾝ
UPPER = "B2 D7 AF BC AC B2 CF BE 20 20 20 20 20 20 20 20 20 20 20 20"
LOWER = "CE DF B2 DD C4 20 20 20 20 20 20 20 31 32 2C 34 38 30 C3 DD"

FRAMES: list[tuple[Message, int, str]] = [
    (Connect(), 0, "7E 01 00 9F 16 7E"),
    (Welcome(0xBEEF), 0, "7E 02 00 BE EF 2F 7A 7E"),
    (Ping(), 0, "7E 03 00 2F 25 7E"),
    (Ack(), 5, "7E 06 05 3A 0C 7E"),
    (SetDisplay(bytes.fromhex(UPPER), bytes.fromhex(LOWER)), 1, f"7E 10 01 {UPPER} {LOWER} EB 60 7E"),
    (SetLeds(0x01, 0x04), 2, "7E 11 02 01 04 80 C9 7E"),
    (Buzz(0x01), 3, "7E 12 03 01 00 CD 7E"),
    (Hello(1, 0x7E7D), 0, "7E 81 00 01 7D 5E 7D 5D 0C D6 7E"),
    (KeyDown(0x30), 1, "7E 90 01 30 EE 67 7E"),
    (KeyDown(0x0D), 7, "7E 90 07 0D 58 D9 7E"),
    (PowerFail(40), 0, "7E 82 00 00 28 8C 45 7E"),
    (Status(supply_low=True), 0, "7E 83 00 01 CD 34 7E"),
    (Status(supply_low=False), 0, "7E 83 00 00 44 25 7E"),
]


def bitwise_fcs(data: bytes) -> bytes:
    """RFC 1662's FCS-16, bit by bit, low byte first."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ 0x8408 if register & 1 else register >> 1
    return (register ^ 0xFFFF).to_bytes(2, "little")


def by_hand(payload: str) -> bytes:
    """A frame made without any of the product's code."""
    body = bytes.fromhex(payload)
    body += bitwise_fcs(body)
    stuffed = b"".join(bytes((0x7D, byte ^ 0x20)) if byte in (0x7D, 0x7E) else bytes((byte,)) for byte in body)
    return b"\x7e" + stuffed + b"\x7e"


def test_the_bitwise_fcs_gives_the_published_check_value() -> None:
    assert bitwise_fcs(b"123456789") == bytes.fromhex("6E 90")
    assert hdlc.fcs(b"123456789") == 0x906E


@pytest.mark.parametrize(("message", "seq", "frame"), FRAMES)
def test_every_message_has_the_bytes_of_the_document(message: Message, seq: int, frame: str) -> None:
    assert encode(message, seq) == bytes.fromhex(frame)


@pytest.mark.parametrize(("message", "seq", "frame"), FRAMES)
def test_every_frame_of_the_document_is_understood(message: Message, seq: int, frame: str) -> None:
    (payload,) = HdlcDecoder().feed(bytes.fromhex(frame))
    assert decode(payload) == (message, seq)


@pytest.mark.parametrize(
    ("payload", "meaning"),
    [
        ("7F 09 AA", (Unknown(0x7F), 9)),
        ("83 00 FE", (Status(supply_low=False), 0)),  # the other bits are reserved
        ("90 01", None),
        ("90 01 30 30", None),
        ("06 05 00", None),
        ("10 01 20", None),
        ("81 00 01 00", None),
        ("82 00 28", None),
        ("90", None),
    ],
)
def test_a_payload_of_the_wrong_length_means_nothing(payload: str, meaning: tuple[Message, int] | None) -> None:
    assert decode(bytes.fromhex(payload)) == meaning


def test_a_whole_conversation_has_the_bytes_of_the_document() -> None:
    core = PanelBoardCore()
    assert core.opened(0.0).out == by_hand("01 00")
    core.command(Show(Waiting()), 0.0)

    greeted = core.feed(by_hand("81 00 01 12 34"), 0.1)
    assert greeted.events == (PanelReady(),)
    assert greeted.out == by_hand("02 00 12 34") + by_hand("11 01 00 00")  # Welcome, lamps off

    upper = "B2 D7 AF BC AC B2 CF BE" + " 20" * 12  # ｲﾗｯｼｬｲﾏｾ
    lower = "B6 B0 C4 DE A6 20 B5 B2 DA B8 C0 DE BB B2" + " 20" * 6  # ｶｰﾄﾞｦ ｵｲﾚｸﾀﾞｻｲ
    assert core.feed(by_hand("06 01"), 0.2).out == by_hand(f"10 02 {upper} {lower}")
    assert core.feed(by_hand("06 02"), 0.3).out == b""

    pressed = core.feed(by_hand("90 01 37"), 0.4)
    assert pressed.events == (KeyPressed(Key.D7),)
    assert pressed.out == by_hand("06 01")

    assert core.command(Play(Sound.OK), 0.5).out == by_hand("12 03 01")
    assert core.feed(by_hand("06 03"), 0.6).out == by_hand("11 04 01 00")

    failing = core.feed(by_hand("82 00 00 28") + by_hand("82 00 00 26"), 0.7)
    assert failing.events == (PowerFailing(),)


def test_every_whole_frame_in_the_document_has_a_right_fcs() -> None:
    frames = re.findall(r"`(7E(?: [0-9A-F]{2})+ 7E)`", DOCUMENT.read_text(encoding="utf-8"))
    assert len(frames) >= 5
    for frame in frames:
        (payload,) = HdlcDecoder().feed(bytes.fromhex(frame))
        assert by_hand(payload.hex()) == bytes.fromhex(frame)
        assert decode(payload) is not None


def test_the_document_lists_every_kind_under_its_name() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").partition("## Panel board\n")[2].partition("\n## ")[0]
    listed = dict(re.findall(r"^\| ([0-9A-F]{2}) \| (\w+) \|", section, re.MULTILINE))
    for message, seq, frame in FRAMES:
        assert listed[frame[3:5]] == type(message).__name__
        assert (seq == 0) == (type(message).__name__ in {"Connect", "Welcome", "Ping", "Hello", "PowerFail", "Status"})
