"""Passkeys for real: Chromium with a device of its own, as its debugging protocol offers one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from server.app import create_app
from server.config import Settings
from server.staff.models import Passkey
from tests.contract.head_office_bench import LOGIN, PASSWORD, Bench

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


@pytest.fixture
def base(bench: Bench) -> Iterator[str]:
    """The office under a name: browsers keep no passkeys for bare addresses."""
    server = make_server("127.0.0.1", 0, lambda _environ, _start: [], threaded=True)
    address = f"http://localhost:{server.port}"
    settings = Settings(data_dir=bench.folder, public_url=address)
    server.app = create_app(settings, lambda: bench.now_ms, bench.database)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def device(page: Page) -> tuple[Any, str]:
    """A device that says yes; its session and its name."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]


def sign_in(page: Page, base: str) -> None:
    page.goto(base + "/sign-in")
    page.fill("#login", LOGIN)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="ログイン", exact=True).click()


def register(page: Page, base: str) -> None:
    page.goto(base + "/me")
    page.fill("#name", "帳場の一台")
    page.get_by_role("button", name="パスキーを登録する").click()
    expect(page.locator("main")).to_contain_text("帳場の一台")


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def test_a_passkey_is_made_and_opens_without_a_password(bench: Bench, base: str, page: Page) -> None:
    device(page)
    sign_in(page, base)
    register(page, base)
    sign_out(page)
    page.goto(base + "/sign-in?next=/stores")
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url(base + "/stores")
    expect(page.locator("h1")).to_contain_text("店舗")
    assert bench.count(Passkey) == 1


def test_it_stands_for_the_second_factor_and_for_proving_it_again(bench: Bench, base: str, page: Page) -> None:
    device(page)
    sign_in(page, base)
    register(page, base)
    sign_out(page)
    sign_in(page, base)
    expect(page.locator("h1")).to_have_text("本人の確認")
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url(base + "/")
    bench.now_ms += 11 * 60_000
    page.goto(base + "/staff/new")
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url(base + "/staff/new")


def test_a_device_that_does_not_know_its_owner_and_a_key_that_was_dropped_open_nothing(
    bench: Bench, base: str, page: Page
) -> None:
    session, name = device(page)
    sign_in(page, base)
    register(page, base)
    page.get_by_role("button", name="このパスキーを消す").click()
    expect(page.locator("main")).not_to_contain_text("帳場の一台")
    assert session.send("WebAuthn.getCredentials", {"authenticatorId": name})["credentials"]
    sign_out(page)
    page.goto(base + "/sign-in")
    page.get_by_role("button", name="パスキーを使う").click()
    expect(page.locator("[data-problem]")).to_contain_text("パスキーを確かめられませんでした。")
    assert bench.count(Passkey) == 0
