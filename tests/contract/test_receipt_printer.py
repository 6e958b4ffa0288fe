"""The receipt printer's core against its simulator: what is ordered is on paper, or somebody is told why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.visit.effects import PrintReceipt
from shared.visit.events import DeviceLost, DeviceReady, Event, ReceiptFailed, ReceiptPrinted
from shared.visit.receipt import Receipt, ReceiptLine
from simulators.receipt_printer import EscposSimulator
from simulators.receipt_printer.device import NEAR_END_LINES
from terminal.drivers.receipt_printer.escpos import HOLD_S, EscposCore
from terminal.drivers.receipt_printer.layout import Paper
from terminal.drivers.receipt_printer.options import EscposOptions
from terminal.drivers.receipt_printer.raster import box
from tests.contract.lossy_wire import LossyWire

RULE = "─" * 16


def receipt(slip: int, items: int = 1) -> Receipt:
    """A slip that carries its number."""
    lines = (
        ReceiptLine(left="えにし商店", centred=True, large=True),
        ReceiptLine(rule=True),
        *(ReceiptLine(left=f"品{number}", right=f"¥{number * 110:,}") for number in range(1, items + 1)),
        ReceiptLine(left="伝票", right=str(slip)),
    )
    return Receipt(slip, lines)


def ready(seed: int = 0, faults: int = 0) -> tuple[LossyWire, EscposSimulator]:
    """A printer with paper on a cable."""
    printer = EscposSimulator()
    wire = LossyWire(EscposCore(), printer, seed, faults)
    wire.plug_in()
    wire.run(0.1)
    return wire, printer


def about_slips(wire: LossyWire) -> list[Event]:
    """What was said about receipts."""
    return [event for event in wire.events if isinstance(event, ReceiptPrinted | ReceiptFailed)]


def about_the_printer(wire: LossyWire) -> list[Event]:
    """What was said about the printer."""
    return [event for event in wire.events if isinstance(event, DeviceReady | DeviceLost)]


def failed(slip: int, why: str) -> ReceiptFailed:
    return ReceiptFailed(slip, f"device.receipt_printer.{why}")


def test_a_receipt_comes_out_as_it_was_ordered() -> None:
    wire, printer = ready()
    wire.order(PrintReceipt(receipt(42, items=2)))
    wire.run(5.0)
    assert about_slips(wire) == [ReceiptPrinted(42)]
    assert printer.slip_texts == [
        [
            " " * 6 + "えにし商店",
            RULE,
            "品1" + " " * 25 + "¥110",
            "品2" + " " * 25 + "¥220",
            "伝票" + " " * 26 + "42",
        ]
    ]
    assert not printer.skipped


def test_receipts_come_out_in_order() -> None:
    wire, printer = ready()
    for slip in range(1, 8):
        wire.order(PrintReceipt(receipt(slip)))
    wire.run(20.0)
    assert about_slips(wire) == [ReceiptPrinted(slip) for slip in range(1, 8)]
    assert [slip[-1].split()[-1] for slip in printer.slip_texts] == [str(slip) for slip in range(1, 8)]


def test_a_long_receipt_is_not_given_up_while_it_is_printed() -> None:
    wire, printer = ready()
    wire.order(PrintReceipt(receipt(1, items=190)))
    wire.run(30.0)
    assert about_slips(wire) == [ReceiptPrinted(1)]
    assert len(printer.slips[0]) == 193


def test_printed_means_that_the_paper_was_cut() -> None:
    wire, printer = ready()
    wire.order(PrintReceipt(receipt(1, items=30)))
    while not about_slips(wire):
        assert not printer.slips or wire.now > 0.5
        wire.run(0.01)
    assert len(printer.slips) == 1


Trouble = Callable[[EscposSimulator, float], None]


def take_paper_out(printer: EscposSimulator, now: float) -> None:
    printer.load_paper(now, lines=0)


TROUBLES: list[tuple[Trouble, str]] = [
    (take_paper_out, "paper_out"),
    (EscposSimulator.open_cover, "cover_open"),
    (EscposSimulator.jam_cutter, "cutter"),
    (EscposSimulator.power_off, "no_answer"),
]


@pytest.mark.parametrize(("trouble", "why"), TROUBLES)
def test_trouble_before_the_job_fails_it_and_it_comes_out_unmarked_once_it_can(trouble: Trouble, why: str) -> None:
    wire, printer = ready()
    trouble(printer, wire.now)
    wire.order(PrintReceipt(receipt(1)))
    wire.run(10.0)
    assert about_slips(wire) == [failed(1, why)]
    assert about_the_printer(wire)[-1] == DeviceLost("receipt_printer", f"device.receipt_printer.{why}")
    mend(wire, printer)
    wire.run(10.0)
    assert about_slips(wire)[1:] == [ReceiptPrinted(1)]
    assert about_the_printer(wire)[-1] == DeviceReady("receipt_printer")
    assert len(printer.slip_texts) == 1
    assert not any("再印字" in line for line in printer.slip_texts[0])


@pytest.mark.parametrize(("trouble", "why"), TROUBLES)
def test_trouble_in_mid_job_fails_it_and_the_whole_comes_out_marked(trouble: Trouble, why: str) -> None:
    wire, printer = ready()
    wire.order(PrintReceipt(receipt(1, items=40)))
    wire.run(0.3)
    trouble(printer, wire.now)
    wire.run(10.0)
    assert about_slips(wire) == [failed(1, why)]
    assert not printer.slips
    mend(wire, printer)
    wire.order(PrintReceipt(receipt(2)))
    wire.run(20.0)
    assert about_slips(wire)[1:] == [ReceiptPrinted(1), ReceiptPrinted(2)]
    torn, again, second = printer.slip_texts
    assert torn[-1] == "途中までのレシートは無効です。"
    assert again[0].strip() == "再印字"
    assert len(again) == 44
    assert again[-1].split()[-1] == "1"
    assert (second[-1].split()[-1], len(second)) == ("2", 4)


@pytest.mark.parametrize(("trouble", "why"), TROUBLES)
def test_a_receipt_whose_customer_has_left_is_not_printed(trouble: Trouble, why: str) -> None:
    wire, printer = ready()
    wire.order(PrintReceipt(receipt(1, items=40)))
    wire.run(0.3)
    trouble(printer, wire.now)
    wire.run(HOLD_S + 5.0)
    printer.open_lines.clear()  # somebody tears it off
    mend(wire, printer)
    wire.order(PrintReceipt(receipt(2)))
    wire.run(20.0)
    assert about_slips(wire) == [failed(1, why), ReceiptPrinted(2)]
    assert [slip[-1].split()[-1] for slip in printer.slip_texts] == ["2"]
    assert len(printer.slip_texts[0]) == 4


def mend(wire: LossyWire, printer: EscposSimulator) -> None:
    """Somebody sets everything right."""
    if not printer.powered:
        wire.power_again()
    printer.load_paper(wire.now)
    printer.close_cover(wire.now)
    printer.clear_jam(wire.now)


def test_the_end_of_the_paper_in_mid_job_is_told_within_two_seconds() -> None:
    wire, printer = ready()
    printer.load_paper(wire.now, lines=5)
    wire.order(PrintReceipt(receipt(1, items=40)))
    wire.run(2.0)
    assert about_slips(wire) == [failed(1, "paper_out")]


def test_a_roll_that_ends_is_said_before_it_has_ended() -> None:
    wire, printer = ready()
    printer.load_paper(wire.now, lines=NEAR_END_LINES - 1)
    wire.order(PrintReceipt(receipt(1)))
    wire.run(3.0)
    assert about_slips(wire) == [ReceiptPrinted(1)]
    assert about_the_printer(wire)[1:] == [DeviceLost("receipt_printer", "device.receipt_printer.paper_low")]
    printer.load_paper(wire.now)
    wire.run(60.0)
    assert about_the_printer(wire)[-1] == DeviceReady("receipt_printer")


def test_a_jam_stays_said_until_it_is_pulled_out() -> None:
    wire, printer = ready()
    printer.jam_cutter(wire.now)
    wire.run(120.0)
    assert about_the_printer(wire)[1:] == [DeviceLost("receipt_printer", "device.receipt_printer.cutter")]
    printer.clear_jam(wire.now)
    assert printer.has_error
    wire.run(5.0)
    assert about_the_printer(wire)[2:] == [DeviceReady("receipt_printer")]


def test_pictures_come_out_where_text_would() -> None:
    printer = EscposSimulator()
    wire = LossyWire(EscposCore(EscposOptions(Paper(glyph=box))), printer)
    wire.plug_in()
    wire.order(PrintReceipt(receipt(42)))
    wire.run(20.0)
    assert about_slips(wire) == [ReceiptPrinted(42)]
    (slip,) = printer.slips
    assert [line.height for line in slip] == [2, 1, 1, 1]
    assert not printer.skipped
    assert max(row.bit_length() for line in slip for row in line.dots) == 384


@given(st.integers(0, 10_000), st.integers(0, 12), st.lists(st.floats(0.0, 3.0), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_on_a_bad_cable_every_receipt_ends_once_and_a_good_one_prints_again(
    seed: int, faults: int, pauses_s: list[float]
) -> None:
    wire, printer = ready(seed, faults)
    for slip, pause_s in enumerate(pauses_s, start=1):
        wire.order(PrintReceipt(receipt(slip)))
        wire.run(pause_s)
    wire.run(120.0)
    failed_slips = [event.slip for event in wire.events if isinstance(event, ReceiptFailed)]
    printed = [event.slip for event in wire.events if isinstance(event, ReceiptPrinted)]
    assert len(set(failed_slips)) == len(failed_slips)
    assert len(set(printed)) == len(printed)
    assert set(failed_slips) | set(printed) == set(range(1, len(pauses_s) + 1))
    wire.faults_left = 0
    wire.run(HOLD_S)
    wire.events.clear()
    wire.order(PrintReceipt(receipt(99)))
    wire.run(60.0)
    assert about_slips(wire) == [ReceiptPrinted(99)]
    assert printer.slip_texts[-1][-1].endswith("99")
