"""The page on which a card gets another one's place."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.cards import seeing
from server.cards import service as cards
from server.cards.models import Card
from server.stores import service as stores
from server.sync import replacing
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms
from shared.errors import EnishiError, Refused
from shared.ids import parse_card_no

BLUEPRINT = Blueprint("replacing", __name__, template_folder="templates", url_prefix="/cards")


@BLUEPRINT.get("/<int:number>/replacements/new")
@needs(Right.CARDS_EDIT)
def ask(number: int) -> str:
    return _form(_find(number), {}, {})


@BLUEPRINT.post("/<int:number>/replacements")
@needs(Right.CARDS_EDIT)
def replace(number: int) -> Response | tuple[str, int]:
    old, store = _find(number), request.form.get("store", "")
    try:
        new = parse_card_no(unicodedata.normalize("NFKC", request.form.get("card", "")).strip())
        if not stores.exists(db(), store, scope()):
            raise EnishiError("input.store_unknown", value=store[:20])
        replacing.replace(db(), old, new, store, actor(), request.form.get("note", ""), now_ms())
    except EnishiError as error:
        return _form(old, request.form, {"card": Refused(error.code, error.facts)}), 422
    audit.note(db(), actor(), "cards.replaced", f"card:{number}", {"card": new}, now_ms())
    return redirect(url_for("cards.one", number=new), 303)


def _form(card: Card, typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    seen = stores.all_stores(db(), scope())
    return render_template("sync/replace.html", card=card, stores=seen, typed=typed, errors=errors)


def _find(number: int) -> Card:
    card = cards.find(db(), number)
    if card is None or not seeing.sees(db(), number, scope()):
        abort(404)
    return card
