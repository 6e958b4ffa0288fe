"""Core of an ESC/POS receipt printer: asks before printing, prints, and asks again until the paper has it.

A receipt decides nothing: a printer in trouble costs the customer a slip of paper and nobody a point. So each job ends
in ReceiptPrinted or ReceiptFailed within a known time, and what a failed job left in the printer is cleared, lest half
of it come out in front of the next customer's. A receipt that trouble stopped is kept for a while: when paper is in
again it is printed whole, behind a line that declares what came out before void, and marked as a second print; a
ReceiptPrinted then follows the ReceiptFailed.

Between receipts the printer is looked at: DeviceLost says what is wrong with it, also that its paper runs low.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from enum import Enum, auto

from shared.visit.effects import Effect, OpenDrawer, PrintReceipt, PrintReport
from shared.visit.events import DeviceLost, DeviceReady, Event, ReceiptFailed, ReceiptPrinted
from shared.visit.receipt import Receipt
from terminal.drivers.core import Step
from terminal.drivers.receipt_printer.layout import render, render_again
from terminal.drivers.receipt_printer.options import EscposOptions
from terminal.drivers.receipt_printer.troubles import (
    LINK_CLOSED,
    NO_ANSWER,
    PAPER_LOW,
    PAPER_OUT,
    QUEUE_FULL,
    TIMEOUT,
    TOO_LONG,
    trouble,
    what_fails,
)
from terminal.protocol import escpos
from terminal.protocol.escpos import Answer, AnswerDecoder, Ask, ErrorCause, Identity, OfflineCause, PaperState

DEVICE = "receipt_printer"
JOBS_MAX = 8  # waiting receipts; more means that nobody looks after the printer
RECEIPT_LINES_MAX = 200  # about 75 cm of paper
HOLD_S = 120.0  # a receipt whose customer has left need not come out any more
AGAIN_MAX = 1  # second prints of one receipt: a printer that fails again wants a person first
STATUS_TIMEOUT_S = 0.5  # DLE EOT is answered within some 10 ms, whatever the printer does
STATUS_TRIES = 3
POLL_INTERVAL_S = 1.0  # while a job is printed
LOOK_INTERVAL_S = 30.0  # between receipts
MENDING_INTERVAL_S = 2.0  # while something is wrong with it
SILENCE_MAX_S = 3.5  # three polls unanswered, and a little for the line
SLOWEST_LINE_BYTES_PER_S = 960  # 9,600 baud: until the job is through, polls wait behind it in the serial driver
JOB_BASE_S = 10.0  # cutting, waking from sleep
JOB_PER_LINE_S = 0.2  # eight times what 150 mm/s takes
CLEAR_TIMEOUT_S = 1.0  # a printer without DLE DC4 never answers it


class _Phase(Enum):
    CLOSED = auto()
    IDLE = auto()
    ASKING_CAUSE = auto()
    ASKING_ERROR = auto()
    ASKING_PAPER = auto()
    PRINTING = auto()
    CLEARING = auto()


_QUESTIONS = {
    _Phase.ASKING_CAUSE: Ask.OFFLINE_CAUSE,
    _Phase.ASKING_ERROR: Ask.ERROR_CAUSE,
    _Phase.ASKING_PAPER: Ask.PAPER,
}


_DEFAULTS = EscposOptions()


@dataclass(frozen=True, slots=True)
class _Job:
    """``kicks``: the drawer opens with it. ``keep_until``: set when it failed and is kept. ``tries``: how often bytes
    of it were sent."""

    receipt: Receipt
    kicks: bool
    keep_until: float | None = None
    tries: int = 0

    @property
    def time_limit_s(self) -> float:
        return JOB_BASE_S + len(self.receipt.lines) * JOB_PER_LINE_S


class EscposCore:
    """See :class:`terminal.drivers.core.DriverCore`. ``paper_low`` is what the printer's near-end sensor last said."""

    def __init__(self, options: EscposOptions = _DEFAULTS) -> None:
        self.paper_low = False
        self.identity = ""
        self._options = options
        self._decoder = AnswerDecoder()
        self._phase = _Phase.CLOSED
        self._jobs: deque[_Job] = deque()
        self._told: str | None = None  # the trouble last reported; "" = none
        self._dirty = False  # the printer may hold a part of a job that was given up
        self._is_recovering = False  # out of an error, once per look
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
        """Look at the printer, and print what it owes."""
        self._decoder.reset()
        self._told = None
        if self._options.identifies:
            self._out += escpos.ask_identity(Identity.MODEL) + escpos.ask_identity(Identity.FIRMWARE)
            self.identity = ""
        self._clear_or_ask(now)
        return self._step()

    def closed(self, now: float) -> Step:
        """All receipts that wait have failed; the printer's own memory is cleared when it is back."""
        self._dirty = self._dirty or self._phase is _Phase.PRINTING
        self._phase = _Phase.CLOSED
        self._due_at = None
        self._fail_all(LINK_CLOSED, now)
        return self._step()

    def feed(self, data: bytes, now: float) -> Step:
        """Status bytes of the printer."""
        for answer in self._decoder.feed(data):
            self._answered(answer, now)
        return self._step()

    def command(self, effect: Effect, now: float) -> Step:
        """``PrintReceipt``, ``PrintReport`` and ``OpenDrawer``."""
        match effect:
            case PrintReceipt(receipt=receipt):
                self._take(_Job(receipt, self._options.kicks_drawer), now)
            case PrintReport(report=report):
                self._take(_Job(report, kicks=False), now)
            case OpenDrawer():
                self._open_drawer()
            case _:
                raise TypeError(f"{type(effect).__name__} is not for the receipt printer")
        return self._step()

    def tick(self, now: float) -> Step:
        """A question is due, or an answer overdue."""
        if self._due_at is not None and now >= self._due_at:
            self._overdue(now)
        return self._step()

    # --- orders ----------------------------------------------------------------------------------------------

    def _take(self, job: _Job, now: float) -> None:
        receipt = job.receipt
        self._drop_old(now)
        if self._phase is _Phase.CLOSED:
            self._fail(receipt.slip, LINK_CLOSED)
        elif len(self._jobs) >= JOBS_MAX:
            self._fail(receipt.slip, QUEUE_FULL)
        elif len(receipt.lines) > RECEIPT_LINES_MAX:
            self._fail(receipt.slip, TOO_LONG)
        else:
            self._jobs.append(job)
            if self._phase is _Phase.IDLE:
                self._clear_or_ask(now)

    def _open_drawer(self) -> None:
        """At once, if a drawer is there at all and no receipt that waits opens it anyway."""
        is_coming = any(job.kicks and not job.tries and job.keep_until is None for job in self._jobs)
        if self._options.kicks_drawer and self._phase is not _Phase.CLOSED and not is_coming:
            self._out += escpos.kick_drawer()

    # --- hearing ---------------------------------------------------------------------------------------------

    def _answered(self, answer: Answer, now: float) -> None:
        if isinstance(answer, escpos.StatusNow):
            self._unanswered = max(self._unanswered - 1, 0)
            if now < self._settle_until:
                return
        match self._phase, answer:
            case (_Phase.ASKING_CAUSE, escpos.StatusNow(status)):
                self._cause_known(OfflineCause.parse(status), now)
            case (_Phase.ASKING_ERROR, escpos.StatusNow(status)):
                self._error_known(ErrorCause.parse(status), now)
            case (_Phase.ASKING_PAPER, escpos.StatusNow(status)):
                self._paper_known(PaperState.parse_now(status), now)
            case (_Phase.PRINTING, escpos.StatusNow(status)):
                self._still_printing(OfflineCause.parse(status), now)
            case (_Phase.PRINTING, escpos.StatusInTurn()):
                self._printed(now)
            case (_Phase.CLEARING, escpos.BufferCleared()):
                self._dirty = False
                self._ask(_Phase.ASKING_CAUSE, now)
            case (_Phase.IDLE, escpos.Changed()):
                self._ask(_Phase.ASKING_CAUSE, now)  # automatic status that somebody left switched on: look
            case (_, escpos.Identified(text)):
                self.identity = f"{self.identity} {text}".strip()
            case _:
                pass  # late

    def _still_printing(self, cause: OfflineCause, now: float) -> None:
        self._silent_at = now + SILENCE_MAX_S
        if cause.error and not cause.cover_open:
            self._dirty = True
            self._clear_or_ask(now)  # which error it is, and whether it goes away, the look tells
        elif trouble(cause):
            self._stop_printing(trouble(cause), now)

    def _cause_known(self, cause: OfflineCause, now: float) -> None:
        self._dirty = False  # clearing was tried, and the printer is there
        code = trouble(cause)
        if cause.error and not cause.cover_open:
            self._ask(_Phase.ASKING_ERROR, now)
        elif code:
            self._stand_still(code, now)
        else:
            self._ask(_Phase.ASKING_PAPER, now)

    def _error_known(self, error: ErrorCause, now: float) -> None:
        """Try once to get it out of the error: after a jam was pulled out the printer waits for that word."""
        if not error.lasting and not self._is_recovering:
            self._is_recovering = True
            self._out += escpos.RECOVER
            self._ask(_Phase.ASKING_CAUSE, now)
        else:
            self._stand_still(what_fails(error), now)

    def _paper_known(self, paper: PaperState, now: float) -> None:
        self.paper_low = paper.near_end
        if paper.end:
            self._stand_still(PAPER_OUT, now)
            return
        self._tell(PAPER_LOW if paper.near_end else "")
        self._drop_old(now)
        if self._jobs:
            self._print(now)
        else:
            self._rest(LOOK_INTERVAL_S, now)

    def _overdue(self, now: float) -> None:
        match self._phase:
            case _Phase.ASKING_CAUSE | _Phase.ASKING_ERROR | _Phase.ASKING_PAPER:
                self._ask_again(now)
            case _Phase.PRINTING:
                self._watch(now)
            case _Phase.CLEARING:
                self._ask(_Phase.ASKING_CAUSE, now)  # this printer cannot do it, or is away
            case _Phase.IDLE:
                self._drop_old(now)
                self._clear_or_ask(now)
            case _Phase.CLOSED:
                self._due_at = None

    def _watch(self, now: float) -> None:
        if now >= self._silent_at:
            self._stop_printing(NO_ANSWER, now)
        elif now >= self._give_up_at:
            job = self._jobs.popleft()  # perhaps it was printed, so it is not kept
            if job.keep_until is None:
                self._fail(job.receipt.slip, TIMEOUT)
            self._dirty = True
            self._clear_or_ask(now)
        else:
            self._send_question(Ask.OFFLINE_CAUSE)
            self._due_at = min(now + POLL_INTERVAL_S, self._silent_at, self._give_up_at)

    # --- trouble ---------------------------------------------------------------------------------------------

    def _stop_printing(self, code: str, now: float) -> None:
        """In mid-job: what the printer still holds is cleared before anything else is asked."""
        self._dirty = True
        self._fail_all(code, now)
        self._tell(code)
        self._clear_or_ask(now)

    def _stand_still(self, code: str, now: float) -> None:
        """Nothing can be printed until somebody saw to it."""
        self._fail_all(code, now)
        self._tell(code)
        self._rest(MENDING_INTERVAL_S, now)

    def _fail_all(self, code: str, now: float) -> None:
        """Every receipt that waits is told of once, and kept if there is still a try in it."""
        for job in self._jobs:
            if job.keep_until is None:
                self._fail(job.receipt.slip, code)
        kept = [replace(job, keep_until=job.keep_until or now + HOLD_S) for job in self._jobs]
        self._jobs = deque(job for job in kept if job.tries <= AGAIN_MAX)

    def _drop_old(self, now: float) -> None:
        """Receipts whose time is over, but for one that is being printed."""
        running = self._jobs[0] if self._phase is _Phase.PRINTING else None
        old = (job for job in self._jobs if job is running or job.keep_until is None or now < job.keep_until)
        self._jobs = deque(old)

    def _tell(self, code: str) -> None:
        if code != self._told:
            self._told = code
            self._events.append(DeviceLost(DEVICE, code) if code else DeviceReady(DEVICE))

    # --- saying ----------------------------------------------------------------------------------------------

    def _clear_or_ask(self, now: float) -> None:
        """Clear up, or begin with the next look."""
        self._is_recovering = False
        if self._dirty:
            self._phase = _Phase.CLEARING
            self._out += escpos.CLEAR_BUFFER
            self._due_at = now + CLEAR_TIMEOUT_S
        else:
            self._ask(_Phase.ASKING_CAUSE, now)

    def _rest(self, seconds: float, now: float) -> None:
        self._phase = _Phase.IDLE
        self._due_at = now + seconds

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
            self._stand_still(NO_ANSWER, now)
            return
        self._tries_left -= 1
        self._send_question(_QUESTIONS[self._phase])
        self._due_at = now + STATUS_TIMEOUT_S

    def _send_question(self, what: Ask) -> None:
        self._unanswered += 1
        self._out += escpos.ask_now(what)

    def _settle(self, now: float) -> None:
        if self._unanswered:
            self._unanswered = 0
            self._settle_until = now + STATUS_TIMEOUT_S

    def _print(self, now: float) -> None:
        job = self._jobs[0] = replace(self._jobs[0], tries=self._jobs[0].tries + 1)
        data = (render if job.tries == 1 else render_again)(job.receipt, self._options.paper)
        if job.kicks and job.tries == 1:
            data = escpos.kick_drawer() + data
        self._phase = _Phase.PRINTING
        self._settle(now)
        self._out += data + escpos.ask_paper_in_turn()
        sending_s = len(data) / SLOWEST_LINE_BYTES_PER_S
        self._silent_at = now + sending_s + SILENCE_MAX_S
        self._give_up_at = now + sending_s + job.time_limit_s
        self._due_at = now + POLL_INTERVAL_S

    def _printed(self, now: float) -> None:
        self._events.append(ReceiptPrinted(self._jobs.popleft().receipt.slip))
        if self._jobs:
            self._clear_or_ask(now)
        else:
            self._rest(LOOK_INTERVAL_S, now)

    def _fail(self, slip: int, code: str) -> None:
        self._events.append(ReceiptFailed(slip, code))

    def _step(self) -> Step:
        step = Step(bytes(self._out), tuple(self._events), self._due_at)
        self._out.clear()
        self._events.clear()
        return step
