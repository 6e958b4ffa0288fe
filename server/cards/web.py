"""A card by its number."""

from __future__ import annotations

import unicodedata

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.cards import service
from server.stores import service as stores
from server.web.context import db
from server.web.feature import Feature, Group, MenuItem
from shared.errors import EnishiError, Refused
from shared.ids import CardNo, format_card_no, parse_card_no
from shared.locale import N_

BLUEPRINT = Blueprint("cards", __name__, template_folder="templates", url_prefix="/cards")
FEATURE = Feature("cards", BLUEPRINT, menu=(MenuItem(Group.MEMBERS, "credit-card", N_("カード"), "cards.ask"),))
BLUEPRINT.add_app_template_filter(lambda number: format_card_no(CardNo(number)), "card_no")


@BLUEPRINT.get("")
def ask() -> Response | str | tuple[str, int]:
    typed = request.args.get("number", "")
    if not typed.strip():
        return render_template("cards/ask.html", typed={}, errors={})
    try:
        number = parse_card_no(unicodedata.normalize("NFKC", typed).strip())
        if service.find(db(), number) is None:
            raise EnishiError("input.card_unknown", value=number)
    except EnishiError as error:
        errors = {"number": Refused(error.code, error.facts)}
        return render_template("cards/ask.html", typed=request.args, errors=errors), 422
    return redirect(url_for("cards.one", number=number), 303)


@BLUEPRINT.get("/<int:number>")
def one(number: int) -> str:
    card = service.find(db(), number)
    if card is None:
        abort(404)
    names = stores.names(db())
    stops = service.stops(db(), number)
    return render_template("cards/one.html", card=card, store=names.get(card.store, ""), stops=stops, stores=names)
