"""The bench with another card unit: a swipe unit, a reader of chip cards, each with its own page, hands and words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from simulators.bench.server import BenchServer
from simulators.bench.table import Table
from simulators.bench.web import create_app
from simulators.card_rewriter import find_fonts
from simulators.rig import Counter, Rig
from simulators.rig.rig import free_port
from tests.contract.pcsc_bench import require_pcsc
from tests.web.axe import violations

SHOTS = os.environ.get("ENISHI_SHOTS")  # a folder: keep pictures of the page
PATIENCE_MS = 20_000


@dataclass(frozen=True)
class Bench:
    counter: Counter
    url: str

    def post(self, order: str, **body: Any) -> requests.Response:
        return requests.post(f"{self.url}/api/counters/1/{order}", json=body, timeout=30)

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = requests.get(f"{self.url}/api/counters/1/state", timeout=10).json()
        return state

    def meanings(self) -> str:
        return " ".join(entry["meaning"] for entry in self.state()["log"] if entry["role"] == "card_rewriter")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder, fonts = tmp_path_factory.mktemp("bench"), find_fonts()
    with Rig.counter(folder, fonts=fonts) as counter:
        table = Table([counter], (), Rig.ring(counter), fonts)
        for chip in ("", "lite_s", "ntag213"):
            table.add_new({"": "new", "lite_s": "chip", "ntag213": "nfc"}[chip], chip=chip)
        port = free_port()
        server = BenchServer(create_app(table), table, "127.0.0.1", port)
        server.start()
        counter.await_screen("Waiting")
        yield Bench(counter, f"http://127.0.0.1:{port}")
        server.stop()


def _card(bench: Bench, kind: str) -> str:
    return next(str(card["id"]) for card in bench.state()["tray"] if card["kind"] == kind)


def _looked_at(page: Page, name: str) -> None:
    assert not violations(page)
    assert page.locator("html").evaluate("page => page.scrollWidth") <= 1280
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/bench-{name}.png", full_page=True)


@pytest.mark.browser
def test_a_card_is_swiped_read_and_given_up_on_the_swipe_unit(page: Page, bench: Bench) -> None:
    page.goto(f"{bench.url}/counters/1")
    page.locator("#unit").select_option("magnetic")
    expect(page.locator("#unit-title")).to_contain_text("手で通す磁気カード機", timeout=PATIENCE_MS)
    expect(page.locator("#phase")).to_have_text("カードを通してください（読取り）", timeout=PATIENCE_MS)
    page.locator("#tray button.new").click()
    assert bench.counter.await_screen("Keying")
    assert "raw tracks, OK" in bench.meanings()
    assert bench.post("insert", card=_card(bench, "new")).json()["code"] == "not_awaited"
    assert bench.post("power", action="off_while_writing").json()["code"] == "not_here"
    bench.counter.press("cancel")
    _looked_at(page, "swipe")


@pytest.mark.browser
def test_a_chip_card_is_laid_on_the_reader_and_taken_away(page: Page, bench: Bench) -> None:
    require_pcsc()
    page.goto(f"{bench.url}/counters/1")
    page.locator("#unit").select_option("ic_card")
    expect(page.locator("#phase")).to_have_text("カードを置いてください", timeout=PATIENCE_MS)
    bench.counter.await_screen("Waiting")
    assert bench.post("insert", card=_card(bench, "new")).json()["code"] == "no_chip"
    page.locator("#tray button.chip").click()
    bench.counter.await_screen("Keying")
    expect(page.locator("#verdict")).to_have_text("正しい記録")
    expect(page.locator("#fields")).to_contain_text("チップの番号")
    assert "READ ID MAC_A" in bench.meanings()
    assert bench.post("unit", model="tcp300").json()["code"] == "card_inside"
    _looked_at(page, "reader")
    bench.counter.press("cancel")
    page.locator("#pull").click()
    expect(page.locator("#card")).to_be_hidden()


def test_chip_cards_are_added_copied_and_worn_on_the_table(bench: Bench) -> None:
    before = len(bench.state()["tray"])
    assert bench.post("card", do="new", chip="ntag213").ok
    assert bench.post("card", do="new", chip="gold").ok
    assert bench.post("card", do="copy", card=_card(bench, "nfc")).ok
    tag, stripe, twin = bench.state()["tray"][before:]
    assert (tag["kind"], stripe["kind"], twin["kind"]) == ("nfc", "new", "copy")
    assert bench.post("card", do="wear", card=twin["id"]).ok
    assert bench.state()["tray"][before + 2]["harm"] == "すり減っている"


def test_the_printing_unit_comes_back_under_the_same_name(bench: Bench) -> None:
    assert bench.post("unit", model="fax").json()["code"] == "no_such_unit"
    assert bench.post("unit", model="tcp300").ok
    bench.counter.await_screen("Waiting")
    assert bench.state()["unit"]["model"] == "tcp300"
    assert bench.post("key", key="menu").ok  # no key of its own: the one that stands in for it
    bench.counter.await_screen("Menu")
    bench.counter.press("cancel")
    bench.counter.await_screen("Waiting")
