"""A counter of the rig: the real terminal on pseudo-terminals, killed and cut off as a test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.card.codec import Verdict, decode
from simulators.card_rewriter.timing import WRITE_PASS_S
from simulators.card_stock import SimCard
from simulators.demo.books import TerminalBooks
from simulators.demo.clerk import Clerk
from simulators.rig import Counter, Rig, RigTimeout
from simulators.rig.phases import Phase, phase_of
from simulators.trade import new_card

pytestmark = pytest.mark.slow


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with Rig.counter(tmp_path) as counter:
        counter.await_screen("Waiting")
        yield counter


def _new(counter: Counter, serial: int = 1) -> SimCard:
    image, track = new_card(serial, Rig.ring(counter))
    return SimCard(image.card, track)


def _balance(card: SimCard, counter: Counter) -> int:
    decoded = decode(card.track or "", Rig.ring(counter))
    assert decoded.verdict is Verdict.OK
    assert decoded.image is not None
    return decoded.image.balance


def test_a_visit_by_hand(counter: Counter) -> None:
    card = _new(counter)
    assert counter.insert(card)
    counter.await_screen("Keying")
    counter.press(*"1280", "enter")
    assert counter.wait_discharged() is card
    assert counter.pull() is card
    assert counter.pull() is None
    assert _balance(card, counter) == 12
    assert not counter.card_rewriter.card
    assert counter.receipt_printer.slip_texts


def test_a_killed_terminal_starts_again_and_serves_the_next_customer(counter: Counter) -> None:
    counter.kill_terminal()
    assert not counter.terminal.running
    assert counter.screen() == ""
    counter.start_terminal()
    counter.await_screen("Waiting")
    card = _new(counter)
    Clerk(counter).serve(card, 500)
    assert _balance(card, counter) == 5


def test_the_power_goes_in_the_middle_of_the_magnetic_pass_and_nothing_is_lost(counter: Counter) -> None:
    card = _new(counter)
    clerk = Clerk(counter)
    clerk.serve(card, 1_000)
    clerk.key_in(card, 2_000)
    counter.cut_power_while_writing(0.5)
    assert counter.cut_is_due
    counter.press("enter")
    counter.wait_power_cut()
    assert card.torn
    assert not counter.terminal.running
    counter.restore_power()
    assert card.number is not None
    clerk.recover(card, card.number)
    assert _balance(card, counter) == 30
    visits = TerminalBooks(counter.plan.data_dir / "journal.db", counter.plan.journal_key_file).visits(card.number)
    assert [(visit.state, visit.amount_yen) for visit in visits] == [("COMMITTED", 1_000), ("COMMITTED", 2_000)]


@pytest.mark.parametrize("asleep_from", ["the way to the stripe", "the pass"])
def test_a_power_cut_hits_the_pass_also_when_nobody_had_time_for_it(counter: Counter, asleep_from: str) -> None:
    """On a busy machine the devices stand still for longer than a pass takes, wherever they are at that moment."""
    card = _new(counter)
    Clerk(counter).key_in(card, 2_000)
    counter.cut_power_while_writing(0.5)
    counter.press("enter")
    unit, clock = counter.card_rewriter, counter.ports["card_rewriter"].clock

    def sleeps_until_the_pass_is_over() -> bool:
        if unit.wake_at is None or phase_of(unit) is not Phase.WRITING or card.torn != (asleep_from == "the pass"):
            return False
        over = unit.wake_at + (0.0 if card.torn else WRITE_PASS_S)
        while clock.now() <= over:
            pass
        return True

    counter.wait_until(sleeps_until_the_pass_is_over)
    counter.wait_power_cut()
    assert card.torn


def test_a_planned_power_cut_can_be_taken_back(counter: Counter) -> None:
    card = _new(counter)
    counter.cut_power_while_writing()
    counter.keep_power()
    Clerk(counter).serve(card, 700)
    assert counter.is_on
    assert _balance(card, counter) == 7


def test_a_second_card_finds_the_inlet_taken_and_a_missing_screen_is_named(counter: Counter) -> None:
    card = _new(counter)
    Clerk(counter).key_in(card, 100)
    counter.press("cancel")
    counter.wait_discharged()
    assert not counter.insert(_new(counter, 2))
    with pytest.raises(RigTimeout, match="instead of Writing"):
        counter.await_screen("Writing", timeout_s=0.2)
