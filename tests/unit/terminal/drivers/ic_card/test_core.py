"""The chip-card core alone: whatever the link says, it neither fails nor forgets an order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.card.face import Face
from shared.visit.effects import (
    AwaitCard,
    CancelAwait,
    Effect,
    EjectCard,
    Play,
    PrintFace,
    ReadCard,
    ResetRewriter,
    Sound,
    WriteCard,
)
from shared.visit.events import CardRewriterLost, CardRewriterReady, CardUnreadable, Event
from shared.visit.unit import CardUnit
from terminal.drivers.core import Step
from terminal.drivers.ic_card.core import LOOK_S, ORDER_BOUND_S, READ_TRIES, START_S, IcCardCore
from terminal.protocol import pcsc

MASTER = bytes(range(32))
FELICA = bytes.fromhex("3b8f8001804f0ca00000030611003b0000000042")
TYPE2 = bytes.fromhex("3b8f8001804f0ca0000003060300030000000068")
ORDERS: tuple[Effect, ...] = (
    AwaitCard(),
    CancelAwait(),
    ReadCard(),
    WriteCard("L" + "A" * 68),
    WriteCard("no track"),
    PrintFace(Face(True, ())),
    EjectCard(),
    ResetRewriter(),
    Play(Sound.OK),
)

small = st.integers(0, 3)
answers = st.sampled_from([b"\x90\x00", b"\x63\x00", bytes(16) + b"\x90\x00", bytes(8) + b"\x90\x00", b"", b"\x01"])
words = st.one_of(
    st.just(pcsc.ReaderHere("ACS ACR122U")),
    st.just(pcsc.ReaderHere("Sony")),
    st.builds(pcsc.ReaderGone, st.sampled_from(pcsc.Absence)),
    st.builds(lambda number, atr: pcsc.CardHere(number, bytes(16), atr), small, st.sampled_from([FELICA, TYPE2, b""])),
    st.just(pcsc.NoCardHere()),
    st.just(pcsc.Look()),
)
acts = st.one_of(
    words.map(pcsc.encode),
    st.binary(max_size=20),
    st.sampled_from(ORDERS),
    st.floats(0.0, 12.0),
    answers,
    st.just(pcsc.Failed(0, "gone")),
)


class Stage:
    """A core and the last command it sent."""

    def __init__(self) -> None:
        self.core = IcCardCore(MASTER)
        self.decoder = pcsc.decoder()
        self.now = 0.0
        self.number = 0
        self.events: list[Event] = []
        self.wake_at: float | None = None
        self.keep(self.core.opened(0.0))

    def keep(self, step: Step) -> None:
        self.events += step.events
        self.wake_at = step.wake_at
        for payload in self.decoder.feed(step.out):
            message = pcsc.decode(payload)
            assert message is not None
            if isinstance(message, pcsc.Transmit):
                self.number = message.number

    def act(self, act: object) -> None:
        match act:
            case bytes() if act[-2:] in (b"\x90\x00", b"\x63\x00") or act in (b"", b"\x01"):
                self.keep(self.core.feed(pcsc.encode(pcsc.Response(self.number, act)), self.now))
            case bytes():
                self.keep(self.core.feed(act, self.now))
            case float():
                self.now += act
                self.keep(self.core.tick(self.now))
            case pcsc.Failed():
                self.keep(self.core.feed(pcsc.encode(pcsc.Failed(self.number, "gone")), self.now))
            case _:
                self.keep(self.core.command(act, self.now))  # type: ignore[arg-type]

    def run(self, seconds: float) -> None:
        """Only the clock goes on."""
        end = self.now + seconds
        while self.wake_at is not None and self.wake_at <= end:
            self.now = max(self.now, self.wake_at)
            self.keep(self.core.tick(self.now))
        self.now = end


@settings(max_examples=300)
@given(st.lists(acts, max_size=40))
def test_whatever_the_link_says_every_order_ends(play: list[object]) -> None:
    it = Stage()
    for act in play:
        it.act(act)
    it.act(CancelAwait())
    for order in (ReadCard(), WriteCard("L" + "B" * 68)):
        before = len(it.events)
        it.act(order)
        it.run(ORDER_BOUND_S)
        assert len(it.events) > before


@given(st.lists(st.binary(max_size=30), max_size=20))
def test_any_bytes_in_any_pieces_leave_a_core_that_hears_the_next_word(noise: list[bytes]) -> None:
    it = Stage()
    for piece in noise:
        it.keep(it.core.feed(piece, it.now))
    for message in (pcsc.NoCardHere(), pcsc.ReaderHere("ACR"), pcsc.NoCardHere()):
        it.keep(it.core.feed(pcsc.encode(message), it.now))
    it.run(2.0)
    assert CardRewriterReady(card_inside=False, unit=CardUnit.READER) in it.events


def test_a_link_without_a_word_is_asked_again_and_again() -> None:
    it = Stage()
    it.run(3 * START_S)
    assert it.events == [CardRewriterLost("device.ic_card.no_answer")]


def test_a_reader_that_is_quiet_is_looked_at() -> None:
    it = Stage()
    it.keep(it.core.feed(pcsc.encode(pcsc.ReaderHere("ACR")) + pcsc.encode(pcsc.NoCardHere()), 0.0))
    looks = 0
    for _ in range(10):
        assert it.wake_at is not None
        it.now = it.wake_at
        step = it.core.tick(it.now)
        looks += step.out == pcsc.encode(pcsc.Look())
        it.wake_at = step.wake_at
        it.keep(it.core.feed(pcsc.encode(pcsc.NoCardHere()), it.now))
    assert looks >= 5
    assert it.now <= 10 * LOOK_S


def test_a_closed_link_answers_orders_by_its_loss() -> None:
    it = Stage()
    it.keep(it.core.closed(1.0))
    it.events.clear()
    it.act(ReadCard())
    it.act(ResetRewriter())
    assert it.events == [CardRewriterLost("device.card_rewriter.link_lost")] * 2
    assert it.wake_at is None


def test_a_card_that_answers_nonsense_is_tried_so_often_and_then_unreadable() -> None:
    it = Stage()
    it.act(pcsc.encode(pcsc.ReaderHere("ACR")) + pcsc.encode(pcsc.NoCardHere()))
    it.run(1.0)
    it.act(AwaitCard())
    tries = 0
    for insertion in range(1, 10):
        if isinstance(it.events[-1], CardUnreadable):
            break
        it.act(pcsc.encode(pcsc.CardHere(insertion, bytes(16), TYPE2)))
        it.act(b"\x63\x00")
        tries += 1
    assert it.events[-1] == CardUnreadable("device.ic_card.refused")
    assert tries == READ_TRIES
