"""The bench in a real browser and over its control API: cards, keys, faults, power; only for hands on this machine."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, Route, expect

from simulators.bench.server import BenchServer
from simulators.bench.table import Table
from simulators.bench.tray import read_tray
from simulators.bench.web import BODY_MAX, create_app
from simulators.caller_id import ModemSimulator
from simulators.card_rewriter import find_fonts
from simulators.rig import Counter, Rig
from simulators.rig.rig import free_port
from simulators.shop import make_shop, write_shop
from tests.web.axe import violations

SHOTS = os.environ.get("ENISHI_SHOTS")  # a folder: keep pictures of the page
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
    assert not violations(quiet)
    assert quiet.locator("html").evaluate("page => page.scrollWidth") <= width
    assert quiet.locator("html").get_attribute("lang") == language


@pytest.mark.browser
@pytest.mark.parametrize(("language", "steps"), [("ja", "新しいカードを入れる"), ("en", "Put a new card in")])
def test_the_first_page_leads_through_step_by_step(quiet: Page, bench: Bench, language: str, steps: str) -> None:
    quiet.set_viewport_size({"width": 320, "height": 640})
    quiet.goto(f"{bench.url}/?lang={language}")
    expect(quiet.locator(".guide-steps")).to_contain_text(steps)
    assert not violations(quiet)
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
    expect(quiet.locator("#glass")).to_contain_text("12")
    expect(quiet.locator("#paper")).to_have_attribute("alt", re.compile("1,280円"))
    expect(quiet.locator("#log")).to_contain_text("32h WRITE_NOW")
    _picture(quiet, "visit")
    quiet.get_by_role("button", name="カードを抜く").click()
    expect(quiet.locator("#card")).to_be_hidden()
    bench.counter.await_screen("Waiting")


@pytest.mark.browser
def test_a_key_never_overtakes_the_one_before(quiet: Page, bench: Bench) -> None:
    slow: list[Route] = []
    quiet.goto(f"{bench.url}/counters/1")
    quiet.locator("#tray button.new").first.click()
    bench.counter.await_screen("Keying")
    quiet.route("**/key?*", lambda route: route.continue_() if slow else slow.append(route))
    quiet.locator("#keypad button[data-key='7']").focus()
    for key in ("1", "2", "8", "0"):
        quiet.keyboard.press(key)
    quiet.evaluate("address => fetch(address).then((reply) => reply.text())", f"{bench.url}/")  # time to overtake
    slow[0].continue_()
    expect(quiet.locator("#vfd")).to_contain_text("1,280")
    bench.counter.press("cancel", "cancel")
    bench.counter.await_screen("TakeCard")
    quiet.get_by_role("button", name="カードを抜く").click()
    bench.counter.await_screen("Waiting")


def test_what_cannot_be_done_is_refused_with_a_sentence(bench: Bench) -> None:
    refusals: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("insert", {"card": "999"}, "no_such_card"),
        ("pull", {}, "nothing_to_pull"),
        ("key", {"key": "F13"}, "no_such_key"),
        ("power", {"action": "on"}, "power"),
        ("faults", {"fault": "fire", "on": True}, "no_such_fault"),
        ("card", {"card": "1", "do": "eat"}, "no_such_deed"),
        ("card", {"card": "999", "do": "wear"}, "no_such_card"),
        ("cap", {"cap": "F13"}, "no_such_key"),
        ("cap", {"cap": "7"}, "not_here"),
        ("scan", {"code": "日本"}, "no_such_label"),
        ("scan", {"code": "x" * 101}, "no_such_label"),
        ("call", {"number": "tel:110"}, "no_such_number"),
        ("call", {"number": "0312345678", "rings": 0}, "no_such_rings"),
        ("hang_up", {}, "no_call"),
        ("speed", {"speed": 0}, "no_such_speed"),
        ("play", {"play": "no-such"}, "no_such_scenario"),
        ("play", {"steps": "fly"}, "bad_steps"),
        ("play", {"play": "two-stores"}, "lacks"),
        ("office", {"on": False}, "no_office"),
    )
    for order, body, code in refusals:
        reply = bench.post(order, **body)
        assert (reply.status_code, reply.json()["code"]) == (409, code)
        assert "。" in reply.json()["message"]
    unknown = bench.post("explode")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_order")


NO_OBJECTS = (
    b"{", b"[]", b"5", b'"pull"', b"null", b"\xff", b"[" * 4_000, b'{"a":' * 800, b"9" * BODY_MAX, b'{"\\ud800":1}x',
)  # fmt: skip


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_an_order_that_is_no_json_object_is_refused_and_moves_nothing(bench: Bench, body: bytes) -> None:
    before = bench.state()["unit"]
    for order in ("insert", "pull", "card", "key", "cap", "scan", "call", "power", "faults", "speed", "play"):
        reply = requests.post(
            f"{bench.url}/api/counters/1/{order}", data=body, headers={"Content-Type": "application/json"}, timeout=10
        )
        assert (reply.status_code, reply.json()["code"]) == (400, "not_json")
    assert bench.state()["unit"] == before


@pytest.mark.parametrize("value", [None, 1 << 70, -1, [], {}, "\ud800", "\0", "x" * 3_000, True, 1.5])
def test_an_order_with_a_detail_that_nobody_can_mean_is_refused(bench: Bench, value: object) -> None:
    before = bench.state()["unit"]
    details = (
        ("insert", "card"), ("card", "do"), ("key", "key"), ("cap", "cap"), ("power", "action"), ("faults", "fault"),
        ("call", "number"), ("play", "play"), ("play", "steps"), ("play", "queue"),
    )  # fmt: skip
    for order, detail in details:
        assert bench.post(order, **{detail: value}).status_code == 409
    assert bench.state()["unit"] == before


def test_an_order_beyond_the_limit_is_not_read(bench: Bench) -> None:
    assert bench.post("insert", card="x" * BODY_MAX).status_code == 413
    assert requests.post(f"{bench.url}/api/counters/{1 << 70}/pull", json={}, timeout=10).status_code == 404


def test_every_fault_can_be_switched_on_and_off_again(bench: Bench) -> None:
    names = [fault["id"] for fault in bench.state()["faults"]]
    assert len({name.partition(".")[0] for name in names}) == 2 + len(bench.counter.ports)
    for name in names:
        for wanted in (True, False):
            assert bench.post("faults", fault=name, on=wanted).ok, name
            assert {fault["id"]: fault["on"] for fault in bench.state()["faults"]}[name] is wanted, name
    bench.counter.await_screen("Waiting")


def test_a_scanned_label_goes_down_the_cable_and_is_decoded(bench: Bench) -> None:
    beeps = bench.state()["scanner"]["beeps"]
    assert bench.post("scan", code="4901234567894").ok
    assert bench.post("scan", code="4901234567894", torn=True).ok
    bench.counter.wait_until(lambda: len(bench.counter.ports["scanner"].diary.entries) > 0, 5.0, "the scanner's words")
    state = bench.state()
    assert state["scanner"]["beeps"] == beeps + 2
    assert "code 4901234567894" in [entry["meaning"] for entry in state["log"] if entry["role"] == "scanner"][-1]


def test_a_call_rings_until_the_caller_gives_up(bench: Bench) -> None:
    counter, modem = bench.counter, bench.counter.device(ModemSimulator)
    counter.wait_until(lambda: modem.shows_callers, 10.0, "a modem that shows who calls")
    assert bench.post("call", number="0312345678").ok
    assert bench.state()["telephone"]["rings"]
    said = counter.ports["caller_id"].diary.entries
    counter.wait_until(lambda: any(b"0312345678" in one.data for one in said), 5.0, "the number on the cable")
    assert bench.post("hang_up").ok
    assert not bench.state()["telephone"]["rings"]
    assert bench.post("call", withheld="private", rings=1).ok
    assert bench.post("hang_up").ok


def test_cards_are_copied_worn_and_added_on_the_table(bench: Bench) -> None:
    before = bench.state()["tray"]
    card = next(card for card in before if card["kind"] == "member" and card["free"])
    assert bench.post("card", card=card["id"], do="copy").ok
    assert bench.post("card", do="new").ok
    copied, added = bench.state()["tray"][len(before) :]
    assert (copied["kind"], copied["name"], added["kind"]) == ("copy", card["name"], "new")
    assert bench.post("card", card=copied["id"], do="wear").ok
    assert bench.state()["tray"][len(before)]["harm"] == "すり減っている"


def test_the_mechanics_change_their_speed_in_the_middle(bench: Bench) -> None:
    speed = bench.state()["speed"]
    assert bench.post("speed", speed=3).ok
    assert bench.state()["speed"] == 3
    assert bench.post("speed", speed=speed).ok


def _await_play(bench: Bench, state: str) -> dict[str, Any]:
    """The end of the play, as a page is told of it."""
    with requests.get(f"{bench.url}/api/counters/1/events", stream=True, timeout=60) as stream:
        lines = (line for line in stream.iter_lines(decode_unicode=True) if line.startswith("data: "))
        plays = (json.loads(line.removeprefix("data: "))["play"] for line in lines)
        play: dict[str, Any] = next(play for play in plays if not play["on"])
    assert play["state"] == state, play
    return play


def test_a_scenario_is_laid_out_played_and_watched(bench: Bench) -> None:
    bill = requests.get(f"{bench.url}/api/counters/1/bill?play=earn-by-amount", timeout=10).json()
    assert bill["lacks"] == ""
    assert len(bill["steps"]) == len(bill["source"].split(";"))
    assert bench.post("play", play="earn-by-amount").ok
    assert bench.post("play", play="earn-by-amount").json()["code"] == "busy"
    assert _await_play(bench, "done")["step"] == len(bill["steps"])


def test_a_play_that_comes_out_otherwise_says_where_and_can_be_stopped(bench: Bench) -> None:
    assert bench.post("play", steps="wait 0;stripe torn member;pull").ok
    play = _await_play(bench, "failed")
    assert (play["step"], play["why"]) == (1, "stripe ok")
    assert bench.post("play", steps="wait 60").ok
    assert bench.post("stop").ok
    assert bench.state()["play"]["state"] == "stopped"


@pytest.mark.browser
def test_a_link_lays_a_scenario_out_and_a_press_plays_it(quiet: Page, bench: Bench) -> None:
    quiet.goto(f"{bench.url}/counters/1?play=new-card")
    expect(quiet.locator("#play")).to_be_focused()
    expect(quiet.locator("#steps li")).not_to_have_count(0)
    assert not bench.counter.card_rewriter.card
    quiet.keyboard.press("Enter")
    expect(quiet.locator("#play-state")).to_have_text("すべて台本どおりでした", timeout=60_000)
    assert quiet.locator("#steps li.past").count() == quiet.locator("#steps li").count()
    assert not violations(quiet)
    _picture(quiet, "play")


@pytest.mark.browser
def test_counters_stand_side_by_side(quiet: Page, bench: Bench) -> None:
    quiet.set_viewport_size({"width": 1920, "height": 1080})
    quiet.goto(f"{bench.url}/counters")
    expect(quiet.frame_locator("iframe").first.locator("#power")).to_have_text("電源が入っています")
    assert not violations(quiet)


@pytest.mark.browser
def test_what_hands_do_is_written_down_as_steps_for_a_link(quiet: Page, bench: Bench) -> None:
    quiet.goto(f"{bench.url}/counters/1")
    expect(quiet.locator("#power")).not_to_have_text("…")
    quiet.locator("#scenario").select_option("*own")
    quiet.get_by_role("button", name="操作を書き取る").click()
    quiet.locator("#tray button.new:not([disabled])").last.click()
    bench.counter.await_screen("Keying")
    quiet.locator("#keypad button[data-key='cancel']").click()
    bench.counter.wait_discharged()
    quiet.get_by_role("button", name="カードを抜く").click()
    expect(quiet.locator("#own")).to_have_value(re.compile("insert new\nkeys cancel\npull\n"))
    expect(quiet).to_have_url(re.compile("steps=insert\\+new"))
    assert not violations(quiet)
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
