"""Entries to follow from the beginning, and visits to look through from the end."""

from __future__ import annotations

from itertools import takewhile

from sqlalchemy import select, tuple_

from server.api import cursors
from server.api.book_shapes import Entries, EntryOut, EntryQuery, VisitOut, VisitQuery, Visits
from server.api.calls import Call, Reply
from server.api.routes import cards as card_routes
from server.api.routes.lots import expires
from server.cards import seeing
from server.ledger.models import Entry, Visit

SETTLED_MS = 30_000  # numbers are not given in the order of commits: no transaction stays open that long


def entries(call: Call) -> Reply:
    asked: EntryQuery = call.query
    chosen = card_routes.visible(call, asked.card, asked.member)
    query = select(Entry).order_by(Entry.id).limit(asked.limit + 1)
    if chosen is not None:
        query = query.where(Entry.card.in_(chosen))
    elif call.scope.stores is not None:
        query = query.where(Entry.card.in_(seeing.numbers(call.scope)))
    place = cursors.decode(asked.after, int)
    if place:
        query = query.where(Entry.id > place[0])
    found = call.session.scalars(query).all()
    if chosen is None:  # of one card they are in the order of commits
        found = list(takewhile(lambda row: row.at_ms <= call.now_ms - SETTLED_MS, found))
    rows, _ = cursors.cut(found, asked.limit)
    items = [EntryOut(row.id, row.card, row.visit, row.kind, row.points, expires(row.month), row.at_ms) for row in rows]
    # Also where nothing follows yet: the next call goes on from there.
    return Reply(Entries(items, cursors.encode(rows[-1].id) if rows else asked.after))


def visits(call: Call) -> Reply:
    asked: VisitQuery = call.query
    chosen = card_routes.visible(call, asked.card, asked.member)
    query = select(Visit).where(call.scope.where(Visit.store)).order_by(Visit.at_ms.desc(), Visit.visit.desc())
    if chosen is not None:
        query = query.where(Visit.card.in_(chosen))
    if asked.day:
        query = query.where(Visit.business_day == asked.day)
    place = cursors.decode(asked.after, int, str)
    if place:
        query = query.where(tuple_(Visit.at_ms, Visit.visit) < tuple_(*place))
    rows, more = cursors.cut(call.session.scalars(query.limit(asked.limit + 1)).all(), asked.limit)
    items = [
        VisitOut(
            row.visit, row.card, row.store, row.terminal, row.at_ms, row.business_day, row.kind, row.state,
            row.amount_yen, row.earn, row.redeem, row.expired,
        )
        for row in rows
    ]  # fmt: skip
    return Reply(Visits(items, cursors.encode(rows[-1].at_ms, rows[-1].visit) if more else ""))
