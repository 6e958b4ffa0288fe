"""The shop's POS beside a real terminal: a sale over HTTP and a dropped file, each written onto a card."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators.card_stock import SimCard
from simulators.rig import Counter, Rig
from simulators.trade import new_card

pytestmark = pytest.mark.slow
WAIT_S = 20.0
SALE = {
    "reference": "R1-0042",
    "lines": [{"name": "牛乳", "unit_yen": 540, "tax": 8, "quantity": 2}, {"name": "袋", "unit_yen": 5}],
}


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    (tmp_path / "pos").mkdir()
    monkeypatch.setenv("ENISHI_POS_FOLDER", str(tmp_path / "pos"))
    with Rig.counter(tmp_path) as counter:
        counter.await_screen("Waiting")
        yield counter


def told(counter: Counter, reference: str, state: str) -> dict[str, Any]:
    """The sale once it is in that state."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        answer: dict[str, Any] = requests.get(f"{counter.plan.kiosk_url}/pos/sales/{reference}", timeout=5).json()
        if answer["state"] == state:
            return answer
        time.sleep(0.1)
    raise AssertionError(answer)


def shown(counter: Counter, text: str) -> None:
    """Wait for it on the page."""
    end = time.monotonic() + WAIT_S
    while text not in requests.get(counter.plan.kiosk_url, timeout=5).text:
        assert time.monotonic() < end, text
        time.sleep(0.1)


def serve(counter: Counter) -> None:
    image, track = new_card(1, Rig.ring(counter))
    assert counter.insert(SimCard(image.card, track))
    counter.await_screen("Keying")
    counter.press("enter")
    counter.wait_discharged()
    counter.pull()
    counter.await_screen("Waiting")


def test_a_sale_of_the_pos_waits_for_a_card_and_its_answer_comes_back(counter: Counter) -> None:
    url = f"{counter.plan.kiosk_url}/pos/sales"
    assert requests.post(url, json=SALE, timeout=5).status_code == 202
    shown(counter, "1,085円")
    serve(counter)
    answer = told(counter, "R1-0042", "done")
    assert (answer["due_yen"], answer["earn"], answer["balance"]) == (1_085, 10, 10)
    assert requests.post(url, json=SALE, timeout=5).json() == answer
    assert "1,085円" not in requests.get(counter.plan.kiosk_url, timeout=5).text


def test_after_a_restart_the_pos_hears_what_was_sold_and_nothing_is_sold_twice(counter: Counter) -> None:
    url = f"{counter.plan.kiosk_url}/pos/sales"
    requests.post(url, json=SALE, timeout=5)
    shown(counter, "1,085円")
    serve(counter)
    answer = told(counter, "R1-0042", "done")
    counter.kill_terminal()
    counter.start_terminal()
    counter.await_screen("Waiting")
    again = requests.post(url, json=SALE, timeout=5)
    assert (again.status_code, again.json()) == (202, answer)
    assert requests.delete(f"{url}/R1-0042", timeout=5).json()["code"] == "kiosk.pos_done"
    assert requests.post(url, json=SALE | {"discount_yen": 5}, timeout=5).json()["code"] == "kiosk.pos_other_content"
    assert "1,085円" not in requests.get(counter.plan.kiosk_url, timeout=5).text
    health = counter.health()
    assert health is not None
    assert health["visits_today"] == 1


def test_a_sale_is_taken_back_by_the_pos_or_at_the_counter(counter: Counter) -> None:
    url = f"{counter.plan.kiosk_url}/pos/sales"
    for reference in ("R1", "R2"):
        requests.post(url, json={"reference": reference, "amount_yen": 500}, timeout=5)
        told(counter, reference, "waiting")
        if reference == "R1":
            requests.delete(f"{url}/R1", timeout=5)
        else:
            counter.press("cancel")
        told(counter, reference, "cancelled")
        assert "500円" not in requests.get(counter.plan.kiosk_url, timeout=5).text


def test_a_dropped_file_is_a_sale_and_goes_away_with_its_answer(counter: Counter, tmp_path: Path) -> None:
    folder = tmp_path / "pos"
    (folder / "bad.csv").write_text("商品名,単価\n牛乳,高い\n", "cp932")
    (folder / "sale.csv").write_text("商品名,単価,税率\n牛乳,1080,8%\n", "cp932")
    shown(counter, "1,080円")
    assert "(kiosk.pos_file)" in (folder / "refused/bad.txt").read_text("utf-8")
    serve(counter)
    end = time.monotonic() + WAIT_S
    while not (folder / "done/sale.csv").exists():
        assert time.monotonic() < end
        time.sleep(0.1)
    assert "earn=10" in (folder / "done/sale.txt").read_text("utf-8").splitlines()
