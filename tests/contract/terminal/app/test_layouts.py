"""A layout of the feed, from head office's page to the next face and receipt that are printed."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from shared.card.face import Face, FaceStock
from shared.card.layout import USUAL, Layout, Part
from shared.clock import Now
from shared.ids import TerminalId
from shared.points.program import Programme
from shared.sync.messages import FeedEntry, LayoutItem, Pull
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.events import Event, Key, KeyPressed
from shared.visit.receipt import Receipt
from shared.visit.shop import Shop
from shared.visit.unit import CardUnit
from terminal.app.loop import Loop
from terminal.app.office import apply_result, as_told
from terminal.app.store import Store
from terminal.app.sync.pages import parse_page
from terminal.drivers.port import Role
from tests.contract.whole_counter import RING, UnwarmedStore, track_of

OWN = Layout(
    order=(Part.BALANCE, Part.EXPIRY, Part.NAME, Part.SHOP, Part.OWN, Part.TODAY),
    hidden=(Part.TODAY,),
    own=("毎月5日は2倍",),
    head=("電話 03-1234-5678",),
    closing=("またのお越しを",),
    gives_reason=False,
)
CHAIN = Layout(closing=("ご来店に感謝します",))


class Counter:
    """A shop with a card unit and a receipt printer that do as they are told, over a real journal."""

    def __init__(self, folder: Path) -> None:
        self.clock_s = 100.0
        self.faces: list[Face] = []
        self.receipts: list[Receipt] = []
        self.screens: list[screens.Screen] = []
        self.track = track_of(100, 5)
        self.events: deque[Event] = deque()
        self.number = 0
        self.store = UnwarmedStore.open(folder / "journal.sqlite", TerminalId(3), b"\0" * 8, "1", self)
        shop = Shop(TerminalId(3), "ベーカリー", RING, Programme(), FaceStock(), standalone=True, store="1")
        ports = {Role.CARD_REWRITER: self, Role.RECEIPT_PRINTER: self}
        self.loop = Loop(as_told(self.store, shop), self.store, ports, self.screens.append, self)
        self.loop.start()
        self.loop.handle(e.CardRewriterReady(card_inside=False))

    def now(self) -> Now:
        self.clock_s += 0.1
        return Now(self.clock_s, 1_795_000_000_000 + int(1000 * self.clock_s))

    def command(self, effect: f.Effect, now: float) -> None:
        match effect:
            case f.WriteCard(track=track):
                self.track = track
                self.events.append(e.CardWritten())
            case f.PrintFace(face=face):
                self.faces.append(face)
                self.events.append(e.FacePrinted())
            case f.PrintReceipt(receipt=receipt):
                self.receipts.append(receipt)
                self.events.append(e.ReceiptPrinted(receipt.slip))
            case f.EjectCard():
                self.events.extend((e.CardDischarged(), e.CardTaken()))

    def visit(self) -> None:
        self.loop.handle(e.CardPresented(self.track))
        for key in ("9", "0", "0", "enter"):
            self.loop.handle(KeyPressed(Key(key)))
            self.work()
        assert isinstance(self.screens[-1], screens.Waiting | screens.Done), self.screens[-3:]

    def work(self) -> None:
        while self.events:
            self.loop.handle(self.events.popleft())

    def hear(self, *items: LayoutItem) -> int:
        """A page of head office, as it comes over the wire; how many of it were left out."""
        entries = tuple(FeedEntry(self.number + place, item) for place, item in enumerate(items, 1))
        self.number += len(items)
        arrived = parse_page(msgspec.json.encode(Pull(1, entries, self.number, False)))
        self.loop.later(lambda shop: apply_result(self.store, arrived, shop))
        return arrived.skipped

    @property
    def face(self) -> str:
        return "\n".join(line.text for line in self.faces[-1].lines)

    @property
    def paper(self) -> str:
        return "\n".join(line.left + line.right for line in self.receipts[-1].lines)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path)
    yield counter
    counter.store.close()


def test_a_layout_of_the_feed_changes_the_next_face_and_receipt(counter: Counter) -> None:
    counter.visit()
    assert counter.face.startswith("ベーカリー\nポイント残高\n点\n109\n今回ポイント")
    assert "ありがとうございました" in counter.paper
    assert counter.hear(LayoutItem("1", 2, OWN), LayoutItem("", 1, CHAIN), LayoutItem("2", 1, USUAL)) == 0
    counter.visit()
    assert counter.face.startswith("ポイント残高\n点\n118\n有効期限\n2027年11月末\n18点\nベーカリー\n毎月5日は2倍\nNo.")
    assert ("電話 03-1234-5678" in counter.paper, "またのお越しを" in counter.paper) == (True, True)
    assert not any(word in counter.paper for word in ("ありがとう", "÷"))


def test_a_layout_that_comes_in_mid_visit_waits_for_the_next(counter: Counter) -> None:
    counter.loop.handle(e.CardPresented(counter.track))
    counter.hear(LayoutItem("1", 1, OWN))
    assert counter.loop.shop.layout == USUAL
    for key in ("9", "enter"):
        counter.loop.handle(KeyPressed(Key(key)))
        counter.work()
    assert "ありがとうございました" in counter.paper
    assert counter.loop.shop.layout == OWN


def test_a_receipt_is_laid_out_where_the_unit_has_no_face(counter: Counter) -> None:
    counter.loop.handle(e.CardRewriterReady(card_inside=False, unit=CardUnit.READER))
    counter.hear(LayoutItem("", 1, CHAIN))
    counter.visit()
    assert (counter.faces, "ご来店に感謝します" in counter.paper) == ([], True)


def test_the_own_one_goes_before_the_chains_until_it_is_taken_back(counter: Counter) -> None:
    counter.hear(LayoutItem("", 1, CHAIN), LayoutItem("1", 2, OWN))
    assert counter.loop.shop.layout == OWN
    counter.hear(LayoutItem("", 3, CHAIN), LayoutItem("1", 3))
    assert counter.loop.shop.layout == CHAIN


def test_a_layout_that_means_nothing_is_left_out_and_the_old_one_stays(counter: Counter) -> None:
    counter.hear(LayoutItem("1", 1, OWN))
    wrong = (
        replace(OWN, order=(Part.SHOP,)),
        replace(OWN, hidden=(Part.BALANCE,)),
        replace(OWN, own=("あ", "い", "う")),
        replace(OWN, closing=("あ" * 17,)),
        replace(OWN, head=("一\n二",)),
    )
    assert counter.hear(*(LayoutItem("1", 2, layout) for layout in wrong)) == len(wrong)
    assert counter.loop.shop.layout == OWN


def pull(*items: LayoutItem, after: int = 0) -> Pull:
    entries = tuple(FeedEntry(number, item) for number, item in enumerate(items, after + 1))
    return Pull(1, entries, after + len(items), False)


def test_the_layout_of_a_store_goes_before_the_chains(store: Store, boot: Callable[..., Store]) -> None:
    chain, own = Layout(own=("毎月5日は2倍",)), Layout(head=("電話 03-1234-5678",))
    assert store.layout("1") == USUAL
    store.apply_feed(pull(LayoutItem("", 1, chain), LayoutItem("1", 2, own)))
    assert (store.layout("1"), store.layout("2")) == (own, chain)
    store.close()
    store = boot()
    assert (store.layout("1"), store.layout("2")) == (own, chain)
    store.apply_feed(pull(LayoutItem("1", 3), after=2))
    assert store.layout("1") == chain
    store.apply_feed(pull(LayoutItem("2", 1, own)), anew=True)
    assert (store.layout("1"), store.layout("2")) == (USUAL, own), "what is not told again goes"


def test_a_layout_that_a_later_release_wrote_is_the_usual_one_here(store: Store, path: Path) -> None:
    store.apply_feed(pull(LayoutItem("", 1, Layout(own=("毎月5日は2倍",)))))
    for document in (b'{"order":["hologram"]}', b"{", b'{"hidden":["balance"]}', b"\xff"):
        with closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE layout SET document = ?", (document,))
            db.commit()
        assert store.layout("1") == USUAL
