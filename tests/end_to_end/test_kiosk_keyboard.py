"""The counter's page in a real browser, driven by its keyboard alone: no flow of the shop wants a finger or a mouse.

The page is that of a running terminal with its simulated devices and head office; only cards and labels are moved by
hand. axe judges every kind of screen that a flow comes by, in both languages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING

import pytest

from simulators.bench.tray import TrayCard
from simulators.demo.places import Places, choose_ports
from simulators.demo.running import Running
from simulators.demo.set_up import set_up
from simulators.goods import GOODS
from simulators.scanner import Label
from tests.web.axe import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPEED = 10.0  # times the pace of the real card unit
PATIENCE_MS = 20_000
KEYS = {"enter": "Enter", "cancel": "F2", "use": "F4", "menu": "F9", "clear": "Escape", "back": "Backspace"}
PHONE = "07000001234"  # a block that is not assigned
KANA = "ノハラ ツムギ"


@pytest.fixture(scope="module", params=["ja", "en"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with ExitStack() as claims:
        ports, _ = choose_ports(claims)
        places = Places(tmp_path_factory.mktemp("keyboard") / "demo")
        prepared = set_up(places, ports, date.today(), request.param)
        yield claims.enter_context(Running(prepared, SPEED, request.param))


class Clerk:
    """Somebody with a keyboard under the screen."""

    def __init__(self, page: Page, running: Running) -> None:
        self.page, self.counter, self.table = page, running.counters[0], running.table
        self.judged: set[str] = set()
        self.typed = 0

    def sees(self, screen: str, *texts: str) -> Clerk:
        """This kind of screen, with these words on the page; it is judged by axe when it is met first."""
        from playwright.sync_api import expect

        shown = self.page.locator(f"[data-screen={screen}]")
        expect(shown).to_be_visible(timeout=PATIENCE_MS)
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text, timeout=PATIENCE_MS)
        if screen not in self.judged:
            self.judged.add(screen)
            assert not violations(self.page), screen
        return self

    def keys(self, words: str) -> Clerk:
        """``1980 enter``: digits one by one, other keys by name."""
        for word in words.split():
            for key in list(word) if word.isdigit() else [KEYS[word]]:
                self.page.keyboard.press(key)
                self.typed += 1
        return self

    def writes(self, text: str) -> Clerk:
        """Letters, as an input method leaves them in the field that has the focus."""
        self.page.keyboard.insert_text(text)
        return self

    def new_card(self) -> TrayCard:
        return self.table.add_new("keyboard")

    def inserts(self, card: TrayCard) -> Clerk:
        self.sees("waiting")
        assert self.counter.insert(card.plastic)
        return self.sees("keying")

    def scans(self, *codes: str) -> Clerk:
        for code in codes:
            self.counter.scan(Label(code))
        return self

    def gives_back(self) -> Clerk:
        self.counter.wait_discharged()
        self.counter.pull()
        return self

    def earns(self, card: TrayCard, yen: str) -> Clerk:
        self.inserts(card).keys(f"{yen} enter").sees("done")
        return self.gives_back().sees("waiting")


@pytest.fixture
def clerk(browser: Browser, running: Running) -> Iterator[Clerk]:
    """At 800 x 480. The mouse is never touched, and the page complains of nothing."""
    context = browser.new_context(viewport={"width": 800, "height": 480})
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(running.counters[0].plan.kiosk_url)
    yield Clerk(page, running).sees("waiting")
    context.close()
    assert not faults


def test_earn_by_amount_with_a_correction(clerk: Clerk) -> None:
    card = clerk.new_card()
    clerk.inserts(card).keys("39 back 000").sees("keying", "3,000").keys("clear 3000 enter")
    clerk.sees("done", "30").gives_back().sees("waiting")


def test_an_amount_before_the_card_and_a_visit_without_a_purchase(clerk: Clerk) -> None:
    card = clerk.new_card()
    clerk.keys("1200").sees("waiting", "1,200")
    clerk.counter.insert(card.plastic)
    clerk.sees("keying", "1,200").keys("enter").sees("done", "12").gives_back()
    clerk.inserts(card).keys("enter").sees("keying").keys("enter").sees("done", "12").gives_back().sees("waiting")


def test_ten_labels_and_one_key(clerk: Clerk) -> None:
    codes = [one.code for one in GOODS[:10]]
    clerk.scans(*codes).sees("waiting", "10")
    clerk.counter.insert(clerk.new_card().plastic)
    total = sum(one.unit_yen for one in GOODS[:10])
    clerk.sees("keying", f"{total:,}").keys("enter").sees("done", f"{total:,}").gives_back().sees("waiting")


def test_a_line_is_corrected_and_sold_without_a_card(clerk: Clerk) -> None:
    clerk.scans(GOODS[0].code, GOODS[1].code).sees("waiting", "640")
    clerk.keys("use").sees("choosing").keys("1").sees("choosing").keys("cancel").sees("waiting", "640")
    clerk.keys("enter").sees("confirming", "640").keys("enter").sees("waiting")


def test_a_label_that_is_torn_is_told(clerk: Clerk) -> None:
    from playwright.sync_api import expect

    clerk.counter.scan(Label(GOODS[0].code), torn=True)
    expect(clerk.page.locator("main .memo")).to_be_visible(timeout=PATIENCE_MS)
    clerk.keys("clear").sees("waiting")


def test_points_are_used_all_and_some(clerk: Clerk) -> None:
    card = clerk.new_card()
    clerk.earns(card, "50000").inserts(card).keys("3000 use 200").sees("keying", "2,800").keys("clear")
    clerk.keys("use use enter").sees("done").gives_back().sees("waiting")


def test_enrol_then_forgotten_without_a_finger(clerk: Clerk) -> None:
    card = clerk.new_card()
    clerk.inserts(card).keys("menu").sees("menu").keys("1").sees("asking").keys(f"{PHONE} enter")
    clerk.sees("asking").page.locator("#typed").wait_for()
    clerk.writes(KANA).keys("enter").sees("confirming", "070-0000-1234", KANA).keys("enter").sees("keying")
    clerk.keys("800 enter").sees("done").gives_back().sees("waiting")
    clerk.keys("menu").sees("menu").keys("1").sees("asking").keys("1234 enter").sees("choosing", KANA).keys("1")
    clerk.sees("off_card_keying").keys("500 enter").sees("off_card_done", "5").keys("enter").sees("waiting")


def test_a_part_of_a_sale_is_refunded(clerk: Clerk) -> None:
    card = clerk.new_card()
    clerk.earns(card, "3000").inserts(card).keys("menu").sees("menu").keys("2").sees("choosing", "3,000").keys("1")
    clerk.sees("asking").keys("1000 enter").sees("confirming", "10").keys("enter").sees("done", "20")
    clerk.gives_back().sees("waiting")


def test_a_voice_in_three_keys(clerk: Clerk) -> None:
    before = clerk.typed
    clerk.keys("menu 3 2").sees("waiting")
    assert clerk.typed - before == 3
    clerk.page.locator("main .memo").wait_for()


def test_the_day_is_looked_at_and_closed(clerk: Clerk) -> None:
    clerk.keys("menu 5").sees("menu").keys("1").sees("told").keys("enter").sees("waiting")
    clerk.keys("menu 5 4").sees("confirming").keys("enter").sees("waiting")


def test_practice_begins_and_ends(clerk: Clerk) -> None:
    card = clerk.new_card()
    clerk.keys("menu 5 5").sees("confirming").keys("enter").sees("waiting").page.locator(".training").wait_for()
    clerk.inserts(card).keys("900 enter").sees("done").gives_back().sees("waiting")
    clerk.keys("menu 5 1").sees("told").page.locator(".notice").wait_for()
    clerk.keys("enter menu 5 5").sees("confirming").keys("enter").sees("waiting")
    clerk.page.locator(".training").wait_for(state="detached")


def test_a_reload_in_mid_visit_changes_nothing(clerk: Clerk) -> None:
    clerk.inserts(clerk.new_card()).keys("98").sees("keying", "98")
    clerk.page.reload()
    clerk.sees("keying", "98").keys("0 enter").sees("done", "980").gives_back().sees("waiting")
