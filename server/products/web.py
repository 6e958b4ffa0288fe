"""The list of products."""

from __future__ import annotations

from flask import Blueprint, request
from markupsafe import Markup
from sqlalchemy import select

from server.access.rights import Right
from server.products import service
from server.products.models import Product
from server.web import listing as lists
from server.web.access import needs
from server.web.feature import Feature, Group, MenuItem
from server.web.i18n import gettext as _
from server.web.i18n import yen
from server.web.listing import Answer, Column, Facet, Listing
from shared.locale import N_

BLUEPRINT = Blueprint("products", __name__, template_folder="templates", url_prefix="/products")
FEATURE = Feature(
    "products",
    BLUEPRINT,
    menu=(MenuItem(Group.SALES, "shopping-bag", N_("商品"), "products.listing", 3, Right.SALES_READ),),
)
_GONE = {False: N_("取扱中"), True: N_("取扱終了")}
_EARNS = {True: N_("対象"), False: N_("対象外")}


def _name(product: Product) -> Markup:
    kana = Markup('<br><span class="hint">{}</span>').format(product.kana) if product.kana else ""
    return Markup("{}{}").format(product.name, kana)


PRODUCTS = Listing(
    title=N_("商品"),
    query=select(Product),
    columns=(
        Column("code", N_("コード"), lambda one: one.code, lambda one: one.code, Product.code),
        Column("name", N_("商品名"), _name, lambda one: one.name, Product.kana, heads_row=True),
        Column("kana", N_("フリガナ"), lambda one: "", lambda one: one.kana, hidden=True),
        Column("category", N_("部門"), lambda one: one.category or "—", lambda one: one.category, Product.category),
        Column(
            "price",
            N_("価格"),
            lambda one: yen(one.unit_yen),
            lambda one: one.unit_yen,
            Product.unit_yen,
            right_aligned=True,
        ),
        Column("tax", N_("税率"), lambda one: f"{one.tax}%", lambda one: one.tax, Product.tax, right_aligned=True),
        Column("earns", N_("ポイント"), lambda one: _(_EARNS[one.earns]), lambda one: _(_EARNS[one.earns])),
        Column("state", N_("状態"), lambda one: _(_GONE[one.gone]), lambda one: _(_GONE[one.gone])),
    ),
    key=Product.code,
    export_name="products",
    facets=(
        Facet("gone", N_("状態"), Product.gone, _GONE, default="0"),
        Facet("category", N_("部門"), Product.category),
        Facet("tax", N_("税率"), Product.tax, lambda tax: f"{tax}%"),
        Facet("earns", N_("ポイント"), Product.earns, _EARNS),
    ),
    search=service.matches,
    search_label=N_("コード、商品名、カナの一部"),
    empty_text=N_(
        "商品がまだありません。サーバーで「python -m server products import ファイル」を実行して取り込んでください。"
    ),
    order="code",
)


@BLUEPRINT.get("")
@needs(Right.SALES_READ)
def listing() -> Answer:
    return lists.page(PRODUCTS, request.args)
