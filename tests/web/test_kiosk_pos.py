"""The POS's way in: what a sale is, who may hand one over, and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from shared.errors import EnishiError
from shared.ids import make_card_no
from shared.visit.effects import AnswerPos
from terminal.app.kiosk.guard import CSP, LOOPBACK
from terminal.app.kiosk.pos_web import SALE_BYTES_MAX, PosDoor, pos_objection, read_token
from terminal.app.kiosk.server import BODY_BYTES_MAX, KioskServer
from terminal.drivers.pump import Worker
from tests.web.kiosk_scenes import Counter

POS = {"Host": "localhost"}
LINE = {"name": "牛乳", "unit_yen": 198, "tax": 8}
SALE: dict[str, Any] = {"reference": "R1-0042", "lines": [LINE, {"name": "レジ袋", "unit_yen": 5, "quantity": 2}]}
AMOUNT: dict[str, Any] = {"reference": "R1-0043", "amount_yen": 1_980}


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def client(counter: Counter) -> FlaskClient:
    return counter.app.test_client()


def code_of(answer: TestResponse) -> tuple[int, str]:
    body = json.loads(answer.data)
    assert body["message"].endswith("。")
    assert body["remedy"].endswith("。")
    return answer.status_code, body["code"]


@pytest.mark.parametrize("sale", [SALE, AMOUNT, AMOUNT | {"discount_yen": 80}])
def test_a_sale_is_taken_and_its_address_told(sale: dict[str, Any], counter: Counter, client: FlaskClient) -> None:
    answer = client.post("/pos/sales", json=sale, headers=POS)
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/pos/sales/{sale['reference']}")
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["Cache-Control"] == "no-store"
    told = client.get(answer.headers["Location"], headers=POS)
    assert (told.status_code, told.get_json()["state"]) == (200, "waiting")
    assert counter.sales == [sale["reference"]]


def test_the_answer_masks_the_card(counter: Counter, client: FlaskClient) -> None:
    client.post("/pos/sales", json=SALE, headers=POS)
    counter.board.answer(AnswerPos("R1-0042", "done", make_card_no(123_456_789), 100, 108, 1, 100, 12_381))
    assert client.get("/pos/sales/R1-0042", headers=POS).get_json() == {
        "reference": "R1-0042", "state": "done", "card": "****-**7-894", "discount_yen": 100, "due_yen": 108,
        "earn": 1, "redeem": 100, "balance": 12_381,
    }  # fmt: skip


def test_the_same_sale_again_is_the_same_answer_and_another_content_a_conflict(
    counter: Counter, client: FlaskClient
) -> None:
    first = client.post("/pos/sales", json=SALE, headers=POS)
    again = client.post("/pos/sales", json=SALE | {"discount_yen": 0}, headers=POS)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    other = client.post("/pos/sales", json=AMOUNT | {"reference": "R1-0042"}, headers=POS)
    assert code_of(other) == (409, "kiosk.pos_other_content")
    assert counter.sales == ["R1-0042"]


def test_a_sale_is_taken_back_by_the_counter(counter: Counter, client: FlaskClient) -> None:
    client.post("/pos/sales", json=SALE, headers=POS)
    answer = client.delete("/pos/sales/R1-0042", headers=POS)
    assert (answer.status_code, answer.get_json()["state"]) == (202, "waiting")
    assert counter.withdrawn == ["R1-0042"]
    counter.board.answer(AnswerPos("R1-0042", "cancelled"))
    assert client.delete("/pos/sales/R1-0042", headers=POS).get_json()["state"] == "cancelled"


def test_what_is_done_or_unknown_is_said(counter: Counter, client: FlaskClient) -> None:
    client.post("/pos/sales", json=SALE, headers=POS)
    counter.board.answer(AnswerPos("R1-0042", "done"))
    assert code_of(client.delete("/pos/sales/R1-0042", headers=POS)) == (409, "kiosk.pos_done")
    for ask in (client.get, client.delete):
        assert code_of(ask("/pos/sales/R9", headers=POS)) == (404, "kiosk.pos_unknown")


@pytest.mark.parametrize(
    ("sale", "code"),
    [
        ({}, "kiosk.pos_sale"),
        ([], "kiosk.pos_sale"),
        ({"reference": "R1"}, "kiosk.pos_sale"),
        (SALE | {"amount_yen": 5}, "kiosk.pos_sale"),
        (AMOUNT | {"amount_yen": 0}, "kiosk.pos_sale"),
        (AMOUNT | {"amount_yen": 1.5}, "kiosk.pos_sale"),
        (AMOUNT | {"amount_yen": True}, "kiosk.pos_sale"),
        (AMOUNT | {"surprise": 1}, "kiosk.pos_sale"),
        (SALE | {"lines": [LINE | {"tax": 5}]}, "kiosk.pos_sale"),
        (SALE | {"lines": [LINE | {"unit_yen": "198"}]}, "kiosk.pos_sale"),
        (SALE | {"lines": [LINE] * 101}, "kiosk.pos_sale"),
        (SALE | {"discount_yen": -1}, "kiosk.pos_sale"),
        (AMOUNT | {"amount_yen": 10**30}, "sale.line"),
        (AMOUNT | {"reference": "../../health"}, "kiosk.pos_reference"),
        (AMOUNT | {"reference": ""}, "kiosk.pos_reference"),
        (SALE | {"lines": [LINE | {"quantity": 0}]}, "sale.quantity"),
        (SALE | {"lines": [LINE | {"name": " "}]}, "sale.line"),
        (SALE | {"lines": [LINE | {"code": "牛乳"}]}, "sale.line"),
        (SALE | {"lines": [LINE | {"discount_yen": 199}]}, "sale.discount_above_line"),
        (SALE | {"discount_yen": 209}, "sale.discount_above_subtotal"),
        (SALE | {"lines": [LINE | {"name": "長" * 40}] * 100}, "sale.too_many_lines"),
    ],
)
def test_what_is_no_sale_is_refused_by_name(sale: object, code: str, counter: Counter, client: FlaskClient) -> None:
    assert code_of(client.post("/pos/sales", json=sale, headers=POS)) == (422, code)
    assert not counter.sales


@given(st.binary(max_size=80))
def test_no_bytes_whatever_break_the_door(body: bytes) -> None:
    counter = Counter()
    answer = counter.app.test_client().post("/pos/sales", data=body, headers=POS)
    assert answer.status_code in (202, 422)


def test_a_sale_beyond_the_limit_is_not_read(counter: Counter, client: FlaskClient) -> None:
    body = json.dumps(SALE).encode().ljust(SALE_BYTES_MAX + 1)
    assert client.post("/pos/sales", data=body, headers=POS).status_code == 413
    assert client.post("/pos/sales", data=body[:SALE_BYTES_MAX], headers=POS).status_code == 202
    assert client.post("/keys", data=body, headers=POS | {"Origin": "http://localhost"}).status_code in (400, 413)
    assert counter.sales == ["R1-0042"]


REMOTE, TOKEN = "192.168.1.20", "ab" * 32
DOOR = PosDoor(Counter().board, (REMOTE,), TOKEN)
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("remote", "headers", "why"),
    [
        ("127.0.0.1", {"Host": "localhost:8101"}, None),
        ("::1", {"Host": "[::1]:8101"}, None),
        ("127.0.0.1", {"Host": "evil.example"}, "unknown host"),
        ("127.0.0.1", {"Host": "localhost", "Origin": "http://localhost"}, "a browser"),
        ("127.0.0.1", {"Host": "localhost", "Sec-Fetch-Site": "none"}, "a browser"),
        (REMOTE, BEARER, None),
        (REMOTE, {}, "wrong token"),
        (REMOTE, {"Authorization": "Bearer " + "ab" * 31 + "ac"}, "wrong token"),
        (REMOTE, {"Authorization": "Bearer \xff"}, "wrong token"),
        (REMOTE, BEARER | {"Origin": "null"}, "a browser"),
        ("192.168.1.21", BEARER, "unknown host"),
        ("", BEARER, "unknown host"),
    ],
)
def test_who_may_hand_a_sale_over(remote: str, headers: dict[str, str], why: str | None) -> None:
    assert pos_objection(remote, headers, DOOR, LOOPBACK) == why


def test_without_a_token_nobody_outside_may() -> None:
    door = PosDoor(Counter().board, (REMOTE,), "")
    assert pos_objection(REMOTE, {"Authorization": "Bearer "}, door, LOOPBACK) == "wrong token"


def test_a_browser_is_refused_and_reaches_no_sale(counter: Counter, client: FlaskClient) -> None:
    answer = client.post("/pos/sales", json=SALE, headers=POS | {"Origin": "http://localhost"})
    assert code_of(answer) == (403, "kiosk.pos_refused")
    assert not counter.sales


def test_the_token_is_read_from_a_file_of_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "pos.token"
    for mode, text, code in (
        (None, "", "config.secret_missing"), (0o640, TOKEN, "config.secret_open"),
        (0o600, TOKEN[1:], "config.secret_malformed"), (0o600, "x" * 64, "config.secret_malformed"),
    ):  # fmt: skip
        if mode is not None:
            path.write_text(text)
            path.chmod(mode)
        with pytest.raises(EnishiError) as caught:
            read_token(path)
        assert caught.value.code == code
    path.write_text(TOKEN.upper() + "\n")
    assert read_token(path) == TOKEN


@pytest.fixture
def served(counter: Counter) -> Iterator[str]:
    server = KioskServer(counter.app, "127.0.0.1", 0)
    crashes: list[BaseException] = []
    worker = Worker("kiosk", server.run, lambda name, error: crashes.append(error))
    worker.start()
    yield f"http://127.0.0.1:{server.port}"
    server.close()
    assert worker.join(5)
    assert not crashes


def test_over_a_real_wire_too(served: str, counter: Counter) -> None:
    assert requests.post(f"{served}/pos/sales", json=SALE, timeout=5).status_code == 202
    assert requests.get(f"{served}/pos/sales/R1-0042", timeout=5).json()["state"] == "waiting"
    flood = requests.post(f"{served}/pos/sales", data=b"x" * (BODY_BYTES_MAX + 1), timeout=5)
    assert flood.status_code == 413
    assert counter.sales == ["R1-0042"]
