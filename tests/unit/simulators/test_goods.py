"""What the bakery sells is something a shop can sell, and head office takes it as it is."""

from __future__ import annotations

import msgspec

from server.seed import Seed
from shared.sale.codes import parse_code
from shared.sale.product import Product, TaxRate, validate_product
from shared.sync.pin import is_pin
from simulators.goods import CLERKS, GOODS, UNKNOWN, furniture
from simulators.shop import TENANT


def test_every_product_can_be_sold() -> None:
    for one in GOODS:
        validate_product(Product(one.code, one.name, one.kana, one.unit_yen, TaxRate(one.tax), one.category))
    assert parse_code(UNKNOWN[0]) == UNKNOWN[0]
    assert UNKNOWN[0] not in {one.code for one in GOODS}


def test_everybody_has_a_pin_of_their_own() -> None:
    assert len({one.pin for one in CLERKS}) == len(CLERKS)
    assert all(is_pin(one.pin) for one in CLERKS)


def test_head_office_reads_it_from_a_seed() -> None:
    document = {"tenant": TENANT, "programme_template": "bakery", "stores": [], **furniture()}
    seed = msgspec.json.decode(msgspec.json.encode(document), type=Seed)
    assert [one.code for one in seed.products] == [one.code for one in GOODS]
    assert seed.shop is not None
    assert seed.shop.invoice_number.startswith("T")
