"""The inbox and the loop in real time, with everything put into the inbox beforehand: nothing here waits."""

from __future__ import annotations

import pytest

from shared.card.face import FaceStock
from shared.card.mac import KeyRing
from shared.clock import Now
from shared.errors import EnishiError
from shared.ids import TerminalId
from shared.points.program import Programme
from shared.visit.events import CardRewriterReady, Key, KeyPressed
from shared.visit.facts import OpenVisit
from shared.visit.shop import Shop
from shared.visit.states import Idle
from terminal.app.clock import SystemClock
from terminal.app.loop import Loop
from terminal.app.perform import Journal
from terminal.app.runner import Crash, Inbox, Job, Runner, Stop

SHOP = Shop(TerminalId(12), "駅前店", KeyRing(7, 1, {1: bytes(32)}), Programme(), FaceStock())


class Empty(Journal):
    """Nothing was ever unfinished, and nothing is asked."""

    def open_visits(self) -> tuple[OpenVisit, ...]:
        return ()


def ready_loop() -> Loop:
    loop = Loop(SHOP, Empty(), {}, lambda _: None, SystemClock())  # type: ignore[abstract]
    loop.start()
    return loop


def test_events_and_jobs_are_done_in_order_until_a_stop() -> None:
    inbox, loop, done = Inbox(), ready_loop(), []
    inbox.post(CardRewriterReady(False))
    inbox.post(Job(lambda: done.append(type(loop.state))))
    inbox.urge(Stop())
    inbox.post(Job(lambda: done.append(None)))
    beats: list[int] = []
    Runner(loop, inbox, SystemClock(), lambda: beats.append(1)).run()
    assert done == [Idle]
    assert len(beats) == 2


def test_what_ended_a_thread_ends_the_run() -> None:
    inbox = Inbox()
    bug = AssertionError("a core's bug")
    inbox.urge(Crash("pump-panel", bug))
    with pytest.raises(AssertionError, match="a core's bug"):
        Runner(ready_loop(), inbox, SystemClock(), lambda: None).run()


def test_a_full_inbox_refuses_events_but_never_a_stop() -> None:
    inbox = Inbox(limit=2)
    inbox.post(KeyPressed(Key.D1))
    inbox.post(KeyPressed(Key.D2))
    with pytest.raises(EnishiError) as caught:
        inbox.post(KeyPressed(Key.D3))
    assert caught.value.code == "visit.inbox_full"
    inbox.urge(Stop())
    assert [inbox.take(0.0) for _ in range(4)] == [KeyPressed(Key.D1), KeyPressed(Key.D2), Stop(), None]


class FallingStick(SystemClock):
    """Every look at the clock is an hour later."""

    def __init__(self) -> None:
        self._mono_s = 0.0

    def now(self) -> Now:
        self._mono_s += 3_600.0
        return Now(self._mono_s, 0)


def test_a_stop_waits_no_longer_than_its_grace_for_a_busy_unit() -> None:
    class Busy(Loop):
        @property
        def unit_busy(self) -> bool:
            return True

    loop = Busy(SHOP, Empty(), {}, lambda _: None, SystemClock())  # type: ignore[abstract]
    inbox = Inbox()
    inbox.urge(Stop())
    beats: list[int] = []
    Runner(loop, inbox, FallingStick(), lambda: beats.append(1)).run()
    assert len(beats) <= 1
