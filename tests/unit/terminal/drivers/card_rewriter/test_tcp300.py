"""The core by itself: what it says to orders and times, without a unit."""

from shared.visit.effects import AwaitCard, CancelAwait, PrintReceipt, ReadCard, ResetRewriter, Show
from shared.visit.events import CardRewriterLost, CardRewriterReady, Event
from terminal.drivers.card_rewriter.tcp300 import IDLE_POLL_S, Tcp300Core
from terminal.drivers.core import DriverCore, Step
from terminal.protocol.exchange import ACK_TIMEOUT_S
from terminal.protocol.framing.stx_bcc import frame

ACK = b"\x06"
LINK_LOST = CardRewriterLost("device.card_rewriter.link_lost")
NO_ANSWER = CardRewriterLost("device.card_rewriter.no_answer")


def greeted() -> Tcp300Core:
    core = Tcp300Core()
    core.opened(0.0)
    core.feed(ACK + frame(b"Y\x20000000"), 0.1)
    step = core.feed(ACK + frame(b"X\x20TCP3II V1.00.00"), 0.2)
    assert step == Step(ACK, (CardRewriterReady(card_inside=False),), 0.2 + IDLE_POLL_S)
    return core


def test_it_is_a_driver_core() -> None:
    core: DriverCore = Tcp300Core()
    assert core.tick(0.0) == Step()


def test_before_the_link_is_open_every_order_is_answered_by_its_loss() -> None:
    assert Tcp300Core().command(ReadCard(), 0.0).events == (LINK_LOST,)
    assert Tcp300Core().command(ResetRewriter(), 0.0).events == (LINK_LOST,)
    assert Tcp300Core().command(CancelAwait(), 0.0) == Step()


def test_a_unit_that_never_answers_is_lost_once_and_looked_for_ever_after() -> None:
    core = Tcp300Core()
    events: list[Event] = []
    step, sent, now = core.opened(0.0), 0, 0.0
    while now < 600.0:
        assert step.wake_at is not None
        now = max(now, step.wake_at)
        step = core.tick(now)
        events += step.events
        sent += bool(step.out)
    assert events == [NO_ANSWER]
    assert sent >= 60
    assert ACK_TIMEOUT_S * sent <= 600.0


def test_orders_given_during_the_greeting_wait_for_it() -> None:
    core = Tcp300Core()
    core.opened(0.0)
    assert core.command(ReadCard(), 0.0).out == b""
    core.feed(ACK + frame(b"Y\x20000000"), 0.1)
    assert core.feed(ACK + frame(b"X\x20TCP3II"), 0.2).out == ACK + frame(b"&")


def test_a_look_at_the_sensors_comes_every_five_seconds() -> None:
    core = greeted()
    assert core.tick(0.2 + IDLE_POLL_S).out == frame(b"Y")


def test_other_devices_effects_leave_it_alone() -> None:
    core = greeted()
    for effect in (Show.__new__(Show), PrintReceipt.__new__(PrintReceipt)):
        assert core.command(effect, 1.0).out == b""


def test_an_await_that_has_not_begun_is_cancelled_without_a_word() -> None:
    core = Tcp300Core()
    core.opened(0.0)
    core.command(AwaitCard(), 0.0)
    assert core.command(CancelAwait(), 0.0).out == b""
    core.feed(ACK + frame(b"Y\x20000000"), 0.1)
    assert core.feed(ACK + frame(b"X\x20TCP3II"), 0.2).out == ACK


def test_a_reset_goes_before_everything_else() -> None:
    core = greeted()
    core.command(AwaitCard(), 1.0)
    core.feed(ACK, 1.1)
    assert core.command(ResetRewriter(), 2.0).out == ACK + frame(b"_")


def test_closing_reports_the_loss_and_wants_no_tick() -> None:
    core = greeted()
    assert core.closed(1.0) == Step(events=(LINK_LOST,))
    assert core.closed(2.0) == Step()
    assert core.opened(3.0).out == ACK + frame(b"Y")
