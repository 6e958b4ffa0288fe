"""The demo as a newcomer meets it: from its first page by its own links to kiosk, bench and head office, one visit."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PROJECT = Path(__file__).parents[2]
START_S = 90.0
STOP_S = 30.0
SPEED = "8"  # times the pace of the real card unit
PAGE_TIMEOUT_MS = 20_000
HERE = re.compile(r"^(http://127\.0\.0\.1:\d+/|data:)")

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def first_page(tmp_path: Path) -> Iterator[str]:
    """The address that a started demo tells its user to open."""
    argv = (sys.executable, "-m", "simulators.demo", "--lang", "ja", "--speed", SPEED, "--dir", str(tmp_path / "demo"))
    demo = subprocess.Popen(argv, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield _address(demo)
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=STOP_S)
    assert demo.returncode == 0


@pytest.fixture
def quiet(browser: Browser) -> Iterator[BrowserContext]:
    """Tabs that say nothing in their consoles, have no error and ask nobody outside this machine."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PAGE_TIMEOUT_MS)
    troubles: list[str] = []
    context.on("console", lambda message: troubles.append(f"{message.type}: {message.text}"))
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    context.on("request", lambda request: HERE.match(request.url) or troubles.append(request.url))
    yield context
    context.close()
    assert not troubles


def test_a_newcomer_finds_every_screen_and_plays_a_visit(first_page: str, quiet: BrowserContext) -> None:
    from playwright.sync_api import expect

    guide = quiet.new_page()
    guide.goto(first_page)
    assert guide.locator(".guide-steps > li").count() == 7
    console = _open(guide, "管理者を登録する（1回だけ）")
    for name, value in {"name": "本部 太郎", "login": "honbu", "password": "himawari no hana"}.items():
        console.locator(f"[name={name}]").fill(value)
    console.locator("[name=password_again]").fill("himawari no hana")
    console.get_by_role("button", name="登録してはじめる").click()
    expect(console.get_by_role("heading", name="ホーム")).to_be_visible()

    bench, kiosk = _open(guide, "駅前店の機器テスト台"), _open(guide, "駅前店の端末の画面")
    expect(kiosk.locator("[data-screen=waiting]")).to_be_visible()
    bench.locator("#tray button.new").first.click()
    expect(kiosk.locator("[data-screen=keying]")).to_contain_text("新しいカード")
    for key in ("1", "2"):
        kiosk.locator(f"[data-key='{key}']").click()
    expect(kiosk.locator("output").first).to_contain_text("12円")
    for key in ("8", "0"):
        bench.locator(f"#keypad [data-key='{key}']").click()
    expect(kiosk.locator("output").first).to_contain_text("1,280円")
    kiosk.locator("[data-key=enter]").click()

    expect(kiosk.locator("[data-screen=done]")).to_contain_text("カードをお返しください")
    expect(kiosk.locator(".balance")).to_contain_text("12点")
    expect(bench.locator("#face")).to_have_js_property("complete", True)
    assert bench.locator("#face").evaluate("face => face.naturalWidth") > 200
    expect(bench.locator("#paper")).to_have_attribute("alt", re.compile("1,280円"))
    bench.get_by_role("button", name="カードを抜く").click()
    expect(kiosk.locator("[data-screen=waiting]")).to_be_visible()
    expect(kiosk.locator("#foot")).to_contain_text("今日のご来店 1人")

    _reload_until(console, "1,280円")


def _open(guide: Page, name: str) -> Page:
    """A link of the first page, in its own tab."""
    with guide.context.expect_page() as opened:
        guide.get_by_role("link", name=name).first.click()
    return opened.value


def _reload_until(console: Page, text: str) -> None:
    """The visit reaches head office within the terminal's next round of sync."""
    deadline = time.monotonic() + PAGE_TIMEOUT_MS / 1000
    while text not in console.locator("main").inner_text():
        assert time.monotonic() < deadline, f"{text} is not at head office"
        console.reload()


def _address(demo: subprocess.Popen[str]) -> str:
    assert demo.stdout is not None
    said, deadline = "", time.monotonic() + START_S
    while time.monotonic() < deadline:
        line = demo.stdout.readline()
        said += line
        found = re.search(r"まず試すこと\s+(http://127\.0\.0\.1:\d+/\S*)", line)
        if found:
            return found[1]
        assert line, said
    raise AssertionError(said)
