"""The core of the Star TCP300II: orders in, bytes out, events back; one sequence at a time.

Between orders it looks at the sensors, so that a unit without power, an open cover and a card taken out of the
slot are noticed. After a fault it goes on looking until the unit is fit again and says CardRewriterReady.
"""

from __future__ import annotations

from collections import deque

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
from shared.visit.events import CardDischarged, CardRewriterLost, CardRewriterReady, CardTaken, Event
from terminal.drivers.card_rewriter import sequences
from terminal.drivers.card_rewriter.faults import COVER_OPEN, LINK_LOST
from terminal.drivers.card_rewriter.sequences import Ask, Greeting, Pause, Steps, Tcp300Options, Tell
from terminal.drivers.core import Step
from terminal.protocol.exchange import Exchange, Outcome
from terminal.protocol.tcp300 import Inlet, SensorStatus

IDLE_POLL_S = 5.0  # a SCADA driver polls 59h as often; it also bounds how late an open cover is seen
REMOVAL_POLL_S = 0.5  # a person takes the card; what follows should feel immediate
ORDERS_MAX = 8  # the machine waits for answers; more would be a loop in it

ORDER_BOUND_S = 120.0  # every order but AwaitCard is answered by an event within this; tests hold it

_DEFAULTS = Tcp300Options()


class Tcp300Core:
    """A :class:`terminal.drivers.core.DriverCore`. An order to a lost unit is answered by CardRewriterLost again.

    ``identity``: the version of the unit's ROM, once it has told.
    """

    _exchange: Exchange
    _orders: deque[RewriterEffect]
    _current: RewriterEffect | None  # the order whose sequence runs
    _sequence: Steps[None] | None
    _pause_until: float | None
    _slot_occupied: bool
    _out: bytes
    _events: list[Event]

    def __init__(self, options: Tcp300Options = _DEFAULTS) -> None:
        self._options = options
        self.identity = ""
        self._lost: str | None = LINK_LOST
        self._forget()

    def opened(self, now: float) -> Step:
        """Greets with a lone ACK and 59h; moves nothing."""
        self._forget()
        self._lost = None
        self._begin(self._greeting(), now)
        return self._step()

    def closed(self, now: float) -> Step:
        """Everything in flight is given up."""
        self._forget()
        self._lose(LINK_LOST)
        return self._step()

    def feed(self, data: bytes, now: float) -> Step:
        """Bytes from the unit."""
        turn = self._exchange.feed(data, now)
        self._out += turn.out
        if turn.outcome is not None:
            self._advance(turn.outcome, now)
        return self._step()

    def command(self, effect: Effect, now: float) -> Step:
        """Orders wait for the one before them; AwaitCard also waits until the slot is empty."""
        match effect:
            case ResetRewriter() if self._lost != LINK_LOST:
                self._abandon()
                self._orders.clear()
                self._lost = None  # so that also a second failure for the same reason is an answer
                self._begin(self._reset(), now)
            case CancelAwait():
                self._cancel_await(now)
            case AwaitCard() | ReadCard() | WriteCard() | PrintFace() | EjectCard() | ResetRewriter():
                self._accept(effect, now)
            case _:
                pass  # another device's
        return self._step()

    def tick(self, now: float) -> Step:
        """Time-outs, back-off and the look at the sensors."""
        turn = self._exchange.tick(now)
        self._out += turn.out
        if turn.outcome is not None:
            self._advance(turn.outcome, now)
        elif self._pause_until is not None and now >= self._pause_until:
            self._pause_until = None
            if self._sequence is None:
                self._begin(self._poll(), now)
            else:
                self._advance(None, now)
        return self._step()

    # --- orders --------------------------------------------------------------------------------------------------

    def _accept(self, effect: RewriterEffect, now: float) -> None:
        if self._lost is not None:
            self._events.append(CardRewriterLost(self._lost))
            return
        if isinstance(effect, AwaitCard) and (effect == self._current or effect in self._orders):
            return
        assert len(self._orders) < ORDERS_MAX, "the machine orders without waiting for answers"
        self._orders.append(effect)
        if self._sequence is None:
            self._start_next(now)

    def _cancel_await(self, now: float) -> None:
        self._orders = deque(order for order in self._orders if not isinstance(order, AwaitCard))
        if isinstance(self._current, AwaitCard):
            self._abandon()
            self._begin(sequences.stop_waiting(), now)

    def _start_next(self, now: float) -> None:
        """The oldest order that can start now, or a pause until the next look at the sensors."""
        self._current = None
        for order in self._orders:
            if isinstance(order, AwaitCard) and self._slot_occupied:
                continue
            self._orders.remove(order)
            self._current = order
            self._begin(self._sequence_of(order), now)
            return
        self._pause_until = now + (REMOVAL_POLL_S if self._slot_occupied else IDLE_POLL_S)

    def _sequence_of(self, order: RewriterEffect) -> Steps[None]:
        match order:
            case AwaitCard():
                return sequences.await_card(self._options)
            case ReadCard():
                return sequences.read_card(self._options)
            case WriteCard(track):
                return sequences.write_card(track, self._options)
            case PrintFace(face):
                return sequences.print_face(face, self._options)
            case EjectCard():
                return sequences.eject_card()
            case CancelAwait() | ResetRewriter():
                raise AssertionError("these are never queued")

    # --- sequences of the core itself ----------------------------------------------------------------------------

    def _greeting(self) -> Steps[None]:
        self._see(self._ready((yield from sequences.greet())))

    def _reset(self) -> Steps[None]:
        self._see(self._ready((yield from sequences.reset_unit())))

    def _revival(self, code: str) -> Steps[None]:
        yield from sequences.revive(code)
        yield from self._greeting()

    def _poll(self) -> Steps[None]:
        sensors = yield from sequences.query()
        self._see(sensors)
        if sensors.cover_open:
            raise EnishiError(COVER_OPEN)

    def _ready(self, greeting: Greeting) -> SensorStatus:
        sensors, self.identity = greeting.sensors, greeting.version
        self._lost = None
        self._slot_occupied = sensors.inlet is Inlet.AWAITING_REMOVAL
        self._events.append(CardRewriterReady(sensors.card_inside))
        if self._slot_occupied:
            self._events.append(CardDischarged())  # put out before we were here
        return sensors

    def _see(self, sensors: SensorStatus) -> None:
        if self._slot_occupied and sensors.inlet is not Inlet.AWAITING_REMOVAL:
            self._slot_occupied = False
            self._events.append(CardTaken())

    # --- running -------------------------------------------------------------------------------------------------

    def _begin(self, sequence: Steps[None], now: float) -> None:
        self._sequence = sequence
        self._pause_until = None
        self._advance(None, now)

    def _advance(self, outcome: Outcome | None, now: float) -> None:
        """Run the sequence until it waits for the wire or the clock; then the next one."""
        while self._sequence is not None:
            try:
                move = self._sequence.send(outcome)
            except StopIteration:
                self._sequence = None
                self._start_next(now)
                return
            except EnishiError as error:
                self._lose(error.code)
                self._begin(self._revival(error.code), now)
                return
            outcome = None
            match move:
                case Ask(request):
                    self._out += self._exchange.ask(request, now)
                    return
                case Pause(seconds):
                    self._pause_until = now + seconds
                    return
                case Tell(event):
                    self._tell(event)

    def _tell(self, event: Event) -> None:
        self._events.append(event)
        if isinstance(event, CardDischarged):
            self._slot_occupied = True

    def _lose(self, code: str) -> None:
        """Report it once, and again only when the reason changes; open orders are answered by it."""
        self._abandon()
        if self._lost != code or self._orders:
            self._events.append(CardRewriterLost(code))
        self._lost = code
        self._orders.clear()

    def _abandon(self) -> None:
        self._exchange.abandon()
        self._sequence = None
        self._current = None
        self._pause_until = None

    def _forget(self) -> None:
        self._exchange = Exchange()
        self._orders = deque()
        self._sequence = None
        self._current = None
        self._pause_until = None
        self._slot_occupied = False
        self._out = b""
        self._events = []

    def _step(self) -> Step:
        out, events = self._out, tuple(self._events)
        self._out, self._events = b"", []
        wake_at = self._exchange.wake_at if self._exchange.is_busy else self._pause_until
        return Step(out, events, wake_at)
