"""The list of stores."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from server.stores.models import Store
from server.web.finding import folded
from server.web.i18n import short_time
from server.web.listing import Column, Listing
from server.web.viewed import viewed
from shared.locale import N_


def matches(query: str) -> ColumnElement[bool]:
    return folded(Store.name, query) | folded(Store.code, query)


def stores() -> Listing:
    return Listing(
        title=N_("店舗"),
        query=select(Store).where(viewed().where(Store.code)),
        columns=(
            Column("code", N_("コード"), lambda one: one.code, lambda one: one.code, Store.code),
            Column("name", N_("店舗名"), lambda one: one.name, lambda one: one.name, Store.name, heads_row=True),
            Column(
                "created", N_("登録"), lambda one: short_time(one.created_ms), lambda one: short_time(one.created_ms),
                Store.created_ms,
            ),
        ),
        key=Store.code,
        export_name="stores",
        search=matches,
        search_label=N_("店舗の名前かコードで探す"),
        empty_text=N_("店舗がまだありません。最初の店舗を加えてください。"),
        order="code",
    )  # fmt: skip
