"""The list of stores, and a new one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.stores import service
from server.stores.lists import matches, stores
from server.stores.models import Store
from server.web import listing as lists
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms
from server.web.feature import Feature, Group, Hit, MenuItem, Page, Section
from server.web.i18n import gettext as _
from server.web.listing import Answer
from server.web.shell import local_path
from server.web.viewed import choose, chosen
from shared.errors import EnishiError, Refused
from shared.locale import N_

BLUEPRINT = Blueprint("stores", __name__, template_folder="templates", url_prefix="/stores")


def _mine(_number: int) -> Markup:
    """On the home page of who works with some stores only: which these are."""
    bound = scope()
    names = () if bound.stores is None else sorted(store.name for store in service.all_stores(db(), bound))
    return Markup("" if bound.stores is None else render_template("stores/mine.html", names=names))


def _bar(_number: int) -> Markup:
    """Above every page: the store that is looked at, where there is a choice."""
    known = service.all_stores(db(), scope())
    return Markup(render_template("stores/bar.html", stores=known, chosen=chosen()) if len(known) > 1 else "")


def _finds(query: str) -> Sequence[Hit]:
    found = db().scalars(select(Store).where(scope().where(Store.code), matches(query)).order_by(Store.code).limit(3))
    return [Hit(_("店舗"), store.name, store.code, url_for("stores.listing", q=store.code)) for store in found]


FEATURE = Feature(
    "stores",
    BLUEPRINT,
    menu=(MenuItem(Group.STORES, "store", N_("店舗"), "stores.listing", right=Right.TERMINALS_READ),),
    sections=(Section(Page.BAR, _bar, 1), Section(Page.HOME, _mine, 0)),
    finds=_finds,
    acts={"stores.added": N_("店舗を追加")},
)


@BLUEPRINT.get("")
@needs(Right.TERMINALS_READ)
def listing() -> Answer:
    return lists.page(stores(), request.args, "stores/list.html")


@BLUEPRINT.post("/view")
@needs(None, silent=True)
def view() -> Response:
    """Which store the lists and figures show; "" or one that is not one's own: all."""
    store = request.form.get("store", "")
    choose(store if service.exists(db(), store, scope()) else "")
    return redirect(local_path(request.form.get("next", "")), 303)


@BLUEPRINT.get("/new")
@needs(Right.STORES_EDIT)
def new() -> str:
    return render_template("stores/new.html", typed={}, errors={})


@BLUEPRINT.post("")
@needs(Right.STORES_EDIT)
def add() -> Response | tuple[str, int]:
    try:
        store = service.add(db(), request.form.get("code", ""), request.form.get("name", ""), now_ms())
    except EnishiError as error:
        errors = {"name" if error.code == "input.store_name" else "code": Refused(error.code, error.facts)}
        return render_template("stores/new.html", typed=request.form, errors=errors), 422
    audit.note(db(), actor(), "stores.added", f"store:{store.code}", {}, now_ms())
    return redirect(url_for("stores.listing"), 303)
