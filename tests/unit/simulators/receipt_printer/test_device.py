"""The simulated printer: time, paper, cover, power, and what it does not know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.receipt_printer.device import (
    BUFFER_BYTES_MAX,
    CUT_S,
    LINE_S,
    LOG_MAX,
    NEAR_END_LINES,
    OPEN_LINES_MAX,
    EscposSimulator,
)
from terminal.protocol import escpos
from terminal.protocol.escpos_tokens import Command


def plugged_in() -> EscposSimulator:
    printer = EscposSimulator()
    printer.power_on(0.0)
    return printer


def lines(printer: EscposSimulator) -> list[str]:
    return [line.text for line in printer.open_lines]


def test_lines_take_their_time_and_wake_the_printer() -> None:
    printer = plugged_in()
    printer.feed(b"one\ntwo\nthree\n", 0.0)
    assert lines(printer) == ["one"]
    assert printer.wake_at == pytest.approx(LINE_S)
    printer.tick(LINE_S)
    assert lines(printer) == ["one", "two"]
    printer.tick(1.0)
    assert lines(printer) == ["one", "two", "three"]
    assert printer.wake_at is None


def test_an_answer_in_turn_comes_after_the_cut() -> None:
    printer = plugged_in()
    assert printer.feed(b"a\n" + escpos.cut() + escpos.ask_paper_in_turn(), 0.0) == b""
    assert printer.tick(LINE_S) == b""
    assert printer.tick(LINE_S + CUT_S) == b"\x00"
    assert printer.slip_texts == [["a"]]


def test_an_answer_at_once_does_not_wait_for_the_paper() -> None:
    printer = plugged_in()
    assert printer.feed(b"a\n" * 50 + escpos.ask_now(escpos.Ask.PAPER), 0.0) == b"\x12"


def test_a_long_line_goes_on_in_the_next() -> None:
    printer = plugged_in()
    printer.feed(escpos.begin_job() + "あ".encode("shift_jis") * 17 + b"\n", 0.0)
    printer.tick(1.0)
    assert lines(printer) == ["あ" * 16, "あ"]


def test_sides_and_sizes_are_seen_on_the_paper() -> None:
    printer = plugged_in()
    large = escpos.align(escpos.Align.CENTRE) + escpos.double_size(True) + b"AB\n" + escpos.double_size(False)
    printer.feed(large + escpos.align(escpos.Align.RIGHT) + b"C\n" + escpos.align(escpos.Align.LEFT) + b"D\n", 0.0)
    printer.tick(1.0)
    assert lines(printer) == [" " * 14 + "AB", " " * 31 + "C", "D"]
    assert [line.height for line in printer.open_lines] == [2, 1, 1]


def test_a_side_chosen_in_mid_line_does_not_count() -> None:
    printer = plugged_in()
    printer.feed(b"A" + escpos.align(escpos.Align.RIGHT) + b"B\n", 0.0)
    printer.tick(1.0)
    assert lines(printer) == ["AB"]


def test_paper_runs_out_in_mid_job_and_the_rest_waits_for_a_new_roll() -> None:
    printer = plugged_in()
    printer.load_paper(0.0, lines=2)
    printer.feed(b"1\n2\n3\n" + escpos.ask_paper_in_turn(), 0.0)
    assert printer.tick(5.0) == b""
    assert lines(printer) == ["1", "2"]
    assert (printer.is_online, printer.wake_at) == (False, None)
    printer.load_paper(6.0)
    assert printer.wake_at == 6.0
    assert printer.tick(6.0) == b""
    assert printer.tick(6.0 + LINE_S) == b"\x00"
    assert lines(printer) == ["1", "2", "3"]


def test_clearing_drops_the_rest_and_the_line_being_set() -> None:
    printer = plugged_in()
    printer.open_cover(0.0)
    printer.feed(b"1\n2\nhalf", 0.0)
    assert printer.feed(escpos.CLEAR_BUFFER, 0.0) == escpos.BUFFER_CLEARED
    printer.close_cover(1.0)
    printer.feed(b"new\n", 1.0)
    printer.tick(2.0)
    assert lines(printer) == ["new"]


def test_changes_are_reported_to_who_asked() -> None:
    printer = plugged_in()
    printer.load_paper(0.0, lines=NEAR_END_LINES)
    printer.feed(escpos.report_changes(True), 0.0)
    assert printer.feed(b"a\n", 0.0) == b"\x10\x00\x03\x00"
    printer.jam_cutter(0.0)
    assert printer.wake_at == 0.0
    assert printer.tick(0.0) == b"\x18\x08\x03\x00"
    assert printer.feed(b"\x10\x05\x02" + escpos.ask_now(escpos.Ask.ERROR_CAUSE), 0.0) == b"\x1a"
    printer.clear_jam(0.0)
    assert printer.tick(0.0) == b"\x18\x08\x03\x00"  # it goes on when the host says so
    assert printer.feed(b"\x10\x05\x02" + escpos.ask_now(escpos.Ask.ERROR_CAUSE), 0.0) == b"\x12"


def test_a_picture_is_printed_and_cut_off_at_the_edge() -> None:
    printer = plugged_in()
    printer.feed(b"\x1dv0\x00\x31\x00\x1f\x00" + b"\x80" * 49 * 31, 0.0)
    (line,) = printer.open_lines
    assert (line.height, line.text, len(line.dots)) == (2, "", 31)
    assert line.dots[0] == int.from_bytes(b"\x80" * 48, "big")


def test_it_says_who_it_is() -> None:
    assert plugged_in().feed(b"\x1dI\x43\x1dI\x41\x1dI\x01", 0.0) == b"_ENISHI-58\x00_1.02\x00"


def test_the_drawer_opens_now_or_in_turn() -> None:
    printer = plugged_in()
    printer.feed(escpos.kick_drawer() + b"\x10\x14\x01\x00\x01", 0.0)
    assert printer.drawer_kicks == 2


def test_what_it_does_not_know_is_skipped_and_kept() -> None:
    printer = plugged_in()
    printer.feed(b"\x1bJ\x20A\x1d\x28\x6b\x03\x00\x31\x43\x03B\n", 0.0)
    assert lines(printer) == ["AB"]
    assert [token.name for token in printer.skipped if isinstance(token, Command)] == ["ESC J", "GS ("]


def test_a_power_cut_empties_the_buffer_and_leaves_the_paper() -> None:
    printer = plugged_in()
    printer.feed(escpos.begin_job() + b"1\n2\n\x1b", 0.0)
    printer.power_off(0.001)
    assert printer.feed(escpos.ask_now(escpos.Ask.PAPER), 0.1) == b""
    assert (printer.tick(0.2), printer.wake_at) == (b"", None)
    assert printer.power_on(1.0) == b""
    printer.feed(b"\x89\x8f\n", 1.0)
    assert lines(printer) == ["1", "??"]


def test_nothing_grows_without_limit() -> None:
    printer = plugged_in()
    printer.open_cover(0.0)
    for _ in range(3):
        printer.feed(b"A" * BUFFER_BYTES_MAX + b"\n\x1b\xfe" * 3000, 0.0)
    printer.close_cover(0.0)
    printer.tick(1e6)
    assert len(printer.open_lines) <= OPEN_LINES_MAX
    assert len(printer.skipped) <= LOG_MAX


@given(st.lists(st.binary(max_size=120), max_size=12))
def test_any_bytes_in_any_pieces_leave_a_printer_that_prints(pieces: list[bytes]) -> None:
    printer = plugged_in()
    for place, piece in enumerate(pieces):
        printer.feed(piece, place * 0.1)
        printer.tick(place * 0.1 + 0.05)
    printer.power_off(50.0)
    printer.power_on(51.0)
    printer.feed(b"\n" + escpos.begin_job() + escpos.text("縁") + b"\n" + escpos.cut(), 52.0)
    printer.tick(60.0)
    assert printer.slip_texts[-1][-1] == "縁"
