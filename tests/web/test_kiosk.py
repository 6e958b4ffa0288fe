"""The counter's screen: what it shows and whom it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from shared.errors import EnishiError
from shared.ids import make_member_no
from shared.locale import japanese
from shared.visit import screens as s
from shared.visit.events import Chosen, Key, TextTyped
from shared.visit.facts import Member
from shared.visit.flows.topics.menu import CARD as CARD_MENU
from shared.visit.flows.topics.menu import COUNTER
from terminal.app.kiosk.guard import CSP, objection
from terminal.app.kiosk.render import Renderer, template_name
from terminal.app.kiosk.server import KioskServer
from terminal.app.kiosk.stage import Stage, Status
from terminal.app.kiosk.web import BODY_MAX, PLACES_MAX, TEXT_LEN_MAX, create_app
from tests.web.kiosk_scenes import CARD, OFFLINE, ONLINE, SCENES, TRAINING, TROUBLE, Counter

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "terminal/app/kiosk/templates"


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def client(counter: Counter) -> FlaskClient:
    return counter.app.test_client()


def code_of(answer: TestResponse) -> str:
    """The code of a refusal, after its two sentences."""
    text, remedy, code = answer.get_data(as_text=True).splitlines()
    assert text.endswith("。")
    assert remedy.endswith("。")
    return code.strip("()")


LINK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}  # a person followed a link from another page
OWN = {"Host": "localhost", "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


def test_the_page_shows_the_present_screen_before_any_script_runs(counter: Counter, client: FlaskClient) -> None:
    counter.show("keying")
    text = client.get("/").get_data(as_text=True)
    assert "<ruby>高橋<rp>(</rp><rt>タカハシ</rt>" in text
    assert "12,480点" in text
    assert "ゴールド" in text
    assert "前回「領収書の宛名」でお問い合わせあり。" in text
    assert "300点 <small>2027年1月31日まで" in text


@pytest.mark.parametrize("name", SCENES)
def test_every_screen_has_one_heading_and_at_most_one_primary_key(name: str, counter: Counter) -> None:
    counter.show(name)
    text = counter.app.test_client().get("/").get_data(as_text=True)
    assert text.count("<h1") == 1
    assert len(re.findall(r'class="go[ "]', text)) <= 1


def test_every_screen_type_has_a_template_and_a_scene_here() -> None:
    types = set(s.Screen.__args__)
    assert {type(screen) for screen in SCENES.values()} == types
    assert {path.stem for path in (TEMPLATES / "screens").glob("*.html")} == {
        template_name(kind.__name__) for kind in types
    }


def test_names_and_memos_are_text_and_never_markup(counter: Counter, client: FlaskClient) -> None:
    rude = Member(make_member_no(1), "<script>alert(1)</script>", "<b>", "<i>", "<img src=x>")
    counter.stage.show(s.Keying(CARD, rude, False, 0, 0, 0, 0, "amount", 0, 0, 0, 0, 0, ("<u>",)))
    text = client.get("/").get_data(as_text=True)
    for tag in ("<script>alert", "<b>&", "<i>", "<img", "<u>"):
        assert tag not in text


def test_a_stopped_visit_shows_what_happened_what_to_do_and_the_code(counter: Counter, client: FlaskClient) -> None:
    counter.show("stopped")
    text = client.get("/").get_data(as_text=True)
    assert "このお店のカードではありません。" in text
    assert "カードをお返しして、当店のカードかどうか確かめてください。" in text
    assert "card.foreign" in text


def test_without_head_office_a_band_says_that_points_still_work(counter: Counter, client: FlaskClient) -> None:
    counter.show("keying", OFFLINE)
    text = client.get("/").get_data(as_text=True)
    assert "本部とつながっていません。ポイントは使えます" in text
    assert "未送信 36件" in text


def test_what_is_unsent_and_who_serves_always_stand_there(counter: Counter, client: FlaskClient) -> None:
    for status, unsent in ((ONLINE, 0), (OFFLINE, 36), (TRAINING, 3)):
        counter.show("keying", status)
        text = client.get("/").get_data(as_text=True)
        assert f"未送信 {unsent}" in text
        assert status.duty in text


def test_a_shop_without_head_office_has_nothing_unsent(counter: Counter, client: FlaskClient) -> None:
    counter.show("waiting", Status(standalone=True, unsent=99))
    text = client.get("/").get_data(as_text=True)
    assert "この店だけ" in text
    assert "未送信" not in text


def test_practice_is_said_on_every_screen(counter: Counter, client: FlaskClient) -> None:
    for name in SCENES:
        counter.show(name, TRAINING)
        text = client.get("/").get_data(as_text=True)
        assert 'class="training"' in text
        assert "練習中です。何も記録されず、カードも書き換わりません。" in text


def test_a_pin_never_stands_in_the_page(counter: Counter, client: FlaskClient) -> None:
    counter.show("asking-pin")
    text = client.get("/").get_data(as_text=True)
    assert "12345678" not in text
    assert "●●●●●●●●" in text


def test_what_cannot_be_undone_has_no_primary_key(counter: Counter, client: FlaskClient) -> None:
    counter.show("confirming-danger")
    text = client.get("/").get_data(as_text=True)
    assert not re.search(r'class="go[ "]', text)
    assert 'class="stop sure" data-key="enter"' in text
    assert "このカードは、どの店でも使えなくなります。" in text


def test_a_closed_entry_says_so_in_words(counter: Counter, client: FlaskClient) -> None:
    counter.show("menu")
    text = client.get("/").get_data(as_text=True)
    assert text.count("暗証番号が必要") == 2
    assert text.count("data-place=") == 7


def test_goods_show_their_rate_and_how_many_stand_above(counter: Counter, client: FlaskClient) -> None:
    counter.show("waiting-basket-longest")
    text = client.get("/").get_data(as_text=True)
    assert "（上に97行）" in text
    assert "R1-20261121-0042" in text
    counter.show("keying-basket")
    assert client.get("/").get_data(as_text=True).count(">8%</small>") == 2


def test_every_icon_is_in_the_sprite() -> None:
    known = set((ROOT / "deploy/assets/icons.txt").read_text("utf-8").splitlines())
    for path in TEMPLATES.rglob("*.html"):
        named = re.findall(r'icon\("([a-z0-9-]+)"', path.read_text("utf-8"))
        assert set(named) <= known, path.name
    listed = {entry.icon for entry in (*COUNTER, *CARD_MENU)}
    asked = {"phone", "key-round", "coins", "shopping-bag", "receipt"}
    assert listed | asked <= known
    assert set(re.findall(r'Hint\(\s*"([a-z-]+)"', (ROOT / "terminal/app/kiosk/hints.py").read_text("utf-8"))) <= known


def test_a_device_without_a_wire_is_named_with_its_remedy(counter: Counter, client: FlaskClient) -> None:
    counter.show("starting", TROUBLE)
    text = client.get("/").get_data(as_text=True)
    assert "/dev/enishi/card_rewriter" in text
    assert "ケーブルと電源を確かめてください" in text


def test_a_key_of_the_screen_becomes_a_key_of_the_counter(counter: Counter, client: FlaskClient) -> None:
    for key in Key:
        assert client.post("/keys", json={"key": key.value}, headers=OWN).status_code == 204
    assert counter.keys == list(Key)


def test_a_touched_entry_and_a_typed_text_reach_the_counter(counter: Counter, client: FlaskClient) -> None:
    assert client.post("/choices", json={"place": 0}, headers=OWN).status_code == 204
    assert client.post("/choices", json={"place": PLACES_MAX - 1}, headers=OWN).status_code == 204
    assert client.post("/texts", json={"text": "たかはし"}, headers=OWN).status_code == 204
    assert client.post("/texts", json={"text": ""}, headers=OWN).status_code == 204
    assert counter.touched == [Chosen(0), Chosen(PLACES_MAX - 1), TextTyped("タカハシ"), TextTyped("")]


@pytest.mark.parametrize("place", [-1, PLACES_MAX, 1.5, "1", None, True, 10**30])
def test_what_is_no_place_is_refused(place: object, counter: Counter, client: FlaskClient) -> None:
    answer = client.post("/choices", json={"place": place}, headers=OWN)
    assert (answer.status_code, code_of(answer)) == (400, "kiosk.choice")
    assert not counter.touched


@pytest.mark.parametrize("text", ["ア" * (TEXT_LEN_MAX + 1), 5, None, ["ア"]])
def test_what_is_no_text_is_refused(text: object, counter: Counter, client: FlaskClient) -> None:
    answer = client.post("/texts", json={"text": text}, headers=OWN)
    assert (answer.status_code, code_of(answer)) == (400, "kiosk.text")
    assert not counter.touched


@pytest.mark.parametrize("path", ["/choices", "/texts"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"text": "\\ud800"}', b"[" * BODY_MAX])
def test_garbage_is_neither_a_choice_nor_a_text(path: str, body: bytes, counter: Counter, client: FlaskClient) -> None:
    answer = client.post(path, data=body, headers=OWN | {"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert client.post(path, data={"place": "1", "text": "ア"}, headers=OWN).status_code == 400
    assert client.post(path, json={}, headers={"Host": "localhost", "Origin": "http://evil.example"}).status_code == 403
    assert not counter.touched


NO_KEYS = (
    b"", b"[]", b'"5"', b'{"key": 5}', b'{"key": "boom"}', b'{"other": "5"}', b"{", b"\xff", b'{"key": "\\ud800"}',
    b'{"key": "\xff"}', b'{"key": 1e999}', b'{"key": null}', b"[" * BODY_MAX, b'{"key":' + b"[" * 1_000, b"9" * 1_000,
)  # fmt: skip


@pytest.mark.parametrize("body", NO_KEYS)
def test_what_is_no_key_is_refused(body: bytes, counter: Counter, client: FlaskClient) -> None:
    answer = client.post("/keys", data=body, headers=OWN | {"Content-Type": "application/json"})
    assert (answer.status_code, code_of(answer)) == (400, "kiosk.key")
    assert not counter.keys


@given(st.binary(max_size=60))
def test_no_bytes_whatever_break_the_keys(body: bytes) -> None:
    counter = Counter()
    answer = counter.app.test_client().post("/keys", data=body, headers=OWN | {"Content-Type": "application/json"})
    assert answer.status_code in (204, 400)


def test_a_body_beyond_the_limit_is_not_read(counter: Counter, client: FlaskClient) -> None:
    body = b'{"key": "enter"}'.ljust(BODY_MAX + 1)
    answer = client.post("/keys", data=body, headers=OWN | {"Content-Type": "application/json"})
    assert (answer.status_code, code_of(answer)) == (413, "kiosk.too_large")
    assert not counter.keys


@pytest.mark.parametrize("path", ["/nothing", "/static/%00", "/static/../web.py", "/events/1"])
def test_a_page_that_does_not_exist_says_so(path: str, client: FlaskClient) -> None:
    answer = client.get(path, headers=OWN)
    assert (answer.status_code, code_of(answer)) == (404, "kiosk.not_found")
    assert client.get("/keys", headers=OWN).status_code == 405


def test_a_key_in_a_form_is_refused_because_a_foreign_page_could_send_it(client: FlaskClient) -> None:
    assert client.post("/keys", data={"key": "enter"}, headers=OWN).status_code == 400


def test_a_full_inbox_is_answered_with_try_again(counter: Counter, client: FlaskClient) -> None:
    counter.refuse = True
    answer = client.post("/keys", json={"key": "enter"}, headers=OWN)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


@pytest.mark.parametrize(
    ("method", "headers", "why"),
    [
        ("GET", {"Host": "127.0.0.1:8090"}, None),
        ("GET", {"Host": "[::1]:8090"}, None),
        ("GET", {"Host": "localhost"}, None),
        ("GET", {"Host": "evil.example"}, "unknown host"),
        ("GET", {"Host": "127.0.0.1.evil.example:8090"}, "unknown host"),
        ("GET", {}, "unknown host"),
        ("GET", {"Host": "localhost", "Sec-Fetch-Site": "none"}, None),
        ("GET", {"Host": "localhost", "Sec-Fetch-Site": "cross-site"}, "foreign page"),
        ("GET", {"Host": "localhost", "Sec-Fetch-Site": "same-site", **LINK}, None),
        ("POST", {"Host": "localhost", "Sec-Fetch-Site": "same-site", **LINK}, "foreign page"),
        ("GET", {"Host": "localhost", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}, "foreign page"),
        ("POST", {"Host": "localhost:1", "Origin": "http://localhost:1"}, None),
        ("POST", {"Host": "localhost:1", "Origin": "http://localhost:2"}, "foreign origin"),
        ("POST", {"Host": "localhost:1", "Origin": "null"}, "foreign origin"),
        ("POST", {"Host": "localhost:1"}, "foreign origin"),
        ("POST", {"Host": "localhost", "Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}, "foreign page"),
    ],
)
def test_only_our_own_page_is_welcome(method: str, headers: dict[str, str], why: str | None) -> None:
    assert objection(method, headers, ("127.0.0.1", "localhost", "[::1]")) == why


def test_a_refused_request_reaches_no_key(counter: Counter, client: FlaskClient) -> None:
    answer = client.post("/keys", json={"key": "enter"}, headers=OWN | {"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert not counter.keys


def test_every_answer_carries_the_strict_policy(client: FlaskClient) -> None:
    for path in ("/", "/health", "/static/kiosk.css", "/static/icons.svg", "/nothing"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == CSP
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_a_missing_icon_sprite_leaves_the_words(tmp_path: Path, counter: Counter) -> None:
    renderer = Renderer("店", "ja", japanese, "test")
    app = create_app(Stage(), renderer, counter.press, dict, tmp_path / "icons.svg")
    answer = app.test_client().get("/static/icons.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


def events_of(chunks: Iterator[bytes], count: int) -> list[tuple[str, str]]:
    """The next ``count`` named events of a stream."""
    got: list[tuple[str, str]] = []
    while len(got) < count:
        lines = next(chunks).decode().splitlines()
        if lines[0].startswith("event: "):
            data = "\n".join(line.removeprefix("data: ") for line in lines[1:] if line)
            got.append((lines[0].removeprefix("event: "), data))
    return got


def test_the_stream_begins_with_the_present_frame_and_sends_only_what_changes(
    counter: Counter, client: FlaskClient
) -> None:
    counter.show("waiting")
    with client.get("/events", buffered=False) as answer:
        chunks = iter(answer.response)
        first = dict(events_of(chunks, 3))
        assert set(first) == {"status", "foot", "main"}
        assert "カードを入れてください" in first["main"]
        counter.stage.show(SCENES["reading"])
        ((name, html),) = events_of(chunks, 1)
        assert name == "main"
        assert "カードを読んでいます" in html


def test_too_many_streams_are_told_to_come_back_and_a_closed_one_makes_room() -> None:
    counter = Counter()
    client = counter.app.test_client()
    streams = [client.get("/events", buffered=False) for _ in range(8)]
    refused = client.get("/events")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    streams.pop().close()
    again = client.get("/events", buffered=False)
    assert again.status_code == 200
    for stream in (*streams, again):
        stream.close()


def test_a_busy_port_is_one_clear_error(counter: Counter) -> None:
    first = KioskServer(counter.app, "127.0.0.1", 0)
    with pytest.raises(EnishiError) as caught:
        KioskServer(counter.app, "127.0.0.1", first.port)
    first.close()
    assert caught.value.code == "config.kiosk_port"
    assert caught.value.facts["port"] == first.port


def test_the_health_page_is_json(client: FlaskClient) -> None:
    assert json.loads(client.get("/health").data) == {"state": "Idle"}
