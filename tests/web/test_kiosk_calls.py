"""The telephone on the counter's screen: large where nothing is done, a band beside a visit, and nothing of a key lost.

``ENISHI_SHOTS=FOLDER`` keeps pictures, as of the other screens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from shared.clock import Now
from shared.ids import make_member_no
from shared.visit import calls
from shared.visit.calls import Caller, Line, Withheld
from shared.visit.events import Key
from shared.visit.facts import Member
from shared.visit.screens import Keying, Waiting
from terminal.app.kiosk.web import BODY_MAX, Answered
from tests.web.axe import violations
from tests.web.kiosk_scenes import LONG, MICHIKO, OFFLINE, ONLINE, SCENES, TROUBLE, Counter
from tests.web.test_kiosk import OWN, code_of, events_of
from tests.web.test_kiosk_browser import Served

NOON = Now(100.0, 1_795_266_480_000)
MOBILE, FIXED, ABROAD = "09012345678", "0312345678", "010441234567890"
KANA_ONLY = Caller(Member(make_member_no(8), "", "ミホン ジロウ"))
FAMILY = (
    Caller(MICHIKO, 12_480), Caller(LONG, 1_048_575), KANA_ONLY, Caller(Member(make_member_no(9), "Maria Gonzalez"), 0),
    Caller(Member(make_member_no(10), "高橋 一郎")), Caller(Member(make_member_no(11), "高橋 二郎")),
)  # fmt: skip
SPILLS = """() => [...document.querySelectorAll('#call *')].filter(e =>
    getComputedStyle(e).display !== 'inline' && !e.closest('.vh, svg, ruby') &&
    !['LI', 'DT', 'DD'].includes(e.tagName) && getComputedStyle(e).webkitLineClamp === 'none' && !e.closest('.memo') &&
    (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1))
    .map(e => `${e.tagName}.${e.className} ${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight}`)"""
TOO_SMALL = """() => [...document.querySelectorAll('#call button')].map(b => b.getBoundingClientRect())
    .filter(r => r.width < 47 || r.height < 47).length"""


def ringing(number: str = "", withheld: Withheld | None = None, *callers: Caller) -> Line:
    return calls.rang(Line(), number, withheld, callers, NOON)


LINES: dict[str, Line] = {
    "member": ringing(MOBILE, None, Caller(MICHIKO, 12_480)),
    "longest": ringing(MOBILE, None, Caller(LONG, 1_048_575)),
    "kana-only": ringing(FIXED, None, KANA_ONLY),
    "family": ringing(FIXED, None, *FAMILY),
    "unknown": ringing(MOBILE),
    "abroad": ringing(ABROAD),
    **{f"withheld-{reason.value}": ringing("", reason) for reason in Withheld},
    "over": calls.stopped(ringing(MOBILE, None, Caller(MICHIKO, 12_480)), NOON),
    "over-unknown": calls.stopped(ringing(FIXED), NOON),
}


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def client(counter: Counter) -> FlaskClient:
    return counter.app.test_client()


def shown(counter: Counter, name: str, line: str) -> str:
    """The part of the page that speaks of the call."""
    counter.show(name)
    counter.stage.ring(LINES[line])
    return counter.renderer.frame(counter.stage.scene).call


def test_a_member_is_named_with_what_staff_may_know(counter: Counter) -> None:
    for name in ("waiting", "keying"):
        text = shown(counter, name, "member")
        for known in ("電話が鳴っています", "090-1234-5678", "高橋", "11月14日", "熱田店", "12,480点", "領収書の宛名"):
            assert known in text, (name, known)


def test_several_people_of_one_number_are_listed(counter: Counter) -> None:
    text = shown(counter, "waiting", "family")
    assert text.count("<li>") == 6
    assert "この番号の会員は 6人です。" in text
    assert "03-1234-5678" in text
    assert "どの方か選ぶ" in text


def test_an_unknown_number_is_grouped_and_may_enrol(counter: Counter) -> None:
    text = shown(counter, "waiting", "unknown")
    assert "090-1234-5678" in text
    assert "この番号で入会" in text
    assert "この番号で入会" not in shown(counter, "waiting", "abroad")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Withheld.PRIVATE, ("非通知", "番号を知らせない設定の電話です。")),
        (Withheld.COIN_PHONE, ("公衆電話", "公衆電話からです。")),
        (Withheld.CONFLICT, ("番号を表示できません", "相手の電話サービスの都合で、番号が届きません。")),
        (Withheld.UNAVAILABLE, ("表示圏外", "海外など、番号が届かないところからの電話です。")),
    ],
)
def test_why_there_is_no_number_is_said_in_words(reason: Withheld, words: tuple[str, str], counter: Counter) -> None:
    for name in ("waiting", "writing"):
        text = shown(counter, name, f"withheld-{reason.value}")
        assert all(word in text for word in words)


def test_an_enrolment_is_offered_where_staff_can_begin_one(counter: Counter) -> None:
    offered = {name for name in SCENES if "data-opens" in shown(counter, name, "unknown")}
    free = {name for name, screen in SCENES.items() if isinstance(screen, Waiting)}
    new = {name for name, screen in SCENES.items() if isinstance(screen, Keying) and screen.new_card}
    assert offered == free | new


def test_only_the_empty_counter_gives_its_place_to_a_call(counter: Counter) -> None:
    large = {name for name in SCENES if 'class="call large' in shown(counter, name, "member")}
    waiting = {name: screen for name, screen in SCENES.items() if isinstance(screen, Waiting)}
    assert large == {
        name for name, screen in waiting.items() if not (screen.basket or screen.notices or screen.replaces)
    }  # fmt: skip
    assert {"waiting", "waiting-amount"} <= large < set(waiting)
    for name in SCENES:
        text = shown(counter, name, "member")
        assert counter.renderer.page(counter.stage.scene).count("<h1") == 1
        assert "電話が鳴っています" in text


def test_a_call_changes_nothing_else_on_the_page(counter: Counter) -> None:
    for name in SCENES:
        counter.show(name)
        counter.stage.ring(Line())
        quiet = counter.renderer.frame(counter.stage.scene)
        counter.stage.ring(LINES["member"])
        assert replace(counter.renderer.frame(counter.stage.scene), call="") == quiet


def test_names_and_memos_are_text_and_never_markup(counter: Counter) -> None:
    rude = Caller(Member(make_member_no(1), "<script>alert(1)</script>", "<b>", "<i>", "<img src=x>"), 5)
    counter.stage.show(Waiting())
    for line in (ringing(MOBILE, None, rude), ringing(MOBILE, None, rude, rude)):
        counter.stage.ring(line)
        assert not {"<script", "<img", "<i>"} & {
            tag for tag in ("<script", "<img", "<i>") if tag in counter.renderer.frame(counter.stage.scene).call
        }


def test_a_page_loaded_in_mid_call_shows_it(counter: Counter, client: FlaskClient) -> None:
    shown(counter, "keying", "member")
    assert "090-1234-5678" in client.get("/").get_data(as_text=True)


def test_the_stream_tells_a_call_and_its_end(counter: Counter, client: FlaskClient) -> None:
    counter.show("keying")
    with client.get("/events", buffered=False) as answer:
        chunks = iter(answer.response)
        assert {name for name, _ in events_of(chunks, 3)} == {"status", "foot", "main"}
        counter.stage.ring(LINES["member"])
        ((name, html),) = events_of(chunks, 1)
        assert name == "call"
        assert "090-1234-5678" in html
        counter.stage.ring(calls.closed(LINES["member"]))
        assert events_of(chunks, 1) == [("call", "")]


def test_an_answer_to_a_call_reaches_the_counter(counter: Counter, client: FlaskClient) -> None:
    assert client.post("/calls", json={"call": 3}, headers=OWN).status_code == 204
    assert client.post("/calls", json={"call": 3, "closes": True}, headers=OWN).status_code == 204
    assert counter.touched == [Answered(3), Answered(3, closes=True)]


@pytest.mark.parametrize("call", [0, -1, 1.5, "1", None, True, 10**30])
def test_what_is_no_call_is_refused(call: object, counter: Counter, client: FlaskClient) -> None:
    answer = client.post("/calls", json={"call": call}, headers=OWN)
    assert (answer.status_code, code_of(answer)) == (400, "kiosk.call")
    garbage = client.post("/calls", data=b"[" * BODY_MAX, headers=OWN | {"Content-Type": "application/json"})
    assert (garbage.status_code, code_of(garbage)) == (400, "kiosk.call")
    assert not counter.touched


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["ja", "en"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    one = Served(request.param)
    yield one
    one.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 800, "height": 480})
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    served.counter.show("waiting")
    served.counter.stage.ring(Line())
    served.counter.touched.clear()
    page.goto(served.url)
    yield page
    context.close()
    assert not faults


@pytest.mark.browser
@pytest.mark.parametrize("line", LINES)
def test_a_call_fits_beside_every_kind_of_screen(line: str, page: Page, served: Served) -> None:
    call = page.locator("#call > section")
    for name in ("waiting", "keying-longest", "waiting-basket"):
        served.counter.show(name)
        served.counter.stage.ring(LINES[line])
        served.shown_on(page)
        expect(call).to_have_attribute("data-call", "1")
        served.keep_picture(page, f"call-{line}-{name}")
        assert page.evaluate(SPILLS) == []
        assert page.evaluate(TOO_SMALL) == 0
        page.set_viewport_size({"width": 1280, "height": 800})
        assert page.evaluate(SPILLS) == []
        page.set_viewport_size({"width": 800, "height": 480})
        if name == "keying-longest":  # the call is the same everywhere, and every screen is judged by itself
            assert not violations(page)


@pytest.mark.browser
def test_the_band_leaves_the_visit_its_room(page: Page, served: Served) -> None:
    """It stands where the foot stood, and over nothing else."""
    served.counter.show("keying-longest", TROUBLE)
    served.counter.stage.ring(LINES["longest"])
    served.shown_on(page)
    assert page.locator(".call.band").bounding_box() == page.locator("footer").bounding_box()
    served.keep_picture(page, "call-trouble")


@pytest.mark.browser
def test_a_call_takes_no_key_from_the_visit(page: Page, served: Served) -> None:
    served.counter.show("keying", OFFLINE)
    served.counter.stage.ring(LINES["unknown"])
    served.shown_on(page)
    with page.expect_event("requestfinished", lambda _: len(served.counter.touched) == 5):
        for code in ("Numpad5", "F8", "F4", "F2", "F9", "NumpadEnter"):  # F8 offers nothing beside this card
            page.keyboard.press(code)
    assert served.counter.keys == [Key.D5, Key.USE, Key.CANCEL, Key.MENU, Key.ENTER]


@pytest.mark.browser
def test_one_key_or_one_touch_opens_or_closes_a_call(page: Page, served: Served) -> None:
    served.counter.show("waiting", ONLINE)
    served.counter.stage.ring(LINES["unknown"])
    served.shown_on(page)
    expect(page.locator(".call.large")).to_be_visible()
    with page.expect_event("requestfinished", lambda _: len(served.counter.touched) == 4):
        page.keyboard.press("F8")
        page.keyboard.press("F7")
        page.locator("[data-answer='open']").click()
        page.locator("[data-answer='close']").click()
    opened, closed = Answered(1), Answered(1, closes=True)
    assert served.counter.touched == [opened, closed, opened, closed]


@pytest.mark.browser
def test_a_reload_in_mid_call_shows_it_again_and_its_end_takes_it_away(page: Page, served: Served) -> None:
    served.counter.stage.ring(LINES["family"])
    served.shown_on(page)
    page.reload()
    expect(page.locator(".call.large li")).to_have_count(6)
    served.counter.stage.ring(calls.closed(LINES["family"]))
    expect(page.locator("#call > section")).to_have_count(0)


@pytest.mark.browser
def test_the_counter_that_waits_for_a_new_card_says_for_whom(page: Page, served: Served) -> None:
    for name, screen in (("empty", Waiting(enrols=MOBILE)), ("amount", Waiting(amount_yen=1_980, enrols=MOBILE))):
        served.counter.stage.show(screen)
        served.shown_on(page)
        expect(page.locator("main")).to_contain_text("090-1234-5678")
        served.keep_picture(page, f"waiting-enrols-{name}")
