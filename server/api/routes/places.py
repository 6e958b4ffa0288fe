"""Stores and terminals, and that head office answers."""

from __future__ import annotations

from sqlalchemy import select

from server.api.calls import Call, Reply
from server.api.desk_shapes import Health, StoreOut, Stores, TerminalOut, Terminals
from server.stores import service as stores
from server.terminals.models import Terminal


def all_stores(call: Call) -> Reply:
    return Reply(Stores([StoreOut(one.code, one.name) for one in stores.all_stores(call.session, call.scope)]))


def terminals(call: Call) -> Reply:
    query = select(Terminal).where(call.scope.where(Terminal.store)).order_by(Terminal.id)
    items = [
        TerminalOut(one.id, one.store, one.name, one.state, one.contact_ms, one.software, one.waiting)
        for one in call.session.scalars(query)
    ]
    return Reply(Terminals(items))


def health(call: Call) -> Reply:
    caller = call.caller
    codes = None if caller.scope.stores is None else sorted(caller.scope.stores)
    return Reply(Health("ok", caller.name, sorted(caller.scopes), codes, call.now_ms))
