"""The form of an adjustment, with the balance before and after."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.adjustments import service
from server.adjustments.service import ADJUST_MAX, ALONE_MAX, KIND, Wanted
from server.audit import service as audit
from server.cards import seeing
from server.cards import service as cards
from server.ledger.grants import WHY_MAX
from server.members import service as members
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms
from server.web.feature import Decision, Feature, Page, Section
from shared.errors import EnishiError, Refused
from shared.ids import CardNo, parse_card_no
from shared.locale import N_

BLUEPRINT = Blueprint("adjustments", __name__, template_folder="templates", url_prefix="/adjustments")
GIVE, TAKE = "give", "take"
POINTS_DIGITS_MAX = 9  # typed; more is no number that anybody means
Answer = Response | str | tuple[str, int]
_FIELDS = {"input.card_no": "card", "input.card_unknown": "card", "adjust.card_stopped": "card", "adjust.why": "why"}


@BLUEPRINT.get("/new")
@needs(Right.POINTS_ADJUST)
def new() -> str:
    return _form({"card": request.args.get("card", ""), "way": GIVE}, {})


@BLUEPRINT.post("/previews")
@needs(Right.POINTS_ADJUST, silent=True)
def preview() -> str:
    """Whose card it is, and the balance before and after, for the form's live part."""
    return render_template("adjustments/preview.html", **_preview(request.form))


@BLUEPRINT.post("")
@needs(Right.POINTS_ADJUST)
def ask() -> Answer:
    form = request.form
    try:
        card, points = _card(form.get("card", "")), _points(form)
        asked = service.ask(db(), card, points, form.get("why", ""), actor(), now_ms(), scope())
    except EnishiError as error:
        return _form(form, {_FIELDS.get(error.code, "points"): Refused(error.code, error.facts)}), 422
    act = "adjustments.done" if asked.done else "adjustments.asked"
    facts = {"points": points, "before": asked.wanted.before, "approval": asked.number}
    audit.note(db(), actor(), act, f"card:{card}", facts, now_ms())
    return redirect(url_for("approvals.one", number=asked.number), 303)


def _form(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    return render_template("adjustments/new.html", typed=typed, errors=errors, why_max=WHY_MAX, **_preview(typed))


def _preview(typed: Mapping[str, str]) -> dict[str, object]:
    """Nothing of a card that is not typed in full, or is another shop's."""
    nothing: dict[str, object] = {"holder": "", "wanted": None, "refused": None, "alone": ALONE_MAX}
    try:
        card = _card(typed.get("card", ""))
        if cards.find(db(), card) is None or not seeing.sees(db(), card, scope()):
            return nothing
    except EnishiError:
        return nothing
    refused, points = None, 0
    try:
        points = _points(typed)
        service.check(db(), card, points, now_ms(), scope())
    except EnishiError as error:
        refused = Refused(error.code, error.facts) if typed.get("points", "").strip() else None
    holder = members.names_of_cards(db(), [card], scope()).get(card, (0, ""))[1]
    wanted = Wanted(card, 0 if refused else points, "", service.balance(db(), card))
    return nothing | {"holder": holder, "wanted": wanted, "refused": refused}


def _card(typed: str) -> CardNo:
    """Raises ``input.card_no``."""
    return parse_card_no(unicodedata.normalize("NFKC", typed).strip())


def _points(typed: Mapping[str, str]) -> int:
    """Raises ``adjust.points``."""
    digits = unicodedata.normalize("NFKC", typed.get("points", "")).replace(",", "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= POINTS_DIGITS_MAX):
        raise EnishiError("adjust.points", limit=ADJUST_MAX)
    return -int(digits) if typed.get("way") == TAKE else int(digits)


def _draw(payload: bytes) -> Markup:
    """For whoever decides: the balance as it is now, not only as it was."""
    wanted = service.decode(payload)
    holder = members.names_of_cards(db(), [wanted.card], scope()).get(wanted.card, (0, ""))
    page = render_template(
        "adjustments/wanted.html", wanted=wanted, holder=holder, balance=service.balance(db(), wanted.card)
    )
    return Markup(page)


def _line(payload: bytes) -> Markup:
    wanted = service.decode(payload)
    holder = members.names_of_cards(db(), [wanted.card], scope()).get(wanted.card, (0, ""))
    return Markup(render_template("adjustments/line.html", wanted=wanted, holder=holder))


def _of_card(number: int) -> Markup:
    return Markup(render_template("adjustments/card.html", card=number))


FEATURE = Feature(
    "adjustments",
    BLUEPRINT,
    sections=(Section(Page.CARD, _of_card, 8, Right.POINTS_ADJUST),),
    acts={"adjustments.done": N_("点を調整"), "adjustments.asked": N_("点の調整を頼む")},
    decisions={
        KIND: Decision(
            N_("点の調整"), _line, _draw, service.carry_out, Right.POINTS_APPROVE, N_("点を調整する"),
            "adjustments.new",
        ),
    },
)  # fmt: skip
