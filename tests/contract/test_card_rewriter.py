"""What the seam promises of a card unit: every order is answered by its event, on the simulator of the TCP300II."""

from __future__ import annotations

import pytest

from shared.card.face import Face, FaceLine
from shared.visit.effects import (
    AwaitCard,
    CancelAwait,
    EjectCard,
    PrintFace,
    ReadCard,
    WriteCard,
)
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardRewriterLost,
    CardRewriterReady,
    CardTaken,
    CardWriteFailed,
    CardWritten,
    FacePrinted,
    FacePrintFailed,
    NoCard,
)
from simulators.card_rewriter.commands import Edition
from simulators.card_stock import SimCard
from terminal.drivers.card_rewriter.tcp300 import Tcp300Core
from terminal.protocol.tcp300 import TrackFormat
from tests.contract.card_rewriter_bench import (
    ANY_EVENT,
    CODE,
    FACE,
    NEW,
    OLD,
    answer,
    ready,
    with_card,
)


def test_a_whole_visit_from_the_slot_to_the_hand() -> None:
    bench = ready()
    bench.order(AwaitCard())
    assert bench.run(30.0, ANY_EVENT) is None
    card = SimCard(1, OLD)
    bench.unit.insert_card(card, bench.now)
    assert bench.run(5.0, CardPresented) == CardPresented(OLD)
    assert answer(bench, WriteCard(NEW)) == CardWritten()
    assert answer(bench, ReadCard()) == CardPresented(NEW)
    assert answer(bench, PrintFace(FACE)) == FacePrinted()
    assert answer(bench, EjectCard()) == CardDischarged()
    assert bench.run(60.0, ANY_EVENT) is None
    assert bench.take_card() is card
    assert bench.run(2.0, CardTaken) == CardTaken()
    assert card.track == NEW
    assert card.face is not None
    assert not card.face.is_blank
    assert (card.face.width, card.face.height) == (480, 320)


@pytest.mark.parametrize("edition", [Edition.TCP300II_2005, Edition.TCP300II_2014])
def test_reverse_format_is_written_and_read_back(edition: Edition) -> None:
    bench = ready(edition, write_reverse=True, read_format=TrackFormat.REVERSE_JIS)
    bench.unit.insert_card(SimCard(1, OLD, track_format=TrackFormat.REVERSE_JIS), bench.now)
    assert answer(bench, AwaitCard()) == CardPresented(OLD)
    assert answer(bench, WriteCard(NEW)) == CardWritten()
    assert answer(bench, ReadCard()) == CardPresented(NEW)
    assert bench.unit.card is not None
    assert bench.unit.card.track_format is TrackFormat.REVERSE_JIS


def test_opening_reports_a_card_that_lies_inside_and_does_not_move_it() -> None:
    bench = with_card()
    bench.keep(bench.core.closed(bench.now))
    assert bench.events == [CardRewriterLost(CODE + "link_lost")]
    bench.open()
    assert bench.run(5.0, CardRewriterReady) == CardRewriterReady(card_inside=True)
    assert bench.unit.card is not None
    assert answer(bench, ReadCard()) == CardPresented(OLD)


def test_opening_finds_a_unit_that_still_waits_for_a_card_of_the_last_session() -> None:
    bench = ready()
    bench.order(AwaitCard())
    bench.run(1.0)
    bench.core = Tcp300Core()
    bench.open()
    assert bench.run(20.0, CardRewriterReady) == CardRewriterReady(card_inside=False)


def test_awaiting_has_no_time_out_and_says_nothing_for_an_hour() -> None:
    bench = ready()
    bench.order(AwaitCard())
    bench.run(3600.0)
    assert bench.events == []
    bench.unit.insert_card(SimCard(1, OLD), bench.now)
    assert bench.run(10.0, CardPresented) == CardPresented(OLD)


def test_a_second_await_is_the_same_await() -> None:
    bench = ready()
    bench.order(AwaitCard())
    bench.order(AwaitCard())
    bench.unit.insert_card(SimCard(1, OLD), bench.now)
    bench.run(30.0)
    assert bench.events == [CardPresented(OLD)]


def test_cancelling_says_nothing_and_the_next_order_works() -> None:
    bench = ready()
    bench.order(AwaitCard())
    bench.run(1.0)
    bench.order(CancelAwait())
    bench.run(1.0)
    assert bench.events == []
    assert answer(bench, ReadCard()) == NoCard()


def test_a_card_taken_in_while_the_wait_is_cancelled_is_read_by_the_next_order() -> None:
    bench = ready()
    bench.order(AwaitCard())
    bench.run(1.0)
    bench.unit.insert_card(SimCard(1, OLD), bench.now)
    bench.run(0.3)
    bench.order(CancelAwait())
    bench.run(10.0)
    assert bench.events == []
    assert answer(bench, ReadCard()) == CardPresented(OLD)


def test_awaiting_starts_only_when_the_slot_is_empty() -> None:
    bench = with_card()
    assert answer(bench, EjectCard()) == CardDischarged()
    bench.order(AwaitCard())
    bench.run(20.0)
    assert bench.events == [CardDischarged()]
    bench.take_card()
    bench.run(2.0)
    bench.unit.insert_card(SimCard(2, NEW), bench.now)
    bench.run(10.0)
    assert bench.events[1:] == [CardTaken(), CardPresented(NEW)]


def test_nothing_is_written_on_a_card_that_merely_lies_at_the_inlet() -> None:
    bench = ready()
    other = SimCard(2, OLD)
    bench.unit.insert_card(other, bench.now)
    assert answer(bench, WriteCard(NEW)) == CardWriteFailed(CODE + "no_card")
    assert other.track == OLD


def test_nothing_is_printed_on_the_next_customers_card() -> None:
    bench = ready()
    other = SimCard(2, OLD)
    assert answer(bench, PrintFace(FACE)) == FacePrintFailed(CODE + "no_card")
    bench.unit.insert_card(other, bench.now)
    bench.run(60.0)
    assert other.face is None


def test_each_face_starts_from_cleared_buffers() -> None:
    bench = with_card()
    answer(bench, PrintFace(FACE))
    first = bench.unit.card
    assert first is not None
    answer(bench, PrintFace(Face(True, ())))
    assert first.face is not None
    assert first.face.is_blank


def test_control_characters_in_a_name_do_not_steer_the_printer() -> None:
    bench = with_card()
    face = Face(True, (FaceLine(0, 47, "山田\x1bX999\x02\x03\x06"),))
    assert answer(bench, PrintFace(face)) == FacePrinted()


def test_a_track_that_cannot_be_written_is_refused_before_anything_is_sent() -> None:
    bench = with_card()
    assert answer(bench, WriteCard("A" * 70)) == CardWriteFailed(CODE + "track")
    assert answer(bench, WriteCard("漢")) == CardWriteFailed(CODE + "track")


def test_a_card_that_sticks_out_when_the_program_starts_is_reported_and_waited_for() -> None:
    bench = with_card()
    assert answer(bench, EjectCard()) == CardDischarged()
    bench.core.closed(bench.now)
    bench.open()
    assert bench.run(5.0, CardRewriterReady) == CardRewriterReady(card_inside=False)
    assert bench.run(5.0, CardDischarged) == CardDischarged()
    assert bench.take_card() is not None
    assert bench.run(2.0, CardTaken) == CardTaken()
