"""What the seam promises of a card unit, on a unit that people swipe cards through."""

from __future__ import annotations

from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.card.face import Face
from shared.visit.effects import (
    AwaitCard,
    CancelAwait,
    Effect,
    EjectCard,
    PrintFace,
    ReadCard,
    ResetRewriter,
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
from simulators.card_stock import SimCard
from simulators.magnetic import Hand, MagneticSimulator
from terminal.drivers.card_rewriter.magnetic import (
    FORGET_S,
    READ_WAIT_S,
    RENEW_S,
    WRITE_WAIT_S,
    MagneticCore,
)
from terminal.drivers.card_rewriter.magnetic_options import MagneticOptions
from terminal.protocol.tcp300 import TrackFormat
from tests.contract.lossy_wire import LossyWire

CODE = "device.card_rewriter."
OLD, NEW = "A" * 69, "b-_9" * 17 + "z"
ORDER_BOUND_S = 120.0  # states.UNIT_DEADLINE_S: the machine's patience
READY_BOUND_S = 30.0  # one back-off and a greeting, after the last fault
ANY_EVENT = get_args(Event)


class Counter:
    """A core, a unit on a cable, and somebody who swipes."""

    def __init__(self, seed: int = 0, faults: int = 0, options: MagneticOptions | None = None) -> None:
        self.core = MagneticCore(options or MagneticOptions())
        self.unit = MagneticSimulator(seed, track=(options or MagneticOptions()).track)
        self.wire = LossyWire(self.core, self.unit, seed, faults)
        self.prompts: list[SwipeWanted] = []
        self.wire.plug_in()
        if not faults:
            self.wire.run(3.0)
            assert self.events() == [CardRewriterReady(card_inside=False, unit=CardUnit.SWIPE)]

    def events(self) -> list[Event]:
        """Since the last look; what was asked of the customer goes to ``prompts``."""
        self.prompts += [event for event in self.wire.events if isinstance(event, SwipeWanted)]
        seen = [event for event in self.wire.events if not isinstance(event, SwipeWanted)]
        self.wire.events.clear()
        return seen

    def order(self, effect: Effect) -> None:
        self.wire.order(effect)
        self.wire.run(1.0)

    def swipe(self, card: SimCard, hand: Hand | None = None) -> bool:
        did = self.unit.swipe(card, self.wire.now, hand)
        self.wire.run(3.0)
        return did


def test_a_whole_visit_is_three_swipes() -> None:
    counter, card = Counter(), SimCard(1, OLD)
    counter.order(AwaitCard())
    assert (counter.events(), counter.core.wanted) == ([], Swipe.READ)
    counter.swipe(card)
    assert counter.events() == [CardPresented(OLD)]
    counter.order(WriteCard(NEW))
    assert (counter.events(), counter.core.wanted) == ([], Swipe.WRITE)
    counter.swipe(card)
    assert (counter.events(), counter.core.wanted, card.track) == ([], Swipe.PROVE, NEW)
    counter.swipe(card)
    assert (counter.events(), counter.core.wanted) == ([CardWritten()], None)
    counter.order(PrintFace(Face(True, ())))
    counter.order(EjectCard())
    assert counter.events() == [FacePrintFailed(CODE + "no_face"), CardDischarged(), CardTaken()]
    assert counter.core.identity == "3 REVU1.02"
    assert counter.prompts == [SwipeWanted(Swipe.WRITE), SwipeWanted(Swipe.PROVE)]


@pytest.mark.parametrize("way", [TrackFormat.JIS, TrackFormat.REVERSE_JIS])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("track", [1, 2, 3])
def test_a_card_of_the_rewriting_unit_is_read_whichever_way_it_was_written(
    way: TrackFormat, backwards: bool, track: int
) -> None:
    counter = Counter(options=MagneticOptions(track=track))
    counter.order(AwaitCard())
    counter.swipe(SimCard(1, OLD, track_format=way), Hand(backwards=backwards))
    assert counter.events() == [CardPresented(OLD)]


def test_nobody_swipes_for_an_hour_and_then_somebody_does() -> None:
    counter = Counter()
    counter.order(AwaitCard())
    counter.order(AwaitCard())
    counter.wire.run(3_600.0)
    assert counter.events() == []
    counter.swipe(SimCard(1, OLD))
    counter.wire.run(100.0)
    assert counter.events() == [CardPresented(OLD)]


@pytest.mark.parametrize("hand", [Hand(speed_cm_s=5.0), Hand(speed_cm_s=300.0), Hand(share=0.4)])
def test_two_bad_swipes_are_forgiven_and_the_third_is_said(hand: Hand) -> None:
    counter, card = Counter(), SimCard(1, OLD)
    counter.order(AwaitCard())
    counter.swipe(card, hand)
    counter.swipe(card, hand)
    assert counter.events() == []
    counter.swipe(card, hand)
    assert [type(event) for event in counter.events()] == [CardUnreadable]


def test_a_bad_swipe_is_forgotten_when_the_customer_has_gone() -> None:
    counter = Counter()
    counter.order(AwaitCard())
    counter.swipe(SimCard(1, OLD), Hand(share=0.4))
    counter.swipe(SimCard(1, OLD), Hand(share=0.4))
    counter.wire.run(FORGET_S + RENEW_S)
    counter.swipe(SimCard(2, OLD), Hand(share=0.4))
    counter.swipe(SimCard(2, OLD))
    assert counter.events() == [CardPresented(OLD)]


def test_a_card_without_a_stripe_is_said_to_have_none() -> None:
    counter = Counter()
    counter.order(AwaitCard())
    for _ in range(3):
        counter.swipe(SimCard(1, has_stripe=False))
    assert counter.events() == [CardUnreadable(CODE + "no_stripe")]


def test_a_half_write_is_asked_for_again_and_then_proved() -> None:
    counter, card = Counter(), SimCard(1, OLD)
    counter.order(WriteCard(NEW))
    counter.swipe(card, Hand(share=0.5))
    assert (counter.events(), card.torn, counter.core.wanted) == ([], True, Swipe.WRITE)
    counter.swipe(card)
    counter.swipe(card, Hand(speed_cm_s=5.0))
    assert (counter.events(), counter.core.wanted) == ([], Swipe.PROVE)
    counter.swipe(card)
    assert (counter.events(), card.track) == ([CardWritten()], NEW)


def test_a_write_that_never_succeeds_is_given_up() -> None:
    counter, card = Counter(), SimCard(1, OLD)
    counter.order(WriteCard(NEW))
    for _ in range(3):
        counter.swipe(card, Hand(share=0.5))
    assert counter.events() == [CardWriteFailed(CODE + "swipe")]
    counter.order(ReadCard())
    for _ in range(3):
        counter.swipe(card)
    assert [type(event) for event in counter.events()] == [CardUnreadable]
    counter.order(WriteCard(NEW))
    counter.swipe(card)
    counter.swipe(card)
    assert counter.events() == [CardWritten()]


def test_a_field_too_weak_for_the_card_is_seen_by_the_proof() -> None:
    counter, card = Counter(options=MagneticOptions(high_coercivity=False)), SimCard(1, OLD)
    counter.order(WriteCard(NEW))
    counter.swipe(card)
    counter.swipe(card)
    assert (counter.events(), card.track) == ([CardWriteFailed(CODE + "write_mismatch")], OLD)


def test_another_card_in_the_proof_is_not_taken_for_the_one_that_was_written() -> None:
    counter = Counter()
    counter.order(WriteCard(NEW))
    counter.swipe(SimCard(1, OLD))
    counter.swipe(SimCard(2, OLD))
    assert counter.events() == [CardWriteFailed(CODE + "write_mismatch")]


@pytest.mark.parametrize(
    ("effect", "event", "bound_s"),
    [
        (ReadCard(), NoCard(), READ_WAIT_S),
        (WriteCard(NEW), CardWriteFailed(CODE + "no_card"), WRITE_WAIT_S),
    ],
)
def test_an_order_that_nobody_swipes_for_ends(effect: Effect, event: Event, bound_s: float) -> None:
    counter = Counter()
    counter.wire.order(effect)
    counter.wire.run(bound_s + 5.0)
    assert counter.events() == [event]
    assert counter.unit.awaits == ""


def test_a_written_card_that_nobody_proves_is_not_called_written() -> None:
    counter, card = Counter(), SimCard(1, OLD)
    counter.order(WriteCard(NEW))
    counter.swipe(card)
    counter.wire.run(WRITE_WAIT_S + 5.0)
    assert (counter.events(), card.track) == ([CardWriteFailed(CODE + "no_card")], NEW)


def test_cancelling_says_nothing_and_a_later_swipe_does_nothing() -> None:
    counter = Counter()
    counter.order(AwaitCard())
    counter.order(CancelAwait())
    assert not counter.swipe(SimCard(1, OLD))
    assert counter.events() == []
    counter.order(AwaitCard())
    assert counter.swipe(SimCard(1, OLD))
    assert counter.events() == [CardPresented(OLD)]


def test_a_unit_that_was_without_power_for_a_moment_is_set_up_again() -> None:
    counter = Counter()
    counter.order(AwaitCard())
    counter.wire.pull_the_plug()
    counter.wire.run(5.0)
    counter.wire.power_again()
    counter.wire.run(RENEW_S + 5.0)
    counter.swipe(SimCard(1, OLD))
    assert counter.events() == [CardPresented(OLD)]


def test_a_plug_pulled_in_mid_write_is_a_lost_unit_and_a_torn_card() -> None:
    counter, card = Counter(), SimCard(1, OLD)
    counter.order(WriteCard(NEW))
    counter.unit.swipe(card, counter.wire.now)
    counter.wire.run(0.1)
    counter.wire.pull_the_plug()
    counter.wire.run(WRITE_WAIT_S + 10.0)
    assert (counter.events(), card.torn) == ([CardRewriterLost(CODE + "no_answer")], True)
    counter.order(ReadCard())
    assert counter.events() == [CardRewriterLost(CODE + "no_answer")]
    counter.wire.power_again()
    counter.wire.run(READY_BOUND_S)
    assert counter.events() == [CardRewriterReady(card_inside=False, unit=CardUnit.SWIPE)]


def test_an_idle_unit_that_goes_silent_is_noticed() -> None:
    counter = Counter()
    counter.wire.pull_the_plug()
    counter.wire.run(15.0)
    assert counter.events() == [CardRewriterLost(CODE + "no_answer")]


def test_a_reset_greets_the_unit_again() -> None:
    counter = Counter()
    counter.order(WriteCard(NEW))
    counter.order(ResetRewriter())
    assert counter.events() == [CardRewriterReady(card_inside=False, unit=CardUnit.SWIPE)]
    assert counter.unit.awaits == ""


def test_a_closed_wire_is_told_and_the_next_greeting_too() -> None:
    counter = Counter()
    counter.wire.events += counter.core.closed(counter.wire.now).events
    assert counter.events() == [CardRewriterLost(CODE + "link_lost")]
    counter.wire.open_link()
    counter.wire.run(3.0)
    assert counter.events() == [CardRewriterReady(card_inside=False, unit=CardUnit.SWIPE)]


ENDS: dict[type[Effect], tuple[type[Event], ...]] = {
    AwaitCard: (CardPresented, CardUnreadable),
    ReadCard: (CardPresented, CardUnreadable, NoCard),
    WriteCard: (CardWritten, CardWriteFailed),
}


@given(st.integers(0, 10_000), st.integers(0, 10), st.lists(st.sampled_from([ReadCard(), WriteCard(NEW)]), max_size=4))
@settings(max_examples=150, deadline=None)
def test_bad_hands_on_a_bad_cable_end_every_order_and_written_means_written(
    seed: int, faults: int, orders: list[Effect]
) -> None:
    counter, card, dice = Counter(seed, faults), SimCard(1, OLD), Random(seed)
    counter.wire.run(READY_BOUND_S)
    for effect in orders:
        counter.events()
        counter.wire.order(effect)
        end = counter.wire.now + ORDER_BOUND_S
        events: list[Event] = []
        while counter.wire.now < end and not events:
            if dice.random() < 0.6:
                hand = Hand(dice.uniform(5.0, 120.0), 0.5 if dice.random() < 0.2 else 1.0, dice.random() < 0.1)
                counter.unit.swipe(card, counter.wire.now, hand)
            counter.wire.run(2.0)
            events = counter.events()
        assert events, f"{effect} was not answered"
        assert isinstance(events[0], (*ENDS[type(effect)], CardRewriterLost))
        if CardWritten() in events:
            assert (card.track, card.torn) == (NEW, False)
        counter.wire.run(READY_BOUND_S)
    counter.wire.faults_left = 0
    counter.wire.run(READY_BOUND_S)
    counter.events()
    card = SimCard(2, OLD)
    counter.order(AwaitCard())
    counter.wire.run(2 * RENEW_S)
    counter.swipe(card)
    assert counter.events()[-1] == CardPresented(OLD)
