"""Two long plays across the whole product: the console in a browser, a counter with its devices, the wire between.

A member is found by a segment, and the notice to it comes out of the card printer, with the proof back at head office.
A rule is changed, tried and begun, and the next visit earns by it; everybody reads the same sentence of why.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from shared.card.codec import decode
from shared.ids import format_card_no
from simulators.bench.pictures import card_face
from simulators.bench.tray import TrayCard
from simulators.demo.books import TerminalBooks
from simulators.demo.clerk import Clerk
from simulators.demo.face_check import shows
from simulators.demo.places import Places, choose_ports
from simulators.demo.running import Running
from simulators.demo.set_up import head_office_url, set_up
from simulators.rig.counter import Counter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPEED = 10.0  # times the pace of the real card unit
PATIENCE_MS = 20_000
LOGIN, PASSWORD = "honbu", "himawari no hana"
NAME = "野原 つむぎ"
NOTICE = "くるみパンが焼けました"
GIFT = 77  # points that the new rule adds; no other rule gives such a number
YEN, BIG_YEN = 1_280, 4_000  # below and above what the new rule asks for
BIG_EARNED = 40 + GIFT  # 100 yen are a point
SENTENCE = f"4,000円 ÷ 100円 × 1点 ＋ {GIFT}点（焼きたての日） = {BIG_EARNED}点"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with ExitStack() as claims:
        ports, _ = choose_ports(claims)
        places = Places(tmp_path_factory.mktemp("plays") / "demo")
        prepared = set_up(places, ports, date.today(), "ja")
        yield claims.enter_context(Running(prepared, SPEED, "ja"))


@pytest.fixture(scope="module")
def console(browser: Browser, running: Running) -> Iterator[Page]:
    """Head office, with its administrator signed in; its pages complain of nothing."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(running.prepared.admin_link)
    for name, value in {"name": "本部 花子", "login": LOGIN, "password": PASSWORD, "password_again": PASSWORD}.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="登録してはじめる").click()
    expect(page.locator("header nav")).to_be_visible()
    yield page
    context.close()
    assert not faults


@pytest.fixture(scope="module")
def card(console: Page, running: Running) -> TrayCard:
    """A new card, and its holder registered at the console."""
    found = next(one for one in running.table.cards if one.kind == "new")
    assert found.number is not None
    go(console, running, "/members/new")
    family, given = NAME.split()
    kana = ("ノハラ", "ツムギ")
    typed = (("family_name", family), ("given_name", given), ("family_kana", kana[0]), ("given_kana", kana[1]))
    for name, value in (*typed, ("phone", "070-0000-1234"), ("card", format_card_no(found.number))):
        console.fill(f"#{name}", value)
    console.locator("main .button.primary").click()
    expect(console.locator("h1")).to_contain_text(NAME)
    until(lambda: books(running).knows_member(found.number) == NAME, "the name at the counter")
    return found


def go(page: Page, running: Running, path: str) -> None:
    page.goto(head_office_url(running.prepared.ports) + path)


def station(running: Running) -> Counter:
    return running.counters[0]


def books(running: Running) -> TerminalBooks:
    plan = station(running).plan
    return TerminalBooks(plan.data_dir / "journal.db", plan.journal_key_file)


def until(is_so: Callable[[], bool], what: str) -> None:
    """What travels between two programs takes a round of sync or two."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def reload_until(page: Page, text: str) -> None:
    def is_there() -> bool:
        page.reload()
        return text in page.locator("main").inner_text()

    until(is_there, f"{text} is not on {page.url}")


def test_a_notice_to_a_segment_comes_out_on_the_card_and_is_proved(
    console: Page, running: Running, card: TrayCard
) -> None:
    assert card.number is not None
    go(console, running, "/segments/new")
    console.fill("#name", "くるみの好きな方")
    console.select_option("#g0r0-field", "name")
    console.fill("#g0r0-text", NAME.split()[0])
    expect(console.locator("#preview")).to_contain_text(f"{NAME} 様")
    expect(console.locator("#preview .big")).to_have_text("1人")
    console.get_by_role("button", name="この対象者リストを保存する").click()
    console.get_by_role("link", name="この方々にお知らせを書く").click()
    console.fill("#name", "くるみ")
    console.fill("#text", NOTICE)
    console.fill("#holdout", "0")
    expect(console.locator("#preview .face")).to_contain_text(NOTICE)
    console.get_by_role("button", name="確かめる").click()
    expect(console.locator("main .big")).to_have_text("1人")
    console.get_by_role("button", name="このお知らせを始める").click()
    expect(console.locator("h1")).to_have_text("くるみ")
    until(lambda: books(running).due_message(card.number) == NOTICE, "the notice at the counter")

    Clerk(station(running)).serve(card.plastic, YEN)
    face, fonts = card_face(card.plastic), running.table.fonts
    assert shows(face, NOTICE, fonts)
    reload_until(console, "1人 のカードに印字しました（1人に書いたうち）")
    console.get_by_role("link", name="印字済み の一覧（1人）").click()
    expect(console.locator("#listing tbody tr")).to_contain_text(NAME)


def test_a_changed_rule_is_tried_begun_and_earns_at_the_next_visit(
    console: Page, running: Running, card: TrayCard
) -> None:
    go(console, running, "/rulebook/drafts")
    console.get_by_role("button", name="今のルールから作る").click()
    console.get_by_role("link", name="会員への案内").click()
    for name, value in (("contact", "03-1234-5678"), ("expiry_words", "12か月"), ("use_words", "100点から")):
        console.fill(f"[id='terms.{name}']", value)
    console.get_by_role("button", name="保存する").click()
    console.get_by_role("button", name="特典を足す").click()
    console.fill("#name", "焼きたての日")
    console.fill("[id='benefits.points']", str(GIFT))
    console.check("[name='conditions.spend.on']")
    console.locator("[id='conditions.spend'] summary").click()
    console.fill("[id='conditions.spend.from_yen']", "3000")
    console.get_by_role("button", name="保存する").click()
    expect(console.locator("main")).to_contain_text(f"{GIFT}点を足す")
    console.get_by_role("button", name="試算する").click()
    reload_until(console, "1年の費用の増減")
    visits = re.search(r"来店 ([\d,]+) 回", console.locator("main").inner_text())
    assert visits is not None
    assert int(visits[1].replace(",", "")) > 1_000  # the shop's whole year
    console.get_by_role("button", name="このルールではじめる").click()
    expect(console.locator("h1")).to_have_text("ルールの履歴")
    ours = console.locator("section", has_text="今のルール")
    expect(ours).to_contain_text("焼きたての日")
    version = int((ours.get_attribute("aria-labelledby") or "").removeprefix("version-"))
    until(lambda: books(running).rules() == version, "the rules at the counter")

    counter, clerk = station(running), Clerk(station(running))
    before = points_of(running, card)
    clerk.key_in(card.plastic, BIG_YEN)
    until(lambda: SENTENCE in counter.kiosk_page(), "the sentence on the screen")
    counter.press("enter")
    clerk.hand_back()
    assert points_of(running, card) - before == BIG_EARNED
    assert SENTENCE.replace(" ", "") in receipt(counter)
    go(console, running, f"/cards/{card.number}")
    console.get_by_role("link", name=NAME).first.click()
    reload_until(console, SENTENCE)
    why = console.locator("section", has=console.locator("#why-title"))
    expect(why.locator("li", has_text=SENTENCE)).to_have_count(1)
    expect(why).not_to_contain_text("差があります")


def points_of(running: Running, card: TrayCard) -> int:
    """What the stripe says."""
    image = decode(card.plastic.track or "", running.prepared.ring).image
    assert image is not None
    return image.balance


def receipt(counter: Counter) -> str:
    """The last receipt's letters, without blanks and ends of lines."""
    printer = counter.receipt_printer
    counter.wait_until(lambda: bool(printer.slips) and not printer.open_lines, PATIENCE_MS / 1000, "a receipt")
    lines = counter.look(lambda: printer.slips[-1])
    return "".join(one.char for line in lines for one in line.printed).replace(" ", "")
