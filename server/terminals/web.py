"""The list of terminals, one of them, and stopping it."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.stores import service as stores
from server.terminals import service
from server.terminals.models import Terminal
from server.web.context import db, now_ms
from server.web.feature import Feature, Group, MenuItem, Page, Section
from shared.locale import N_

SILENT_MS = 15 * 60_000  # a terminal calls every minute; a quarter of an hour without is worth a look

BLUEPRINT = Blueprint("terminals", __name__, template_folder="templates", url_prefix="/terminals")


@BLUEPRINT.get("")
def listing() -> str:
    return render_template("terminals/list.html", **_all())


@BLUEPRINT.get("/<int:number>")
def one(number: int) -> str:
    terminal = _find(number)
    return render_template(
        "terminals/one.html", terminal=terminal, state=state(terminal), store=stores.names(db()).get(terminal.store)
    )


@BLUEPRINT.get("/<int:number>/revocations/new")
def ask_revocation(number: int) -> str:
    return render_template("terminals/revoke.html", terminal=_find(number))


@BLUEPRINT.post("/<int:number>/revocations")
def revoke(number: int) -> Response:
    service.revoke(db(), _find(number))
    return redirect(url_for("terminals.one", number=number), 303)


def state(terminal: Terminal) -> str:
    """``revoked``, ``never``, ``silent`` or ``live``."""
    if terminal.revoked:
        return "revoked"
    if not terminal.contact_ms:
        return "never"
    return "silent" if now_ms() - terminal.contact_ms > SILENT_MS else "live"


def _all() -> dict[str, object]:
    rows = [(terminal, state(terminal)) for terminal in service.all_terminals(db())]
    return {"rows": rows, "stores": stores.names(db())}


def _home(_number: int) -> Markup:
    return Markup(render_template("terminals/home.html", **_all()))


def _find(number: int) -> Terminal:
    terminal = service.find(db(), number)
    if terminal is None:
        abort(404)
    return terminal


FEATURE = Feature(
    "terminals",
    BLUEPRINT,
    menu=(MenuItem(Group.STORES, "tablet", N_("端末"), "terminals.listing"),),
    sections=(Section(Page.HOME, _home),),
)
