"""The days as terminals closed them, and what customers said."""

from __future__ import annotations

from flask import Blueprint, render_template

from server.sales import service
from server.staff import service as staff
from server.stores import service as stores
from server.terminals import service as terminals
from server.web.context import db
from server.web.feature import Feature, Group, MenuItem
from shared.locale import N_

BLUEPRINT = Blueprint("sales", __name__, template_folder="templates", url_prefix="/sales")
FEATURE = Feature(
    "sales",
    BLUEPRINT,
    menu=(
        MenuItem(Group.SALES, "receipt", N_("日報"), "sales.days", 1),
        MenuItem(Group.SALES, "message-square", N_("お客さまの声"), "sales.voices", 2),
    ),
)
NAMES = {
    "visits": N_("来店"), "sales_yen": N_("売上"), "discount_yen": N_("ポイント使用"), "refunds": N_("返金の件数"),
    "refunds_yen": N_("返金"), "members_new": N_("新規会員"), "visits_with_card": N_("カードあり"),
    "visits_off_card": N_("カードなし"), "points_earned": N_("発行ポイント"), "points_used": N_("使用ポイント"),
    "points_expired": N_("失効ポイント"), "points_adjusted": N_("本部からの調整"),
}  # fmt: skip


@BLUEPRINT.get("/days")
def days() -> str:
    return render_template("sales/days.html", days=service.days(db()), names=NAMES, **_places())


@BLUEPRINT.get("/voices")
def voices() -> str:
    return render_template(
        "sales/voices.html", voices=service.voices(db()), counts=service.voice_counts(db()), **_places()
    )


def _places() -> dict[str, object]:
    return {"stores": stores.names(db()), "terminals": terminals.names(db()), "staff": staff.names(db())}
