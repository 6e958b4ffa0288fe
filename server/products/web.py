"""The list of products."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from server.products import service
from server.web.context import db
from server.web.feature import Feature, Group, MenuItem
from shared.locale import N_

BLUEPRINT = Blueprint("products", __name__, template_folder="templates", url_prefix="/products")
FEATURE = Feature(
    "products", BLUEPRINT, menu=(MenuItem(Group.SALES, "shopping-bag", N_("商品"), "products.listing", 3),)
)
QUERY_MAX = 60


@BLUEPRINT.get("")
def listing() -> str:
    query, gone = request.args.get("q", "")[:QUERY_MAX].strip(), bool(request.args.get("gone"))
    result = service.search(db(), query, gone)
    return render_template("products/list.html", query=query, gone=gone, result=result)
