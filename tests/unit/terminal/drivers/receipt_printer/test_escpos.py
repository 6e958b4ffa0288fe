"""The receipt printer's core on its own: questions, answers, and every way a job can end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.effects import AwaitCard, OpenDrawer, PrintReceipt, PrintReport
from shared.visit.events import DeviceLost, DeviceReady, Event, ReceiptFailed, ReceiptPrinted
from shared.visit.receipt import Receipt, ReceiptLine
from terminal.drivers.receipt_printer.escpos import (
    CLEAR_TIMEOUT_S,
    HOLD_S,
    JOB_BASE_S,
    JOBS_MAX,
    LOOK_INTERVAL_S,
    MENDING_INTERVAL_S,
    POLL_INTERVAL_S,
    RECEIPT_LINES_MAX,
    SILENCE_MAX_S,
    STATUS_TIMEOUT_S,
    STATUS_TRIES,
    EscposCore,
)
from terminal.drivers.receipt_printer.options import EscposOptions
from terminal.protocol.escpos import BUFFER_CLEARED, CLEAR_BUFFER, kick_drawer

ASK_CAUSE, ASK_ERROR, ASK_PAPER = b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04"
ASK_IN_TURN, RECOVER = b"\x1d\x72\x01", b"\x10\x05\x02"
READY = DeviceReady("receipt_printer")
ONLINE, COVER_OPEN, PAPER_END, ERROR = b"\x12", b"\x16", b"\x32", b"\x52"
PAPER, NEAR_END, NO_PAPER = b"\x12", b"\x1e", b"\x7e"


def order(slip: int) -> PrintReceipt:
    """A receipt of one line."""
    return PrintReceipt(Receipt(slip, (ReceiptLine(left="縁"),)))


def failed(slip: int, why: str) -> tuple[Event, ...]:
    """The event of a failed slip."""
    return (ReceiptFailed(slip, f"device.receipt_printer.{why}"),)


def lost(why: str) -> tuple[Event, ...]:
    """The event of a printer in trouble."""
    return (DeviceLost("receipt_printer", f"device.receipt_printer.{why}"),)


def ready(options: EscposOptions | None = None) -> EscposCore:
    """A core that has seen its printer well."""
    core = EscposCore(options or EscposOptions())
    assert core.opened(0.0).out.endswith(ASK_CAUSE)
    assert core.feed(ONLINE, 0.0).out == ASK_PAPER
    step = core.feed(PAPER, 0.0)
    assert (step.events, step.out, step.wake_at) == ((READY,), b"", LOOK_INTERVAL_S)
    return core


def printing(slip: int = 1) -> EscposCore:
    """A core that has sent the job at 0.2 s."""
    core = ready()
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


def test_a_printer_is_looked_at_between_receipts() -> None:
    core = ready()
    assert core.tick(LOOK_INTERVAL_S).out == ASK_CAUSE
    assert core.feed(COVER_OPEN, 31.0).events == lost("cover_open")
    assert core.tick(31.0 + MENDING_INTERVAL_S).out == ASK_CAUSE
    assert core.feed(COVER_OPEN, 33.1).events == ()
    core.tick(33.1 + MENDING_INTERVAL_S)
    core.feed(ONLINE, 36.0)
    assert core.feed(PAPER, 36.0).events == (READY,)


def test_automatic_status_makes_it_look_at_once() -> None:
    assert ready().feed(b"\x38\x00\x00\x00", 1.0).out == ASK_CAUSE


def test_a_job_is_sent_after_both_answers_and_done_after_the_third() -> None:
    core = ready()
    assert core.command(order(1), 0.0).out == ASK_CAUSE
    assert core.feed(ONLINE, 0.1).out == ASK_PAPER
    job = core.feed(PAPER, 0.2)
    assert job.out.startswith(b"\x1b@")
    assert job.out.endswith(ASK_IN_TURN)
    done = core.feed(b"\x00", 1.0)
    assert done.events == (ReceiptPrinted(1),)
    assert (done.out, done.wake_at) == (b"", 1.0 + LOOK_INTERVAL_S)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([COVER_OPEN], "cover_open"),
        ([PAPER_END], "paper_out"),
        ([ERROR, b"\x16", ERROR, b"\x16"], "fault"),
        ([ERROR, b"\x32"], "fault"),
        ([ERROR, b"\x1a", ERROR, b"\x1a"], "cutter"),
        ([ERROR, b"\x52", ERROR, b"\x52"], "overheated"),
        ([b"\x76"], "cover_open"),  # the cover is open, so the paper is out: say what to do first
        ([ONLINE, NO_PAPER], "paper_out"),
    ],
)
def test_a_printer_that_cannot_print_gets_no_job(answers: list[bytes], why: str) -> None:
    core = ready()
    core.command(order(1), 0.0)
    for answer in answers:
        step = core.feed(answer, 0.1)
    assert step.events == failed(1, why) + lost(why)
    assert step.out == b""


def test_paper_near_its_end_is_remembered_and_printed_on() -> None:
    core = ready()
    core.command(order(1), 0.0)
    core.feed(ONLINE, 0.1)
    step = core.feed(NEAR_END, 0.2)
    assert step.out.endswith(ASK_IN_TURN)
    assert (step.events, core.paper_low) == (lost("paper_low"), True)


def test_a_silent_printer_fails_after_its_tries() -> None:
    core = ready()
    core.command(order(1), 0.0)
    at, events = run_down(core, 0.0)
    assert events == failed(1, "no_answer") + lost("no_answer")
    assert at == pytest.approx(STATUS_TRIES * STATUS_TIMEOUT_S)


def test_late_answers_to_a_repeated_question_are_not_taken_for_the_next() -> None:
    core = ready()
    core.command(order(1), 0.0)
    assert core.tick(STATUS_TIMEOUT_S).out == ASK_CAUSE
    step = core.feed(ONLINE, 0.6)  # to the first question; the second's is still under way
    assert step.out == b""
    assert core.feed(ONLINE, 0.7).events == ()
    assert step.wake_at == pytest.approx(0.6 + STATUS_TIMEOUT_S)
    assert core.tick(0.6 + STATUS_TIMEOUT_S).out == ASK_PAPER
    assert core.feed(NEAR_END, 1.2).out.endswith(ASK_IN_TURN)


@pytest.mark.parametrize(("answer", "why"), [(COVER_OPEN, "cover_open"), (PAPER_END, "paper_out")])
def test_trouble_in_mid_job_is_noticed_within_a_poll_and_the_rest_is_cleared(answer: bytes, why: str) -> None:
    core = printing()
    assert core.tick(0.2 + POLL_INTERVAL_S).out == ASK_CAUSE
    step = core.feed(answer, 1.3)
    assert step.events == failed(1, why) + lost(why)
    assert step.out == CLEAR_BUFFER
    assert core.command(order(2), 1.4).out == b""  # nothing is sent before the answer
    assert core.feed(BUFFER_CLEARED, 1.5).out == ASK_CAUSE


def test_an_error_in_mid_job_is_looked_into_before_it_is_told() -> None:
    core = printing()
    core.tick(0.2 + POLL_INTERVAL_S)
    step = core.feed(ERROR, 1.3)
    assert (step.events, step.out) == ((), CLEAR_BUFFER)
    core.feed(BUFFER_CLEARED, 1.4)
    core.feed(ERROR, 1.5)
    core.feed(b"\x1a", 1.6)
    core.feed(ERROR, 1.7)
    assert core.feed(b"\x1a", 1.8).events == failed(1, "cutter") + lost("cutter")


def test_a_stopped_receipt_comes_out_again_marked_as_such_when_there_is_paper() -> None:
    core = printing()
    core.tick(0.2 + POLL_INTERVAL_S)
    assert core.feed(PAPER_END, 1.3).out == CLEAR_BUFFER
    assert core.feed(BUFFER_CLEARED, 1.4).out == ASK_CAUSE
    assert core.feed(PAPER_END, 1.5).events == ()
    assert core.tick(1.5 + MENDING_INTERVAL_S).out == ASK_CAUSE
    core.feed(ONLINE, 3.6)
    step = core.feed(PAPER, 3.7)
    assert step.events == (READY,)
    assert "再印字".encode("shift_jis") in step.out
    assert core.feed(b"\x00", 4.0).events == (ReceiptPrinted(1),)


def test_a_receipt_that_never_began_comes_out_as_it_is() -> None:
    core = ready()
    core.command(order(1), 0.0)
    assert core.feed(PAPER_END, 0.1).events == failed(1, "paper_out") + lost("paper_out")
    core.tick(0.1 + MENDING_INTERVAL_S)
    core.feed(ONLINE, 3.0)
    step = core.feed(PAPER, 3.1)
    assert step.out.endswith(ASK_IN_TURN)
    assert "再印字".encode("shift_jis") not in step.out


def test_a_receipt_whose_customer_has_left_does_not_come_out() -> None:
    core = ready()
    core.command(order(1), 0.0)
    core.feed(PAPER_END, 0.1)
    core.tick(HOLD_S + 1.0)
    core.feed(ONLINE, HOLD_S + 1.1)
    step = core.feed(PAPER, HOLD_S + 1.2)
    assert (step.out, step.events) == (b"", (READY,))


def test_a_receipt_is_printed_no_more_than_twice() -> None:
    core = printing()
    for now in (1.0, 11.0):
        core.tick(now + 0.2)
        core.feed(PAPER_END, now + 0.3)
        core.feed(BUFFER_CLEARED, now + 0.4)
        core.feed(ONLINE, now + 0.5)
        step = core.feed(PAPER, now + 0.6)
    assert step.out == b""


def test_a_receipt_that_was_perhaps_printed_is_not_printed_again() -> None:
    core, now = printing(), 0.2
    while not core.tick(now).events:
        core.feed(ONLINE, now)
        now += POLL_INTERVAL_S
    core.feed(BUFFER_CLEARED, now)
    core.tick(now + STATUS_TIMEOUT_S)
    core.feed(ONLINE, now + 1.0)
    assert core.feed(PAPER, now + 1.1).out == b""


def test_a_jam_that_was_pulled_out_is_over_with_a_word_from_us() -> None:
    core = ready()
    core.command(order(1), 0.0)
    assert core.feed(ERROR, 0.1).out == ASK_ERROR
    assert core.feed(b"\x1a", 0.2).out == RECOVER + ASK_CAUSE
    assert core.feed(ONLINE, 0.3).out == ASK_PAPER
    assert core.feed(PAPER, 0.4).out.endswith(ASK_IN_TURN)


def test_a_printer_that_cannot_clear_gets_its_next_job_all_the_same() -> None:
    core = printing()
    core.tick(0.2 + POLL_INTERVAL_S)
    core.feed(PAPER_END, 1.3)
    assert core.tick(1.3 + CLEAR_TIMEOUT_S).out == ASK_CAUSE


def test_the_drawer_opens_with_the_first_print_only() -> None:
    core = ready(EscposOptions(kicks_drawer=True))
    core.command(order(1), 0.0)
    core.feed(ONLINE, 0.1)
    assert core.feed(PAPER, 0.2).out.startswith(b"\x1bp\x00")
    core.tick(1.3)
    core.feed(PAPER_END, 1.4)
    core.feed(BUFFER_CLEARED, 1.5)
    core.feed(ONLINE, 1.6)
    assert b"\x1bp\x00" not in core.feed(PAPER, 1.7).out


def test_model_and_firmware_are_asked_for_when_a_person_wants_them() -> None:
    core = ready(EscposOptions(identifies=True))
    core.feed(b"_TM-T88VI\x00_1.02\x00", 1.0)
    assert core.identity == "TM-T88VI 1.02"


def test_a_printer_that_falls_silent_in_mid_job_is_given_up() -> None:
    at, events = run_down(printing(), 0.2)
    assert events == failed(1, "no_answer") + lost("no_answer")
    assert 0.2 + SILENCE_MAX_S <= at < 0.3 + SILENCE_MAX_S


def test_polls_may_wait_behind_a_long_job_on_a_slow_line() -> None:
    core = ready()
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
    core = ready()
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
    core = ready()
    core.closed(1.0)
    assert core.opened(2.0).out == ASK_CAUSE


def test_a_report_is_printed_like_a_receipt_and_opens_no_drawer() -> None:
    core = ready(EscposOptions(kicks_drawer=True))
    core.command(PrintReport(order(0).receipt), 0.0)
    core.feed(ONLINE, 0.1)
    data = core.feed(PAPER, 0.2).out
    assert kick_drawer() not in data
    assert data.endswith(ASK_IN_TURN)


def test_the_drawer_is_opened_by_the_receipt_that_waits_or_else_at_once() -> None:
    core = ready(EscposOptions(kicks_drawer=True))
    assert core.command(OpenDrawer(), 0.0).out == kick_drawer()
    core.command(order(1), 0.1)
    assert core.command(OpenDrawer(), 0.1).out == b""
    assert ready().command(OpenDrawer(), 0.0).out == b"", "the shop has none"
    assert EscposCore(EscposOptions(kicks_drawer=True)).command(OpenDrawer(), 0.0).out == b"", "nobody is there"


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
    first: dict[int, Event] = {}
    for event in ended:
        match event:
            case ReceiptFailed(slip):
                assert slip not in first, "told twice"
                first[slip] = event
            case ReceiptPrinted(slip):
                assert not isinstance(first.get(slip), ReceiptPrinted), "printed twice without a word"
                first[slip] = event
    assert sorted(first) == list(range(1, slips + 1))
