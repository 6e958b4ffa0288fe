"""The benefits of a card, on its page."""

from __future__ import annotations

from flask import Blueprint, render_template
from markupsafe import Markup

from server.benefits import service
from server.stores import service as stores
from server.web.context import db
from server.web.feature import Feature, Page, Section

BLUEPRINT = Blueprint("benefits", __name__, template_folder="templates")


def _card(number: int) -> Markup:
    lines = service.lines(db(), number)
    return Markup(render_template("benefits/card.html", lines=lines, stores=stores.names(db())) if lines else "")


FEATURE = Feature("benefits", BLUEPRINT, sections=(Section(Page.CARD, _card, 6),))
