"""The loop with the real machine: order of effects, store answers, deadlines, sync between visits, the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.card.codec import decode
from shared.errors import EnishiError
from shared.points.program import Programme
from shared.visit import screens
from shared.visit.effects import (
    AwaitCard,
    Effect,
    EjectCard,
    Play,
    PrintFace,
    PrintReceipt,
    Show,
    Sound,
    WriteCard,
)
from shared.visit.errand import Errand
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardRewriterLost,
    CardRewriterReady,
    CardTaken,
    CardWritten,
    FacePrinted,
    Key,
    KeyPressed,
)
from shared.visit.journal import Intent
from shared.visit.shop import Shop
from shared.visit.states import Ejecting, Idle, Keying, Printing, Returning, Writing
from shared.visit.unit import CardUnit
from terminal.app.loop import TRACE_MAX, WAITING_MAX, Loop, replay
from terminal.drivers.port import Role
from tests.unit.terminal.app.desk import AMOUNT, CARD, ENTER, RING, SHOP, TRACK, Desk, Shelf


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_whole_visit_is_performed_in_the_only_right_order(desk: Desk) -> None:
    desk.loop.start()
    assert desk.told == [screens.Starting]
    assert desk.did(CardRewriterReady(False)) == [screens.Waiting, AwaitCard]
    assert desk.did(CardPresented(TRACK)) == [screens.Reading, "look_up", screens.Keying]
    desk.did(*AMOUNT)
    assert desk.did(ENTER) == [screens.Writing, "intend", WriteCard]
    assert desk.did(CardWritten()) == ["commit", screens.Done, Play, PrintFace, PrintReceipt]
    assert desk.did(FacePrinted()) == [screens.Done, EjectCard, "print"]
    assert desk.did(CardDischarged()) == [screens.Done, "eject"]
    assert desk.did(CardTaken()) == [screens.Waiting, AwaitCard]
    assert isinstance(desk.loop.state, Idle)


def test_an_intent_that_is_not_durable_touches_no_card(desk: Desk) -> None:
    desk.reach_keying().diary.refuse.add("intend")
    did = desk.did(*AMOUNT, ENTER)
    assert WriteCard not in did
    assert did[-1] is EjectCard
    assert desk.loop.state == Returning("store.full", errand=Errand(amount_yen=3_800))


def test_a_commit_that_is_not_durable_shows_no_success(desk: Desk) -> None:
    desk.reach_keying().diary.refuse.add("commit")
    did = desk.did(*AMOUNT, ENTER, CardWritten())
    assert screens.Done not in did
    assert PrintFace not in did


def test_a_bug_in_the_store_is_not_taken_for_a_full_disk(desk: Desk) -> None:
    desk.reach_keying()

    def broken(intent: Intent) -> None:
        raise EnishiError("card.field_out_of_range", field="seq", value=-1)

    desk.diary.intend = broken
    with pytest.raises(EnishiError, match=r"card\.field_out_of_range"):
        desk.did(*AMOUNT, ENTER)


def test_a_shop_without_a_printer_works() -> None:
    desk = Desk()
    loop = Loop(SHOP, desk.diary, {Role.CARD_REWRITER: Shelf(desk.told)}, lambda _: None, desk.clock)
    loop.start()
    for event in (CardRewriterReady(False), CardPresented(TRACK), *AMOUNT, ENTER, CardWritten()):
        loop.handle(event)
    assert isinstance(loop.state, Printing)
    assert PrintReceipt not in desk.told


def test_what_the_unit_says_of_itself_holds_from_that_moment_on(desk: Desk) -> None:
    desk.loop.start()
    assert desk.loop.shop.unit is CardUnit.REWRITER
    desk.did(CardRewriterReady(False, CardUnit.SWIPE))
    assert desk.loop.shop.unit is CardUnit.SWIPE
    desk.did(CardPresented(TRACK), *AMOUNT, ENTER)
    did = desk.did(CardWritten(), CardDischarged(), CardTaken())
    assert PrintFace not in did
    assert did[-2:] == [screens.Done, AwaitCard]
    assert replay(tuple(desk.loop.trace), SHOP) == desk.loop.state


def test_a_deadline_counts_from_the_last_change_of_the_state(desk: Desk) -> None:
    desk.reach_keying()
    assert desk.wait(299.0) == []
    desk.did(KeyPressed(Key.D1))
    assert desk.wait(299.0) == []
    assert isinstance(desk.loop.state, Keying)
    assert desk.wait(1.0) == [screens.TakeCard, EjectCard, "seen"]
    assert desk.loop.state == Returning("")


def test_a_card_left_in_the_slot_is_called_for_again_and_again(desk: Desk) -> None:
    desk.reach_keying()
    desk.did(KeyPressed(Key.CANCEL), CardDischarged())
    for _ in range(3):
        assert desk.wait(19.9) == []
        assert desk.wait(0.2) == [Play]


def test_the_free_counter_has_no_deadline(desk: Desk) -> None:
    desk.loop.start()
    desk.did(CardRewriterReady(False))
    assert desk.loop.next_deadline is None
    assert desk.wait(1e6) == []


def test_results_of_sync_wait_until_the_visit_is_over(desk: Desk) -> None:
    desk.reach_keying()
    applied: list[int] = []
    rules = replace(Programme(), version=2)

    def apply(number: int, **changed: Any) -> Callable[[Shop], Shop]:
        def one(shop: Shop) -> Shop:
            applied.append(number)
            return replace(shop, **changed)

        return one

    desk.loop.later(apply(1))
    desk.loop.later(apply(2, programme=rules))
    desk.did(*AMOUNT, ENTER, CardWritten(), FacePrinted(), CardDischarged())
    assert applied == []
    assert desk.loop.shop.programme.version == 1
    desk.did(CardTaken())
    assert applied == [1, 2]
    assert desk.loop.shop.programme is rules
    desk.loop.later(apply(3))
    assert applied == [1, 2, 3]


def test_results_that_pile_up_are_an_error_with_a_code(desk: Desk) -> None:
    desk.reach_keying()
    for _ in range(WAITING_MAX):
        desk.loop.later(lambda shop: shop)
    with pytest.raises(EnishiError) as caught:
        desk.loop.later(lambda shop: shop)
    assert caught.value.code == "sync.too_many_waiting"


def test_a_closed_loop_begins_no_write_but_carries_a_running_one_through(desk: Desk) -> None:
    desk.reach_keying()
    desk.did(*AMOUNT, ENTER)
    assert desk.loop.unit_busy
    desk.loop.close()
    did = desk.did(CardWritten())
    assert "commit" in did
    assert screens.Done in did
    assert PrintFace not in did
    assert not desk.loop.unit_busy


def test_a_closed_loop_does_not_write_what_was_just_decided(desk: Desk) -> None:
    desk.reach_keying()
    desk.loop.close()
    assert WriteCard not in desk.did(*AMOUNT, ENTER)
    assert isinstance(desk.loop.state, Writing)
    assert not desk.loop.unit_busy


def test_a_unit_that_is_lost_in_mid_write_is_no_longer_busy(desk: Desk) -> None:
    desk.reach_keying()
    desk.did(*AMOUNT, ENTER)
    desk.did(CardRewriterLost("device.link_lost"))
    assert not desk.loop.unit_busy


def test_a_recorded_trace_replays_to_the_same_state(desk: Desk) -> None:
    desk.reach_keying()
    desk.did(*AMOUNT, ENTER, CardWritten(), FacePrinted())
    assert isinstance(desk.loop.state, Ejecting)
    assert replay(tuple(desk.loop.trace), SHOP) == desk.loop.state


def test_the_trace_keeps_only_the_last_events(desk: Desk) -> None:
    desk.reach_keying()
    desk.did(*[KeyPressed(Key.D1)] * (TRACE_MAX + 5))
    assert len(desk.loop.trace) == TRACE_MAX


def test_the_log_has_one_line_per_step_and_names_nobody(desk: Desk) -> None:
    desk.reach_keying()
    desk.did(*AMOUNT, ENTER, CardWritten())
    assert [line["event"] for line in desk.lines][:4] == [
        "Started", "CardRewriterReady", "CardPresented", "CardLookedUp",
    ]  # fmt: skip
    written = str(desk.lines)
    assert f"{CARD:010d}" not in written
    assert TRACK not in written
    assert f"******{CARD % 10_000:04d}" in written
    assert "3800" not in written


def test_the_written_track_is_the_one_that_was_decided(desk: Desk) -> None:
    orders: list[Effect] = []

    class Unit:
        def command(self, effect: Effect, now: float) -> None:
            orders.append(effect)

    loop = Loop(SHOP, desk.diary, {Role.CARD_REWRITER: Unit()}, lambda _: None, desk.clock)
    loop.start()
    for event in (CardRewriterReady(False), CardPresented(TRACK), *AMOUNT, ENTER):
        loop.handle(event)
    written = orders[-1]
    assert isinstance(written, WriteCard)
    image = decode(written.track, RING).image
    assert image is not None
    assert (image.seq, image.balance) == (1, 38)


def test_sounds_go_to_the_panel(desk: Desk) -> None:
    heard: list[Effect] = []

    class Board:
        def command(self, effect: Effect, now: float) -> None:
            heard.append(effect)

    loop = Loop(SHOP, desk.diary, {Role.PANEL: Board()}, lambda _: None, desk.clock)
    loop.start()
    loop.handle(CardRewriterLost("device.card_rewriter.no_answer"))
    loop.handle(CardRewriterReady(False))
    loop.handle(CardPresented("X" * 69))
    assert Play(Sound.ERROR) in heard
    assert Show(screens.Waiting()) in heard
