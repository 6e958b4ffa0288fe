"""The synthetic shop agrees with itself: every card says what its visits add up to."""

import json
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.card.codec import Verdict, decode, track_hash
from shared.card.mac import KeyRing
from shared.clock import JST, business_day, local_time
from shared.points.program import Programme
from simulators.shop import BAKERY, NEW_CARDS, TENANT, Shop, main, make_shop, seed_document, tray_document
from simulators.trade import STORES, WEEKDAYS

PROJECT = Path(__file__).parents[3]
TODAY = date(2026, 11, 21)
RING = KeyRing(TENANT, 1, {1: bytes(range(32))})


@pytest.fixture(scope="module")
def shop() -> Shop:
    return make_shop(1, TODAY, RING, members=40)


@pytest.fixture(scope="module")
def seed(shop: Shop) -> dict[str, Any]:
    return seed_document(shop)


def test_the_same_seed_gives_the_same_shop_to_the_last_character(shop: Shop, seed: dict[str, Any]) -> None:
    again = make_shop(1, TODAY, RING, members=40)
    assert seed_document(again) == seed
    assert tray_document(again) == tray_document(shop)
    assert seed_document(make_shop(2, TODAY, RING, members=40)) != seed


def test_the_balance_on_every_card_is_the_sum_of_its_visits(shop: Shop, seed: dict[str, Any]) -> None:
    for customer in shop.customers:
        visits = [visit for visit in seed["visits"] if visit["card"] == customer.image.card]
        by_month: Counter[int] = Counter()
        for visit in visits:
            assert sum(change for _, change in visit["lots"]) == visit["earn"] - visit["redeem"]
            for month, change in visit["lots"]:
                by_month[month] += change
        assert customer.image.seq == len(visits)
        on_card = {lot.month: lot.points for lot in customer.image.lots if lot.points}
        assert on_card == {month: points for month, points in by_month.items() if points}


def test_every_track_is_signed_and_its_hash_stands_in_the_seed(shop: Shop, seed: dict[str, Any]) -> None:
    hashes = {card["card"]: card["hash"] for card in seed["cards"]}
    for customer in shop.customers:
        decoded = decode(customer.track, RING)
        assert decoded.verdict is Verdict.OK
        assert decoded.image == customer.image
        assert hashes[customer.image.card] == track_hash(customer.track).hex()


def test_nobody_came_on_a_closed_day_by_night_today_or_twice_at_once(seed: dict[str, Any]) -> None:
    moments = Counter((visit["card"], visit["at_ms"]) for visit in seed["visits"])
    assert max(moments.values()) == 1
    for visit in seed["visits"]:
        moment = local_time(visit["at_ms"])
        assert moment.tzinfo is JST
        assert WEEKDAYS[moment.weekday()] > 0
        assert 7 <= moment.hour < 19
        assert business_day(visit["at_ms"], 300) < TODAY


def test_the_weekend_is_busier_than_monday_and_both_stores_are_visited(seed: dict[str, Any]) -> None:
    by_weekday = Counter(local_time(visit["at_ms"]).weekday() for visit in seed["visits"])
    assert by_weekday[5] > by_weekday[0]
    by_store = Counter(visit["store"] for visit in seed["visits"])
    assert set(by_store) == {store.code for store in STORES}
    assert any(visit["redeem"] for visit in seed["visits"])


def test_the_tray_holds_members_new_cards_a_foreign_card_and_a_blank_one(shop: Shop) -> None:
    kinds = Counter(card["kind"] for card in tray_document(shop)["cards"])
    assert kinds == {"member": 6, "new": NEW_CARDS, "foreign": 1, "blank": 1}
    for card in shop.tray:
        verdict = decode(card.track, RING).verdict
        assert verdict is (Verdict.OK if card.kind in ("member", "new") else Verdict.FOREIGN)


def test_the_command_writes_both_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "card.key"
    key.write_text(bytes(range(32)).hex(), "ascii")
    arguments = ["--out", str(tmp_path), "--today", "2026-11-21", "--key-file", str(key), "--members", "12"]
    assert main(arguments) == 0
    assert "12 members" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "seed.json").read_text("utf-8"))["members"]) == 12
    assert len(json.loads((tmp_path / "tray.json").read_text("utf-8"))["cards"]) == 8 + NEW_CARDS


def test_the_bakery_prices_by_the_rules_of_head_offices_template() -> None:
    (path,) = (PROJECT / "server/programs").rglob("bakery.toml")
    template = tomllib.loads(path.read_text("utf-8"))
    del template["about"]  # whom it is for, and why
    assert msgspec.convert(template, Programme) == BAKERY
