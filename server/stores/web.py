"""The list of stores, and a new one."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.stores import service
from server.web.context import db, now_ms
from server.web.feature import Feature, Group, MenuItem
from shared.errors import EnishiError, Refused
from shared.locale import N_

BLUEPRINT = Blueprint("stores", __name__, template_folder="templates", url_prefix="/stores")
FEATURE = Feature("stores", BLUEPRINT, menu=(MenuItem(Group.STORES, "store", N_("店舗"), "stores.listing"),))


@BLUEPRINT.get("")
def listing() -> str:
    return render_template("stores/list.html", stores=service.all_stores(db()))


@BLUEPRINT.get("/new")
def new() -> str:
    return render_template("stores/new.html", typed={}, errors={})


@BLUEPRINT.post("")
def add() -> Response | tuple[str, int]:
    try:
        service.add(db(), request.form.get("code", ""), request.form.get("name", ""), now_ms())
    except EnishiError as error:
        errors = {"name" if error.code == "input.store_name" else "code": Refused(error.code, error.facts)}
        return render_template("stores/new.html", typed=request.form, errors=errors), 422
    return redirect(url_for("stores.listing"), 303)
