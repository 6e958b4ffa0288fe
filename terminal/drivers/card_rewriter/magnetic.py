"""The core of a plain magnetic reader and writer: people swipe the card, once for each thing that is done to it.

The machine's words keep their meaning: CardPresented after a swipe that was read; CardWritten only after the card was
swiped to be written and swiped again and read back equal. The unit holds no card, so giving it back is done at once,
and it has no face: its message stands on the receipt.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass

from shared.errors import EnishiError
from shared.visit.effects import (
    AwaitCard,
    CancelAwait,
    Effect,
    EjectCard,
    PrintFace,
    ReadCard,
    ResetRewriter,
    RewriterEffect,
    WriteCard,
)
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardRewriterLost,
    CardRewriterReady,
    CardTaken,
    CardUnreadable,
    CardWriteFailed,
    CardWritten,
    Event,
    FacePrintFailed,
    NoCard,
    SwipeWanted,
)
from shared.visit.unit import CardUnit, Swipe
from terminal.drivers.card_rewriter.faults import LINK_LOST, NO_ANSWER, NO_CARD, REFUSED, WRITE_MISMATCH
from terminal.drivers.card_rewriter.magnetic_options import MagneticOptions
from terminal.drivers.core import Step
from terminal.protocol import magnetic
from terminal.protocol.magnetic import Answer, AnswerDecoder, Expect, Light, Status
from terminal.protocol.magnetic_track import Fault, Track, decode, encode

NO_FACE = "device.card_rewriter.no_face"
SWIPE = "device.card_rewriter.swipe"

SETTLE_S = 0.2  # after a reset, which is not answered
ANSWER_S = 1.0  # to a question that waits for no card; the longest is 10 bytes at 9,600 baud
QUIET_S = 0.15  # the end of a firmware version
BLOCK_S = 2.0  # from the first byte of a swipe's answer to its last: three full tracks take 0.8 s
RENEW_S = 60.0  # a wait is begun anew so often, lest a unit that was without power for a moment wait for nothing
READ_WAIT_S = 60.0  # for a swipe that was asked for; the machine's own patience is 120 s (states.UNIT_DEADLINE_S)
WRITE_WAIT_S = 50.0  # for the swipe that writes, and as long for the one that proves it
SWIPES_MAX = 3  # bad ones in a row; then the card is to blame
FORGET_S = 30.0  # after a bad swipe: who comes later is another customer
TEST_TRIES = 3
POLL_S = 5.0  # between questions to an idle unit
REVIVE_FIRST_S, REVIVE_MAX_S = 1.0, 8.0
ORDERS_MAX = 8  # the machine waits for answers; more would be a loop in it


@dataclass(frozen=True, slots=True)
class _Ask:
    """``expect`` None: nothing answers, come back after ``wait_s``."""

    out: bytes
    expect: Expect | None
    wait_s: float


_Outcome = Answer | None  # None: silence, or an answer that was damaged
_Steps = Generator[_Ask, _Outcome]


_DEFAULTS = MagneticOptions()


class MagneticCore:
    """See :class:`terminal.drivers.core.DriverCore`. An order to a lost unit is answered by CardRewriterLost again.

    ``wanted``: the swipe that is waited for. ``identity``: model and firmware, as the unit tells them.
    """

    wanted: Swipe | None
    _orders: deque[RewriterEffect]
    _current: RewriterEffect | None  # the order whose sequence runs
    _steps: _Steps | None
    _decoder: AnswerDecoder | None
    _expects: Expect | None
    _until: float | None  # the end of a wait

    def __init__(self, options: MagneticOptions = _DEFAULTS) -> None:
        self.identity = ""
        self._options = options
        self._lost: str | None = LINK_LOST
        self._now = 0.0
        self._out = bytearray()
        self._events: list[Event] = []
        self._forget()

    # --- the seam ------------------------------------------------------------------------------------------------

    def opened(self, now: float) -> Step:
        """Reset, test, settings. No card can be inside."""
        self._now = now
        self._forget()
        self._lost = None
        self._begin(self._greet())
        return self._step()

    def closed(self, now: float) -> Step:
        """Everything in flight is given up."""
        self._now = now
        self._forget()
        self._out.clear()
        self._lose(LINK_LOST)
        return self._step()

    def feed(self, data: bytes, now: float) -> Step:
        """Bytes from the unit."""
        self._now = now
        if self._decoder is not None:
            was_begun = self._decoder.is_begun
            answer = self._decoder.feed(data)
            if answer is not None:
                self._advance(answer)
            elif self._decoder.is_begun and (self._expects is Expect.FIRMWARE or not was_begun):
                self._until = now + (QUIET_S if self._expects is Expect.FIRMWARE else BLOCK_S)
        return self._step()

    def command(self, effect: Effect, now: float) -> Step:
        """Orders wait for the one before them."""
        self._now = now
        match effect:
            case ResetRewriter() if self._lost != LINK_LOST:
                self._forget()
                self._lost = None
                self._begin(self._greet())
            case CancelAwait():
                self._cancel_await()
            case AwaitCard() | ReadCard() | WriteCard() | PrintFace() | EjectCard() | ResetRewriter():
                self._accept(effect)
            case _:
                pass  # another device's
        return self._step()

    def tick(self, now: float) -> Step:
        """A wait is over."""
        self._now = now
        if self._until is not None and now >= self._until:
            if self._steps is not None:
                self._advance(self._decoder.quiet() if self._decoder is not None else None)
            else:
                self._begin(self._test())
        return self._step()

    # --- orders --------------------------------------------------------------------------------------------------

    def _accept(self, effect: RewriterEffect) -> None:
        if self._lost is not None:
            self._events.append(CardRewriterLost(self._lost))
        elif not (isinstance(effect, AwaitCard) and (effect == self._current or effect in self._orders)):
            assert len(self._orders) < ORDERS_MAX, "the machine orders without waiting for answers"
            self._orders.append(effect)
            if self._steps is None:
                self._start_next()

    def _cancel_await(self) -> None:
        self._orders = deque(order for order in self._orders if not isinstance(order, AwaitCard))
        if isinstance(self._current, AwaitCard):
            self._begin(self._set_up())

    def _start_next(self) -> None:
        """The oldest order; what needs no card is answered at once."""
        while self._orders:
            self._current = self._orders.popleft()
            match self._current:
                case EjectCard():
                    self._events += (CardDischarged(), CardTaken())
                case PrintFace():
                    self._events.append(FacePrintFailed(NO_FACE))
                case order:
                    self._begin(self._sequence_of(order))
                    return
        self._current = None
        self._until = self._now + POLL_S

    def _sequence_of(self, order: AwaitCard | ReadCard | WriteCard | CancelAwait | ResetRewriter) -> _Steps:
        match order:
            case AwaitCard():
                return self._await_card()
            case ReadCard():
                return self._read_card()
            case WriteCard(track):
                return self._write_card(track)
            case CancelAwait() | ResetRewriter():
                raise AssertionError("these are never queued")

    # --- sequences -----------------------------------------------------------------------------------------------

    def _greet(self) -> _Steps:
        yield from self._set_up()
        model = yield _Ask(magnetic.MODEL, Expect.MODEL, ANSWER_S)
        firmware = yield _Ask(magnetic.FIRMWARE, Expect.FIRMWARE, ANSWER_S)
        self.identity = " ".join(answer.text for answer in (model, firmware) if answer is not None)
        self._lost = None
        self._events.append(CardRewriterReady(card_inside=False, unit=CardUnit.SWIPE))

    def _set_up(self) -> _Steps:
        """Whatever it was doing ends here. A reset may have put the settings back, so they are sent every time."""
        yield _Ask(magnetic.RESET, None, SETTLE_S)
        yield from self._test()
        for setting, expect in (
            (magnetic.EIGHT_BITS, Expect.BITS),
            (magnetic.dense(self._options.track), Expect.STATUS),
            (magnetic.LEADING_ZEROS, Expect.STATUS),
        ):
            yield from self._set(setting, expect)

    def _test(self) -> _Steps:
        for _ in range(TEST_TRIES):
            if (yield _Ask(magnetic.TEST, Expect.TEST, ANSWER_S)) is not None:
                return
        raise EnishiError(NO_ANSWER)

    def _set(self, setting: bytes, expect: Expect) -> _Steps:
        for _ in range(TEST_TRIES):
            answer = yield _Ask(setting, expect, ANSWER_S)
            if answer is not None and answer.status == Status.OK:
                return
        raise EnishiError(NO_ANSWER if answer is None else REFUSED)

    def _revive(self) -> _Steps:
        pause_s = REVIVE_FIRST_S
        while True:
            yield _Ask(b"", None, pause_s)
            pause_s = min(2 * pause_s, REVIVE_MAX_S)
            try:
                return (yield from self._greet())
            except EnishiError as error:
                if error.code != self._lost:
                    self._lost = error.code
                    self._events.append(CardRewriterLost(error.code))

    def _await_card(self) -> _Steps:
        bad = 0
        while True:
            if bad:
                self._want(Swipe.READ, again=True)
            read = yield from self._swiped(Swipe.READ, FORGET_S if bad else RENEW_S)
            if read is None:
                bad = 0
                yield from self._set_up()
                continue
            bad += isinstance(read, str)
            if isinstance(read, Track) or bad == SWIPES_MAX:
                return self._present(read)

    def _read_card(self) -> _Steps:
        end = self._now + READ_WAIT_S
        read: Track | str | None = None
        for tried in range(SWIPES_MAX):
            self._want(Swipe.READ, tried > 0)
            read = yield from self._swiped(Swipe.READ, end - self._now)
            if not isinstance(read, str):
                break
        if read is not None:
            return self._present(read)
        yield from self._set_up()
        self._events.append(NoCard())

    def _write_card(self, track: str) -> _Steps:
        code = yield from self._write(track)
        self._out += (Light.RED if code else Light.GREEN).value
        self._events.append(CardWriteFailed(code) if code else CardWritten())

    def _write(self, text: str) -> Generator[_Ask, _Outcome, str]:
        """ "" when the stripe was read back equal."""
        try:
            data = encode(text)
        except EnishiError as error:
            return error.code
        yield from self._set_up()
        coercivity = magnetic.HIGH_COERCIVITY if self._options.high_coercivity else magnetic.LOW_COERCIVITY
        yield from self._set(coercivity, Expect.STATUS)
        code = yield from self._pass_of_writing(magnetic.write_raw(self._options.track, data))
        return code or (yield from self._prove(text))

    def _pass_of_writing(self, order: bytes) -> Generator[_Ask, _Outcome, str]:
        """ "" also when the answer was damaged: the next swipe tells what the stripe holds."""
        end = self._now + WRITE_WAIT_S
        for tried in range(SWIPES_MAX):
            self._want(Swipe.WRITE, tried > 0)
            self.wanted = Swipe.WRITE
            answer = yield _Ask(order, Expect.STATUS, end - self._now)
            if answer is None and not self._was_begun:
                yield from self._set_up()
                return NO_CARD
            if answer is None or answer.status == Status.OK:
                return ""
            if answer.status not in (Status.SWIPE, Status.READ_WRITE):
                return REFUSED
            self._out += Light.RED.value
        return SWIPE

    def _prove(self, text: str) -> Generator[_Ask, _Outcome, str]:
        end = self._now + WRITE_WAIT_S
        code = NO_CARD
        for tried in range(SWIPES_MAX):
            self._want(Swipe.PROVE, tried > 0)
            read = yield from self._swiped(Swipe.PROVE, end - self._now)
            if read is None:
                yield from self._set_up()
                return code
            if isinstance(read, Track):
                return "" if read.text == text else WRITE_MISMATCH
            code = read
        return code

    def _want(self, swipe: Swipe, again: bool) -> None:
        """Whoever holds the card is told."""
        self._events.append(SwipeWanted(swipe, again))

    def _swiped(self, wanted: Swipe, wait_s: float) -> Generator[_Ask, _Outcome, Track | str | None]:
        """The card's track, an error code, or None when nobody swiped a card."""
        self.wanted = wanted
        answer = yield _Ask(magnetic.READ_RAW, Expect.RAW, max(wait_s, 0.0))
        if answer is None:
            return SWIPE if self._was_begun else None
        track = decode(magnetic.bits_of(answer.tracks[self._options.track - 1]))
        if isinstance(track, Fault):
            self._out += Light.RED.value
            return SWIPE if answer.status == Status.SWIPE else f"device.card_rewriter.{track.value}"
        self._out += Light.GREEN.value
        return track

    def _present(self, read: Track | str) -> None:
        self._events.append(CardPresented(read.text) if isinstance(read, Track) else CardUnreadable(read))

    # --- running -------------------------------------------------------------------------------------------------

    def _begin(self, steps: _Steps) -> None:
        self._steps = steps
        self._advance(None)

    def _advance(self, outcome: _Outcome) -> None:
        """Run the sequence to its next question; then the next order."""
        self._was_begun = self._decoder is not None and self._decoder.is_begun
        self._decoder = self._expects = self._until = self.wanted = None
        assert self._steps is not None
        try:
            ask = self._steps.send(outcome)
        except StopIteration:
            self._steps = None
            self._start_next()
        except EnishiError as error:
            self._lose(error.code)
            self._begin(self._revive())
        else:
            self._out += ask.out
            self._until = self._now + ask.wait_s
            self._expects = ask.expect
            self._decoder = None if ask.expect is None else AnswerDecoder(ask.expect)

    def _lose(self, code: str) -> None:
        """Report it once, and again only when the reason changes; open orders are answered by it."""
        if self._lost != code or self._orders or self._current is not None:
            self._events.append(CardRewriterLost(code))
        self._forget()
        self._lost = code

    def _forget(self) -> None:
        self._orders = deque()
        self._current = self._steps = self._decoder = self._expects = self._until = self.wanted = None
        self._was_begun = False  # of the last answer, though it was damaged

    def _step(self) -> Step:
        step = Step(bytes(self._out), tuple(self._events), self._until)
        self._out.clear()
        self._events.clear()
        return step
