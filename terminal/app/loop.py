"""The loop: one event at a time through the visit machine, its effects performed in order. No threads, no sleep.

Whoever owns the loop decides when it runs: ``runner.py`` from an inbox in real time, the simulation by hand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from shared.clock import Clock, Now
from shared.errors import EnishiError
from shared.visit import machine
from shared.visit.effects import Effect, PrintFace, SetDuty, SetWeather, WriteCard
from shared.visit.events import (
    CardRewriterLost,
    CardRewriterReady,
    CardWriteFailed,
    CardWritten,
    DeadlinePassed,
    Event,
    FacePrinted,
    FacePrintFailed,
    Started,
)
from shared.visit.shop import Shop
from shared.visit.states import Idle, State, deadline_s
from terminal.app.log import Log, silent, step_facts
from terminal.app.perform import (
    Answer,
    AnswerSale,
    Calls,
    Journal,
    OfficePort,
    Performer,
    ShowScreen,
    nobody_calls,
    nobody_listens,
)
from terminal.app.training import Training
from terminal.drivers.port import Port, Role

TURN_EVENTS_MAX = 16  # a visit needs four answers in one turn, six in training; more: the machine talks to itself
WAITING_MAX = 64  # results of sync that wait for Idle; the worker sends no page before the last was applied
TRACE_MAX = 2_000  # the last (now, event) pairs: some fifty visits, half a megabyte

_UNIT_BUSY = (WriteCard, PrintFace)
_UNIT_FREE = (CardWritten, CardWriteFailed, FacePrinted, FacePrintFailed, CardRewriterLost, CardRewriterReady)

ApplyLater = Callable[[Shop], Shop]  # a result of sync; returns the shop with what changed in it


class Loop:
    """The terminal's one decision maker. ``shop`` and ``state`` may be read by its owner at any time."""

    def __init__(
        self,
        shop: Shop,
        journal: Journal,
        ports: Mapping[Role, Port],
        show: ShowScreen,
        clock: Clock,
        log: Log = silent,
        office: OfficePort | None = None,
        answer_pos: AnswerSale = nobody_listens,
        calls: Calls = nobody_calls,
    ) -> None:
        self.shop = shop
        self.state, self._first_effects = machine.start()
        self.next_deadline: float | None = None  # monotonic seconds at which ``tick`` wants to be called
        self.trace: deque[tuple[Now, Event]] = deque(maxlen=TRACE_MAX)
        self._journal = journal
        self._performer = Performer(journal, ports, show, office, self._set_place, answer_pos, calls)
        self._training = Training(self._performer)
        self._clock = clock
        self._log = log
        self._waiting: deque[ApplyLater] = deque()
        self._unit_busy = False
        self._closing = False

    @property
    def unit_busy(self) -> bool:
        """Whether the card unit is writing or printing at this moment."""
        return self._unit_busy

    def start(self) -> None:
        """Perform the machine's first effects and tell it what the last boot left unfinished."""
        now = self._clock.now()
        self._arm(now)
        for effect in self._first_effects:
            self._perform(effect, now)
        self.handle(Started(tuple(self._journal.open_visits())))

    def handle(self, event: Event) -> None:
        """One turn: step, perform, step the store's answers, until nothing is left to do now."""
        now = self._clock.now()
        pending = deque([event])
        for _ in range(TURN_EVENTS_MAX):
            if not pending:
                break
            pending.extend(self._step(pending.popleft(), now))
        assert not pending, f"the machine does not come to rest: {pending[0]!r}"
        self._apply_waiting()

    def tick(self, now: Now) -> None:
        """Time passed. Early calls do no harm."""
        if self.next_deadline is not None and now.mono_s >= self.next_deadline:
            self.next_deadline = None
            self.handle(DeadlinePassed())
            if self.next_deadline is None:
                self._arm(now)  # the machine stayed: remind again after the same time
        self._apply_waiting()

    def later(self, apply: ApplyLater) -> None:
        """Hand in a result of sync: it is applied at once in Idle, else when the visit is over.

        Raises ``sync.too_many_waiting``.
        """
        if len(self._waiting) >= WAITING_MAX:
            raise EnishiError("sync.too_many_waiting", limit=WAITING_MAX)
        self._waiting.append(apply)
        self._apply_waiting()

    def close(self) -> None:
        """From now on no write and no print is begun; the answer to a running one is still carried through."""
        self._closing = True

    def _step(self, event: Event, now: Now) -> list[Event]:
        """Step once, perform all effects in order; what the store answered."""
        self.trace.append((now, event))
        if isinstance(event, _UNIT_FREE):
            self._unit_busy = False
        self.shop = with_unit(self.shop, event)
        before = self.state
        turn = machine.step(before, event, now, self.shop)
        self.state = turn.state
        if turn.state != before:
            self._arm(now)
        effects = tuple(effect for effect in turn.effects if not self._is_held_back(effect))
        self._log("loop.step", step_facts(event, before, turn.state, effects))
        answers: list[Event] = []
        for effect in effects:
            self._unit_busy = self._unit_busy or isinstance(effect, _UNIT_BUSY)
            answer = self._perform(effect, now)
            if answer is not None:
                answers.append(answer)
        return answers

    def _perform(self, effect: Effect, now: Now) -> Answer:
        """In earnest, or for practice; a ``SetDuty`` holds for the effects after it."""
        performer = self._training if self.shop.duty.is_training else self._performer
        return self._training.told(performer.perform(effect, now.mono_s))

    def _set_place(self, effect: SetDuty | SetWeather) -> None:
        self.shop = with_effect(self.shop, effect)

    def _is_held_back(self, effect: Effect) -> bool:
        return self._closing and isinstance(effect, _UNIT_BUSY)

    def _arm(self, now: Now) -> None:
        seconds = deadline_s(self.state)
        self.next_deadline = None if seconds is None else now.mono_s + seconds

    def _apply_waiting(self) -> None:
        """Only between visits: no visit sees the rules or a member change under it."""
        while self._waiting and isinstance(self.state, Idle):
            self.shop = self._waiting.popleft()(self.shop)


def with_unit(shop: Shop, event: Event) -> Shop:
    """The shop with the kind of card unit that has just said it is ready."""
    if not isinstance(event, CardRewriterReady) or event.unit is shop.unit:
        return shop
    return replace(shop, unit=event.unit)


def with_effect(shop: Shop, effect: Effect) -> Shop:
    """The shop after an effect that says who serves, or what the weather is."""
    match effect:
        case SetDuty(duty=duty):
            return replace(shop, duty=duty)
        case SetWeather(weather=weather):
            return replace(shop, weather=weather)
        case _:
            return shop


def replay(trace: Sequence[tuple[Now, Event]], shop: Shop) -> State:
    """The state after a recorded trace: the machine alone, without store or devices. ``shop``: as it was at start."""
    state, _ = machine.start()
    for now, event in trace:
        shop = with_unit(shop, event)
        turn = machine.step(state, event, now, shop)
        state = turn.state
        for effect in turn.effects:
            shop = with_effect(shop, effect)
    return state
