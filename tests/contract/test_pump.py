"""A pump moves bytes and events truly, over memory and over a real pseudo-terminal, and survives a lost wire."""

from __future__ import annotations

import os
import queue
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.visit.effects import AwaitCard, Effect, EjectCard
from shared.visit.events import CardPresented, CardRewriterLost, CardRewriterReady, CardTaken, Event
from terminal.app.clock import SystemClock
from terminal.drivers.core import Step
from terminal.drivers.direct import DirectPort
from terminal.drivers.links.link import Link
from terminal.drivers.links.memory_link import MemoryLink, memory_pair
from terminal.drivers.links.serial_link import open_serial
from terminal.drivers.pump import Pump

PATIENCE_S = 5.0  # a healthy machine needs milliseconds


class EchoCore:
    """Greets with ``hello``; a line becomes a CardPresented; AwaitCard sends ``card?``, EjectCard asks for a tick."""

    def __init__(self) -> None:
        self._line = b""
        self._wake_at: float | None = None
        self._open = False

    def opened(self, now: float) -> Step:
        self._open = True
        return Step(b"hello\n", (CardRewriterReady(False),))

    def closed(self, now: float) -> Step:
        self._open = False
        self._line = b""
        return Step(events=(CardRewriterLost("device.link_lost"),))

    def feed(self, data: bytes, now: float) -> Step:
        *lines, self._line = (self._line + data).split(b"\n")
        assert b"bug" not in lines
        return Step(events=tuple(CardPresented(line.decode("latin-1")) for line in lines), wake_at=self._wake_at)

    def command(self, effect: Effect, now: float) -> Step:
        if not self._open:
            return Step(events=(CardRewriterLost("device.link_lost"),))
        if isinstance(effect, EjectCard):
            self._wake_at = now + 0.05
            return Step(wake_at=self._wake_at)
        return Step(b"card?\n")

    def tick(self, now: float) -> Step:
        assert self._wake_at is not None
        assert now >= self._wake_at
        self._wake_at = None
        return Step(events=(CardTaken(),))


class Bench:
    """A pump, what it reported, and the far end of its wire."""

    def __init__(self, open_link: Callable[[], Link]) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.wires: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.crashes: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
        self.pump = Pump(
            "echo",
            EchoCore(),
            open_link,
            SystemClock(),
            self.events.put,
            lambda _, error: self.wires.put(error.code if error else "up"),
            lambda _, error: self.crashes.put(error),
        )

    def event(self) -> Event:
        return self.events.get(timeout=PATIENCE_S)

    def wire(self) -> str:
        return self.wires.get(timeout=PATIENCE_S)


class Pty:
    """The far end of a serial line behind a stable name, as the rig makes it (peripherals: pty and symlink)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.plug_in()

    def plug_in(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        new = self.path.with_suffix(".new")
        new.symlink_to(os.ttyname(self._slave))
        new.replace(self.path)

    def pull_out(self) -> None:
        self.path.unlink()
        os.close(self._master)
        os.close(self._slave)

    def say(self, data: bytes) -> None:
        os.write(self._master, data)

    def hear(self, length: int) -> bytes:
        heard = b""
        while len(heard) < length:
            heard += os.read(self._master, length - len(heard))
        return heard


@pytest.fixture
def pty(tmp_path: Path) -> Iterator[Pty]:
    one = Pty(tmp_path / "ttyCARD")
    yield one
    if one.path.is_symlink():
        one.pull_out()


@pytest.fixture
def on_pty(pty: Pty) -> Iterator[Bench]:
    bench = Bench(lambda: open_serial(str(pty.path), 9_600))
    bench.pump.start()
    yield bench
    assert bench.pump.stop()
    assert bench.crashes.empty()


def test_bytes_events_and_orders_pass_over_a_real_serial_line(on_pty: Bench, pty: Pty) -> None:
    assert pty.hear(6) == b"hello\n"
    assert on_pty.event() == CardRewriterReady(False)
    assert on_pty.wire() == "up"
    pty.say(b"one\ntw")
    assert on_pty.event() == CardPresented("one")
    pty.say(b"o\n")
    assert on_pty.event() == CardPresented("two")
    on_pty.pump.command(AwaitCard(), 0.0)
    assert pty.hear(6) == b"card?\n"


def test_every_byte_value_passes_unchanged(on_pty: Bench, pty: Pty) -> None:
    every = bytes(value for value in range(256) if value != ord("\n"))
    assert on_pty.event() == CardRewriterReady(False)
    pty.say(every + b"\n")
    assert on_pty.event() == CardPresented(every.decode("latin-1"))


def test_a_tick_comes_when_the_core_wished_it(on_pty: Bench, pty: Pty) -> None:
    assert on_pty.event() == CardRewriterReady(False)
    on_pty.pump.command(EjectCard(), 0.0)
    assert on_pty.event() == CardTaken()


def test_a_pulled_cable_is_reported_and_found_again_when_it_returns(on_pty: Bench, pty: Pty) -> None:
    assert on_pty.event() == CardRewriterReady(False)
    assert on_pty.wire() == "up"
    pty.pull_out()
    assert on_pty.event() == CardRewriterLost("device.link_lost")
    assert on_pty.wire() == "device.link_lost"
    assert on_pty.wire() == "device.link_missing"
    on_pty.pump.command(AwaitCard(), 0.0)
    assert on_pty.event() == CardRewriterLost("device.link_lost")
    pty.plug_in()
    assert on_pty.event() == CardRewriterReady(False)
    while (said := on_pty.wire()) == "device.link_missing":
        pass
    assert said == "up"
    assert pty.hear(6) == b"hello\n"


def test_a_port_that_is_missing_at_the_start_is_named_and_awaited(tmp_path: Path) -> None:
    path = tmp_path / "ttyCARD"
    bench = Bench(lambda: open_serial(str(path), 9_600))
    bench.pump.start()
    assert bench.wire() == "device.link_missing"
    pty = Pty(path)
    assert bench.event() == CardRewriterReady(False)
    assert bench.pump.stop()
    pty.pull_out()


def test_a_second_program_cannot_open_the_port(pty: Pty) -> None:
    first = open_serial(str(pty.path), 9_600)
    with pytest.raises(EnishiError) as caught:
        open_serial(str(pty.path), 9_600)
    first.close()
    assert caught.value.code == "device.link_missing"
    assert caught.value.facts["port"] == str(pty.path)


def test_a_sleeping_read_is_woken_by_cancel_even_if_cancel_came_first(pty: Pty) -> None:
    link = open_serial(str(pty.path), 9_600)
    link.cancel()
    assert link.read(10, 60.0) == b""
    link.close()


def test_a_closed_link_bears_everything(pty: Pty) -> None:
    link = open_serial(str(pty.path), 9_600)
    link.close()
    link.close()
    link.cancel()
    for use in (lambda: link.read(1, 0.01), lambda: link.write(b"x")):
        with pytest.raises(EnishiError) as caught:
            use()
        assert caught.value.code == "device.link_lost"


def test_a_url_that_pyserial_does_not_know_is_a_missing_link() -> None:
    for port in ("nosuch://x", "socket://127.0.0.1:1", "/dev/does-not-exist"):
        with pytest.raises(EnishiError) as caught:
            open_serial(port, 9_600)
        assert caught.value.code == "device.link_missing"


def test_the_loop_url_is_a_link() -> None:
    link = open_serial("loop://", 9_600)
    link.write(b"abc")
    assert link.read(2, 1.0) + link.read(2, 1.0) == b"abc"
    link.close()


# --- over memory -------------------------------------------------------------------------------------------------


@pytest.fixture
def memory() -> Iterator[tuple[Bench, MemoryLink]]:
    near, far = memory_pair()
    ends = iter([near])

    def once() -> Link:
        link = next(ends, None)
        if link is None:
            raise EnishiError("device.link_missing", port="memory")
        return link

    bench = Bench(once)
    bench.pump.start()
    yield bench, far
    bench.pump.stop()


def test_memory_is_a_wire_too(memory: tuple[Bench, MemoryLink]) -> None:
    bench, far = memory
    assert far.read(100, PATIENCE_S) == b"hello\n"
    far.write(b"x\n")
    assert bench.event() == CardRewriterReady(False)
    assert bench.event() == CardPresented("x")
    far.close()
    assert bench.event() == CardRewriterLost("device.link_lost")


def test_a_bug_in_a_core_is_reported_and_ends_the_pump(memory: tuple[Bench, MemoryLink]) -> None:
    bench, far = memory
    far.write(b"bug\n")
    assert isinstance(bench.crashes.get(timeout=PATIENCE_S), AssertionError)
    assert bench.pump.stop()


def test_an_inbox_that_is_full_is_no_lost_wire_but_the_end(memory: tuple[Bench, MemoryLink]) -> None:
    near, _ = memory_pair()
    crashes: queue.SimpleQueue[BaseException] = queue.SimpleQueue()

    def full(event: Event) -> None:
        raise EnishiError("visit.inbox_full", limit=1)

    pump = Pump(
        "echo", EchoCore(), lambda: near, SystemClock(), full, lambda *_: None, lambda _, error: crashes.put(error)
    )
    pump.start()
    error = crashes.get(timeout=PATIENCE_S)
    assert isinstance(error, EnishiError)
    assert error.code == "visit.inbox_full"


def test_memory_hands_out_what_was_sent_in_pieces_of_the_asked_size() -> None:
    near, far = memory_pair()
    near.write(b"abcdef")
    assert [far.read(4, 0.0), far.read(4, 0.0), far.read(4, 0.0)] == [b"abcd", b"ef", b""]
    far.cancel()
    assert far.read(4, 60.0) == b""
    near.close()
    for use in (lambda: far.read(4, 60.0), lambda: far.write(b"x")):
        with pytest.raises(EnishiError):
            use()


# --- the twin without a thread ---------------------------------------------------------------------------------------


def test_the_direct_port_does_what_a_pump_does_at_the_given_time() -> None:
    port = DirectPort(EchoCore())
    port.command(AwaitCard(), 0.0)
    assert port.take_events() == (CardRewriterLost("device.link_lost"),)
    port.open(1.0)
    assert (port.take_out(), port.take_events()) == (b"hello\n", (CardRewriterReady(False),))
    port.feed(b"one\ntwo\n", 2.0)
    assert port.take_events() == (CardPresented("one"), CardPresented("two"))
    port.command(EjectCard(), 3.0)
    assert port.wake_at == 3.05
    port.tick(3.05)
    assert port.take_events() == (CardTaken(),)
    port.command(AwaitCard(), 4.0)
    port.close(5.0)
    assert (port.take_out(), port.take_events()) == (b"", (CardRewriterLost("device.link_lost"),))
    port.feed(b"late\n", 6.0)
    assert port.take_events() == ()
