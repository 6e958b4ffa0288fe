"""Put products into the master, find them, and keep the terminals' copy of them fresh."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from server.db.bulk import add_rows
from server.db.database import chunks
from server.feed import service as feed
from server.products.models import SEARCH_KEY_MAX, Product
from shared.sale.product import Product as Sold
from shared.sale.product import TaxRate, validate_product
from shared.sync.messages import FeedItem, ProductItem
from shared.text.kana import search_key

_COLUMNS = ("code", "name", "kana", "unit_yen", "tax", "category", "earns", "gone", "search_key", "changed_ms")


@dataclass(frozen=True, slots=True)
class Entry:
    """A product as the master holds it."""

    product: Sold
    gone: bool = False


def put(session: Session, entries: Collection[Entry], now_ms: int) -> None:
    """Add or replace, by code, and tell the terminals. Raises as ``shared.sale.product.validate_product``."""
    for entry in entries:
        validate_product(entry.product)
    by_code = {entry.product.code: entry for entry in entries}
    for piece in chunks(by_code):
        session.execute(delete(Product).where(Product.code.in_(piece)))
    add_rows(session, Product, _COLUMNS, [_row(entry, now_ms) for entry in by_code.values()])
    _tell(session, by_code.values(), now_ms)


def known(session: Session, codes: Collection[str]) -> Mapping[str, Entry]:
    """Those of ``codes`` that the master holds."""
    return {
        row.code: _entry(row)
        for piece in chunks(codes)
        for row in session.scalars(select(Product).where(Product.code.in_(piece)))
    }


def matches(query: str) -> ColumnElement[bool]:
    """Products whose code, name or kana contains ``query``."""
    return Product.search_key.contains(search_key(query), autoescape=True)


def publish(session: Session, now_ms: int) -> int:
    """Tell the terminals of every product once more; how many."""
    entries = [_entry(row) for row in session.scalars(select(Product).order_by(Product.code))]
    _tell(session, entries, now_ms)
    return len(entries)


def _tell(session: Session, entries: Iterable[Entry], now_ms: int) -> None:
    items: dict[str, FeedItem] = {
        f"product:{entry.product.code}": ProductItem(entry.product, entry.gone) for entry in entries
    }
    feed.publish(session, items, now_ms)


def _entry(row: Product) -> Entry:
    sold = Sold(row.code, row.name, row.kana, row.unit_yen, TaxRate(row.tax), row.category, row.earns)
    return Entry(sold, row.gone)


def _row(entry: Entry, now_ms: int) -> tuple[object, ...]:
    sold = entry.product
    key = "\n".join(search_key(text) for text in (sold.code, sold.name, sold.kana))[:SEARCH_KEY_MAX]
    return (
        sold.code, sold.name, sold.kana, sold.unit_yen, int(sold.tax), sold.category, sold.earns, entry.gone, key,
        now_ms,
    )  # fmt: skip
