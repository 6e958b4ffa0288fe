"""The days as terminals closed them, and what customers said."""

from __future__ import annotations

from flask import Blueprint, request

from server.access.rights import Right
from server.sales import lists, timeline
from server.web import listing
from server.web.access import needs
from server.web.feature import Feature, Group, MenuItem
from server.web.listing import Answer
from shared.locale import N_

BLUEPRINT = Blueprint("sales", __name__, template_folder="templates", url_prefix="/sales")
FEATURE = Feature(
    "sales",
    BLUEPRINT,
    menu=(
        MenuItem(Group.SALES, "receipt", N_("日報"), "sales.days", 1, Right.SALES_READ),
        MenuItem(Group.SALES, "message-square", N_("お客さまの声"), "sales.voices", 2, Right.SALES_READ),
    ),
    timeline=timeline.happened,
)


@BLUEPRINT.get("/days")
@needs(Right.SALES_READ)
def days() -> Answer:
    return listing.page(lists.days(), request.args, "sales/days.html")


@BLUEPRINT.get("/voices")
@needs(Right.SALES_READ)
def voices() -> Answer:
    return listing.page(lists.voices(), request.args)
