"""The kiosk in a real browser at 800 x 480: every screen fits, is accessible, and its keys arrive in order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import Markup
from playwright.sync_api import Browser, Page, expect

from shared.visit.events import Chosen, Key, KeyPressed, TextTyped
from shared.visit.screens import Asking
from terminal.app.kiosk.server import KioskServer
from terminal.drivers.pump import Worker
from tests.web.axe import violations
from tests.web.kiosk_scenes import OFFLINE, ONLINE, SCENES, STRAINED, TRAINING, TROUBLE, Counter

SHOTS = os.environ.get("ENISHI_SHOTS")  # a folder: keep a picture of every screen
TOO_SMALL = """() => [...document.querySelectorAll('button')].map(b => [b.innerText, b.getBoundingClientRect()])
    .filter(([, r]) => r.width < 47 || r.height < 47).map(([text, r]) => `${text} ${r.width}x${r.height}`)"""
SPILLS = """() => [...document.querySelectorAll('body, main, main *, footer, footer *')].filter(e =>
    getComputedStyle(e).display !== 'inline' && !e.closest('.vh, svg, ruby') &&
    getComputedStyle(e).webkitLineClamp === 'none' &&
    (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1))
    .map(e => `${e.tagName}.${e.className} ${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight}`)"""
PARTS = 4  # of the screens, for as many workers


class Served:
    """A counter behind a real server."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.counter = Counter(language)
        self.server = KioskServer(self.counter.app, "127.0.0.1", 0)
        self.crashes: list[BaseException] = []
        self.worker = Worker("kiosk", self.server.run, lambda name, error: self.crashes.append(error))
        self.worker.start()
        self.url = f"http://127.0.0.1:{self.server.port}/"

    def close(self) -> None:
        self.counter.stage.close()
        self.server.close()
        assert self.worker.join(5)
        assert not self.crashes

    def shown_on(self, page: Page) -> None:
        """Wait until ``page`` shows the newest scene."""
        frame = self.counter.renderer.frame(self.counter.stage.scene)
        for part in ("main", "foot", "status"):
            expect(page.locator(f"#{part}")).to_have_text(Markup(getattr(frame, part)).striptags())
        expect(page.locator("#lost")).to_be_hidden()

    def keep_picture(self, page: Page, name: str) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{self.language}-{name}.png")


@pytest.fixture(scope="module", params=["ja", "en"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    one = Served(request.param)
    yield one
    one.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A page that fails the test on any console word, script error or outside request."""
    context = browser.new_context(viewport={"width": 800, "height": 480})
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith((served.url, "data:")) else faults.append(asked.url))
    served.counter.show("waiting")
    page.goto(served.url)
    yield page
    context.close()
    assert not faults


@pytest.mark.browser
@pytest.mark.parametrize("part", range(PARTS))
def test_every_screen_fits_800_by_480_and_is_accessible(part: int, page: Page, served: Served) -> None:
    around = {"": ONLINE, "-offline": OFFLINE, "-trouble": TROUBLE, "-training": TRAINING, "-strained": STRAINED}
    for name in list(SCENES)[part::PARTS]:
        for suffix, status in around.items() if name in ("waiting", "keying-longest") else [("", ONLINE)]:
            served.counter.show(name, status)
            served.shown_on(page)
            served.keep_picture(page, name + suffix)
            assert page.evaluate(SPILLS) == [], name
            assert page.evaluate(TOO_SMALL) == [], name
        page.set_viewport_size({"width": 1280, "height": 800})
        served.keep_picture(page, name + "-1280")
        assert page.evaluate(SPILLS) == [], name
        page.set_viewport_size({"width": 800, "height": 480})
        assert not violations(page), name


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1024, 600), (1280, 800), (1920, 1080)])
def test_larger_screens_show_the_same_larger(width: int, height: int, page: Page, served: Served) -> None:
    page.set_viewport_size({"width": width, "height": height})
    served.counter.show("keying-longest")
    served.shown_on(page)
    served.keep_picture(page, f"keying-{width}")
    assert page.evaluate(SPILLS) == []


@pytest.mark.browser
def test_touch_keys_and_the_keypad_send_the_same_keys_in_order(page: Page, served: Served) -> None:
    served.counter.show("keying")
    served.shown_on(page)
    served.counter.touched.clear()
    wanted = ["3", "8", "00", "5", "0", "back", "back", "clear", "use", "cancel", "menu", "enter"]
    with page.expect_event("requestfinished", lambda _: len(served.counter.keys) == len(wanted)):
        for key in ("3", "8", "00"):
            page.locator(f"[data-key='{key}']").click()
        for code in ("Numpad5", "Digit0", "NumpadDecimal", "Backspace", "Escape", "F4", "F2", "F9", "NumpadEnter"):
            page.keyboard.press(code)
    assert [key.value for key in served.counter.keys] == wanted


@pytest.mark.browser
def test_a_key_under_the_finger_stays_the_same_element_while_the_figures_change(page: Page, served: Served) -> None:
    served.counter.show("keying")
    served.shown_on(page)
    key = page.locator("[data-key='7']")
    key.evaluate("button => { button.touched = true; }")
    served.counter.show("keying-points")
    served.shown_on(page)
    expect(key).to_have_js_property("touched", True)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["menu", "choosing"])
def test_an_entry_is_chosen_by_touch_or_by_its_number(name: str, page: Page, served: Served) -> None:
    served.counter.show(name)
    served.shown_on(page)
    served.counter.touched.clear()
    with page.expect_event("requestfinished", lambda _: len(served.counter.touched) == 3):
        page.locator("[data-place='1']").click()
        page.keyboard.press("Numpad2")
        page.keyboard.press("F2")
    assert served.counter.touched == [Chosen(1), KeyPressed(Key.D2), KeyPressed(Key.CANCEL)]


def typed(text: str) -> Asking:
    return Asking("入会", "kana", text, "名前のカナ。なければ、そのまま実行")


@pytest.mark.browser
def test_kana_keys_make_small_and_voiced_kana(page: Page, served: Served) -> None:
    served.counter.stage.show(typed(""))
    served.shown_on(page)
    served.counter.touched.clear()
    keys = ["カ", "゛", "゛", "ハ", "゜", "ツ", "小", "ア", "゛", "ー", " ", "ウ", "゛", "delete"]
    with page.expect_event("requestfinished", lambda _: len(served.counter.touched) == len(keys)):
        for key in keys:
            page.locator(f"[data-kana='{key}']").click()
    assert [one.text for one in served.counter.touched if isinstance(one, TextTyped)] == [
        "カ", "ガ", "カ", "カハ", "カパ", "カパツ", "カパッ", "カパッア", "カパッア", "カパッアー", "カパッアー ",
        "カパッアー ウ", "カパッアー ヴ", "カパッアー ",
    ]  # fmt: skip


@pytest.mark.browser
def test_a_keyboard_types_into_the_same_field_and_the_terminal_has_the_last_word(page: Page, served: Served) -> None:
    served.counter.stage.show(typed("タカ"))
    served.shown_on(page)
    field = page.locator("#typed")
    expect(field).to_have_value("タカ")
    expect(field).to_be_focused()
    served.counter.touched.clear()
    with page.expect_event("requestfinished", lambda _: len(served.counter.touched) == 4):
        page.keyboard.type("1a")  # letters and digits are the field's
        page.keyboard.press("Backspace")
        page.keyboard.press("NumpadEnter")
    assert served.counter.touched == [
        TextTyped("タカ1"), TextTyped("タカ1a"), TextTyped("タカ1"), KeyPressed(Key.ENTER),
    ]  # fmt: skip
    served.counter.stage.show(typed("タカ1a"))
    expect(page.locator("#hint")).to_have_attribute("data-typed", "タカ1a")
    expect(field).to_have_value("タカ1")  # an echo of what was typed before the last key
    served.counter.stage.show(typed("タカハシ"))
    expect(field).to_have_value("タカハシ")
    expect(field).to_be_focused()
    page.reload()
    expect(field).to_have_value("タカハシ")
    expect(field).to_be_focused()


@pytest.mark.browser
def test_an_input_method_is_left_alone_until_it_is_done(page: Page, served: Served) -> None:
    served.counter.stage.show(typed(""))
    served.shown_on(page)
    served.counter.touched.clear()
    with page.expect_event("requestfinished", lambda _: len(served.counter.touched) == 1):
        page.locator("#typed").evaluate("""field => {
            const say = (kind, more) => field.dispatchEvent(new kind(...more));
            say(CompositionEvent, ["compositionstart", {bubbles: true}]);
            field.value = "たか";
            say(InputEvent, ["input", {bubbles: true, isComposing: true}]);
            say(KeyboardEvent, ["keydown", {bubbles: true, code: "Enter", isComposing: true}]);
            say(CompositionEvent, ["compositionend", {bubbles: true}]);
        }""")
    assert served.counter.touched == [TextTyped("タカ")]


@pytest.mark.browser
def test_the_same_kind_of_screen_with_another_content_is_drawn_anew(page: Page, served: Served) -> None:
    for name in ("confirming", "confirming-danger", "told-lines", "told-alone", "waiting-amount", "waiting-replacing"):
        served.counter.show(name)
        served.shown_on(page)


@pytest.mark.browser
def test_a_reload_in_mid_visit_shows_where_the_visit_stands(page: Page, served: Served) -> None:
    served.counter.show("keying-points")
    served.shown_on(page)
    page.reload()
    served.shown_on(page)
    expect(page.locator(".figure.now")).to_contain_text("500")


@pytest.mark.browser
def test_a_lost_terminal_is_said_in_large_letters_and_found_again(browser: Browser) -> None:
    served = Served("ja")
    served.counter.show("keying")
    context = browser.new_context(viewport={"width": 800, "height": 480})
    page = context.new_page()
    page.goto(served.url)
    served.shown_on(page)
    page.route("**/events", lambda route: route.abort())
    served.counter.stage.close()
    expect(page.locator("#lost")).to_be_visible()
    served.keep_picture(page, "lost")
    page.keyboard.press("Enter")
    served.counter.stage.closed = False
    page.unroute("**/events")
    expect(page.locator("#lost")).to_be_hidden(timeout=10_000)
    assert served.counter.keys == []  # the key pressed blindly was dropped, not kept for later
    context.close()
    served.close()
