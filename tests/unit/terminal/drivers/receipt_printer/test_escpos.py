"""The receipt printer's core on its own: questions, answers, and every way a job can end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.effects import AwaitCard, PrintReceipt
from shared.visit.events import Event, ReceiptFailed, ReceiptPrinted
from shared.visit.receipt import Receipt, ReceiptLine
from terminal.drivers.receipt_printer.escpos import (
    CLEAR_TIMEOUT_S,
    JOB_BASE_S,
    JOBS_MAX,
    POLL_INTERVAL_S,
    RECEIPT_LINES_MAX,
    SILENCE_MAX_S,
    STATUS_TIMEOUT_S,
    STATUS_TRIES,
    EscposCore,
)
from terminal.protocol.escpos import BUFFER_CLEARED, CLEAR_BUFFER

ASK_CAUSE, ASK_PAPER, ASK_IN_TURN = b"\x10\x04\x02", b"\x10\x04\x04", b"\x1d\x72\x01"
ONLINE, COVER_OPEN, PAPER_END, ERROR = b"\x12", b"\x16", b"\x32", b"\x52"
PAPER, NEAR_END, NO_PAPER = b"\x12", b"\x1e", b"\x7e"


def order(slip: int) -> PrintReceipt:
    """A receipt of one line."""
    return PrintReceipt(Receipt(slip, (ReceiptLine(left="縁"),)))


def failed(slip: int, why: str) -> tuple[Event, ...]:
    """The event of a failed slip."""
    return (ReceiptFailed(slip, f"device.receipt_printer.{why}"),)


def printing(slip: int = 1) -> EscposCore:
    """A core that has sent the job at 0.2 s."""
    core = EscposCore()
    core.opened(0.0)
    core.command(order(slip), 0.0)
    core.feed(ONLINE, 0.1)
    assert core.feed(PAPER, 0.2).out.endswith(ASK_IN_TURN)
    return core


def run_down(core: EscposCore, step_at: float) -> tuple[float, tuple[Event, ...]]:
    """Tick an unanswered core until an event comes; when and which."""
    while True:
        step = core.tick(step_at)
        if step.events:
            return step_at, step.events
        assert step.wake_at is not None
        step_at = step.wake_at


def test_nothing_is_asked_before_there_is_something_to_print() -> None:
    step = EscposCore().opened(0.0)
    assert (step.out, step.wake_at) == (b"", None)


def test_a_job_is_sent_after_both_answers_and_done_after_the_third() -> None:
    core = EscposCore()
    core.opened(0.0)
    assert core.command(order(1), 0.0).out == ASK_CAUSE
    assert core.feed(ONLINE, 0.1).out == ASK_PAPER
    job = core.feed(PAPER, 0.2)
    assert job.out.startswith(b"\x1b@")
    assert job.out.endswith(ASK_IN_TURN)
    done = core.feed(b"\x00", 1.0)
    assert done.events == (ReceiptPrinted(1),)
    assert (done.out, done.wake_at) == (b"", None)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([COVER_OPEN], "cover_open"),
        ([PAPER_END], "paper_out"),
        ([ERROR], "fault"),
        ([b"\x76"], "cover_open"),  # the cover is open, so the paper is out: say what to do first
        ([ONLINE, NO_PAPER], "paper_out"),
    ],
)
def test_a_printer_that_cannot_print_gets_no_job(answers: list[bytes], why: str) -> None:
    core = EscposCore()
    core.opened(0.0)
    core.command(order(1), 0.0)
    for answer in answers:
        step = core.feed(answer, 0.1)
    assert step.events == failed(1, why)
    assert step.out == b""


def test_paper_near_its_end_is_remembered_and_printed_on() -> None:
    core = EscposCore()
    core.opened(0.0)
    core.command(order(1), 0.0)
    core.feed(ONLINE, 0.1)
    assert core.feed(NEAR_END, 0.2).out.endswith(ASK_IN_TURN)
    assert core.paper_low


def test_a_silent_printer_fails_after_its_tries() -> None:
    core = EscposCore()
    core.opened(0.0)
    core.command(order(1), 0.0)
    at, events = run_down(core, 0.0)
    assert events == failed(1, "no_answer")
    assert at == pytest.approx(STATUS_TRIES * STATUS_TIMEOUT_S)


def test_late_answers_to_a_repeated_question_are_not_taken_for_the_next() -> None:
    core = EscposCore()
    core.opened(0.0)
    core.command(order(1), 0.0)
    assert core.tick(STATUS_TIMEOUT_S).out == ASK_CAUSE
    step = core.feed(ONLINE, 0.6)  # to the first question; the second's is still under way
    assert step.out == b""
    assert core.feed(ONLINE, 0.7).events == ()
    assert step.wake_at == pytest.approx(0.6 + STATUS_TIMEOUT_S)
    assert core.tick(0.6 + STATUS_TIMEOUT_S).out == ASK_PAPER
    assert core.feed(NEAR_END, 1.2).out.endswith(ASK_IN_TURN)


@pytest.mark.parametrize(("answer", "why"), [(COVER_OPEN, "cover_open"), (PAPER_END, "paper_out"), (ERROR, "fault")])
def test_trouble_in_mid_job_is_noticed_within_a_poll_and_the_rest_is_cleared(answer: bytes, why: str) -> None:
    core = printing()
    assert core.tick(0.2 + POLL_INTERVAL_S).out == ASK_CAUSE
    step = core.feed(answer, 1.3)
    assert step.events == failed(1, why)
    assert step.out == CLEAR_BUFFER
    assert core.command(order(2), 1.4).out == b""  # nothing is sent before the answer
    assert core.feed(BUFFER_CLEARED, 1.5).out == ASK_CAUSE


def test_a_printer_that_cannot_clear_gets_its_next_job_all_the_same() -> None:
    core = printing()
    core.tick(0.2 + POLL_INTERVAL_S)
    core.feed(PAPER_END, 1.3)
    step = core.tick(1.3 + CLEAR_TIMEOUT_S)
    assert (step.out, step.wake_at) == (b"", None)
    assert core.command(order(2), 5.0).out == CLEAR_BUFFER
    assert core.tick(5.0 + CLEAR_TIMEOUT_S).out == ASK_CAUSE
    assert core.feed(ONLINE, 6.1).out == ASK_PAPER
    core.feed(PAPER, 6.2)
    assert core.feed(b"\x00", 7.0).events == (ReceiptPrinted(2),)
    assert core.command(order(3), 8.0).out == ASK_CAUSE


def test_a_printer_that_falls_silent_in_mid_job_is_given_up() -> None:
    at, events = run_down(printing(), 0.2)
    assert events == failed(1, "no_answer")
    assert 0.2 + SILENCE_MAX_S <= at < 0.3 + SILENCE_MAX_S


def test_polls_may_wait_behind_a_long_job_on_a_slow_line() -> None:
    core = EscposCore()
    core.opened(0.0)
    core.command(PrintReceipt(Receipt(1, (ReceiptLine(left="縁" * 16),) * RECEIPT_LINES_MAX)), 0.0)
    core.feed(ONLINE, 0.1)
    core.feed(PAPER, 0.2)
    for tenths in range(2, 60):  # six kilobytes take six seconds
        assert core.tick(tenths / 10).events == ()
    assert core.feed(ONLINE, 6.9).events == ()
    assert core.feed(b"\x00", 8.0).events == (ReceiptPrinted(1),)


def test_a_printer_that_answers_but_never_finishes_is_given_up() -> None:
    core = printing()
    now = 0.2
    events: tuple[Event, ...] = ()
    while not events:
        now += POLL_INTERVAL_S
        events = core.tick(now).events or core.feed(ONLINE, now).events
        assert now < JOB_BASE_S + 5
    assert events == failed(1, "timeout")
    assert now >= JOB_BASE_S


def test_a_poll_under_way_at_the_end_of_a_job_does_not_spoil_the_next() -> None:
    core = printing(1)
    core.command(order(2), 0.3)
    core.tick(0.2 + POLL_INTERVAL_S)
    step = core.feed(b"\x00", 1.21)
    assert step.events == (ReceiptPrinted(1),)
    assert step.out == b""  # the poll's answer is waited out
    core.feed(ONLINE, 1.22)
    assert core.tick(1.21 + STATUS_TIMEOUT_S).out == ASK_CAUSE


def test_receipts_wait_in_order_and_not_without_limit() -> None:
    core = printing(1)
    for slip in range(2, JOBS_MAX + 1):
        assert core.command(order(slip), 0.3).events == ()
    assert core.command(order(99), 0.3).events == failed(99, "queue_full")
    printed: list[Event] = []
    for number in range(JOBS_MAX):
        printed += core.feed(b"\x00", 1.0 + number).events
        core.feed(ONLINE, 1.1 + number)
        core.feed(PAPER, 1.2 + number)
    assert printed == [ReceiptPrinted(slip) for slip in range(1, JOBS_MAX + 1)]


def test_an_endless_receipt_is_refused() -> None:
    core = EscposCore()
    core.opened(0.0)
    receipt = Receipt(1, (ReceiptLine(),) * (RECEIPT_LINES_MAX + 1))
    assert core.command(PrintReceipt(receipt), 0.0).events == failed(1, "too_long")


def test_a_closed_link_fails_what_waits_and_clears_the_printer_when_it_is_back() -> None:
    core = printing(1)
    core.command(order(2), 0.3)
    step = core.closed(0.4)
    assert step.events == failed(1, "link_closed") + failed(2, "link_closed")
    assert step.wake_at is None
    assert core.command(order(3), 0.5).events == failed(3, "link_closed")
    assert core.tick(0.6).out == b""
    assert core.opened(1.0).out == CLEAR_BUFFER


def test_a_link_that_closes_between_jobs_leaves_nothing_to_clear() -> None:
    core = EscposCore()
    core.opened(0.0)
    core.closed(1.0)
    assert core.opened(2.0).out == b""


def test_an_order_for_another_device_is_a_bug() -> None:
    with pytest.raises(TypeError, match="AwaitCard"):
        EscposCore().command(AwaitCard(), 0.0)


@given(
    st.lists(st.tuples(st.sampled_from(["feed", "tick", "print"]), st.binary(max_size=8), st.floats(0, 3)), max_size=40)
)
def test_whatever_the_printer_says_each_receipt_ends_once(script: list[tuple[str, bytes, float]]) -> None:
    core, now, slips = EscposCore(), 0.0, 0
    ended: list[Event] = []
    core.opened(now)
    for what, data, seconds in script:
        now += seconds
        if what == "print":
            slips += 1
            ended += core.command(order(slips), now).events
        else:
            ended += (core.feed(data, now) if what == "feed" else core.tick(now)).events
    ended += core.closed(now).events
    assert sorted(event.slip for event in ended if isinstance(event, ReceiptPrinted | ReceiptFailed)) == list(
        range(1, slips + 1)
    )
