"""What is known of a terminal's journal, on its page; and the API among the features."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from server.sync import api, enrol_api, replace_pages, service
from server.web.context import db
from server.web.feature import Feature, Page, Section


def _terminal(number: int) -> Markup:
    return Markup(render_template("sync/terminal.html", streams=service.streams(db()).get(number, [])))


API = (api, enrol_api)  # both stand on one blueprint
FEATURE = Feature("sync", api.BLUEPRINT, sections=(Section(Page.TERMINAL, _terminal),))
REPLACING = Feature("replacing", replace_pages.BLUEPRINT)
