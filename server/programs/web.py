"""The rules in force, in sentences."""

from __future__ import annotations

from flask import Blueprint, render_template

from server.access.rights import Right
from server.programs import service
from server.programs.wording import Words
from server.stores import service as stores
from server.web.access import needs
from server.web.context import db, now_ms
from server.web.feature import Feature, Group, MenuItem
from server.web.i18n import gettext
from shared.locale import N_
from shared.points.earn import explain_earn
from shared.points.program import Programme

EXAMPLE_YEN = 900  # shows what happens to the part below one unit

BLUEPRINT = Blueprint("programs", __name__, template_folder="templates", url_prefix="/programs")
FEATURE = Feature(
    "programs",
    BLUEPRINT,
    menu=(MenuItem(Group.POINTS, "coins", N_("ポイントのルール"), "programs.current", right=Right.PROGRAMME_READ),),
)


@BLUEPRINT.get("")
@needs(Right.PROGRAMME_READ)
def current() -> str:
    programme = service.current(db(), now_ms())
    spoken = Words(gettext, stores.names(db()))
    return render_template(
        "programs/current.html", programme=programme, example=_example(programme),
        lines=spoken.lines(programme) if programme else (), planned=service.planned(db(), now_ms()),
    )  # fmt: skip


def _example(programme: Programme | None) -> tuple[int, int] | None:
    """An amount and what it earns."""
    return None if programme is None else (EXAMPLE_YEN, explain_earn(programme, EXAMPLE_YEN, 0).earn)
