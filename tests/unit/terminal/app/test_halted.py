"""A terminal without its journal: the page says why, keys do nothing, a signal ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import TEXTS, EnishiError
from shared.locale import japanese
from shared.visit.events import Key
from terminal.app.halted import Halted
from terminal.app.kiosk.render import Renderer
from terminal.app.kiosk.web import create_app
from terminal.app.runner import Stop

STORE_CODES = sorted(code for code in TEXTS if code.startswith("store."))
OWN = {"Host": "localhost", "Origin": "http://localhost"}


@pytest.mark.parametrize("code", STORE_CODES)
def test_the_page_says_what_happened_and_what_to_do(code: str) -> None:
    halted = Halted(EnishiError(code), "0.1.0")
    renderer = Renderer("駅前店", "ja", japanese, "0.1.0")
    client = create_app(halted.stage, renderer, halted.press, halted.health, Path("none")).test_client()
    page = client.get("/", headers=OWN).get_data(as_text=True)
    assert TEXTS[code].text.partition("{")[0] in page
    assert TEXTS[code].remedy in page
    assert code in page
    assert client.post("/keys", json={"key": Key.ENTER.value}, headers=OWN).status_code == 204
    assert client.get("/health", headers=OWN).get_json()["troubles"] == [code]


def test_it_waits_for_the_signal_and_feeds_the_watchdog() -> None:
    halted = Halted(EnishiError("store.corrupt"), "0.1.0")
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        halted.inbox.urge(Stop())

    halted.wait(beat)
    assert beats == [1]


def test_a_page_that_breaks_down_ends_it_too() -> None:
    halted = Halted(EnishiError("store.corrupt"), "0.1.0")
    beats: list[int] = []
    halted.crashed("kiosk", OSError())
    halted.wait(lambda: beats.append(1))
    assert not beats
