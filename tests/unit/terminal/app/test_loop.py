"""The loop with the real machine: order of effects, store answers, deadlines, sync between visits, the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.card.codec import decode, encode
from shared.card.face import FaceStock
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.clock import Now
from shared.errors import EnishiError
from shared.ids import CardNo, MessageId, TerminalId, VisitId, make_card_no
from shared.points.program import Programme
from shared.visit import screens
from shared.visit.effects import AwaitCard, Effect, EjectCard, Play, PrintFace, PrintReceipt, Show, Sound, WriteCard
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardRewriterLost,
    CardRewriterReady,
    CardTaken,
    CardWritten,
    Event,
    FacePrinted,
    Key,
    KeyPressed,
)
from shared.visit.facts import CardFacts, OpenVisit
from shared.visit.journal import How, Intent, OffCard, Reissue
from shared.visit.shop import Shop
from shared.visit.states import Ejecting, Idle, Keying, Printing, Returning, Writing
from terminal.app.loop import TRACE_MAX, WAITING_MAX, Loop, replay
from terminal.drivers.port import Role

RING = KeyRing(7, 1, {1: bytes(32)})
SHOP = Shop(TerminalId(12), "駅前店", RING, Programme(), FaceStock())
CARD = make_card_no(1)
TRACK = encode(CardImage(tenant=7, card=CARD, gen=1, seq=0), RING)
START_MS = 1_795_000_000_000  # a day in 2026


class Diary:
    """The store's seam: writes down what it was told; refuses what it is told to refuse."""

    def __init__(self, told: list[object]) -> None:
        self.told = told
        self.refuse: set[str] = set()
        self.open: tuple[OpenVisit, ...] = ()

    def _write(self, what: str) -> None:
        if what in self.refuse:
            raise EnishiError("store.full", free_mb=0)
        self.told.append(what)

    def open_visits(self) -> tuple[OpenVisit, ...]:
        return self.open

    def look_up(self, card: CardNo) -> CardFacts:
        self._write("look_up")
        return CardFacts(card, None, None, (), (), VisitId("ab" * 16), 1)

    def intend(self, intent: Intent) -> None:
        self._write("intend")

    def commit(self, visit: VisitId, how: How) -> None:
        self._write("commit")

    def abort(self, visit: VisitId, why: str) -> None:
        self._write("abort")

    def doubt(self, visit: VisitId, why: str) -> None:
        self._write("doubt")

    def honour(self, visit: VisitId, why: str) -> None:
        self._write("honour")

    def resolve(self, visit: VisitId, answer: str) -> None:
        self._write("resolve")

    def record_off_card(self, entry: OffCard) -> None:
        self._write("off card")

    def record_reissue(self, reissue: Reissue) -> None:
        self._write("reissue")

    def record_seen(self, track: str, verdict: str) -> bool:
        self._write("seen")
        return False

    def record_print(
        self, visit: VisitId, copy: int, error: str, messages: tuple[MessageId, ...], no_room: tuple[MessageId, ...]
    ) -> None:
        self._write("print")

    def record_eject(self, visit: VisitId) -> None:
        self._write("eject")


class Shelf:
    """A port that keeps its orders."""

    def __init__(self, told: list[object]) -> None:
        self.told = told

    def command(self, effect: Effect, now: float) -> None:
        if not isinstance(effect, Show):  # the screen is told once, by the kiosk's side
            self.told.append(type(effect))


class HandClock:
    def __init__(self) -> None:
        self.mono_s = 100.0

    def now(self) -> Now:
        return Now(self.mono_s, START_MS + int(self.mono_s * 1000))


class Desk:
    """A loop, and everything it did in one list."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.clock = HandClock()
        self.diary = Diary(self.told)
        self.lines: list[dict[str, object]] = []
        shelf = Shelf(self.told)
        self.loop = Loop(
            SHOP,
            self.diary,
            dict.fromkeys((Role.CARD_REWRITER, Role.RECEIPT_PRINTER, Role.PANEL), shelf),
            lambda screen: self.told.append(type(screen)),
            self.clock,
            lambda what, facts: self.lines.append(dict(facts)),
        )

    def did(self, *events: Event) -> list[object]:
        """What these events brought about."""
        self.told.clear()
        for event in events:
            self.loop.handle(event)
        return list(self.told)

    def wait(self, seconds: float) -> list[object]:
        self.told.clear()
        self.clock.mono_s += seconds
        self.loop.tick(self.clock.now())
        return list(self.told)

    def reach_keying(self) -> Desk:
        self.loop.start()
        self.did(CardRewriterReady(False), CardPresented(TRACK))
        return self


@pytest.fixture
def desk() -> Desk:
    return Desk()


AMOUNT = tuple(KeyPressed(Key(key)) for key in ("3", "8", "00"))
ENTER = KeyPressed(Key.ENTER)


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
    assert desk.loop.state == Returning("store.full")


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
