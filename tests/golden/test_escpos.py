"""ESC/POS as bytes written out by hand from the command reference (Epson TM series)."""

from __future__ import annotations

import pytest

from shared.visit.effects import PrintReceipt
from shared.visit.events import DeviceReady, ReceiptPrinted
from shared.visit.receipt import Receipt, ReceiptLine
from simulators.receipt_printer import EscposSimulator
from terminal.drivers.receipt_printer.escpos import EscposCore
from terminal.protocol import escpos
from terminal.protocol.escpos import (
    AnswerDecoder,
    BufferCleared,
    Changed,
    Identified,
    PaperState,
    StatusInTurn,
    StatusNow,
)
from terminal.protocol.escpos_tokens import Command, Control, Strange, Text, Token, Tokenizer

PREFACE = "1B 40  1C 26  1C 43 31  1B 74 01  1B 52 08"  # ESC @, FS &, FS C 1, ESC t 1, ESC R 8

COMMANDS = [
    (escpos.begin_job(), PREFACE),
    (escpos.text("縁"), "89 8F"),
    (escpos.text("ﾎﾟｲﾝﾄ"), "CE DF B2 DD C4"),
    (escpos.text("¥1,980"), "5C 31 2C 39 38 30"),
    (escpos.text("髙橋"), "8D 82 8B B4"),  # 髙 is not in JIS X 0208: printed as 高
    (escpos.align(escpos.Align.CENTRE), "1B 61 01"),
    (escpos.double_size(True), "1D 21 11"),
    (escpos.double_size(False), "1D 21 00"),
    (escpos.feed(3), "1B 64 03"),
    (escpos.cut(), "1D 56 42 00"),
    (escpos.kick_drawer(), "1B 70 00 19 FA"),
    (escpos.ask_now(escpos.Ask.OFFLINE_CAUSE), "10 04 02"),
    (escpos.ask_now(escpos.Ask.PAPER), "10 04 04"),
    (escpos.ask_paper_in_turn(), "1D 72 01"),
    (escpos.report_changes(True), "1D 61 0F"),
    (escpos.CLEAR_BUFFER, "10 14 08 01 03 14 01 06 02 08"),
    (escpos.RECOVER, "10 05 02"),
    (escpos.ask_identity(escpos.Identity.MODEL), "1D 49 43"),
    (escpos.raster([0x8001, 0x7FFE], 16), "1D 76 30 00 02 00 02 00 80 01 7F FE"),
]


@pytest.mark.parametrize(("built", "by_hand"), COMMANDS)
def test_every_command_has_the_bytes_of_the_reference(built: bytes, by_hand: str) -> None:
    assert built == bytes.fromhex(by_hand)


def test_a_name_cannot_smuggle_commands_into_the_job() -> None:
    assert escpos.text("山\x1b@\x10\x04\x01田\n\x7f") == "山@田".encode("shift_jis")


def test_the_whole_job_of_a_receipt_is_known_byte_by_byte() -> None:
    lines = (
        ReceiptLine(left="縁", centred=True, large=True),
        ReceiptLine(rule=True),
        ReceiptLine(left="お会計", right="¥1,980"),
        ReceiptLine(),
    )
    job = bytes.fromhex(
        PREFACE
        + "1B 61 01  1D 21 11  89 8F 0A  1D 21 00  1B 61 00"  # centred and large
        + "84 9F" * 16 + "0A"  # a rule of sixteen ─
        + "82 A8 89 EF 8C 76" + "20" * 20 + "5C 31 2C 39 38 30 0A"  # お会計 and ¥1,980 at both edges of 32 columns
        + "0A"
        + "1D 56 42 00"  # cut
    )  # fmt: skip
    core = EscposCore()
    assert core.opened(0.0).out == bytes.fromhex("10 04 02")
    core.feed(bytes.fromhex("12"), 0.0)
    assert core.feed(bytes.fromhex("12"), 0.0).events == (DeviceReady("receipt_printer"),)
    assert core.command(PrintReceipt(Receipt(7, lines)), 0.0).out == bytes.fromhex("10 04 02")
    assert core.feed(bytes.fromhex("12"), 0.1).out == bytes.fromhex("10 04 04")
    assert core.feed(bytes.fromhex("12"), 0.2).out == job + bytes.fromhex("1D 72 01")
    assert core.feed(bytes.fromhex("00"), 1.0).events == (ReceiptPrinted(7),)


ANSWERS = [
    ("12", [StatusNow(0x12)]),
    ("36 1E 72", [StatusNow(0x36), StatusNow(0x1E), StatusNow(0x72)]),
    ("00 03 0F", [StatusInTurn(0x00), StatusInTurn(0x03), StatusInTurn(0x0F)]),
    ("10 00 00 00", [Changed(False, False, False, False, PaperState(False, False))]),
    ("38 08 0F 00", [Changed(False, True, True, True, PaperState(True, True))]),
    ("37 25 00 12", [BufferCleared(), StatusNow(0x12)]),
    ("37 12", [StatusNow(0x12)]),  # no answer begins so
    ("5F 54 4D 2D 54 38 38 00 12", [Identified("TM-T88"), StatusNow(0x12)]),
    ("5F 54 80 12", [StatusNow(0x12)]),  # a torn identity
    ("10 12", [StatusNow(0x12)]),  # a torn automatic status
    ("FF 80 41 12", [StatusNow(0x12)]),
]


@pytest.mark.parametrize(("received", "meaning"), ANSWERS)
def test_every_answer_is_known_by_its_fixed_bits(received: str, meaning: list[escpos.Answer]) -> None:
    assert AnswerDecoder().feed(bytes.fromhex(received)) == meaning


@pytest.mark.parametrize(
    ("status", "cover_open", "paper_end", "error"),
    [(0x12, False, False, False), (0x16, True, False, False), (0x32, False, True, False), (0x52, False, False, True)],
)
def test_the_offline_cause_is_read_from_its_bits(status: int, cover_open: bool, paper_end: bool, error: bool) -> None:
    assert escpos.OfflineCause.parse(status) == escpos.OfflineCause(cover_open, paper_end, error)


@pytest.mark.parametrize(
    ("now", "in_turn", "state"),
    [
        (0x12, 0x00, PaperState(False, False)),
        (0x1E, 0x03, PaperState(True, False)),
        (0x7E, 0x0F, PaperState(True, True)),
    ],
)
def test_both_paper_answers_tell_the_same(now: int, in_turn: int, state: PaperState) -> None:
    assert PaperState.parse_now(now) == PaperState.parse_in_turn(in_turn) == state


TOKENS: list[tuple[str, list[Token]]] = [
    ("1B 40", [Command("ESC @")]),
    ("1C 43 31 1C 26", [Command("FS C", b"1"), Command("FS &")]),
    ("89 8F 41 0A", [Text(b"\x89\x8fA"), Control(0x0A)]),
    ("1B 70 00 19 FA", [Command("ESC p", b"\x00\x19\xfa")]),
    ("1D 56 00 41", [Command("GS V", b"\x00"), Text(b"A")]),
    ("1D 56 42 00 41", [Command("GS V", b"B\x00"), Text(b"A")]),
    ("10 04 04", [Command("DLE EOT", b"\x04")]),
    ("10 14 08 01 03 14 01 06 02 08", [Command("DLE DC4", bytes.fromhex("08 01 03 14 01 06 02 08"))]),
    ("10 14 01 00 01", [Command("DLE DC4", bytes.fromhex("01 00 01"))]),
    (
        "1D 76 30 00 02 00 02 00 1B 40 1B 40 41",
        [Command("GS v", bytes.fromhex("30 00 02 00 02 00"), 4, b"\x1b@\x1b@"), Text(b"A")],
    ),
    ("1D 28 6B 03 00 31 43 03 41", [Command("GS (", bytes.fromhex("6B 03 00"), 3), Text(b"A")]),
    ("1B 2A 21 02 00 00 00 00 00 00 00 41", [Command("ESC *", bytes.fromhex("21 02 00"), 6), Text(b"A")]),
    ("1D 6B 49 02 31 32 41", [Command("GS k", bytes.fromhex("49 02"), 2), Text(b"A")]),
    ("1D 6B 04 31 32 00 41", [Command("GS k", b"\x04"), Text(b"A")]),
    ("1B 44 08 10 00 41", [Command("ESC D"), Text(b"A")]),
    ("1B FE 41", [Strange(b"\x1b\xfe"), Text(b"A")]),
]  # fmt: skip


@pytest.mark.parametrize(("stream", "tokens"), TOKENS)
def test_the_printer_cuts_a_stream_where_the_reference_says(stream: str, tokens: list[Token]) -> None:
    assert Tokenizer().feed(bytes.fromhex(stream)) == tokens


RECEIPTLINE = (
    # What receiptline 4.0.4 (npm, command "escpos", encoding "shiftjis", cpl 32) makes of a receipt of three lines. It
    # places columns by dots where we place them by blanks; prologue, text and end are to be the same.
    "1b401d61001b4d301c2841020030001b20001c5300001b33001b7b001c2e1b2d301c2d301b45301d42301d21001d4c00001d5780011b61001b"
    "2400001b5c9c001b2d301c2d301b45301d42301d21001b74011c43311b5208898f8fa493580a1b2d301c2d301b45301d42301d21001d4c0000"
    "1d5780011b61001b2400001b5c00001b2d301c2d301b45301d42301d21001b74011c43311b52089569311b24c0001b5c90001b2d301c2d301b"
    "45301d42301d21001b74011c43311b52085c3131300a1b2d301c2d301b45301d42301d21001d4c00001d5780011b61001b2400001b5c00001b"
    "2d301c2d301b45301d42301d21001b74011c43311b5208837c8343839383678e638d821b24c0001b5c3c001b2d301c2d301b45301d42301d21"
    "001b74011c43311b5208cedfb2ddc420312c3235300a1d5642001d5642001d7231"
)  # fmt: skip
TEXTS_OF_IT = ("縁商店", "品1", "¥110", "ポイント残高", "ﾎﾟｲﾝﾄ 1,250")


def test_another_generator_says_japanese_with_the_same_bytes() -> None:
    theirs, ours = Tokenizer().feed(bytes.fromhex(RECEIPTLINE)), Tokenizer().feed(escpos.begin_job())
    japanese = [token for token in ours if token not in (Command("ESC @"), Command("FS &"))]
    assert all(token in theirs for token in japanese)
    assert [token.data for token in theirs if isinstance(token, Text)] == [escpos.text(text) for text in TEXTS_OF_IT]
    assert Command("GS V", b"B\x00") in theirs
    assert Tokenizer().feed(escpos.cut()) == [Command("GS V", b"B\x00")]


def test_the_simulator_prints_what_another_generator_says() -> None:
    printer = EscposSimulator()
    printer.power_on(0.0)
    printer.feed(bytes.fromhex(RECEIPTLINE), 0.0)
    printer.tick(10.0)
    assert printer.slip_texts[0] == ["縁商店", "品1¥110", "ポイント残高ﾎﾟｲﾝﾄ 1,250"]


def test_the_simulator_answers_with_the_bytes_of_the_reference() -> None:
    printer = EscposSimulator()
    printer.power_on(0.0)
    assert printer.feed(bytes.fromhex("10 04 01 10 04 02 10 04 03 10 04 04"), 0.0) == bytes.fromhex("12 12 12 12")
    assert printer.feed(bytes.fromhex("1D 72 01"), 0.0) == b"\x00"
    assert printer.feed(bytes.fromhex("10 14 08 01 03 14 01 06 02 08"), 0.0) == bytes.fromhex("37 25 00")
    assert printer.feed(bytes.fromhex("1D 61 FF"), 0.0) == bytes.fromhex("10 00 00 00")
    printer.open_cover(0.0)
    assert printer.tick(0.0) == bytes.fromhex("38 00 00 00")
    assert printer.feed(bytes.fromhex("10 04 01 10 04 02"), 0.0) == bytes.fromhex("1A 16")
    printer.close_cover(0.0)
    printer.load_paper(0.0, lines=0)
    assert printer.tick(0.0) == bytes.fromhex("10 00 00 00 18 00 0F 00")
    assert printer.feed(bytes.fromhex("10 04 02 10 04 04"), 0.0) == bytes.fromhex("32 7E")
    printer.load_paper(0.0, lines=5)
    assert printer.tick(0.0) == bytes.fromhex("10 00 03 00")
    assert printer.feed(bytes.fromhex("10 04 04 1D 72 01"), 0.0) == bytes.fromhex("1E 03")
    printer.jam_cutter(0.0)
    assert printer.tick(0.0) == bytes.fromhex("18 08 03 00")
    assert printer.feed(bytes.fromhex("10 04 02 10 04 03"), 0.0) == bytes.fromhex("52 1A")


def test_the_simulator_prints_shift_jis_written_by_hand() -> None:
    printer = EscposSimulator()
    printer.power_on(0.0)
    printer.feed(bytes.fromhex(PREFACE + "89 8F 20 CE DF B2 DD C4 20 5C 31 0A 1D 56 42 00"), 0.0)
    printer.tick(10.0)
    assert printer.slip_texts == [["縁 ﾎﾟｲﾝﾄ ¥1"]]


def test_without_the_preface_japanese_does_not_come_out() -> None:
    printer = EscposSimulator()
    printer.power_on(0.0)
    printer.feed(bytes.fromhex("89 8F 41 0A"), 0.0)
    assert [line.text for line in printer.open_lines] == ["??A"]
