"""Products, settings, daily reports and voices at the console, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.access.scope import ALL
from server.benefits import service as benefits
from server.products import service as products
from server.shop import service as shop
from shared.sale.basket import EMPTY
from shared.sale.product import Product
from shared.visit.journal import Day, Handover, PlainSale, Replace, StopCard, Voice
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    DAY,
    OTHER_CARD,
    START_MS,
    Bench,
    abort,
    commit,
    intent,
    post,
    visit_id,
)
from tests.contract.test_counter import NO_SALE, TODAY

FORM = {
    "price_basis": "exclusive", "tax_rounding": "ceil", "prefixes": "０２, 21", "price_digits": "５",
    "invoice_number": "t１２３４５６７８９０１２３", "voices": "おいしい\r\n\r\nせまい", "needs_duty": "1",
}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_settings_are_saved_as_they_were_meant(bench: Bench, clerk: FlaskClient) -> None:
    assert post(clerk, "/shop", "/shop", **FORM).status_code == 303
    with bench.database.reading() as session:
        held = shop.settings(session)
    assert held.sale_rules.price_in_code.prefixes == ("02", "21")
    assert (held.invoice_number, held.voices, held.needs_duty) == ("T1234567890123", ("おいしい", "せまい"), True)
    assert "T1234567890123" in text(clerk, "/shop")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("invoice_number", "T1", "数字13けた"), ("voices", "あ" * 21, "20 文字まで"), ("prefixes", "99", "20〜29")],
)
def test_a_setting_that_cannot_be_stays_in_the_form(
    bench: Bench, clerk: FlaskClient, field: str, value: str, said: str
) -> None:
    answer = post(clerk, "/shop", "/shop", **(FORM | {field: value}))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    assert value in page
    with bench.database.reading() as session:
        assert shop.settings(session) == shop.Settings()


def test_products_are_found_by_code_name_and_kana(bench: Bench, clerk: FlaskClient) -> None:
    assert "products import" in text(clerk, "/products")
    with bench.database.transaction() as session:
        bread = products.Entry(Product("4901234567894", "食パン", "ショクパン", 300))
        old = products.Entry(Product("A-1", "むかしのパン", "", 200), gone=True)
        products.put(session, [bread, old], START_MS)
    assert all("食パン" in text(clerk, f"/products?q={query}") for query in ("490123", "しょくぱん", "食"))
    assert "むかしのパン" not in text(clerk, "/products")
    assert "むかしのパン" in text(clerk, "/products?gone=1")


def test_days_show_their_mark_and_what_differs(bench: Bench, clerk: FlaskClient) -> None:
    terminal = bench.terminal()
    terminal.write(BOOT, PlainSale(1, 250, EMPTY, 0, DAY))
    terminal.write(Day(DAY, "close", 0, replace(NO_SALE, visits=1, sales_yen=250)), Day(DAY, "close", 0, NO_SALE))
    terminal.push()
    page = text(clerk, "/sales/days").partition("<tbody>")[2]
    assert page.count("一致") == page.count("違いあり") == 1
    assert "端末 0・本部 250" in page
    assert "違いあり" not in text(clerk, "/sales/days?state=same").partition("<tbody>")[2]


def test_voices_are_listed_with_their_cards(bench: Bench, clerk: FlaskClient) -> None:
    assert "まだありません" in text(clerk, "/sales/voices")
    post(clerk, "/shop", "/shop", **FORM)
    terminal = bench.terminal()
    terminal.write(BOOT, intent(1, 1), commit(1), Voice(2, visit_id(1), 0))
    terminal.push()
    page = text(clerk, "/sales/voices")
    assert "せまい" in page
    assert f"/cards/{CARD}" in page


def test_a_voice_of_a_visit_that_did_not_happen_is_kept_and_names_nobody(bench: Bench, clerk: FlaskClient) -> None:
    """Of one that was taken back, and of one that never began; a voice may come before its visit."""
    terminal = bench.terminal()
    terminal.write(BOOT, Voice(1, visit_id(1), 0), intent(1, 1), abort(1), Voice(2, visit_id(9), 0))
    terminal.push()
    assert f"/cards/{CARD}" not in text(clerk, "/sales/voices")
    terminal.write(Voice(3, visit_id(2), 0), intent(2, 1), commit(2))
    terminal.push()
    assert text(clerk, "/sales/voices").count(f"/cards/{CARD}") == 1


def test_the_page_of_a_card_says_why_it_is_stopped_and_what_was_handed_over(bench: Bench, clerk: FlaskClient) -> None:
    terminal = bench.terminal()
    terminal.write(BOOT, intent(1, 1), commit(1), StopCard(CARD, "stolen", 7), Replace(CARD, OTHER_CARD, 0))
    terminal.push()
    with bench.database.transaction() as session:
        benefit = benefits.grant(session, OTHER_CARD, "お花", "", 1, TODAY, START_MS, ALL).id
    terminal.write(Handover(benefit, OTHER_CARD, visit_id(1), True, 0))
    terminal.push()
    page = text(clerk, f"/cards/{CARD}")
    assert "盗難" in page
    assert "取り替え" in page
    page = text(clerk, f"/cards/{OTHER_CARD}")
    assert "お花" in page
    assert "お渡し済み" in page
