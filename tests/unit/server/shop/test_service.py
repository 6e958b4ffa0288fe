"""The shops' settings: refused by name, told to every terminal, one salt for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Settings as OfficeSettings
from server.db.database import Database
from server.feed import service as feed
from server.setup import prepare
from server.shop import service
from server.shop.service import Settings
from shared.errors import EnishiError
from shared.sale.codes import PriceInCode
from shared.sale.rules import PriceBasis, SaleRules
from shared.sync.messages import ShopItem
from shared.units import Rounding

NOW_MS = 1_795_000_000_000
GOOD = Settings(
    SaleRules(PriceBasis.EXCLUSIVE, Rounding.HALF_UP, PriceInCode(("02",), 5)), "T1234567890123", ("おいしい",), True
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = prepare(OfficeSettings(data_dir=tmp_path / "office"))
    yield database
    database.close()


def items(database: Database) -> list[ShopItem]:
    with database.reading() as session:
        return [one.item for one in feed.pull(session, 0, 100).items if isinstance(one.item, ShopItem)]


def test_settings_reach_the_terminals_with_the_salt(database: Database) -> None:
    with database.transaction() as session:
        assert service.settings(session) == Settings()
        service.change(session, GOOD, NOW_MS)
        salt = service.pin_salt(session, NOW_MS)
        assert service.settings(session) == GOOD
    assert items(database) == [ShopItem(GOOD.sale_rules, GOOD.invoice_number, GOOD.voices, True, salt.hex())]


def test_the_salt_is_made_once_and_told_at_once(database: Database) -> None:
    with database.transaction() as session:
        salt = service.pin_salt(session, NOW_MS)
    assert [item.pin_salt for item in items(database)] == [salt.hex()]
    with database.transaction() as session:
        assert service.pin_salt(session, NOW_MS) == salt
        service.change(session, GOOD, NOW_MS)
        assert service.pin_salt(session, NOW_MS) == salt


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (Settings(invoice_number="T123"), "shop.invoice_number"),
        (Settings(voices=("a",) * 10), "shop.voices"),
        (Settings(voices=("あ" * 21,)), "shop.voices"),
        (Settings(SaleRules(price_in_code=PriceInCode(("99",)))), "sale.price_in_code"),
        (Settings(SaleRules(price_in_code=PriceInCode((), -1))), "sale.price_in_code"),
    ],
)
def test_settings_that_no_shop_can_have_are_refused_by_name(database: Database, settings: Settings, code: str) -> None:
    with pytest.raises(EnishiError, match=code.replace(".", r"\.")), database.transaction() as session:
        service.change(session, settings, NOW_MS)


def test_headings_are_typed_one_a_line() -> None:
    assert service.headings(" おいしい \r\n\r\nせまい　店\n") == ("おいしい", "せまい 店")
