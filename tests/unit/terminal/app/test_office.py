"""Results of sync reach the store as they are, and the shop changes with what they bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.card.face import FaceStock
from shared.card.layout import Layout
from shared.card.mac import KeyRing
from shared.ids import TerminalId
from shared.points.program import Programme
from shared.sale.rules import PriceBasis, SaleRules
from shared.sync.messages import (
    FeedEntry,
    FeedItem,
    KidPolicyItem,
    LayoutItem,
    MessageClosedItem,
    ProgrammeItem,
    Pull,
    ShopItem,
)
from shared.visit.facts import Duty
from shared.visit.journal import Weather
from shared.visit.shop import KidPolicy, Shop
from terminal.app.office import VOICES_MAX, apply_result, as_told
from terminal.app.sync.results import Acknowledged, Failed, OfficeNote, PageArrived, Synced, Welcomed

RULES = Programme(version=9)
POLICIES = {1: KidPolicy(True, "online")}
SHOP = Shop(TerminalId(12), "駅前店", KeyRing(7, 1, {1: bytes(32)}), Programme(), FaceStock(), store="2")
LAYOUT = Layout(own=("電話 03-1234-5678",))
SETTINGS = ShopItem(SaleRules(PriceBasis.EXCLUSIVE), "T1234567890123", ("味", "接客"), True, "00")
WEATHER = Weather("2026-11-22", True, 3)
INFORMED = replace(
    SHOP, programme=RULES, kid_policies=POLICIES, sale_rules=SETTINGS.sale_rules, invoice_number="T1234567890123",
    voices=("味", "接客"), needs_duty=True, weather=WEATHER, layout=LAYOUT,
)  # fmt: skip


class Ledger:
    def __init__(self) -> None:
        self.told: list[object] = []

    def acknowledge(self, stream: bytes, acked_seq: int, durable_seq: int) -> None:
        self.told.append((stream, acked_seq, durable_seq))

    def apply_feed(self, pull: Pull, skipped: int = 0, anew: bool = False) -> None:
        self.told.append((pull, skipped, anew))

    def record_synced(self) -> None:
        self.told.append("synced")

    def remember_office(self, note: OfficeNote) -> None:
        self.told.append(note)

    def programme(self) -> Programme:
        return RULES

    def kid_policies(self) -> Mapping[int, KidPolicy]:
        return POLICIES

    def shop_settings(self) -> ShopItem:
        return SETTINGS

    def layout(self, store: str) -> Layout:
        assert store == "2"
        return LAYOUT

    def weather(self) -> Weather | None:
        return WEATHER


def page(item: FeedItem, more: bool) -> PageArrived:
    return PageArrived(Pull(1, (FeedEntry(3, item),), 3, more), skipped=2, anew=True)


def test_an_acknowledgement_is_written_down() -> None:
    books = Ledger()
    assert apply_result(books, Acknowledged(b"stream", 7, 5), SHOP) is SHOP
    assert books.told == [(b"stream", 7, 5)]


@pytest.mark.parametrize(
    ("arrived", "shop"),
    [
        (page(MessageClosedItem(1), more=True), SHOP),
        (page(MessageClosedItem(1), more=False), INFORMED),  # the end of a feed may sweep policies away
        (page(ProgrammeItem(RULES), more=True), INFORMED),
        (page(KidPolicyItem(1, True, "online"), more=True), INFORMED),
        (page(SETTINGS, more=True), INFORMED),
        (page(LayoutItem("2", 1, LAYOUT), more=True), INFORMED),
    ],
)
def test_a_page_is_applied_and_brings_the_rules_of_the_store(arrived: PageArrived, shop: Shop) -> None:
    books = Ledger()
    assert apply_result(books, arrived, SHOP) == shop
    assert books.told == [(arrived.pull, 2, True)]


class Talkative(Ledger):
    def shop_settings(self) -> ShopItem:
        return ShopItem(SaleRules(), voices=tuple("一二三四五六七八九十"))


def test_each_heading_has_a_key_and_who_serves_stays_who_it_is() -> None:
    on_duty = replace(SHOP, duty=Duty(7, "佐藤"))
    shop = as_told(Talkative(), on_duty)
    assert (len(shop.voices), shop.duty) == (VOICES_MAX, on_duty.duty)


def test_a_round_that_came_to_its_end_is_written_down() -> None:
    books = Ledger()
    assert apply_result(books, Synced(), SHOP) is SHOP
    assert books.told == ["synced"]


def test_what_head_office_says_of_itself_is_kept_and_its_keys_are_used() -> None:
    books, note, ring = Ledger(), OfficeNote(2, "OK", 2, ()), KeyRing(7, 2, {2: bytes(32)})
    assert apply_result(books, Welcomed(note, ring), SHOP) == replace(SHOP, ring=ring)
    assert books.told == [note]


def test_a_failure_changes_nothing() -> None:
    books = Ledger()
    assert apply_result(books, Failed("sync.unreachable"), SHOP) is SHOP
    assert books.told == []
