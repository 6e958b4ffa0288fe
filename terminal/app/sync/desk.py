"""Asking head office while a card is inside: is this card known, and how may a lost stripe be made anew?

Whoever waits is a customer. Without an answer in time a check is as if never asked, and a repair is refused; both may
be asked again. A repair keeps its name, so that asking twice makes one new generation.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable
from typing import assert_never

import msgspec

from shared.clock import Clock
from shared.errors import EnishiError
from shared.sync.messages import AdjustmentEntry, Check, CheckReply, Repair, RepairReply
from shared.visit.effects import AskRepair, CheckCard, OfficeEffect
from shared.visit.events import CardChecked, Event, RepairOffered, RepairRefused
from shared.visit.facts import Adjustment
from terminal.app.sync.line import Line, Patience, Refusal, pack
from terminal.app.sync.pages import fits_the_card

CHECK_S_MAX = 2.0  # card-and-sync 5.4: from the question to the end of the answer
CHECK_PATIENCE = Patience(connect_s=1.0, read_s=1.0, answer_s=1.0)
REPAIR_TRIES = 2  # within five seconds: a lost answer is asked for again under the same name
REPAIR_PATIENCE = Patience(connect_s=1.0, read_s=1.5, answer_s=1.5)
ASKED_MAX = 64  # questions that wait; a visit asks two

_AGAIN = ("sync.timeout", "sync.unreachable")  # nobody answered; whatever else was answered stays so

_parse_check = msgspec.json.Decoder(CheckReply).decode
_parse_repair = msgspec.json.Decoder(RepairReply).decode


class Desk:
    """One question, one answer. ``checks`` and ``repairs`` may share a session; they differ in their patience."""

    def __init__(self, checks: Line, repairs: Line, clock: Clock) -> None:
        self._checks = checks
        self._repairs = repairs
        self._clock = clock

    def answer(self, effect: OfficeEffect) -> Event | None:
        """What head office says; None for a check that nobody answered in time."""
        match effect:
            case CheckCard():
                return self._check(effect)
            case AskRepair():
                return self._repair(effect)
            case _ as never:
                assert_never(never)

    def _check(self, effect: CheckCard) -> Event | None:
        asked_s = self._clock.now().mono_s
        try:
            reply = self._checks.post("/v1/check", pack(Check(effect.track, effect.uid)), _parse_check)
        except (EnishiError, Refusal):
            return None
        if self._clock.now().mono_s - asked_s > CHECK_S_MAX:
            return None
        return CardChecked(effect.card, effect.track, reply.code, _adjustments(reply.adjustments))

    def _repair(self, effect: AskRepair) -> Event:
        question = pack(Repair(effect.request, effect.card, effect.proof, effect.uid))
        code = ""
        for _ in range(REPAIR_TRIES):
            try:
                reply = self._repairs.post("/v1/repair", question, _parse_repair)
            except Refusal as refusal:
                return RepairRefused(effect.request, refusal.reply.code if refusal.reply else "sync.not_head_office")
            except EnishiError as error:
                code = error.code
                if code not in _AGAIN:
                    break
            else:
                if reply.card != effect.card:
                    return RepairRefused(effect.request, "sync.not_head_office")
                return RepairOffered(effect.request, effect.card, reply.gen, reply.track, reply.balance)
        return RepairRefused(effect.request, code)


class DeskClerk:
    """Takes the questions in the loop's thread and asks them in another, one at a time: ``run`` is that thread's work.

    Answers are posted; the store is never touched.
    """

    def __init__(self, desk: Desk, post: Callable[[Event], None]) -> None:
        self._desk = desk
        self._post = post
        self._asked: queue.SimpleQueue[OfficeEffect | None] = queue.SimpleQueue()

    def ask(self, effect: OfficeEffect) -> None:
        """Answered by a posted event, or for a check perhaps by none. A newer check takes a waiting one's place."""
        if self._asked.qsize() < ASKED_MAX:
            self._asked.put(effect)
        elif isinstance(effect, AskRepair):
            self._post(RepairRefused(effect.request, "sync.busy"))

    def stop(self) -> None:
        """``run`` returns after the question under way; what waits behind it is not asked any more."""
        self._asked.put(None)

    def run(self) -> None:
        waiting: deque[OfficeEffect] = deque()
        while True:
            while not waiting or not self._asked.empty():
                asked = self._asked.get()
                if asked is None:
                    return
                _put_behind(waiting, asked)
            event = self._desk.answer(waiting.popleft())
            if event is not None:
                self._post(event)


def _put_behind(waiting: deque[OfficeEffect], asked: OfficeEffect) -> None:
    older = next((one for one in waiting if isinstance(one, CheckCard)), None)
    if isinstance(asked, CheckCard) and older is not None:
        waiting.remove(older)
    waiting.append(asked)


def _adjustments(entries: tuple[AdjustmentEntry, ...]) -> tuple[Adjustment, ...]:
    """Those that a card can take, by number."""
    fitting = (entry for entry in entries if fits_the_card(entry.number, entry.lots))
    return tuple(Adjustment(entry.number, entry.lots) for entry in sorted(fitting, key=lambda entry: entry.number))
