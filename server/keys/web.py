"""The key epochs, on the terminals' page: which there are and what cards under them may do."""

from __future__ import annotations

from flask import Blueprint, render_template
from markupsafe import Markup

from server.keys import service
from server.web.context import db
from server.web.feature import Feature, Page, Section

BLUEPRINT = Blueprint("keys", __name__, template_folder="templates")


def _epochs(_number: int) -> Markup:
    return Markup(render_template("keys/epochs.html", epochs=service.epochs(db())))


FEATURE = Feature("keys", BLUEPRINT, sections=(Section(Page.TERMINALS, _epochs),))
