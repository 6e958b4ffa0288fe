"""Goods of one business day, with a card and without."""

from __future__ import annotations

from sqlalchemy import select, tuple_, union_all

from server.api import cursors
from server.api.book_shapes import SaleLineOut, SaleLines, SaleQuery
from server.api.calls import Call, Reply
from server.ledger.models import COUNTED, Visit
from server.sales.models import PlainSale, SaleLine

_COLUMNS = (
    SaleLine.stream, SaleLine.seq, SaleLine.place, SaleLine.visit, SaleLine.code, SaleLine.name, SaleLine.category,
    SaleLine.unit_yen, SaleLine.quantity, SaleLine.tax, SaleLine.discount_yen,
)  # fmt: skip


def lines(call: Call) -> Reply:
    """Of visits that count, and of sales without a card."""
    asked: SaleQuery = call.query
    carded = (
        select(*_COLUMNS, Visit.store.label("store"))
        .join(Visit, Visit.visit == SaleLine.visit)
        .where(Visit.business_day == asked.day, Visit.state == COUNTED, call.scope.where(Visit.store))
    )
    plain = (
        select(*_COLUMNS, PlainSale.store.label("store"))
        .join(PlainSale, (PlainSale.stream == SaleLine.stream) & (PlainSale.seq == SaleLine.seq))
        .where(PlainSale.business_day == asked.day, SaleLine.visit == "", call.scope.where(PlainSale.store))
    )
    both = union_all(carded, plain).subquery()
    query = select(both).order_by(both.c.stream, both.c.seq, both.c.place).limit(asked.limit + 1)
    if asked.store:
        query = query.where(both.c.store == asked.store)
    place = cursors.decode(asked.after, str, int, int)
    if place:
        here = (cursors.stream(place[0]), place[1], place[2])
        query = query.where(tuple_(both.c.stream, both.c.seq, both.c.place) > tuple_(*here))
    rows, more = cursors.cut(call.session.execute(query).all(), asked.limit)
    items = [
        SaleLineOut(
            row.visit, row.store, row.place, row.code, row.name, row.category, row.unit_yen, row.quantity, row.tax,
            row.discount_yen,
        )
        for row in rows
    ]  # fmt: skip
    last = rows[-1] if more else None
    return Reply(SaleLines(items, cursors.encode(last.stream.hex(), last.seq, last.place) if last else ""))
