"""Every worked exchange of the TCP300II, byte for byte; the check bytes are computed here, not by the product.

Pages: MD/8 the frame, MD/50-51 information, MO/14-MD/25 magnetics, MD/26-40 print, MD/47-48 transport.
"""

import pytest

from shared.card.face import Face, FaceLine
from shared.visit.effects import AwaitCard, CancelAwait, Effect, EjectCard, PrintFace, ReadCard, WriteCard
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardRewriterReady,
    CardUnreadable,
    CardWriteFailed,
    CardWritten,
    FacePrinted,
    FacePrintFailed,
    NoCard,
)
from simulators.card_rewriter.commands import Edition
from simulators.card_rewriter.fonts import Boxes
from simulators.card_rewriter.unit import Tcp300Simulator
from simulators.card_stock import SimCard
from terminal.drivers.card_rewriter.sequences import Tcp300Options
from terminal.drivers.card_rewriter.tcp300 import Tcp300Core
from terminal.drivers.core import Step
from terminal.protocol import tcp300
from terminal.protocol.exchange import Exchange, Request, Silent
from terminal.protocol.framing.stx_bcc import Frame, ResponseDecoder, frame

ACK, NAK, DLE = b"\x06", b"\x15", b"\x10"


def block(*parts: bytes | int) -> bytes:
    """STX, the parts, ETX and the XOR of everything after STX: our own arithmetic."""
    body = b"".join(bytes((part,)) if isinstance(part, int) else part for part in parts) + b"\x03"
    check = 0
    for byte in body:
        check ^= byte
    return b"\x02" + body + bytes((check,))


PRINTED_BLOCKS = [  # body in the product's words, the whole block in hex
    (tcp300.read(), "02 22 03 21"),
    (tcp300.read_now(), "02 26 03 25"),
    (tcp300.read(tcp300.TrackFormat.REVERSE_JIS), "02 24 32 2C 34 03 0D"),
    (tcp300.read_buffer(), "02 2A 03 29"),
    (tcp300.set_track("TEST0001"), "02 39 54 45 53 54 30 30 30 31 03 2D"),
    (tcp300.set_track("TEST0001", reverse=True), "02 36 54 45 53 54 30 30 30 31 03 22"),
    (tcp300.write(), "02 31 32 03 00"),
    (tcp300.write_now(), "02 32 32 03 03"),
    (tcp300.clear_print(), "02 40 03 43"),
    (tcp300.clear_all(), "02 49 03 4A"),
    (
        tcp300.print_text(tcp300.Orientation.VERTICAL, 0, 23, b"POINT 100"),
        "02 41 30 2C 30 2C 32 33 2C 50 4F 49 4E 54 20 31 30 30 03 32",
    ),
    (
        tcp300.print_text(
            tcp300.Orientation.VERTICAL_ADDITIVE,
            0,
            71,
            tcp300.magnify(tcp300.encode_text("ポイント"), wide=False, tall=True),
        ),
        "02 41 32 2C 30 2C 37 31 2C 1B 45 32 31 83 7C 83 43 83 93 83 67 1B 45 31 31 03 A2",
    ),
    (tcp300.print_face(discharge=True), "02 46 31 2C 31 2C 31 03 74"),
    (tcp300.print_face(discharge=False), "02 46 30 2C 31 2C 31 03 75"),
    (tcp300.discharge(), "02 50 31 03 62"),
    (tcp300.rear_idle(), "02 51 03 52"),
    (tcp300.front_idle(), "02 53 03 50"),
    (tcp300.cancel_insertion(), "02 54 03 57"),
    (tcp300.cancel_removal(), "02 55 03 56"),
    (tcp300.version(), "02 58 03 5B"),
    (tcp300.status(), "02 59 03 5A"),
    (tcp300.reset(), "02 5F 03 5C"),
]


@pytest.mark.parametrize(("body", "wire"), PRINTED_BLOCKS, ids=[wire for _, wire in PRINTED_BLOCKS])
def test_every_command_has_the_bytes_of_the_sheet(body: bytes, wire: str) -> None:
    assert frame(body) == bytes.fromhex(wire) == block(body)


RESPONSES = [
    "02 22 20 31 32 33 34 35 36 37 38 39 30 03 00",
    "02 22 33 03 12",
    "02 54 20 03 77",
    "02 26 22 03 07",
    "02 39 20 03 1A",
    "02 31 20 03 12",
    "02 31 37 03 05",
    "02 2A 20 54 45 53 54 30 30 30 31 03 1E",
    "02 36 20 03 15",  # BCC equals NAK
    "02 49 20 03 6A",
    "02 41 20 03 62",
    "02 41 51 03 13",
    "02 46 20 03 65",
    "02 50 20 03 73",
    "02 59 20 30 30 30 30 30 30 03 7A",
]


@pytest.mark.parametrize("wire", RESPONSES)
def test_every_response_is_read_whole_and_byte_by_byte(wire: str) -> None:
    data = bytes.fromhex(wire)
    assert ResponseDecoder().feed(data) == [Frame(data[1:-2])]
    decoder = ResponseDecoder()
    assert [token for byte in data for token in decoder.feed(bytes((byte,)))] == [Frame(data[1:-2])]


@pytest.mark.parametrize(
    ("body", "check"),
    [(b"\x32\x32", 0x03), (b"\x31\x32", 0x00), (b"\x36\x20", 0x15), (b"\x31\x34", 0x06), (b"\x32\x33", 0x02)],
)
def test_the_byte_after_etx_is_the_bcc_whatever_its_value(body: bytes, check: int) -> None:
    assert frame(body)[-1] == check
    assert ResponseDecoder().feed(frame(body) + ACK)[0] == Frame(body)


class Line:
    """The core and a simulator on one wire without delay; what passed is kept with its direction."""

    def __init__(self, core: Tcp300Core | None = None, edition: Edition = Edition.TCP300II_2014) -> None:
        self.core = core or Tcp300Core()
        self.unit = Tcp300Simulator(edition, Boxes())
        self.now = 0.0
        self.passed: list[tuple[str, bytes]] = []
        self.events: list[object] = []
        self.wake_at: float | None = None

    def take(self, step: Step) -> None:
        while True:
            self.events += step.events
            self.wake_at = step.wake_at
            if not step.out:
                return
            self.passed.append(("H", step.out))
            back = self.unit.feed(step.out, self.now)
            if not back:
                return
            self.passed.append(("D", back))
            step = self.core.feed(back, self.now)

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while True:
            due = [at for at in (self.wake_at, self.unit.wake_at) if at is not None and at <= until]
            if not due:
                self.now = until
                return
            self.now = max(self.now, min(due))
            back = self.unit.tick(self.now)
            if back:
                self.passed.append(("D", back))
                self.take(self.core.feed(back, self.now))
            self.take(self.core.tick(self.now))

    def order(self, effect: Effect, seconds: float) -> list[tuple[str, bytes]]:
        self.passed.clear()
        self.events.clear()
        self.take(self.core.command(effect, self.now))
        self.run(seconds)
        return self.passed


def ready_line(edition: Edition = Edition.TCP300II_2014, options: Tcp300Options | None = None) -> Line:
    line = Line(Tcp300Core(options or Tcp300Options()), edition)
    line.take(line.core.opened(0.0))
    line.run(1.0)
    assert line.events == [CardRewriterReady(card_inside=False)]
    return line


def test_the_opening_is_a_lone_ack_then_59h_then_58h_and_no_reset() -> None:
    line = Line()
    line.take(line.core.opened(0.0))
    line.run(1.0)
    assert line.passed == [
        ("H", ACK + block(0x59)),
        ("D", ACK),
        ("D", block(0x59, 0x20, b"000000")),
        ("H", ACK + block(0x58)),
        ("D", ACK),
        ("D", block(0x58, 0x20, b"TCP3II V3.00.00")),
        ("H", ACK),
    ]


def test_7_1_reading_waits_in_silence_until_a_card_comes() -> None:
    line = ready_line()
    line.order(AwaitCard(), 3.0)
    line.unit.insert_card(SimCard(1, "1234567890"), line.now)
    line.run(1.5)
    assert line.passed == [
        ("H", bytes.fromhex("02 22 03 21")),
        ("D", ACK),
        ("D", bytes.fromhex("02 22 20 31 32 33 34 35 36 37 38 39 30 03 00")),
        ("H", ACK),
    ]
    assert line.events == [CardPresented("1234567890")]


def test_7_1_an_lrc_failure_comes_back_as_status_33() -> None:
    line = ready_line()
    line.unit.insert_card(SimCard(1, None, torn=True), line.now)
    passed = line.order(AwaitCard(), 4.0)
    assert passed[2:] == [("D", bytes.fromhex("02 22 33 03 12")), ("H", ACK)]
    assert line.events == [CardUnreadable("device.card_rewriter.read_lrc")]


def test_7_1_giving_up_is_54h_and_the_read_is_never_answered() -> None:
    line = ready_line()
    line.order(AwaitCard(), 1.0)
    assert line.order(CancelAwait(), 1.0) == [
        ("H", bytes.fromhex("02 54 03 57")),
        ("D", ACK),
        ("D", bytes.fromhex("02 54 20 03 77")),
        ("H", ACK),
    ]
    assert line.events == []


def test_7_1_not_waiting_without_a_card_is_status_22_without_data() -> None:
    line = ready_line()
    assert line.order(ReadCard(), 1.0) == [
        ("H", bytes.fromhex("02 26 03 25")),
        ("D", ACK),
        ("D", bytes.fromhex("02 26 22 03 07")),
        ("H", ACK),
    ]
    assert line.events == [NoCard()]


@pytest.mark.parametrize(("reverse", "setter", "accepted"), [(False, "39", "1A"), (True, "36", "15")])
def test_7_2_writing_sets_the_data_looks_for_the_card_and_writes_without_waiting_then_compares(
    reverse: bool, setter: str, accepted: str
) -> None:
    line = ready_line(options=Tcp300Options(write_reverse=reverse))
    line.unit.insert_card(SimCard(1, "OLD"), line.now)
    line.order(AwaitCard(), 2.0)
    assert line.order(WriteCard("TEST0001"), 4.0) == [
        ("H", block(bytes.fromhex(setter), b"TEST0001")),
        ("D", ACK),
        ("D", bytes.fromhex(f"02 {setter} 20 03 {accepted}")),
        ("H", ACK + block(0x59)),
        ("D", ACK),
        ("D", block(0x59, 0x20, b"010000")),
        ("H", ACK + bytes.fromhex("02 32 32 03 03")),
        ("D", ACK),
        ("D", block(0x32, 0x20)),
        ("H", ACK + bytes.fromhex("02 2A 03 29")),
        ("D", ACK),
        ("D", bytes.fromhex("02 2A 20 54 45 53 54 30 30 30 31 03 1E")),
        ("H", ACK),
    ]
    assert line.events == [CardWritten()]


def test_7_2_a_failed_verify_is_status_37() -> None:
    line = ready_line()
    line.unit.insert_card(SimCard(1, "OLD"), line.now)
    line.order(AwaitCard(), 2.0)
    line.unit.faults.write_errors = 3
    passed = line.order(WriteCard("TEST0001"), 9.0)
    assert ("D", block(0x32, 0x37)) in passed
    assert line.events == [CardWriteFailed("device.card_rewriter.write_error")]


def say(unit: Tcp300Simulator, wire: bytes, now: float = 0.0, seconds: float = 10.0) -> bytes:
    """One command straight to the simulator; what it says within ``seconds``, unacknowledged."""
    out = unit.feed(wire, now)
    while unit.wake_at is not None and unit.wake_at <= now + seconds:
        out += unit.tick(unit.wake_at)
    return out


def test_7_2_the_device_side_byte_for_byte() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    unit.insert_card(SimCard(1, "OLD"), 0.0)
    assert say(unit, bytes.fromhex("02 31 32 03 00")) == DLE, "no data set: DLE and nothing else"
    assert say(unit, bytes.fromhex("02 39 54 45 53 54 30 30 30 31 03 2D")) == ACK + bytes.fromhex("02 39 20 03 1A")
    assert say(unit, ACK + bytes.fromhex("02 31 32 03 00"), 10.0) == ACK + bytes.fromhex("02 31 20 03 12")
    expected = ACK + bytes.fromhex("02 2A 20 54 45 53 54 30 30 30 31 03 1E")
    assert say(unit, ACK + bytes.fromhex("02 2A 03 29"), 20.0) == expected
    assert unit.card is not None
    assert unit.card.track == "TEST0001"


def test_7_3_printing_clears_both_buffers_then_sets_text_then_holds_the_card() -> None:
    line = ready_line()
    line.unit.insert_card(SimCard(1, "OLD"), line.now)
    line.order(AwaitCard(), 2.0)
    face = Face(False, (FaceLine(0, 23, "POINT 100"), FaceLine(0, 71, "ポイント", tall=True)))
    passed = line.order(PrintFace(face), 6.0)
    assert [data.removeprefix(ACK) for side, data in passed if side == "H" and data != ACK] == [
        bytes.fromhex("02 40 03 43"),
        bytes.fromhex("02 49 03 4A"),
        bytes.fromhex("02 41 30 2C 30 2C 32 33 2C 50 4F 49 4E 54 20 31 30 30 03 32"),
        block(0x41, b"0,0,71,\x1bE21\x83\x7c\x83\x43\x83\x93\x83\x67\x1bE11"),
        bytes.fromhex("02 59 03 5A"),
        bytes.fromhex("02 46 30 2C 31 2C 31 03 75"),
    ]
    assert [data for side, data in passed if side == "D" and data != ACK] == [
        block(0x40, 0x20),
        bytes.fromhex("02 49 20 03 6A"),
        bytes.fromhex("02 41 20 03 62"),
        bytes.fromhex("02 41 20 03 62"),
        block(0x59, 0x20, b"010000"),
        bytes.fromhex("02 46 20 03 65"),
    ]
    assert line.events == [FacePrinted()]
    passed = line.order(EjectCard(), 1.0)
    assert passed[:4] == [
        ("H", bytes.fromhex("02 50 31 03 62")),
        ("D", ACK),
        ("D", bytes.fromhex("02 50 20 03 73")),
        ("H", ACK),
    ]
    assert line.events == [CardDischarged()]


def test_7_3_text_beyond_the_card_is_status_51() -> None:
    line = ready_line()
    line.unit.insert_card(SimCard(1, "OLD"), line.now)
    line.order(AwaitCard(), 2.0)
    passed = line.order(PrintFace(Face(False, (FaceLine(0, 22, "A"),))), 6.0)
    assert ("D", bytes.fromhex("02 41 51 03 13")) in passed
    assert line.events == [FacePrintFailed("device.card_rewriter.face_overflow")]


def test_7_4_a_damaged_command_is_sent_again_and_a_damaged_response_asked_for_again() -> None:
    exchange = Exchange()
    assert exchange.ask(Request(tcp300.status(), 3.0), 0.0) == bytes.fromhex("02 59 03 5A")
    assert exchange.feed(NAK, 0.1).out == bytes.fromhex("02 59 03 5A")
    assert exchange.feed(ACK, 0.2).out == b""
    assert exchange.feed(bytes.fromhex("02 59 20 30 30 30 30 30 31 03 7A"), 0.3).out == NAK
    turn = exchange.feed(bytes.fromhex("02 59 20 30 30 30 30 30 30 03 7A"), 0.4)
    assert turn.out == ACK
    assert turn.outcome is not None
    assert not isinstance(turn.outcome, Silent)


def test_7_4_the_device_side_byte_for_byte() -> None:
    unit = Tcp300Simulator(fonts=Boxes())
    answer = bytes.fromhex("02 59 20 30 30 30 30 30 30 03 7A")
    assert unit.feed(bytes.fromhex("02 59 03 5B"), 0.0) == NAK
    assert say(unit, bytes.fromhex("02 59 03 5A")) == ACK + answer
    assert [unit.feed(NAK, 10.0) for _ in range(50)] == [answer] * 50, "the device resends without limit"
    assert unit.feed(ACK, 11.0) == b""
