"""Core of an ESC/POS receipt printer: asks before printing, prints, and asks again until the paper has it.

A receipt decides nothing: a printer in trouble costs the customer a slip of paper and nobody a point. So each job
ends in ReceiptPrinted or ReceiptFailed within a known time, and what a failed job left in the printer is cleared,
lest half of it come out in front of the next customer's.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

from shared.visit.effects import Effect, PrintReceipt
from shared.visit.events import Event, ReceiptFailed, ReceiptPrinted
from terminal.drivers.core import Step
from terminal.drivers.receipt_printer.layout import COLUMNS_58_MM, render
from terminal.protocol import escpos
from terminal.protocol.escpos import Answer, AnswerDecoder, Ask, OfflineCause, PaperState

JOBS_MAX = 8  # waiting receipts; more means that nobody looks after the printer
RECEIPT_LINES_MAX = 200  # about 75 cm of paper
STATUS_TIMEOUT_S = 0.5  # DLE EOT is answered within some 10 ms, whatever the printer does
STATUS_TRIES = 3
POLL_INTERVAL_S = 1.0  # while a job is printed
SILENCE_MAX_S = 3.5  # three polls unanswered, and a little for the line
SLOWEST_LINE_BYTES_PER_S = 960  # 9,600 baud: until the job is through, polls wait behind it in the serial driver
JOB_BASE_S = 10.0  # cutting, waking from sleep
JOB_PER_LINE_S = 0.2  # eight times what 150 mm/s takes
CLEAR_TIMEOUT_S = 1.0  # a printer without DLE DC4 never answers it

NO_ANSWER = "device.receipt_printer.no_answer"
LINK_CLOSED = "device.receipt_printer.link_closed"
PAPER_OUT = "device.receipt_printer.paper_out"
COVER_OPEN = "device.receipt_printer.cover_open"
FAULT = "device.receipt_printer.fault"
TIMEOUT = "device.receipt_printer.timeout"
QUEUE_FULL = "device.receipt_printer.queue_full"
TOO_LONG = "device.receipt_printer.too_long"


class _Phase(Enum):
    CLOSED = auto()
    IDLE = auto()
    ASKING_CAUSE = auto()
    ASKING_PAPER = auto()
    PRINTING = auto()
    CLEARING = auto()


@dataclass(frozen=True, slots=True)
class _Job:
    slip: int
    data: bytes
    time_limit_s: float


class EscposCore:
    """See :class:`terminal.drivers.core.DriverCore`. ``paper_low`` is what the printer's near-end sensor last said."""

    def __init__(self, paper_columns: int = COLUMNS_58_MM) -> None:
        self.paper_low = False
        self._paper_columns = paper_columns
        self._decoder = AnswerDecoder()
        self._phase = _Phase.CLOSED
        self._jobs: deque[_Job] = deque()
        self._dirty = False  # the printer may hold a part of a job that was given up
        self._tries_left = 0
        self._unanswered = 0  # questions; their answers do not say which they belong to
        self._settle_until = 0.0  # so late ones are waited out before anything else is asked
        self._due_at: float | None = None  # the next question, or the end of waiting for an answer
        self._give_up_at = 0.0  # the job
        self._silent_at = 0.0  # when silence in mid-job becomes a loss
        self._out = bytearray()
        self._events: list[Event] = []

    # --- the seam --------------------------------------------------------------------------------------------

    def opened(self, now: float) -> Step:
        """Nothing is asked of the printer before there is something to print."""
        self._decoder.reset()
        self._phase = _Phase.IDLE
        self._next(now)
        return self._step()

    def closed(self, now: float) -> Step:
        """All receipts that wait fail; the printer's own memory is cleared when it is back."""
        self._dirty = self._dirty or self._phase is _Phase.PRINTING
        self._phase = _Phase.CLOSED
        self._due_at = None
        while self._jobs:
            self._fail(self._jobs.popleft().slip, LINK_CLOSED)
        return self._step()

    def feed(self, data: bytes, now: float) -> Step:
        """Status bytes of the printer."""
        for answer in self._decoder.feed(data):
            self._answered(answer, now)
        return self._step()

    def command(self, effect: Effect, now: float) -> Step:
        """``PrintReceipt`` only."""
        if not isinstance(effect, PrintReceipt):
            raise TypeError(f"{type(effect).__name__} is not for the receipt printer")
        receipt = effect.receipt
        if self._phase is _Phase.CLOSED:
            self._fail(receipt.slip, LINK_CLOSED)
        elif len(self._jobs) >= JOBS_MAX:
            self._fail(receipt.slip, QUEUE_FULL)
        elif len(receipt.lines) > RECEIPT_LINES_MAX:
            self._fail(receipt.slip, TOO_LONG)
        else:
            time_limit_s = JOB_BASE_S + len(receipt.lines) * JOB_PER_LINE_S
            self._jobs.append(_Job(receipt.slip, render(receipt, self._paper_columns), time_limit_s))
            if self._phase is _Phase.IDLE:
                self._next(now)
        return self._step()

    def tick(self, now: float) -> Step:
        """A question is due, or an answer overdue."""
        if self._due_at is not None and now >= self._due_at:
            self._overdue(now)
        return self._step()

    # --- hearing ---------------------------------------------------------------------------------------------

    def _answered(self, answer: Answer, now: float) -> None:
        if isinstance(answer, escpos.StatusNow):
            self._unanswered = max(self._unanswered - 1, 0)
            if now < self._settle_until:
                return
        match self._phase, answer:
            case (_Phase.ASKING_CAUSE, escpos.StatusNow(status)):
                self._cause_known(OfflineCause.parse(status), now)
            case (_Phase.ASKING_PAPER, escpos.StatusNow(status)):
                self._paper_known(PaperState.parse_now(status), now)
            case (_Phase.PRINTING, escpos.StatusNow(status)):
                self._still_printing(OfflineCause.parse(status), now)
            case (_Phase.PRINTING, escpos.StatusInTurn()):
                self._end(now)
            case (_Phase.CLEARING, escpos.BufferCleared()):
                self._dirty = False
                self._next(now)
            case _:
                pass  # late, or automatic status that somebody left switched on

    def _still_printing(self, cause: OfflineCause, now: float) -> None:
        self._silent_at = now + SILENCE_MAX_S
        code = _trouble(cause)
        if code:
            self._end(now, code)

    def _cause_known(self, cause: OfflineCause, now: float) -> None:
        self._dirty = False  # clearing was tried, and the printer is there
        code = _trouble(cause)
        if code:
            self._end(now, code)
        else:
            self._ask(_Phase.ASKING_PAPER, now)

    def _paper_known(self, paper: PaperState, now: float) -> None:
        self.paper_low = paper.near_end
        if paper.end:
            self._end(now, PAPER_OUT)
        else:
            self._print(now)

    def _overdue(self, now: float) -> None:
        match self._phase:
            case _Phase.ASKING_CAUSE | _Phase.ASKING_PAPER:
                self._ask_again(now)
            case _Phase.PRINTING:
                self._watch(now)
            case _Phase.CLEARING:
                self._begin(now)  # this printer cannot do it, or is away
            case _Phase.CLOSED | _Phase.IDLE:
                self._due_at = None

    def _watch(self, now: float) -> None:
        if now >= self._silent_at:
            self._end(now, NO_ANSWER)
        elif now >= self._give_up_at:
            self._end(now, TIMEOUT)
        else:
            self._send_question(Ask.OFFLINE_CAUSE)
            self._due_at = min(now + POLL_INTERVAL_S, self._silent_at, self._give_up_at)

    # --- saying ----------------------------------------------------------------------------------------------

    def _next(self, now: float) -> None:
        """The link is free: clear up, or begin with the next receipt."""
        if self._dirty:
            self._phase = _Phase.CLEARING
            self._out += escpos.CLEAR_BUFFER
            self._due_at = now + CLEAR_TIMEOUT_S
        else:
            self._begin(now)

    def _begin(self, now: float) -> None:
        if self._jobs:
            self._ask(_Phase.ASKING_CAUSE, now)
        else:
            self._phase = _Phase.IDLE
            self._due_at = None

    def _ask(self, phase: _Phase, now: float) -> None:
        """Turn to another question; at once, unless answers to the one before may still be under way."""
        self._phase = phase
        self._tries_left = STATUS_TRIES
        self._settle(now)
        if now < self._settle_until:
            self._due_at = self._settle_until
        else:
            self._ask_again(now)

    def _ask_again(self, now: float) -> None:
        if self._tries_left == 0:
            self._end(now, NO_ANSWER)
            return
        self._tries_left -= 1
        self._send_question(Ask.OFFLINE_CAUSE if self._phase is _Phase.ASKING_CAUSE else Ask.PAPER)
        self._due_at = now + STATUS_TIMEOUT_S

    def _send_question(self, what: Ask) -> None:
        self._unanswered += 1
        self._out += escpos.ask_now(what)

    def _settle(self, now: float) -> None:
        if self._unanswered:
            self._unanswered = 0
            self._settle_until = now + STATUS_TIMEOUT_S

    def _print(self, now: float) -> None:
        job = self._jobs[0]
        self._phase = _Phase.PRINTING
        self._settle(now)
        self._out += job.data + escpos.ask_paper_in_turn()
        sending_s = len(job.data) / SLOWEST_LINE_BYTES_PER_S
        self._silent_at = now + sending_s + SILENCE_MAX_S
        self._give_up_at = now + sending_s + job.time_limit_s
        self._due_at = now + POLL_INTERVAL_S

    def _end(self, now: float, code: str = "") -> None:
        """The first job is over, well or not."""
        job = self._jobs.popleft()
        if code:
            self._fail(job.slip, code)
            self._dirty = self._phase is _Phase.PRINTING
        else:
            self._events.append(ReceiptPrinted(job.slip))
        self._next(now)

    def _fail(self, slip: int, code: str) -> None:
        self._events.append(ReceiptFailed(slip, code))

    def _step(self) -> Step:
        step = Step(bytes(self._out), tuple(self._events), self._due_at)
        self._out.clear()
        self._events.clear()
        return step


def _trouble(cause: OfflineCause) -> str:
    """The error's code; "" if the printer can print."""
    if cause.cover_open:
        return COVER_OPEN
    if cause.paper_end:
        return PAPER_OUT
    return FAULT if cause.error else ""
