"""The bench in a real browser and over its control API: cards, keys, faults, power; only for hands on this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from simulators.bench.server import BenchServer
from simulators.bench.table import Table
from simulators.bench.tray import read_tray
from simulators.bench.web import BODY_MAX, create_app
from simulators.card_rewriter import find_fonts
from simulators.rig import Counter, Rig
from simulators.rig.rig import free_port
from simulators.shop import make_shop, write_shop

SHOTS = os.environ.get("ENISHI_SHOTS")  # a folder: keep pictures of the page
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Bench:
    counter: Counter
    url: str

    def post(self, order: str, **body: Any) -> requests.Response:
        return requests.post(f"{self.url}/api/counters/1/{order}", json=body, timeout=10)

    def state(self, language: str = "ja") -> dict[str, Any]:
        state: dict[str, Any] = requests.get(f"{self.url}/api/counters/1/state?lang={language}", timeout=10).json()
        return state


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder, fonts = tmp_path_factory.mktemp("bench"), find_fonts()
    with Rig.counter(folder, fonts=fonts) as counter:
        ring = Rig.ring(counter)
        write_shop(make_shop(1, TODAY, ring, members=30), folder)
        table = Table([counter], read_tray(folder / "tray.json", ring, fonts), ring, fonts)
        port = free_port()
        server = BenchServer(create_app(table), table, "127.0.0.1", port)
        server.start()
        counter.await_screen("Waiting")
        yield Bench(counter, f"http://127.0.0.1:{port}")
        server.stop()


@pytest.fixture
def quiet(page: Page, bench: Bench) -> Iterator[Page]:
    """A page that fails the test on any word in the console and any request that leaves the bench."""
    words: list[str] = []
    away: list[str] = []
    page.on("console", lambda message: words.append(message.text))
    page.on("request", lambda request: away.append(request.url))
    yield page
    assert not words
    assert not [address for address in away if not address.startswith((bench.url, "data:"))]


def _picture(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/bench-{name}.png", full_page=True)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [1280, 820])
def test_the_page_is_accessible_and_never_wider_than_the_window(
    quiet: Page, bench: Bench, language: str, width: int
) -> None:
    quiet.set_viewport_size({"width": width, "height": 900})
    quiet.goto(f"{bench.url}/counters/1?lang={language}")
    expect(quiet.locator("#power")).not_to_have_text("…")
    found = Axe().run(quiet, options=AXE_RULES)
    assert found.violations_count == 0, found.generate_report()
    assert quiet.locator("html").evaluate("page => page.scrollWidth") <= width
    assert quiet.locator("html").get_attribute("lang") == language


@pytest.mark.browser
@pytest.mark.parametrize(("language", "steps"), [("ja", "新しいカードを入れる"), ("en", "Put a new card in")])
def test_the_first_page_leads_through_step_by_step(quiet: Page, bench: Bench, language: str, steps: str) -> None:
    quiet.set_viewport_size({"width": 320, "height": 640})
    quiet.goto(f"{bench.url}/?lang={language}")
    expect(quiet.locator(".guide-steps")).to_contain_text(steps)
    found = Axe().run(quiet, options=AXE_RULES)
    assert found.violations_count == 0, found.generate_report()
    assert quiet.locator("html").evaluate("page => page.scrollWidth") <= 320
    assert quiet.locator("a.go").first.get_attribute("href") == f"/counters/1?lang={language}"


@pytest.mark.browser
def test_a_whole_visit_by_mouse_and_keyboard_is_seen_on_the_page(quiet: Page, bench: Bench) -> None:
    quiet.goto(f"{bench.url}/counters/1")
    quiet.locator("#tray button.new").first.click()
    expect(quiet.locator("#fields")).to_contain_text("1 - 0")
    expect(quiet.locator("#verdict")).to_have_text("正しい記録")
    bench.counter.await_screen("Keying")
    quiet.locator("#keypad button[data-key='7']").focus()
    for key in ("1", "2", "8", "0", "Enter"):
        quiet.keyboard.press(key)
    expect(quiet.locator("#phase")).to_have_text("カードを抜いてください", timeout=20_000)
    expect(quiet.locator("#fields")).to_contain_text("1 - 1")
    expect(quiet.locator("#vfd")).to_contain_text("12ﾃﾝ")
    expect(quiet.locator("#paper")).to_have_attribute("alt", re.compile("1,280円"))
    expect(quiet.locator("#log")).to_contain_text("32h WRITE_NOW")
    _picture(quiet, "visit")
    quiet.get_by_role("button", name="カードを抜く").click()
    expect(quiet.locator("#card")).to_be_hidden()
    bench.counter.await_screen("Waiting")


def test_what_cannot_be_done_is_refused_with_a_sentence(bench: Bench) -> None:
    refusals = (
        ("insert", {"card": "999"}, "no_such_card"),
        ("pull", {}, "nothing_to_pull"),
        ("key", {"key": "F13"}, "no_such_key"),
        ("power", {"action": "on"}, "power"),
        ("faults", {"fault": "fire", "on": True}, "no_such_fault"),
        ("office", {"on": False}, "no_office"),
    )
    for order, body, code in refusals:
        reply = bench.post(order, **body)
        assert (reply.status_code, reply.json()["code"]) == (409, code)
        assert reply.json()["message"].endswith("。")
    unknown = bench.post("explode")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_order")


NO_OBJECTS = (
    b"{", b"[]", b"5", b'"pull"', b"null", b"\xff", b"[" * 4_000, b'{"a":' * 800, b"9" * BODY_MAX, b'{"\\ud800":1}x',
)  # fmt: skip


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_an_order_that_is_no_json_object_is_refused_and_moves_nothing(bench: Bench, body: bytes) -> None:
    before = bench.state()["unit"]
    for order in ("insert", "pull", "key", "power", "faults"):
        reply = requests.post(
            f"{bench.url}/api/counters/1/{order}", data=body, headers={"Content-Type": "application/json"}, timeout=10
        )
        assert (reply.status_code, reply.json()["code"]) == (400, "not_json")
    assert bench.state()["unit"] == before


@pytest.mark.parametrize("value", [None, 1 << 70, -1, [], {}, "\ud800", "\0", "x" * 3_000, True, 1.5])
def test_an_order_with_a_detail_that_nobody_can_mean_is_refused(bench: Bench, value: object) -> None:
    before = bench.state()["unit"]
    for order, detail in (("insert", "card"), ("key", "key"), ("power", "action"), ("faults", "fault")):
        assert bench.post(order, **{detail: value}).status_code == 409
    assert bench.state()["unit"] == before


def test_an_order_beyond_the_limit_is_not_read(bench: Bench) -> None:
    assert bench.post("insert", card="x" * BODY_MAX).status_code == 413
    assert requests.post(f"{bench.url}/api/counters/{1 << 70}/pull", json={}, timeout=10).status_code == 404


def test_every_fault_can_be_switched_on_and_off_again(bench: Bench) -> None:
    names = [fault["id"] for fault in bench.state()["faults"]]
    for name in names:
        for wanted in (True, False):
            assert bench.post("faults", fault=name, on=wanted).ok
            assert {fault["id"]: fault["on"] for fault in bench.state()["faults"]}[name] is wanted
    bench.counter.await_screen("Waiting")


def test_power_off_stops_everything_and_power_on_brings_it_back(bench: Bench) -> None:
    assert bench.post("power", action="off").ok
    state = bench.state()
    assert not state["power"]["on"]
    assert state["unit"]["phase"] == "電源が入っていません"
    assert bench.post("key", key="1").json()["code"] == "key_refused"
    assert bench.post("power", action="on").ok
    bench.counter.await_screen("Waiting")
    assert bench.state()["power"]["on"]


def test_a_planned_cut_is_shown_and_can_be_taken_back(bench: Bench) -> None:
    assert bench.post("power", action="off_while_writing").ok
    assert bench.state()["power"]["armed"]
    assert bench.post("power", action="off_while_writing").ok
    assert not bench.state()["power"]["armed"]


def test_a_used_card_shows_the_face_of_its_last_visit(bench: Bench) -> None:
    member = next(card for card in bench.state()["tray"] if card["kind"] == "member")
    assert bench.post("insert", card=member["id"]).ok
    bench.counter.await_screen("Keying")
    unit = bench.state()["unit"]
    assert unit["name"] == member["name"]
    face = requests.get(f"{bench.url}{unit['face']}", timeout=10)
    assert face.headers["Content-Type"] == "image/png"
    assert bench.post("insert", card=member["id"]).json()["code"] == "card_elsewhere"
    bench.counter.press("cancel")
    bench.counter.wait_discharged()
    assert bench.post("pull").ok
    bench.counter.await_screen("Waiting")


def test_the_state_speaks_the_language_that_is_asked_for(bench: Bench) -> None:
    assert bench.state("ja")["power"]["word"] == "電源が入っています"
    assert set(bench.state("en")) == set(bench.state("ja"))


def test_strangers_are_turned_away(bench: Bench) -> None:
    order = f"{bench.url}/api/counters/1/pull"
    assert requests.get(bench.url, headers={"Host": "evil.example"}, timeout=10).status_code == 403
    assert requests.post(order, data={"a": 1}, timeout=10).status_code == 403
    assert requests.post(order, json={}, headers={"Sec-Fetch-Site": "cross-site"}, timeout=10).status_code == 403
    assert requests.get(f"{bench.url}/counters/9", timeout=10).status_code == 404


def test_pages_forbid_everything_from_elsewhere(bench: Bench) -> None:
    reply = requests.get(bench.url, timeout=10)
    assert "default-src 'self'" in reply.headers["Content-Security-Policy"]
    assert "style=" not in reply.text
    assert "onclick" not in reply.text


def test_the_stream_begins_with_the_present_state(bench: Bench) -> None:
    with requests.get(f"{bench.url}/api/counters/1/events", stream=True, timeout=10) as stream:
        lines = (line for line in stream.iter_lines(decode_unicode=True) if line.startswith("data: "))
        assert "電源が入っています" in next(lines)
